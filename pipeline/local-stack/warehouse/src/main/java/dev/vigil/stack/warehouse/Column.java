package dev.vigil.stack.warehouse;

import com.google.api.services.bigquery.model.TableFieldSchema;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A column of a table, or a field of a struct.
 *
 * @param name as the schema has it; BigQuery compares names regardless of case
 * @param mode whether it can be null, and whether it is a list
 * @param fields those of a struct; else empty
 */
record Column(String name, ColumnType type, Mode mode, List<Column> fields) {
  /** As BigQuery has it. A REPEATED column is a list, never null, without nulls in it. */
  enum Mode {
    NULLABLE,
    REQUIRED,
    REPEATED
  }

  Column {
    fields = List.copyOf(fields);
  }

  /** The columns of a schema. */
  static List<Column> of(List<TableFieldSchema> schema, String path) {
    if (schema == null || schema.isEmpty()) {
      throw ApiException.invalid(
          path.isEmpty() ? "Schema has no fields." : "Field " + path + " has no sub-fields.");
    }
    Set<String> names = new HashSet<>();
    for (TableFieldSchema field : schema) {
      if (field.getName() == null || !field.getName().matches("[A-Za-z_][A-Za-z0-9_]{0,299}")) {
        throw ApiException.invalid("Invalid field name \"" + path + field.getName() + "\".");
      }
      if (!names.add(field.getName().toLowerCase(Locale.ROOT))) {
        throw ApiException.invalid("Field " + path + field.getName() + " already exists in schema");
      }
    }
    return schema.stream().map(field -> of(field, path)).toList();
  }

  private static Column of(TableFieldSchema field, String path) {
    if (field.getType() == null) {
      throw ApiException.invalid("Field " + path + field.getName() + " has no type.");
    }
    if (field.getDefaultValueExpression() != null) {
      throw ApiException.notImitated("default values of columns");
    }
    ColumnType type = ColumnType.named(field.getType());
    return new Column(
        field.getName(),
        type,
        field.getMode() == null
            ? Mode.NULLABLE
            : Mode.valueOf(field.getMode().toUpperCase(Locale.ROOT)),
        type == ColumnType.STRUCT
            ? of(field.getFields(), path + field.getName() + ".")
            : List.of());
  }

  /** Its type in DuckDB. Nullability is not part of it: rows are checked before they get there. */
  String duckDbType() {
    return mode == Mode.REPEATED ? elementType() + "[]" : elementType();
  }

  private String elementType() {
    return type != ColumnType.STRUCT
        ? type.duckDb()
        : fields.stream()
            .map(field -> Sql.name(field.name) + " " + field.duckDbType())
            .collect(Collectors.joining(", ", "STRUCT(", ")"));
  }
}
