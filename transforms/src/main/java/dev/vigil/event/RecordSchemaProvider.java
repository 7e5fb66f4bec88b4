package dev.vigil.event;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderProvider;
import org.apache.beam.sdk.coders.CoderProviderRegistrar;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.SchemaCoder;
import org.apache.beam.sdk.schemas.SchemaProvider;
import org.apache.beam.sdk.schemas.SchemaProviderRegistrar;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Gives every Java record a Beam schema, and so a coder, without an annotation on it: a field per
 * component, in declared order, named in snake case, nullable where the component is
 * {@code @Nullable}.
 *
 * <p>Components may be strings, {@code int}, {@code long}, {@code double}, {@code boolean} or their
 * boxes, {@code byte[]}, {@link Instant} (in microseconds: what is finer is cut off), records, and
 * lists of these or maps from strings to these. A record with any other component is left to other
 * providers.
 *
 * <p>Bytes written before a nullable component was added at the end of a record still decode; it is
 * null then.
 */
public final class RecordSchemaProvider implements SchemaProvider {
  private static final long serialVersionUID = 1L;

  private static final ClassValue<Optional<Mapping>> MAPPINGS =
      new ClassValue<>() {
        @Override
        protected Optional<Mapping> computeValue(Class<?> type) {
          return Optional.ofNullable(Mapping.of(type, new HashSet<>()));
        }
      };

  @Override
  public <T> @Nullable Schema schemaFor(TypeDescriptor<T> type) {
    Class<?> raw = type.getRawType();
    return raw.isRecord() ? MAPPINGS.get(raw).map(Mapping::schema).orElse(null) : null;
  }

  @Override
  public <T> @Nullable SerializableFunction<T, Row> toRowFunction(TypeDescriptor<T> type) {
    return schemaFor(type) == null ? null : new ToRow<>(type.getRawType());
  }

  @Override
  public <T> @Nullable SerializableFunction<Row, T> fromRowFunction(TypeDescriptor<T> type) {
    return schemaFor(type) == null ? null : new FromRow<>(type.getRawType());
  }

  // Records, because schema coders are equal only if their functions are.

  private record ToRow<T>(Class<? super T> type) implements SerializableFunction<T, Row> {
    @Override
    public Row apply(T record) {
      return MAPPINGS.get(type).orElseThrow().toRow(record);
    }
  }

  private record FromRow<T>(Class<? super T> type) implements SerializableFunction<Row, T> {
    @Override
    @SuppressWarnings("unchecked") // the mapping of T makes instances of T
    public T apply(Row row) {
      return (T) MAPPINGS.get(type).orElseThrow().fromRow(row);
    }
  }

  /**
   * Beam's own type of SQL's timestamps, with the same name and bytes. Beam's verifies the row that
   * it makes of each time, which would double what a login costs to encode.
   */
  private static final class Timestamp extends MicrosInstant {
    private static final long serialVersionUID = 1L;

    @Override
    public Row toBaseType(Instant time) {
      return Row.withSchema(getBaseType().getRowSchema())
          .attachValues(time.getEpochSecond(), time.getNano() / 1_000);
    }
  }

