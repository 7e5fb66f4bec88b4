package dev.vigil.stack.warehouse;

import com.google.api.services.bigquery.model.Dataset;
import com.google.api.services.bigquery.model.DatasetList;

/** The resource {@code datasets} of the REST API. */
final class DatasetsApi {
  private final Catalog catalog;

  private DatasetsApi(Catalog catalog) {
    this.catalog = catalog;
  }

  static void addTo(Router router, Catalog catalog) {
    DatasetsApi api = new DatasetsApi(catalog);
    String all = "projects/:project/datasets";
    String one = all + "/:dataset";
    router.add("datasets.insert", "POST", all, api::insert);
    router.add("datasets.list", "GET", all, api::list);
    router.add("datasets.get", "GET", one, api::get);
    router.add("datasets.delete", "DELETE", one, api::delete);
  }

  private Object insert(Router.Call call) {
    return Catalog.named(catalog.createDataset(call.body(Dataset.class)), call.project());
  }

  private Object get(Router.Call call) throws Exception {
    return Catalog.named(catalog.dataset(call.path().get("dataset")), call.project());
  }

  private Object list(Router.Call call) throws Exception {
    return new DatasetList()
        .setKind("bigquery#datasetList")
        .setDatasets(
            catalog.datasets().stream()
                .map(dataset -> Catalog.named(dataset, call.project()))
                .map(
                    dataset ->
                        new DatasetList.Datasets()
                            .setKind("bigquery#dataset")
                            .setId(dataset.getId())
                            .setDatasetReference(dataset.getDatasetReference())
                            .setLabels(dataset.getLabels())
                            .setLocation(dataset.getLocation()))
                .toList());
  }

  private Object delete(Router.Call call) {
    catalog.deleteDataset(call.path().get("dataset"), call.flag("deleteContents"));
    return null;
  }
}
