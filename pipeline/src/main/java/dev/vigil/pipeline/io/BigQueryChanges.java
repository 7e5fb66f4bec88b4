package dev.vigil.pipeline.io;

import com.google.api.services.bigquery.model.Clustering;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableConstraints;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TimePartitioning;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What has to happen to a table so that it is what it should be, after <a
 * href="https://cloud.google.com/bigquery/docs/managing-table-schemas">what BigQuery can do to one
 * that has rows</a>: it adds columns that may be null, lets columns be null that could not, and
 * changes descriptions and the order of rows. All else is a breaking change. What the user has set
 * and Vigil has no opinion about, such as an expiration, stays.
 *
 * @param differences that can be put right
 * @param breaking differences that cannot
 * @param obstacles what would keep a job from writing
 * @param changed the table without the differences; null if there is no table, or any is breaking
 */
record BigQueryChanges(
    SetUpState state,
    List<String> differences,
    List<String> breaking,
    List<String> obstacles,
    @Nullable Table changed) {

  private static final Map<String, String> OLDER_NAMES =
      Map.of(
          "INT64", "INTEGER",
          "FLOAT64", "FLOAT",
          "BOOL", "BOOLEAN",
          "STRUCT", "RECORD");

  private static final String VIEW = "VIEW";

  /**
   * @param found null if there is none
   */
  static BigQueryChanges of(@Nullable Table found, Table wanted) {
    if (found == null) {
      return new BigQueryChanges(
          SetUpState.MISSING, List.of(), List.of(), List.of("is missing"), null);
    }
    Comparison comparison = new Comparison();
    Table changed = found.clone();
    if (wanted.getView() != null) {
      comparison.view(found, wanted, changed);
    } else if (found.getSchema() == null || VIEW.equals(found.getType())) {
      comparison.breakingObstacle("is a " + kind(found) + ", and should be a table");
    } else {
      comparison.table(found, wanted, changed);
    }
    return comparison.result(changed);
  }

  private static String kind(Table table) {
    return table.getType() == null ? "table" : table.getType().toLowerCase(Locale.ROOT);
  }

  /** All differences, those that cannot be put right first. */
  List<String> all() {
    List<String> all = new ArrayList<>(breaking);
    all.addAll(differences);
    return all;
  }

  private static final class Comparison {
    private final List<String> differences = new ArrayList<>();
    private final List<String> breaking = new ArrayList<>();
    private final List<String> obstacles = new ArrayList<>();

    void view(Table found, Table wanted, Table changed) {
      if (found.getView() == null) {
        breaking.add("is a " + kind(found) + ", and should be a view");
        return;
      }
      if (!wanted.getView().getQuery().equals(found.getView().getQuery())) {
        differences.add("has another query");
      }
      description("", found.getDescription(), wanted.getDescription());
      // The columns follow from the query.
      changed.setSchema(null).setView(wanted.getView()).setDescription(wanted.getDescription());
    }

    void table(Table found, Table wanted, Table changed) {
      description("", found.getDescription(), wanted.getDescription());
      String partitions = partitions(found.getTimePartitioning());
      if (!partitions.equals(partitions(wanted.getTimePartitioning()))) {
        breaking.add(
            "partitions: are "
                + partitions
                + ", should be "
                + partitions(wanted.getTimePartitioning()));
      }
      List<String> key = key(found.getTableConstraints());
      if (!key.equals(key(wanted.getTableConstraints()))) {
        breakingObstacle(
            "primary key: is " + key + ", should be " + key(wanted.getTableConstraints()));
      }
      List<String> order = order(found.getClustering());
      if (!order.equals(order(wanted.getClustering()))) {
        differences.add("clustering: is " + order + ", should be " + order(wanted.getClustering()));
      }
      changed
          .setSchema(
              found
                  .getSchema()
                  .clone()
                  .setFields(
                      fields("", found.getSchema().getFields(), wanted.getSchema().getFields())))
          .setClustering(wanted.getClustering())
          .setDescription(wanted.getDescription());
    }

    private List<TableFieldSchema> fields(
        String prefix, List<TableFieldSchema> found, List<TableFieldSchema> wanted) {
      Map<String, TableFieldSchema> missing = new LinkedHashMap<>();
      wanted.forEach(column -> missing.put(column.getName(), column));
      List<TableFieldSchema> changed = new ArrayList<>();
      for (TableFieldSchema there : found) {
        String path = prefix + there.getName();
        TableFieldSchema column = missing.remove(there.getName().toLowerCase(Locale.ROOT));
        if (column != null) {
          changed.add(field(path, there, column));
          continue;
        }
        changed.add(there);
        breaking.add(path + ": is there, and nothing is written to it");
        if (mode(there).equals("REQUIRED")) {
          obstacles.add(path + ": must have a value, and gets none");
        }
      }
      for (TableFieldSchema column : missing.values()) {
        String path = prefix + column.getName();
        obstacles.add(path + ": is missing");
        if (mode(column).equals("REQUIRED")) {
          breaking.add(path + ": is missing, and must have a value in the rows that there are");
        } else {
          differences.add(path + ": is missing, should be " + type(column));
        }
        changed.add(column);
      }
      return changed;
    }

    private TableFieldSchema field(String path, TableFieldSchema found, TableFieldSchema wanted) {
      String type = type(found);
      String mode = mode(found);
      boolean repeated = mode.equals("REPEATED") != mode(wanted).equals("REPEATED");
      if (!type.equals(type(wanted)) || repeated) {
        breakingObstacle(
            path
                + ": is "
                + (repeated ? mode + " " : "")
                + type
                + ", should be "
                + (repeated ? mode(wanted) + " " : "")
                + type(wanted));
        return found;
      }
      if (mode.equals("NULLABLE") && mode(wanted).equals("REQUIRED")) {
        breaking.add(path + ": may be null, should be required");
      } else if (!mode.equals(mode(wanted))) {
        differences.add(path + ": is required, may be null");
        obstacles.add(path + ": must have a value, and may get none");
      }
      description(path + ": ", found.getDescription(), wanted.getDescription());
      TableFieldSchema changed =
          found.clone().setMode(mode(wanted)).setDescription(wanted.getDescription());
      return wanted.getFields() == null
          ? changed
          : changed.setFields(fields(path + ".", found.getFields(), wanted.getFields()));
    }

    private void description(String prefix, @Nullable String found, @Nullable String wanted) {
      if (!Objects.equals(found, wanted)) {
        differences.add(prefix + (found == null ? "is not described" : "is described otherwise"));
      }
    }

    void breakingObstacle(String what) {
      breaking.add(what);
      obstacles.add(what);
    }

    BigQueryChanges result(Table changed) {
      SetUpState state =
          !breaking.isEmpty()
              ? SetUpState.INCOMPATIBLE
              : differences.isEmpty() ? SetUpState.THERE : SetUpState.DIFFERENT;
      return new BigQueryChanges(
          state,
          List.copyOf(differences),
          List.copyOf(breaking),
          List.copyOf(obstacles),
          breaking.isEmpty() ? changed : null);
    }

    private static String partitions(@Nullable TimePartitioning partitioning) {
      return partitioning == null
          ? "none"
          : "by " + partitioning.getType() + " of " + partitioning.getField();
    }

    private static List<String> key(@Nullable TableConstraints constraints) {
      return constraints == null || constraints.getPrimaryKey() == null
          ? List.of()
          : constraints.getPrimaryKey().getColumns();
    }

    private static List<String> order(@Nullable Clustering clustering) {
      return clustering == null ? List.of() : clustering.getFields();
    }

    private static String type(TableFieldSchema field) {
      return OLDER_NAMES.getOrDefault(field.getType(), field.getType());
    }

    private static String mode(TableFieldSchema field) {
      return field.getMode() == null ? "NULLABLE" : field.getMode();
    }
  }
}
