package dev.vigil.stack.warehouse;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What columns of a query's result are in BigQuery's terms. */
final class DuckDbTypes {
  private static final Map<String, ColumnType> SCALARS =
      Map.ofEntries(
          Map.entry("VARCHAR", ColumnType.STRING),
          Map.entry("BLOB", ColumnType.BYTES),
          Map.entry("BOOLEAN", ColumnType.BOOL),
          Map.entry("TINYINT", ColumnType.INT64),
          Map.entry("SMALLINT", ColumnType.INT64),
          Map.entry("INTEGER", ColumnType.INT64),
          Map.entry("BIGINT", ColumnType.INT64),
          Map.entry("UTINYINT", ColumnType.INT64),
          Map.entry("USMALLINT", ColumnType.INT64),
          Map.entry("UINTEGER", ColumnType.INT64),
          Map.entry("UBIGINT", ColumnType.INT64),
          // Sums of integers.
          Map.entry("HUGEINT", ColumnType.INT64),
          Map.entry("FLOAT", ColumnType.FLOAT64),
          Map.entry("DOUBLE", ColumnType.FLOAT64),
          Map.entry("DATE", ColumnType.DATE),
          Map.entry("TIME", ColumnType.TIME),
          Map.entry("TIMESTAMP", ColumnType.DATETIME),
          Map.entry("TIMESTAMP WITH TIME ZONE", ColumnType.TIMESTAMP),
          Map.entry("JSON", ColumnType.JSON));

  private static final String STRUCT = "STRUCT(";
  private static final String LIST = "[]";

  private DuckDbTypes() {}

  /**
   * A column of a result.
   *
   * @param type as DuckDB names it; what BigQuery has nothing like becomes a string
   */
  static Column column(String name, String type) {
    boolean list = type.endsWith(LIST);
    String element = list ? type.substring(0, type.length() - LIST.length()) : type;
    Column.Mode mode = list ? Column.Mode.REPEATED : Column.Mode.NULLABLE;
    if (element.startsWith(STRUCT) && element.endsWith(")")) {
      String fields = element.substring(STRUCT.length(), element.length() - 1);
      return new Column(name, ColumnType.STRUCT, mode, fields(fields));
    }
    if (element.startsWith("DECIMAL(")) {
      return new Column(name, ColumnType.NUMERIC, mode, List.of());
    }
    if (element.endsWith(LIST)) {
      // BigQuery has no lists of lists.
      return new Column(name, ColumnType.STRING, Column.Mode.NULLABLE, List.of());
    }
    return new Column(name, SCALARS.getOrDefault(element, ColumnType.STRING), mode, List.of());
  }

  /** The fields between a struct's brackets: names, perhaps in quotes, with their types. */
  private static List<Column> fields(String text) {
    List<Column> fields = new ArrayList<>();
    int start = 0;
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i <= text.length(); i++) {
      char c = i == text.length() ? ',' : text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == '(') {
        depth++;
      } else if (!quoted && c == ')') {
        depth--;
      } else if (!quoted && c == ',' && depth == 0) {
        fields.add(field(text.substring(start, i).strip()));
        start = i + 1;
      }
    }
    return fields;
  }

  private static Column field(String text) {
    if (!text.startsWith("\"")) {
      int end = text.indexOf(' ');
      return column(text.substring(0, end), text.substring(end + 1));
    }
    int end = 1;
    while (text.charAt(end) != '"' || text.startsWith("\"\"", end)) {
      end += text.charAt(end) == '"' ? 2 : 1;
    }
    return column(text.substring(1, end).replace("\"\"", "\""), text.substring(end + 1).strip());
  }
}
