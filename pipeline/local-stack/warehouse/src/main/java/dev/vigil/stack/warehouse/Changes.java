package dev.vigil.stack.warehouse;

import com.google.common.io.BaseEncoding;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.duckdb.DuckDBConnection;

/**
 * Change data capture: for each primary key the newest change decides, in whatever order they come.
 * That of two with the same sequence number is newer that comes later.
 *
 * <p>How new a row is, and that it was deleted, is kept beside the table for ever: otherwise an old
 * change that comes late, perhaps after a restart, would undo a newer one.
 */
final class Changes {
  private static final String SEQUENCES = Sql.name(Catalog.SCHEMA, "changes");

  private Changes() {}

  static void define(DuckDBConnection connection) throws SQLException {
    Catalog.execute(
        connection,
        "CREATE TABLE IF NOT EXISTS "
            + SEQUENCES
            + " (dataset VARCHAR, table_id VARCHAR, key VARCHAR, sequence VARCHAR NOT NULL,"
            + " PRIMARY KEY (dataset, table_id, key))");
  }

  static void forget(DuckDBConnection connection, TableId id) throws SQLException {
    Catalog.execute(
        connection,
        "DELETE FROM " + SEQUENCES + " WHERE dataset = ? AND table_id = ?",
        id.dataset(),
        id.table());
  }

  /** Applies changes in the order in which they came. */
  static void apply(
      DuckDBConnection connection, TableId id, TableLayout layout, List<Change> changes)
      throws SQLException {
    Map<String, Change> newest = new LinkedHashMap<>();
    for (Change change : changes) {
      newest.merge(key(layout, change.row()), change, Changes::newer);
    }
    Map<String, ChangeSequence> known = exchangeSequences(connection, id, newest);
    newest
        .entrySet()
        .removeIf(
            entry -> {
              ChangeSequence last = known.get(entry.getKey());
              return last != null && entry.getValue().sequence().compareTo(last) < 0;
            });
    if (!newest.isEmpty()) {
      replaceRows(connection, id, layout, newest.values());
    }
  }

  private static Change newer(Change before, Change after) {
    return after.sequence().compareTo(before.sequence()) >= 0 ? after : before;
  }

  private static void replaceRows(
      DuckDBConnection connection, TableId id, TableLayout layout, Collection<Change> changes)
      throws SQLException {
    Catalog.execute(
        connection, "CREATE TEMP TABLE changed AS SELECT * FROM " + id.sql() + " LIMIT 0");
    try (RowAppender rows = RowAppender.to(connection, "main", "changed")) {
      for (Change change : changes) {
        rows.append(change.row());
      }
    }
    String sameKey =
        layout.primaryKey().stream()
            .map(key -> Sql.name(layout.columns().get(key).name()))
            .map(name -> "changed." + name + " IS NOT DISTINCT FROM t." + name)
            .collect(Collectors.joining(" AND "));
    Catalog.execute(
        connection,
        "DELETE FROM " + id.sql() + " AS t USING temp.changed AS changed WHERE " + sameKey);
    Catalog.execute(connection, "DROP TABLE temp.changed");
    try (RowAppender rows = RowAppender.to(connection, id.dataset(), id.table())) {
      for (Change change : changes) {
        if (change.kind() == Change.Kind.UPSERT) {
          rows.append(change.row());
        }
      }
    }
  }

  /** Keeps how new the rows of some keys are now; returns how new they were. */
  private static Map<String, ChangeSequence> exchangeSequences(
      DuckDBConnection connection, TableId id, Map<String, Change> newest) throws SQLException {
    Catalog.execute(connection, "CREATE TEMP TABLE newest (key VARCHAR, sequence VARCHAR)");
    try (RowAppender rows = RowAppender.to(connection, "main", "newest")) {
      for (Map.Entry<String, Change> entry : newest.entrySet()) {
        rows.append(entry.getKey(), entry.getValue().sequence().toString());
      }
    }
    Map<String, ChangeSequence> known = new HashMap<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT known.key, known.sequence FROM "
                + SEQUENCES
                + " AS known SEMI JOIN temp.newest USING (key) WHERE dataset = ? AND table_id = ?")) {
      statement.setString(1, id.dataset());
      statement.setString(2, id.table());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          known.put(rows.getString(1), ChangeSequence.stored(rows.getString(2)));
        }
      }
    }
    // As text they are in the order of the numbers.
    Catalog.execute(
        connection,
        "INSERT INTO "
            + SEQUENCES
            + " SELECT ?, ?, key, sequence FROM temp.newest ON CONFLICT (dataset, table_id, key)"
            + " DO UPDATE SET sequence = greatest(sequence, excluded.sequence)",
        id.dataset(),
        id.table());
    Catalog.execute(connection, "DROP TABLE temp.newest");
    return known;
  }

  /** The key's values as one text, which no other key has. */
  private static String key(TableLayout layout, Object[] row) {
    StringJoiner key = new StringJoiner(",");
    for (int column : layout.primaryKey()) {
      Object value = row[column];
      if (value instanceof byte[] bytes) {
        key.add(BaseEncoding.base16().encode(bytes));
      } else if (value instanceof String text) {
        key.add('"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
      } else {
        key.add(String.valueOf(value));
      }
    }
    return key.toString();
  }
}
