package dev.vigil.stack.warehouse;

import com.google.api.services.bigquery.model.TableFieldSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a table's schema becomes when a client gives it another: columns can be added, and need not
 * be required any more. Nothing else can change.
 */
final class SchemaChange {
  private SchemaChange() {}

  /**
   * The new schema: the old columns where they were, then those that are new.
   *
   * @throws ApiException if a column goes missing, changes its type, or would be required of rows
   *     that are there already
   */
  static List<TableFieldSchema> widen(
      List<TableFieldSchema> before, List<TableFieldSchema> after, String path) {
    Map<String, TableFieldSchema> given = new LinkedHashMap<>();
    after.forEach(field -> given.put(field.getName().toLowerCase(Locale.ROOT), field));
    List<TableFieldSchema> widened = new ArrayList<>();
    for (TableFieldSchema old : before) {
      TableFieldSchema next = given.remove(old.getName().toLowerCase(Locale.ROOT));
      widened.add(widen(old, next, path + old.getName()));
    }
    for (TableFieldSchema added : given.values()) {
      if ("REQUIRED".equalsIgnoreCase(added.getMode())) {
        throw mismatch(
            "Cannot add required fields to an existing schema. (field: "
                + path
                + added.getName()
                + ")");
      }
      widened.add(added);
    }
    return widened;
  }

  private static TableFieldSchema widen(TableFieldSchema old, TableFieldSchema next, String path) {
    if (next == null) {
      throw mismatch("Field " + path + " is missing in new schema");
    }
    if (ColumnType.named(old.getType()) != ColumnType.named(next.getType())) {
      throw mismatch(
          "Field %s has changed type from %s to %s".formatted(path, old.getType(), next.getType()));
    }
    String before = mode(old);
    String after = mode(next);
    if (!before.equals(after) && !(before.equals("REQUIRED") && after.equals("NULLABLE"))) {
      throw mismatch("Field %s has changed mode from %s to %s".formatted(path, before, after));
    }
    TableFieldSchema widened = next.clone().setName(old.getName());
    if (old.getFields() != null && ColumnType.named(old.getType()) == ColumnType.STRUCT) {
      widened.setFields(widen(old.getFields(), next.getFields(), path + "."));
    }
    return widened;
  }

  private static String mode(TableFieldSchema field) {
    return field.getMode() == null ? "NULLABLE" : field.getMode().toUpperCase(Locale.ROOT);
  }

  private static ApiException mismatch(String message) {
    return ApiException.invalid("Provided Schema does not match. " + message);
  }
}
