package dev.vigil.stack.warehouse;

import com.google.cloud.bigquery.storage.v1.StorageError.StorageErrorCode;
import com.google.cloud.bigquery.storage.v1.WriteStream;
import com.google.rpc.Code;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;

/**
 * The write streams of all tables: how far each has come, and the rows that are in it but not yet
 * in the table. Both are in the database, so a stream goes on after a restart where it was. All
 * methods work within the transaction of the connection.
 */
final class WriteStreams {
  /** A column that no table can have. */
  private static final String OFFSET = Sql.name("vigil$offset");

  private static final String STREAM = Sql.name("vigil$stream");
  private static final String STREAMS = Sql.name(Catalog.SCHEMA, "streams");

  private WriteStreams() {}

  /**
   * How far a stream has come.
   *
   * @param next the offset of the next row
   * @param flushed how many rows were put into the table
   */
  record State(
      StreamName name,
      WriteStream.Type type,
      long next,
      long flushed,
      boolean finalized,
      boolean committed,
      long createdMillis) {}

  static void define(DuckDBConnection connection) throws SQLException {
    Catalog.execute(
        connection,
        "CREATE TABLE IF NOT EXISTS "
            + STREAMS
            + " (id VARCHAR PRIMARY KEY, dataset VARCHAR NOT NULL, table_id VARCHAR NOT NULL,"
            + " type VARCHAR NOT NULL, next BIGINT NOT NULL, flushed BIGINT NOT NULL,"
            + " finalized BOOLEAN NOT NULL, committed BOOLEAN NOT NULL, created BIGINT NOT NULL)");
  }

  /** The table, as it stands in SQL, of the rows that are not yet in a table. */
  static String staged(TableId id) {
    return Sql.name(Catalog.SCHEMA, id.toString());
  }

  /** Makes room for rows that are not yet in a table. */
  static void makeStaged(DuckDBConnection connection, TableId id, TableLayout layout)
      throws SQLException {
    String columns =
        Stream.concat(
                Stream.of(STREAM + " VARCHAR", OFFSET + " BIGINT"),
                layout.columns().stream()
                    .map(column -> Sql.name(column.name()) + " " + column.duckDbType()))
            .collect(Collectors.joining(", "));
    Catalog.execute(connection, "CREATE TABLE " + staged(id) + " (" + columns + ")");
  }

  /** Forgets all streams of a table, and what is in them. */
  static void forget(DuckDBConnection connection, TableId id) throws SQLException {
    Catalog.execute(connection, "DROP TABLE IF EXISTS " + staged(id));
    Catalog.execute(
        connection,
        "DELETE FROM " + STREAMS + " WHERE dataset = ? AND table_id = ?",
        id.dataset(),
        id.table());
  }

  static State create(DuckDBConnection connection, StreamName name, WriteStream.Type type)
      throws SQLException {
    if (type != WriteStream.Type.COMMITTED
        && type != WriteStream.Type.BUFFERED
        && type != WriteStream.Type.PENDING) {
      throw StreamFailure.invalid(name.toString(), "A stream needs a type.");
    }
    Catalog.execute(
        connection,
        "INSERT INTO " + STREAMS + " VALUES (?, ?, ?, ?, 0, 0, false, false, ?)",
        name.id(),
        name.table().dataset(),
        name.table().table(),
        type.name(),
        System.currentTimeMillis());
    return find(connection, name);
  }

