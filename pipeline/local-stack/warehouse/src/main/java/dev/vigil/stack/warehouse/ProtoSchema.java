package dev.vigil.stack.warehouse;

import com.google.cloud.bigquery.storage.v1.TableFieldSchema;
import com.google.cloud.bigquery.storage.v1.TableSchema;
import java.util.List;

/** A table's columns as the Storage Write API tells them. */
final class ProtoSchema {
  private ProtoSchema() {}

  static TableSchema of(TableLayout layout) {
    return TableSchema.newBuilder().addAllFields(fields(layout.columns())).build();
  }

  private static List<TableFieldSchema> fields(List<Column> columns) {
    return columns.stream()
        .map(
            column ->
                TableFieldSchema.newBuilder()
                    .setName(column.name())
                    .setType(type(column.type()))
                    .setMode(TableFieldSchema.Mode.valueOf(column.mode().name()))
                    .addAllFields(fields(column.fields()))
                    .build())
        .toList();
  }

  private static TableFieldSchema.Type type(ColumnType type) {
    // By the same names, but for one.
    return type == ColumnType.FLOAT64
        ? TableFieldSchema.Type.DOUBLE
        : TableFieldSchema.Type.valueOf(type.name());
  }
}