  /** How one value goes into a row, and out of it. */
  private record FieldMapping(
      FieldType type, UnaryOperator<Object> toRow, UnaryOperator<Object> fromRow) {
    static final Map<Type, FieldMapping> SCALARS =
        Map.ofEntries(
            Map.entry(String.class, same(FieldType.STRING)),
            Map.entry(int.class, same(FieldType.INT32)),
            Map.entry(Integer.class, same(FieldType.INT32)),
            Map.entry(long.class, same(FieldType.INT64)),
            Map.entry(Long.class, same(FieldType.INT64)),
            Map.entry(double.class, same(FieldType.DOUBLE)),
            Map.entry(Double.class, same(FieldType.DOUBLE)),
            Map.entry(boolean.class, same(FieldType.BOOLEAN)),
            Map.entry(Boolean.class, same(FieldType.BOOLEAN)),
            Map.entry(byte[].class, same(FieldType.BYTES)),
            Map.entry(
                Instant.class,
                // Not Beam's DATETIME, which has milliseconds alone.
                new FieldMapping(
                    FieldType.logicalType(new Timestamp()),
                    time -> ((Instant) time).truncatedTo(ChronoUnit.MICROS),
                    UnaryOperator.identity())));

    static FieldMapping same(FieldType type) {
      return new FieldMapping(type, UnaryOperator.identity(), UnaryOperator.identity());
    }

    static @Nullable FieldMapping of(Type type, Set<Class<?>> enclosing) {
      FieldMapping scalar = SCALARS.get(type);
      if (scalar != null) {
        return scalar;
      }
      if (type instanceof Class<?> raw && raw.isRecord()) {
        Mapping nested = Mapping.of(raw, enclosing);
        return nested == null
            ? null
            : new FieldMapping(
                FieldType.row(nested.schema()), nested::toRow, row -> nested.fromRow((Row) row));
      }
      if (type instanceof ParameterizedType generic) {
        Type[] arguments = generic.getActualTypeArguments();
        if (generic.getRawType() == List.class) {
          return ofList(of(arguments[0], enclosing));
        }
        if (generic.getRawType() == Map.class && arguments[0] == String.class) {
          return ofMap(of(arguments[1], enclosing));
        }
      }
      return null;
    }

    private static @Nullable FieldMapping ofList(@Nullable FieldMapping element) {
      return element == null
          ? null
          : new FieldMapping(
              FieldType.array(element.type),
              list -> mapped((Iterable<?>) list, element.toRow),
              list -> List.copyOf(mapped((Iterable<?>) list, element.fromRow)));
    }

    private static List<Object> mapped(Iterable<?> values, UnaryOperator<Object> mapping) {
      List<Object> result = new ArrayList<>();
      values.forEach(value -> result.add(mapping.apply(value)));
      return result;
    }

    private static @Nullable FieldMapping ofMap(@Nullable FieldMapping value) {
      return value == null
          ? null
          : new FieldMapping(
              FieldType.map(FieldType.STRING, value.type),
              map -> mapped((Map<?, ?>) map, value.toRow),
              map -> Map.copyOf(mapped((Map<?, ?>) map, value.fromRow)));
    }

    private static Map<Object, Object> mapped(Map<?, ?> map, UnaryOperator<Object> mapping) {
      Map<Object, Object> result = new HashMap<>();
      map.forEach((name, value) -> result.put(name, mapping.apply(value)));
      return result;
    }
  }

  /** A record class and its schema. */
  private record Mapping(RecordShape shape, Schema schema, FieldMapping[] fields) {
    /** The mapping, or null if the class has a component that cannot be mapped. */
    static @Nullable Mapping of(Class<?> type, Set<Class<?>> enclosing) {
      if (!enclosing.add(type)) {
        return null; // a record that contains itself has no schema
      }
      RecordShape shape = RecordShape.of(type);
      Schema.Builder schema = Schema.builder();
      FieldMapping[] fields = new FieldMapping[shape.components().size()];
      for (int i = 0; i < fields.length; i++) {
        RecordShape.Component component = shape.components().get(i);
        fields[i] = FieldMapping.of(component.type(), enclosing);
        if (fields[i] == null) {
          return null;
        }
        schema.addField(
            Schema.Field.of(component.name(), fields[i].type).withNullable(component.nullable()));
      }
      enclosing.remove(type);
      return new Mapping(shape, schema.build(), fields);
    }

    Row toRow(Object record) {
      List<Object> values = new ArrayList<>(fields.length);
      for (int i = 0; i < fields.length; i++) {
        Object value = shape.components().get(i).get(record);
        values.add(value == null ? null : fields[i].toRow.apply(value));
      }
      return Row.withSchema(schema).attachValues(values);
    }

    Object fromRow(Row row) {
      Object[] values = new Object[fields.length];
      for (int i = 0; i < fields.length; i++) {
        Object value = row.getValue(i);
        values[i] = value == null ? null : fields[i].fromRow.apply(value);
      }
      return shape.create(values);
    }
  }

  /** Makes Beam find the schemas. */
  public static final class Schemas implements SchemaProviderRegistrar {
    @Override
    public List<SchemaProvider> getSchemaProviders() {
      return List.of(new RecordSchemaProvider());
    }
  }

  /** Makes Beam find the coders, also of records within other types, such as pairs and lists. */
  public static final class Coders implements CoderProviderRegistrar {
    @Override
    public List<CoderProvider> getCoderProviders() {
      return List.of(new RecordCoderProvider());
    }
  }

  private static final class RecordCoderProvider extends CoderProvider {
    @Override
    public <T> Coder<T> coderFor(TypeDescriptor<T> type, List<? extends Coder<?>> components)
        throws CannotProvideCoderException {
      RecordSchemaProvider provider = new RecordSchemaProvider();
      Schema schema = provider.schemaFor(type);
      if (schema == null) {
        throw new CannotProvideCoderException(type + " is no record that has a schema");
      }
      return SchemaCoder.of(
          schema, type, provider.toRowFunction(type), provider.fromRowFunction(type));
    }
  }
}
