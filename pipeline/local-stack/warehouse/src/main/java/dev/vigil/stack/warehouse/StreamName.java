package dev.vigil.stack.warehouse;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a write stream.
 *
 * @param project by which the client calls the warehouse
 * @param id {@code _default}, or what the warehouse gave it
 */
record StreamName(String project, TableId table, String id) {
  private static final String DEFAULT = "_default";
  private static final Pattern TABLE =
      Pattern.compile("projects/([^/]+)/datasets/([^/]+)/tables/([^/]+)");
  private static final Pattern STREAM =
      Pattern.compile(TABLE + "/(?:streams/([^/]+)|(" + DEFAULT + "))");

  static StreamName parse(String name) {
    Matcher matcher = STREAM.matcher(name);
    if (!matcher.matches()) {
      throw StreamFailure.invalid(name, "Invalid stream name: " + name);
    }
    return new StreamName(
        matcher.group(1),
        new TableId(matcher.group(2), matcher.group(3)),
        matcher.group(4) == null ? DEFAULT : matcher.group(4));
  }

  /** The stream of that id, of a table by its full name. */
  static StreamName of(String table, String id) {
    Matcher matcher = TABLE.matcher(table);
    if (!matcher.matches()) {
      throw StreamFailure.invalid(table, "Invalid table name: " + table);
    }
    return new StreamName(matcher.group(1), new TableId(matcher.group(2), matcher.group(3)), id);
  }

  /** The stream that every table has, whose rows are visible at once and know no offsets. */
  boolean isDefault() {
    return id.equals(DEFAULT);
  }

  @Override
  public String toString() {
    return "projects/%s/datasets/%s/tables/%s/streams/%s"
        .formatted(project, table.dataset(), table.table(), id);
  }
}
