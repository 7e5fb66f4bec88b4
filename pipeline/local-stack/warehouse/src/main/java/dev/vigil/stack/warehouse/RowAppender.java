package dev.vigil.stack.warehouse;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Map;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Puts checked rows into a table, many at a time, without SQL in between. */
final class RowAppender implements AutoCloseable {
  private final DuckDBAppender appender;

  private RowAppender(DuckDBAppender appender) {
    this.appender = appender;
  }

  static RowAppender to(DuckDBConnection connection, String schema, String table)
      throws SQLException {
    return new RowAppender(connection.createAppender(schema, table));
  }

  /** Appends a row: all columns of the table in order, of the classes that ColumnType names. */
  void append(Object... row) throws SQLException {
    appender.beginRow();
    for (Object value : row) {
      put(value);
    }
    appender.endRow();
  }

  private void put(Object value) throws SQLException {
    if (value == null) {
      appender.appendNull();
    } else if (value instanceof String text) {
      appender.append(text);
    } else if (value instanceof Long number) {
      appender.append(number);
    } else if (value instanceof Double number) {
      appender.append(number);
    } else if (value instanceof Boolean bool) {
      appender.append(bool);
    } else if (value instanceof BigDecimal number) {
      appender.append(number);
    } else if (value instanceof byte[] bytes) {
      appender.append(bytes);
    } else if (value instanceof OffsetDateTime instant) {
      appender.append(instant);
    } else if (value instanceof LocalDate date) {
      appender.append(date);
    } else if (value instanceof LocalTime time) {
      appender.append(time);
    } else if (value instanceof LocalDateTime time) {
      appender.append(time);
    } else if (value instanceof Map<?, ?> struct) {
      appender.beginStruct();
      for (Object field : struct.values()) {
        put(field);
      }
      appender.endStruct();
    } else if (value instanceof Collection<?> list) {
      appender.append(list);
    } else {
      throw new IllegalArgumentException("no column holds a " + value.getClass());
    }
  }

  /** Flushes what was appended into the connection's transaction. */
  @Override
  public void close() throws SQLException {
    appender.close();
  }
}
