package dev.vigil.stack.warehouse;

import java.sql.Blob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Struct;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBConnection;

/**
 * All that a query found.
 *
 * @param rows with values of the classes that {@link ColumnType} names
 */
record QueryResult(List<Column> columns, List<Object[]> rows) {
  /** Runs one statement, in DuckDB's SQL. */
  static QueryResult of(DuckDBConnection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet found = statement.executeQuery()) {
      ResultSetMetaData about = found.getMetaData();
      List<Column> columns = new ArrayList<>();
      for (int i = 1; i <= about.getColumnCount(); i++) {
        columns.add(DuckDbTypes.column(about.getColumnLabel(i), about.getColumnTypeName(i)));
      }
      List<Object[]> rows = new ArrayList<>();
      while (found.next()) {
        Object[] row = new Object[columns.size()];
        for (int i = 0; i < row.length; i++) {
          row[i] = value(columns.get(i), found.getObject(i + 1));
        }
        rows.add(row);
      }
      return new QueryResult(columns, rows);
    }
  }

  private static Object value(Column column, Object value) throws SQLException {
    if (value instanceof java.sql.Array list && column.mode() == Column.Mode.REPEATED) {
      List<Object> elements = new ArrayList<>();
      for (Object element : (Object[]) list.getArray()) {
        elements.add(element(column, element));
      }
      return elements;
    }
    return element(column, value);
  }

  private static Object element(Column column, Object value) throws SQLException {
    if (value instanceof Struct struct) {
      Map<String, Object> fields = new LinkedHashMap<>();
      Object[] attributes = struct.getAttributes();
      for (int i = 0; i < attributes.length; i++) {
        Column field = column.fields().get(i);
        fields.put(field.name(), value(field, attributes[i]));
      }
      return fields;
    }
    if (value instanceof Blob bytes) {
      return bytes.getBytes(1, Math.toIntExact(bytes.length()));
    }
    if (value instanceof Timestamp time) {
      return time.toLocalDateTime();
    }
    return column.type() == ColumnType.STRING || column.type() == ColumnType.JSON
        ? (value == null ? null : value.toString())
        : value;
  }
}
