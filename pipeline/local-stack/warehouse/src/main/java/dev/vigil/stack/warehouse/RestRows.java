package dev.vigil.stack.warehouse;

import com.google.api.client.util.Data;
import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableRow;
import com.google.api.services.bigquery.model.TableSchema;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Results as the REST API returns them: rows are lists of cells, and all values are text.
 *
 * @see <a href="https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/list">
 *     tabledata.list</a>
 */
final class RestRows {
  private static final OffsetDateTime EPOCH = OffsetDateTime.parse("1970-01-01T00:00:00Z");
  private static final int MICRO_DIGITS = 6;

  private RestRows() {}

  static TableSchema schema(List<Column> columns) {
    return new TableSchema().setFields(fields(columns));
  }

  private static List<TableFieldSchema> fields(List<Column> columns) {
    return columns.stream()
        .map(
            column -> {
              TableFieldSchema field =
                  new TableFieldSchema()
                      .setName(column.name())
                      .setType(column.type().legacyName())
                      .setMode(column.mode().name());
              return column.type() == ColumnType.STRUCT
                  ? field.setFields(fields(column.fields()))
                  : field;
            })
        .toList();
  }

  /**
   * A page of a result.
   *
   * @param microseconds whether timestamps are integers, in microseconds; otherwise they are
   *     seconds with six digits behind the point
   */
  static List<TableRow> rows(QueryResult result, Page page, boolean microseconds) {
    int from = (int) Math.min(page.start(), result.rows().size());
    int to = (int) Math.min(page.start() + page.size(), result.rows().size());
    return result.rows().subList(from, to).stream()
        .map(row -> row(result.columns(), row, microseconds))
        .toList();
  }

  private static TableRow row(List<Column> columns, Object[] row, boolean microseconds) {
    List<TableCell> cells = new ArrayList<>();
    for (int i = 0; i < row.length; i++) {
      cells.add(new TableCell().setV(value(columns.get(i), row[i], microseconds)));
    }
    return new TableRow().setF(cells);
  }

  private static Object value(Column column, Object value, boolean microseconds) {
    if (value instanceof List<?> list) {
      return list.stream()
          .map(element -> new TableCell().setV(element(column, element, microseconds)))
          .toList();
    }
    if (value == null && column.mode() == Column.Mode.REPEATED) {
      return List.of();
    }
    return element(column, value, microseconds);
  }

  private static Object element(Column column, Object value, boolean microseconds) {
    if (value == null) {
      // A null that is written; the other kind is left out.
      return Data.NULL_STRING;
    }
    if (value instanceof Map<?, ?> struct) {
      return row(column.fields(), struct.values().toArray(), microseconds);
    }
    if (value instanceof byte[] bytes) {
      return Base64.getEncoder().encodeToString(bytes);
    }
    if (value instanceof OffsetDateTime time) {
      long micros = ChronoUnit.MICROS.between(EPOCH, time);
      return microseconds
          ? Long.toString(micros)
          : BigDecimal.valueOf(micros, MICRO_DIGITS).toPlainString();
    }
    if (value instanceof BigDecimal number) {
      return plain(number);
    }
    return value.toString();
  }

  /** Without zeros at the end, as BigQuery writes it. */
  static String plain(BigDecimal number) {
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }
}
