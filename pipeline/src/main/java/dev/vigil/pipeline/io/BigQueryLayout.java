package dev.vigil.pipeline.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.event.EcsDocument;
import dev.vigil.event.RecordSchemaProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How a kind of record becomes a row: the record's own fields, nested as they are, behind those
 * that BigQuery wants at the top, since it takes no nested column for a primary key or for sorting:
 * {@value #ID}, and {@value #SOURCE_IP} and {@value #RULE_ID} where the record has a source and a
 * rule.
 *
 * <p>Fields have the names that they have in JSON, but for {@code timestamp}, whose JSON name
 * {@code @timestamp} is none that a column may have. Maps become JSON with sorted names, and not
 * repeated pairs: {@code labels.action} reaches a value where pairs would need a subquery, and
 * equal records give equal rows.
 */
final class BigQueryLayout {
  static final String ID = "id";
  static final String SOURCE_IP = "source_ip";
  static final String RULE_ID = "rule_id";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  private static final ClassValue<BigQueryLayout> LAYOUTS =
      new ClassValue<>() {
        @Override
        protected BigQueryLayout computeValue(Class<?> type) {
          return new BigQueryLayout(type.asSubclass(Record.class));
        }
      };

  private final Schema records;
  private final Schema rows;
  private final SerializableFunction<Object, Row> toRow;
  private final SerializableFunction<Row, Object> fromRow;
  private final int leading;

  @SuppressWarnings("unchecked") // the functions are given records of this type alone
  private BigQueryLayout(Class<? extends Record> type) {
    RecordSchemaProvider provider = new RecordSchemaProvider();
    TypeDescriptor<? extends Record> descriptor = TypeDescriptor.of(type);
    records = provider.schemaFor(descriptor);
    toRow = (SerializableFunction<Object, Row>) (Object) provider.toRowFunction(descriptor);
    fromRow = (SerializableFunction<Row, Object>) (Object) provider.fromRowFunction(descriptor);
    Schema.Builder schema = Schema.builder().addStringField(ID);
    if (hasNested("source", "ip")) {
      schema.addNullableStringField(SOURCE_IP);
    }
    if (hasNested("rule", "id")) {
      schema.addNullableStringField(RULE_ID);
    }
    leading = schema.build().getFieldCount();
    for (Schema.Field field : records.getFields()) {
      schema.addField(isMap(field) ? field.withType(textAs(field)) : field);
    }
    rows = schema.build();
  }

  static BigQueryLayout of(Class<? extends Record> type) {
    return LAYOUTS.get(type);
  }

  /** What a row of the table has. */
  Schema schema() {
    return rows;
  }

  /** Whether a column at the top holds JSON. */
  boolean isJson(String column) {
    return records.hasField(column) && isMap(records.getField(column));
  }

  <T extends Record & EcsDocument> Row toRow(T record) {
    Row fields = toRow.apply(record);
    List<@Nullable Object> values = new ArrayList<>(rows.getFieldCount());
    values.add(record.id());
    if (rows.hasField(SOURCE_IP)) {
      values.add(nested(fields, "source", "ip"));
    }
    if (rows.hasField(RULE_ID)) {
      values.add(nested(fields, "rule", "id"));
    }
    for (int i = 0; i < records.getFieldCount(); i++) {
      Object value = fields.getValue(i);
      values.add(value != null && isMap(records.getField(i)) ? json((Map<?, ?>) value) : value);
    }
    return Row.withSchema(rows).attachValues(values);
  }

  Object fromRow(Row row) {
    List<@Nullable Object> values = new ArrayList<>(records.getFieldCount());
    for (int i = 0; i < records.getFieldCount(); i++) {
      Object value = row.getValue(leading + i);
      values.add(value != null && isMap(records.getField(i)) ? map((String) value) : value);
    }
    return fromRow.apply(Row.withSchema(records).attachValues(values));
  }

  private boolean hasNested(String field, String nested) {
    return records.hasField(field)
        && records.getField(field).getType().getTypeName() == TypeName.ROW
        && records.getField(field).getType().getRowSchema().hasField(nested);
  }

  private static @Nullable String nested(Row row, String field, String nested) {
    Row inner = row.getRow(field);
    return inner == null ? null : inner.getString(nested);
  }

  private static boolean isMap(Schema.Field field) {
    return field.getType().getTypeName() == TypeName.MAP;
  }

  private static FieldType textAs(Schema.Field field) {
    return FieldType.STRING.withNullable(field.getType().getNullable());
  }

  private static String json(Map<?, ?> map) {
    try {
      return JSON.writeValueAsString(new TreeMap<>(map));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts have a JSON form", e);
    }
  }

  private static Map<String, String> map(String json) {
    try {
      return JSON.readValue(json, TEXTS);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("we made it", e);
    }
  }

  // Records, because schema coders are equal only if their functions are.

  /** Makes rows of records. */
  record ToRow<T extends Record & EcsDocument>(Class<T> type)
      implements SerializableFunction<T, Row> {
    @Override
    public Row apply(T record) {
      return of(type).toRow(record);
    }
  }

  /** Makes records of rows. */
  record FromRow<T extends Record & EcsDocument>(Class<T> type)
      implements SerializableFunction<Row, T> {
    @Override
    public T apply(Row row) {
      return type.cast(of(type).fromRow(row));
    }
  }
}
