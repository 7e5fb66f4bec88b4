package dev.vigil.pipeline.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.event.EcsDocument;
import dev.vigil.event.RecordSchemaProvider;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
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
 *
 * <p>Times go as microseconds since 1970, which is the form that the Storage Write API has for
 * them; BigQueryIO 2.70 would make that form itself, but ends the job at a time before 1677 or
 * after 2262.
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

  private final Columns own;
  private final Schema leading;
  private final Schema schema;
  private final Schema described;
  private final SerializableFunction<Object, Row> toRow;
  private final SerializableFunction<Row, Object> fromRow;

  @SuppressWarnings("unchecked") // the functions are given records of this type alone
  private BigQueryLayout(Class<? extends Record> type) {
    RecordSchemaProvider provider = new RecordSchemaProvider();
    TypeDescriptor<? extends Record> descriptor = TypeDescriptor.of(type);
    toRow = (SerializableFunction<Object, Row>) (Object) provider.toRowFunction(descriptor);
    fromRow = (SerializableFunction<Row, Object>) (Object) provider.fromRowFunction(descriptor);
    own = Columns.of(provider.schemaFor(descriptor));
    Schema.Builder first = Schema.builder().addStringField(ID);
    if (hasNested(own.fields, "source", "ip")) {
      first.addNullableStringField(SOURCE_IP);
    }
    if (hasNested(own.fields, "rule", "id")) {
      first.addNullableStringField(RULE_ID);
    }
    leading = first.build();
    schema = joined(leading, own.columns);
    described = joined(leading, own.fields);
  }

  static BigQueryLayout of(Class<? extends Record> type) {
    return LAYOUTS.get(type);
  }

  /** What a row has, in the types in which it is sent. */
  Schema schema() {
    return schema;
  }

  /** The same, in the types that the values have in the record. */
  Schema described() {
    return described;
  }

  <T extends Record & EcsDocument> Row toRow(T record) {
    Row fields = toRow.apply(record);
    List<@Nullable Object> values = new ArrayList<>(schema.getFieldCount());
    values.add(record.id());
    if (leading.hasField(SOURCE_IP)) {
      values.add(nested(fields, "source", "ip"));
    }
    if (leading.hasField(RULE_ID)) {
      values.add(nested(fields, "rule", "id"));
    }
    values.addAll(own.toColumns(fields).getValues());
    return Row.withSchema(schema).attachValues(values);
  }

  Object fromRow(Row row) {
    List<@Nullable Object> values = row.getValues();
    Row columns =
        Row.withSchema(own.columns)
            .attachValues(new ArrayList<>(values.subList(leading.getFieldCount(), values.size())));
    return fromRow.apply(own.toFields(columns));
  }

  private static Schema joined(Schema first, Schema then) {
    return Schema.builder().addFields(first.getFields()).addFields(then.getFields()).build();
  }

  private static boolean hasNested(Schema schema, String field, String nested) {
    return schema.hasField(field)
        && schema.getField(field).getType().getTypeName() == TypeName.ROW
        && schema.getField(field).getType().getRowSchema().hasField(nested);
  }

  private static @Nullable String nested(Row row, String field, String nested) {
    Row inner = row.getRow(field);
    return inner == null ? null : inner.getString(nested);
  }

  /** How a field's value becomes a column's, and back. */
  private record Column(
      FieldType type, UnaryOperator<Object> toColumn, UnaryOperator<Object> toField) {

    static Column of(FieldType field) {
      if (field.isLogicalType(SqlTypes.TIMESTAMP.getIdentifier())) {
        return new Column(
            FieldType.INT64, time -> micros((Instant) time), micros -> time((Long) micros));
      }
      return switch (field.getTypeName()) {
        case MAP -> new Column(FieldType.STRING, map -> json((Map<?, ?>) map), BigQueryLayout::map);
        case ROW -> {
          Columns nested = Columns.of(field.getRowSchema());
          yield new Column(
              FieldType.row(nested.columns),
              row -> nested.toColumns((Row) row),
              row -> nested.toFields((Row) row));
        }
        case ARRAY -> {
          Column element = of(field.getCollectionElementType());
          yield new Column(
              FieldType.array(element.type),
              list -> mapped((Iterable<?>) list, element.toColumn),
              list -> mapped((Iterable<?>) list, element.toField));
        }
        default -> new Column(field, UnaryOperator.identity(), UnaryOperator.identity());
      };
    }

    private static List<Object> mapped(Iterable<?> values, UnaryOperator<Object> mapping) {
      List<Object> mapped = new ArrayList<>();
      values.forEach(value -> mapped.add(mapping.apply(value)));
      return mapped;
    }
  }

  /** The fields of a record, and the columns for them. */
  private record Columns(Schema fields, Schema columns, List<Column> each) {
    static Columns of(Schema fields) {
      Schema.Builder columns = Schema.builder();
      List<Column> each = new ArrayList<>();
      for (Schema.Field field : fields.getFields()) {
        Column column = Column.of(field.getType());
        each.add(column);
        columns.addField(
            Schema.Field.of(field.getName(), column.type)
                .withNullable(field.getType().getNullable()));
      }
      return new Columns(fields, columns.build(), each);
    }

    Row toColumns(Row row) {
      List<@Nullable Object> values = new ArrayList<>(each.size());
      for (int i = 0; i < each.size(); i++) {
        Object value = row.getValue(i);
        values.add(value == null ? null : each.get(i).toColumn.apply(value));
      }
      return Row.withSchema(columns).attachValues(values);
    }

    Row toFields(Row row) {
      List<@Nullable Object> values = new ArrayList<>(each.size());
      for (int i = 0; i < each.size(); i++) {
        Object value = row.getValue(i);
        values.add(value == null ? null : each.get(i).toField.apply(value));
      }
      return Row.withSchema(fields).attachValues(values);
    }
  }

  /** What does not fit becomes a time that BigQuery refuses, as it would the right one. */
  private static long micros(Instant time) {
    long micros = TimeUnit.SECONDS.toMicros(time.getEpochSecond());
    boolean fits = micros != Long.MIN_VALUE && micros < Long.MAX_VALUE - 1_000_000;
    return fits ? micros + time.getNano() / 1_000 : micros;
  }

  private static Instant time(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
  }

  private static String json(Map<?, ?> map) {
    try {
      return JSON.writeValueAsString(new TreeMap<>(map));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts have a JSON form", e);
    }
  }

  private static Object map(Object json) {
    try {
      return JSON.readValue((String) json, TEXTS);
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
