package dev.vigil.stack.warehouse;

/** Names from outside, as they stand in SQL. */
final class Sql {
  private Sql() {}

  /** A name in quotes: DuckDB compares it regardless of case all the same. */
  static String name(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A table or view in a schema. */
  static String name(String schema, String table) {
    return name(schema) + "." + name(table);
  }
}
