package dev.vigil.stack.warehouse;

import com.google.api.services.bigquery.model.Dataset;
import com.google.api.services.bigquery.model.DatasetReference;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableReference;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.duckdb.DuckDBConnection;

/**
 * The datasets and tables: their definitions as clients gave them, beside the schemas and tables of
 * DuckDB that hold their rows. A dataset is a schema, a table is a table, under the same names. A
 * view is its definition alone: its SQL is GoogleSQL, and nobody here can run that.
 */
final class Catalog {
  /** No dataset can have this name. */
  static final String SCHEMA = "vigil$";

  private static final Set<String> TAKEN =
      Set.of("main", "temp", "system", "information_schema", "pg_catalog");
  private static final String DATASETS = Sql.name(SCHEMA, "datasets");
  private static final String TABLES = Sql.name(SCHEMA, "tables");

  private final Store store;

  /** For the writing thread alone; emptied by it whenever a definition changes. */
  private final Map<TableId, Optional<TableLayout>> layouts = new HashMap<>();

  private Catalog(Store store) {
    this.store = store;
  }

  static Catalog in(Store store) {
    Catalog catalog = new Catalog(store);
    catalog.define(
        connection -> {
          execute(connection, "CREATE SCHEMA IF NOT EXISTS " + Sql.name(SCHEMA));
          execute(
              connection,
              "CREATE TABLE IF NOT EXISTS "
                  + DATASETS
                  + " (id VARCHAR PRIMARY KEY, resource VARCHAR NOT NULL)");
          execute(
              connection,
              "CREATE TABLE IF NOT EXISTS "
                  + TABLES
                  + " (dataset VARCHAR, id VARCHAR, resource VARCHAR NOT NULL,"
                  + " PRIMARY KEY (dataset, id))");
          WriteStreams.define(connection);
          Changes.define(connection);
          return null;
        });
    return catalog;
  }

  private <T> T define(Store.Work<T> work) {
    return store.define(
        connection -> {
          layouts.clear();
          return work.in(connection);
        });
  }

