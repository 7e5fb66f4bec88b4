package dev.vigil.stack.warehouse;

import com.google.api.services.bigquery.model.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What rows of a table look like: its columns in order, and which of them identify a row for
 * changes.
 */
final class TableLayout {
  private final List<Column> columns;
  private final Map<String, Integer> byName = new HashMap<>();
  private final List<Integer> primaryKey;

  private TableLayout(List<Column> columns, List<String> primaryKey) {
    this.columns = columns;
    for (int i = 0; i < columns.size(); i++) {
      byName.put(lower(columns.get(i).name()), i);
    }
    List<Integer> keys = new ArrayList<>();
    for (String name : primaryKey) {
      int key =
          indexOf(name)
              .orElseThrow(
                  () -> ApiException.invalid("Primary key column " + name + " not found."));
      if (columns.get(key).mode() == Column.Mode.REPEATED
          || columns.get(key).type() == ColumnType.STRUCT) {
        throw ApiException.invalid("Column " + name + " cannot be part of a primary key.");
      }
      keys.add(key);
    }
    this.primaryKey = List.copyOf(keys);
  }

  /** The layout of a table, from its definition. */
  static TableLayout of(Table table) {
    List<String> primaryKey =
        table.getTableConstraints() == null || table.getTableConstraints().getPrimaryKey() == null
            ? List.of()
            : table.getTableConstraints().getPrimaryKey().getColumns();
    return new TableLayout(
        Column.of(table.getSchema() == null ? null : table.getSchema().getFields(), ""),
        primaryKey == null ? List.of() : primaryKey);
  }

  List<Column> columns() {
    return columns;
  }

  /** Where in a row the column stands, whatever the case of its name. */
  OptionalInt indexOf(String name) {
    Integer index = byName.get(lower(name));
    return index == null ? OptionalInt.empty() : OptionalInt.of(index);
  }

  /** Where in a row the columns of the primary key stand; none if the table has no primary key. */
  List<Integer> primaryKey() {
    return primaryKey;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
