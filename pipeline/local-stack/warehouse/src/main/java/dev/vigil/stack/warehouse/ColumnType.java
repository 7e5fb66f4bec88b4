package dev.vigil.stack.warehouse;

import java.util.Locale;
import java.util.Map;

/**
 * The column types that the warehouse keeps, each with the type in which DuckDB holds it and the
 * class of its values here:
 *
 * <table>
 * <caption>Types</caption>
 * <tr><th>BigQuery<th>DuckDB<th>Java
 * <tr><td>STRING<td>VARCHAR<td>String
 * <tr><td>BYTES<td>BLOB<td>byte[]
 * <tr><td>INT64<td>BIGINT<td>Long
 * <tr><td>FLOAT64<td>DOUBLE<td>Double
 * <tr><td>BOOL<td>BOOLEAN<td>Boolean
 * <tr><td>NUMERIC<td>DECIMAL(38,9)<td>BigDecimal
 * <tr><td>TIMESTAMP<td>TIMESTAMPTZ<td>OffsetDateTime in UTC
 * <tr><td>DATE<td>DATE<td>LocalDate
 * <tr><td>TIME<td>TIME<td>LocalTime
 * <tr><td>DATETIME<td>TIMESTAMP<td>LocalDateTime
 * <tr><td>JSON<td>JSON<td>String
 * <tr><td>STRUCT<td>STRUCT<td>Map, every field in the declared order
 * </table>
 */
enum ColumnType {
  STRING("VARCHAR", "STRING"),
  BYTES("BLOB", "BYTES"),
  INT64("BIGINT", "INTEGER"),
  FLOAT64("DOUBLE", "FLOAT"),
  BOOL("BOOLEAN", "BOOLEAN"),
  NUMERIC("DECIMAL(38,9)", "NUMERIC"),
  TIMESTAMP("TIMESTAMPTZ", "TIMESTAMP"),
  DATE("DATE", "DATE"),
  TIME("TIME", "TIME"),
  DATETIME("TIMESTAMP", "DATETIME"),
  JSON("JSON", "JSON"),
  STRUCT("STRUCT", "RECORD");

  private static final Map<String, ColumnType> BY_NAME =
      Map.ofEntries(
          Map.entry("STRING", STRING),
          Map.entry("BYTES", BYTES),
          Map.entry("INTEGER", INT64),
          Map.entry("INT64", INT64),
          Map.entry("FLOAT", FLOAT64),
          Map.entry("FLOAT64", FLOAT64),
          Map.entry("BOOLEAN", BOOL),
          Map.entry("BOOL", BOOL),
          Map.entry("NUMERIC", NUMERIC),
          Map.entry("TIMESTAMP", TIMESTAMP),
          Map.entry("DATE", DATE),
          Map.entry("TIME", TIME),
          Map.entry("DATETIME", DATETIME),
          Map.entry("JSON", JSON),
          Map.entry("RECORD", STRUCT),
          Map.entry("STRUCT", STRUCT));

  private final String duckDb;
  private final String legacyName;

  ColumnType(String duckDb, String legacyName) {
    this.duckDb = duckDb;
    this.legacyName = legacyName;
  }

  /** The type that a schema names, in either of BigQuery's two namings. */
  static ColumnType named(String name) {
    ColumnType type = BY_NAME.get(name.toUpperCase(Locale.ROOT));
    if (type == null) {
      throw ApiException.notImitated("columns of type " + name);
    }
    return type;
  }

  /** What DuckDB calls it; a struct's fields are still to be added. */
  String duckDb() {
    return duckDb;
  }

  /** What the REST API calls it in the schemas that it returns. */
  String legacyName() {
    return legacyName;
  }
}