  /** Runs one statement, its parameters bound in order. */
  static void execute(DuckDBConnection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      statement.execute();
    }
  }

  /** Strings of the first column of what a query finds. */
  static List<String> strings(DuckDBConnection connection, String sql, Object... parameters)
      throws SQLException {
    List<String> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
    }
    return found;
  }

  Dataset createDataset(Dataset dataset) {
    DatasetReference reference = dataset.getDatasetReference();
    if (reference == null
        || reference.getDatasetId() == null
        || !reference.getDatasetId().matches("[A-Za-z0-9_]{1,1024}")) {
      throw ApiException.invalid("Invalid dataset ID.");
    }
    String id = reference.getDatasetId();
    if (TAKEN.contains(id.toLowerCase(Locale.ROOT))) {
      throw ApiException.notImitated("a dataset named " + id + ": the database has it for itself");
    }
    return define(
        connection -> {
          if (!strings(connection, "SELECT id FROM " + DATASETS + " WHERE lower(id) = lower(?)", id)
              .isEmpty()) {
            throw ApiException.duplicate("Dataset " + id);
          }
          long now = System.currentTimeMillis();
          dataset.setCreationTime(now).setLastModifiedTime(now);
          if (dataset.getLocation() == null) {
            dataset.setLocation("US");
          }
          execute(connection, "CREATE SCHEMA " + Sql.name(id));
          execute(
              connection,
              "INSERT INTO " + DATASETS + " VALUES (?, ?)",
              id,
              Resources.write(dataset));
          return dataset;
        });
  }

  Dataset dataset(String id) throws SQLException {
    return store.read(connection -> dataset(connection, id));
  }

  private static Dataset dataset(DuckDBConnection connection, String id) throws SQLException {
    return strings(connection, "SELECT resource FROM " + DATASETS + " WHERE id = ?", id).stream()
        .map(json -> Resources.read(json, Dataset.class))
        .findFirst()
        .orElseThrow(() -> ApiException.notFound("Dataset " + id));
  }

  List<Dataset> datasets() throws SQLException {
    return store.read(
        connection ->
            strings(connection, "SELECT resource FROM " + DATASETS + " ORDER BY id").stream()
                .map(json -> Resources.read(json, Dataset.class))
                .toList());
  }

  void deleteDataset(String id, boolean withContents) {
    define(
        connection -> {
          dataset(connection, id);
          for (String table : tableNames(connection, id)) {
            if (!withContents) {
              throw new ApiException(400, "resourceInUse", "Dataset " + id + " is still in use");
            }
            drop(connection, new TableId(id, table));
          }
          execute(connection, "DROP SCHEMA " + Sql.name(id));
          execute(connection, "DELETE FROM " + DATASETS + " WHERE id = ?", id);
          return null;
        });
  }

  Table createTable(TableId id, Table table) {
    if (!id.table().matches("[A-Za-z0-9_-]{1,1024}")) {
      throw ApiException.invalid("Invalid table ID \"" + id.table() + "\".");
    }
    for (String kind :
        List.of(
            "externalDataConfiguration",
            "materializedView",
            "cloneDefinition",
            "snapshotDefinition")) {
      if (table.get(kind) != null) {
        throw ApiException.notImitated("tables with " + kind);
      }
    }
    return define(
        connection -> {
          dataset(connection, id.dataset());
          if (!strings(
                  connection,
                  "SELECT id FROM " + TABLES + " WHERE dataset = ? AND lower(id) = lower(?)",
                  id.dataset(),
                  id.table())
              .isEmpty()) {
            throw ApiException.duplicate("Table " + id);
          }
          table.setType(table.getView() == null ? "TABLE" : "VIEW");
          table.setLocation("US");
          table.setCreationTime(System.currentTimeMillis());
          if (table.getView() == null) {
            TableLayout layout = TableLayout.of(table);
            List<String> columns = new ArrayList<>();
            for (Column column : layout.columns()) {
              columns.add(Sql.name(column.name()) + " " + column.duckDbType());
            }
            execute(
                connection, "CREATE TABLE " + id.sql() + " (" + String.join(", ", columns) + ")");
            WriteStreams.makeStaged(connection, id, layout);
          }
          store(connection, id, table);
          return table;
        });
  }

  private static void store(DuckDBConnection connection, TableId id, Table table)
      throws SQLException {
    table.setLastModifiedTime(BigInteger.valueOf(System.currentTimeMillis()));
    table.setEtag(null);
    String json = Resources.write(table);
    table.setEtag(Integer.toHexString(json.hashCode()));
    execute(
        connection,
        "INSERT INTO "
            + TABLES
            + " VALUES (?, ?, ?)"
            + " ON CONFLICT (dataset, id) DO UPDATE SET resource = excluded.resource",
        id.dataset(),
        id.table(),
        Resources.write(table));
  }

  /** A table's definition, with the number of its rows. */
  Table table(TableId id) throws SQLException {
    return store.read(
        connection -> {
          Table table = table(connection, id);
          if (table.getView() == null) {
            table.setNumRows(
                new BigInteger(strings(connection, "SELECT count(*) FROM " + id.sql()).get(0)));
          }
          return table;
        });
  }

  private static Table table(DuckDBConnection connection, TableId id) throws SQLException {
    return strings(
            connection,
            "SELECT resource FROM " + TABLES + " WHERE dataset = ? AND id = ?",
            id.dataset(),
            id.table())
        .stream()
        .map(json -> Resources.read(json, Table.class))
        .findFirst()
        .orElseThrow(() -> ApiException.notFound("Table " + id));
  }

  List<Table> tables(String dataset) throws SQLException {
    return store.read(
        connection -> {
          dataset(connection, dataset);
          List<Table> tables = new ArrayList<>();
          for (String name : tableNames(connection, dataset)) {
            tables.add(table(connection, new TableId(dataset, name)));
          }
          return tables;
        });
  }

  private static List<String> tableNames(DuckDBConnection connection, String dataset)
      throws SQLException {
    return strings(
        connection, "SELECT id FROM " + TABLES + " WHERE dataset = ? ORDER BY id", dataset);
  }

  /**
   * Changes a table's definition.
   *
   * @param given the fields that change; the others stay
   */
  Table patchTable(TableId id, Table given) {
    return define(
        connection -> {
          Table before = table(connection, id);
          Table after = before.clone();
          given.forEach(after::set);
          return change(connection, id, before, after);
        });
  }

  /** Puts another definition in the place of a table's. */
  Table updateTable(TableId id, Table given) {
    return define(
        connection -> {
          Table before = table(connection, id);
          Table after = given.clone().setType(before.getType()).setLocation(before.getLocation());
          after.setCreationTime(before.getCreationTime());
          if (after.getSchema() == null) {
            after.setSchema(before.getSchema());
          }
          return change(connection, id, before, after);
        });
  }

  private static Table change(DuckDBConnection connection, TableId id, Table before, Table after)
      throws SQLException {
    if ((before.getView() == null) != (after.getView() == null)) {
      throw ApiException.invalid("A table cannot become a view, nor a view a table.");
    }
    if (before.getView() == null) {
      List<TableFieldSchema> widened =
          SchemaChange.widen(before.getSchema().getFields(), after.getSchema().getFields(), "");
      after.setSchema(after.getSchema().clone().setFields(widened));
      TableLayout old = TableLayout.of(before);
      TableLayout next = TableLayout.of(after);
      widen(connection, id.sql(), old, next);
      widen(connection, WriteStreams.staged(id), old, next);
    }
    store(connection, id, after);
    return after;
  }

  private static void widen(
      DuckDBConnection connection, String table, TableLayout before, TableLayout after)
      throws SQLException {
    for (int i = 0; i < after.columns().size(); i++) {
      Column column = after.columns().get(i);
      String name = Sql.name(column.name());
      String type = column.duckDbType();
      if (i >= before.columns().size()) {
        execute(
            connection,
            "ALTER TABLE "
                + table
                + " ADD COLUMN "
                + name
                + " "
                + type
                + (column.mode() == Column.Mode.REPEATED ? " DEFAULT []" : ""));
      } else if (!type.equals(before.columns().get(i).duckDbType())) {
        execute(
            connection,
            "ALTER TABLE " + table + " ALTER COLUMN " + name + " SET DATA TYPE " + type);
      }
    }
  }

  void deleteTable(TableId id) {
    define(
        connection -> {
          drop(connection, id);
          return null;
        });
  }

  private static void drop(DuckDBConnection connection, TableId id) throws SQLException {
    if (table(connection, id).getView() == null) {
      execute(connection, "DROP TABLE " + id.sql());
    }
    WriteStreams.forget(connection, id);
    Changes.forget(connection, id);
    execute(
        connection,
        "DELETE FROM " + TABLES + " WHERE dataset = ? AND id = ?",
        id.dataset(),
        id.table());
  }

  /**
   * What rows of a table look like. For work on the writing thread alone.
   *
   * @return nothing if there is no such table, or it is a view
   */
  Optional<TableLayout> layout(DuckDBConnection connection, TableId id) throws SQLException {
    Optional<TableLayout> known = layouts.get(id);
    if (known == null) {
      known = definition(connection, id).map(TableLayout::of);
      layouts.put(id, known);
    }
    return known;
  }

  /** A table's definition, if it is there and not a view. */
  static Optional<Table> definition(DuckDBConnection connection, TableId id) throws SQLException {
    return strings(
            connection,
            "SELECT resource FROM " + TABLES + " WHERE dataset = ? AND id = ?",
            id.dataset(),
            id.table())
        .stream()
        .map(json -> Resources.read(json, Table.class))
        .filter(table -> table.getView() == null)
        .findFirst();
  }

  /** The definition with the names by which this client calls it. */
  static Table named(Table table, String project, TableId id) {
    table.setKind("bigquery#table");
    table.setId(project + ":" + id);
    table.setTableReference(
        new TableReference()
            .setProjectId(project)
            .setDatasetId(id.dataset())
            .setTableId(id.table()));
    return table;
  }

  /** The same of a dataset. */
  static Dataset named(Dataset dataset, String project) {
    String id = dataset.getDatasetReference().getDatasetId();
    dataset.setKind("bigquery#dataset");
    dataset.setId(project + ":" + id);
    dataset.setDatasetReference(new DatasetReference().setProjectId(project).setDatasetId(id));
    return dataset;
  }
}