  static State find(DuckDBConnection connection, StreamName name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT type, next, flushed, finalized, committed, created FROM "
                + STREAMS
                + " WHERE id = ? AND dataset = ? AND table_id = ?")) {
      statement.setString(1, name.id());
      statement.setString(2, name.table().dataset());
      statement.setString(3, name.table().table());
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw StreamFailure.noStream(name.toString());
        }
        return new State(
            name,
            WriteStream.Type.valueOf(rows.getString(1)),
            rows.getLong(2),
            rows.getLong(3),
            rows.getBoolean(4),
            rows.getBoolean(5),
            rows.getLong(6));
      }
    }
  }

  /**
   * Whether rows can come now.
   *
   * @param offset that the client gives to the first of them; negative if it gives none
   */
  static void check(State stream, long offset) {
    String name = stream.name().toString();
    if (stream.finalized()) {
      throw new StreamFailure(
          Code.FAILED_PRECONDITION,
          StorageErrorCode.STREAM_FINALIZED,
          name,
          "Stream has been finalized and cannot be appended: " + name);
    }
    if (offset >= 0 && offset < stream.next()) {
      throw new StreamFailure(
          Code.ALREADY_EXISTS,
          StorageErrorCode.OFFSET_ALREADY_EXISTS,
          name,
          "The offset is within stream, expected offset %d, received %d"
              .formatted(stream.next(), offset));
    }
    if (offset > stream.next()) {
      throw new StreamFailure(
          Code.OUT_OF_RANGE,
          StorageErrorCode.OFFSET_OUT_OF_RANGE,
          name,
          "The offset is beyond stream, expected offset %d, received %d"
              .formatted(stream.next(), offset));
    }
  }

  /** Appends rows at the end of a stream. */
  static void append(DuckDBConnection connection, State stream, List<Object[]> rows)
      throws SQLException {
    TableId id = stream.name().table();
    if (stream.type() == WriteStream.Type.COMMITTED) {
      try (RowAppender appender = RowAppender.to(connection, id.dataset(), id.table())) {
        for (Object[] row : rows) {
          appender.append(row);
        }
      }
    } else {
      try (RowAppender appender = RowAppender.to(connection, Catalog.SCHEMA, id.toString())) {
        long offset = stream.next();
        for (Object[] row : rows) {
          Object[] staged = new Object[row.length + 2];
          staged[0] = stream.name().id();
          staged[1] = offset++;
          System.arraycopy(row, 0, staged, 2, row.length);
          appender.append(staged);
        }
      }
    }
    Catalog.execute(
        connection,
        "UPDATE " + STREAMS + " SET next = next + ? WHERE id = ?",
        rows.size(),
        stream.name().id());
  }

  /**
   * Puts the rows of a BUFFERED stream up to and with that offset into the table.
   *
   * @throws StreamFailure if they are there already, or are yet to come
   */
  static void flush(DuckDBConnection connection, State stream, long offset) throws SQLException {
    String name = stream.name().toString();
    if (stream.type() != WriteStream.Type.BUFFERED) {
      throw new StreamFailure(
          Code.INVALID_ARGUMENT,
          StorageErrorCode.INVALID_STREAM_TYPE,
          name,
          "Only BUFFERED streams can be flushed: " + name);
    }
    if (offset < stream.flushed()) {
      throw new StreamFailure(
          Code.ALREADY_EXISTS,
          StorageErrorCode.OFFSET_ALREADY_EXISTS,
          name,
          "Offset %d was flushed before, in stream %s".formatted(offset, name));
    }
    if (offset >= stream.next()) {
      throw new StreamFailure(
          Code.OUT_OF_RANGE,
          StorageErrorCode.OFFSET_OUT_OF_RANGE,
          name,
          "Offset %d is beyond the end of stream %s".formatted(offset, name));
    }
    publish(connection, stream.name(), offset);
    Catalog.execute(
        connection,
        "UPDATE " + STREAMS + " SET flushed = ? WHERE id = ?",
        offset + 1,
        stream.name().id());
  }

  private static void publish(DuckDBConnection connection, StreamName name, long lastOffset)
      throws SQLException {
    String which = " WHERE " + STREAM + " = ? AND " + OFFSET + " <= ?";
    Catalog.execute(
        connection,
        "INSERT INTO "
            + name.table().sql()
            + " SELECT * EXCLUDE ("
            + STREAM
            + ", "
            + OFFSET
            + ") FROM "
            + staged(name.table())
            + which
            + " ORDER BY "
            + OFFSET,
        name.id(),
        lastOffset);
    Catalog.execute(
        connection, "DELETE FROM " + staged(name.table()) + which, name.id(), lastOffset);
  }

  /** From now on no row can come. */
  static void finish(DuckDBConnection connection, State stream) throws SQLException {
    Catalog.execute(
        connection, "UPDATE " + STREAMS + " SET finalized = true WHERE id = ?", stream.name().id());
  }

  /** Whether a PENDING stream's rows can be put into the table now. */
  static void checkCommit(State stream) {
    String name = stream.name().toString();
    if (stream.type() != WriteStream.Type.PENDING) {
      throw new StreamFailure(
          Code.INVALID_ARGUMENT,
          StorageErrorCode.INVALID_STREAM_TYPE,
          name,
          "Only PENDING streams can be committed: " + name);
    }
    if (!stream.finalized()) {
      throw new StreamFailure(
          Code.INVALID_ARGUMENT,
          StorageErrorCode.INVALID_STREAM_STATE,
          name,
          "Stream is not finalized: " + name);
    }
    if (stream.committed()) {
      throw new StreamFailure(
          Code.ALREADY_EXISTS,
          StorageErrorCode.STREAM_ALREADY_COMMITTED,
          name,
          "Stream is already committed: " + name);
    }
  }

  /** Puts all rows of a PENDING stream into the table. */
  static void commit(DuckDBConnection connection, State stream) throws SQLException {
    publish(connection, stream.name(), stream.next());
    Catalog.execute(
        connection, "UPDATE " + STREAMS + " SET committed = true WHERE id = ?", stream.name().id());
  }
}
