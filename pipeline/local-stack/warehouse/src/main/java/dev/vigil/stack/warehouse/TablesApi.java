package dev.vigil.stack.warehouse;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableList;

/** The resource {@code tables} of the REST API. */
final class TablesApi {
  private final Catalog catalog;

  private TablesApi(Catalog catalog) {
    this.catalog = catalog;
  }

  static void addTo(Router router, Catalog catalog) {
    TablesApi api = new TablesApi(catalog);
    String all = "projects/:project/datasets/:dataset/tables";
    String one = all + "/:table";
    router.add("tables.insert", "POST", all, api::insert);
    router.add("tables.list", "GET", all, api::list);
    router.add("tables.get", "GET", one, api::get);
    router.add("tables.patch", "PATCH", one, api::patch);
    router.add("tables.update", "PUT", one, api::update);
    router.add("tables.delete", "DELETE", one, api::delete);
  }

  private Object insert(Router.Call call) {
    Table table = call.body(Table.class);
    if (table.getTableReference() == null || table.getTableReference().getTableId() == null) {
      throw ApiException.invalid("Required parameter is missing: tableReference.tableId");
    }
    TableId id = new TableId(call.path().get("dataset"), table.getTableReference().getTableId());
    return Catalog.named(catalog.createTable(id, table), call.project(), id);
  }

  private Object get(Router.Call call) throws Exception {
    return Catalog.named(catalog.table(call.table()), call.project(), call.table());
  }

  private Object list(Router.Call call) throws Exception {
    String dataset = call.path().get("dataset");
    var tables =
        catalog.tables(dataset).stream()
            .map(
                table ->
                    Catalog.named(
                        table,
                        call.project(),
                        new TableId(dataset, table.getTableReference().getTableId())))
            .map(
                table ->
                    new TableList.Tables()
                        .setKind("bigquery#table")
                        .setId(table.getId())
                        .setTableReference(table.getTableReference())
                        .setType(table.getType())
                        .setCreationTime(table.getCreationTime())
                        .setTimePartitioning(table.getTimePartitioning())
                        .setClustering(table.getClustering()))
            .toList();
    return new TableList()
        .setKind("bigquery#tableList")
        .setTables(tables)
        .setTotalItems(tables.size());
  }

  private Object patch(Router.Call call) {
    return Catalog.named(
        catalog.patchTable(call.table(), call.body(Table.class)), call.project(), call.table());
  }

  private Object update(Router.Call call) {
    return Catalog.named(
        catalog.updateTable(call.table(), call.body(Table.class)), call.project(), call.table());
  }

  private Object delete(Router.Call call) {
    catalog.deleteTable(call.table());
    return null;
  }
}
