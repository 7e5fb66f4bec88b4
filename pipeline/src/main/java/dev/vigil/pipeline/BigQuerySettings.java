package dev.vigil.pipeline;

import dev.vigil.pipeline.io.BigQueryConnection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What the options say of BigQuery.
 *
 * @param connection null where nothing goes there
 * @param location where a new dataset is to be; null to leave it to BigQuery
 * @param appending whether events of endless input are appended exactly once, and not upserted
 */
record BigQuerySettings(
    @Nullable BigQueryConnection connection, @Nullable String location, boolean appending) {

  private static final Pattern DATASET = Pattern.compile(TemplateParameter.DATASET);

  /**
   * @throws UsageException if an option's value is none that it can have
   */
  static BigQuerySettings of(VigilOptions options) throws UsageException {
    boolean appending =
        switch (options.getBigQueryEvents()) {
          case "exactly-once" -> true;
          case "upsert" -> false;
          default ->
              throw new UsageException(
                  "--bigQueryEvents="
                      + options.getBigQueryEvents()
                      + ": give exactly-once or upsert");
        };
    String name = options.getBigQueryDataset();
    if (name == null) {
      if (BigQueryConnection.endpoint(options) != null || options.getBigQueryRegion() != null) {
        throw new UsageException(
            "options of BigQuery are given, but no dataset: give"
                + " --bigQueryDataset=PROJECT:DATASET");
      }
      return new BigQuerySettings(null, null, appending);
    }
    Matcher dataset = DATASET.matcher(name);
    if (!dataset.matches()) {
      throw new UsageException(
          "--bigQueryDataset="
              + name
              + " is no dataset: give a project and a dataset, as in my-project:security");
    }
    try {
      return new BigQuerySettings(
          BigQueryConnection.of(dataset.group(1), dataset.group(2), options),
          options.getBigQueryRegion(),
          appending);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }
}
