package dev.vigil.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.SchemaRegistry;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordSchemaProviderTest {
  private static final RecordSchemaProvider PROVIDER = new RecordSchemaProvider();

  record Inner(long a, @Nullable String b) {}

  record Every(
      String text,
      int small,
      @Nullable Integer boxedSmall,
      long number,
      Long boxedNumber,
      double fraction,
      @Nullable Double boxedFraction,
      boolean truth,
      Boolean boxedTruth,
      byte[] raw,
      Instant lastSeenAt,
      Inner innerRecord,
      @Nullable Inner maybe,
      List<String> names,
      List<Inner> inners,
      @Nullable Map<String, Long> counts,
      Map<String, Inner> byName,
      List<List<Instant>> times,
      @Nullable String interface_) {}

  record Empty() {}

  record Unsupported(String a, Duration b) {}

  record RawList(@SuppressWarnings("rawtypes") List list) {}

  record NumberedMap(Map<Long, String> map) {}

  record Wildcards(List<? extends Inner> list) {}

  record HoldsUnsupported(List<Unsupported> list) {}

  record SelfContaining(String name, List<SelfContaining> children) {}

  record Chicken(@Nullable Egg egg) {}

  record Egg(@Nullable Chicken chicken) {}

  record Timed(Instant time) {}

  record Twice(Inner first, Inner second, List<Inner> more) {}

  private static Schema schema(Class<?> type) {
    return PROVIDER.schemaFor(TypeDescriptor.of(type));
  }

  private static <T> Coder<T> coder(Class<T> type) throws CannotProvideCoderException {
    return CoderRegistry.createDefault().getCoder(type);
  }

  @Test
  void aFieldForEachComponent() {
    Schema inner = Schema.builder().addInt64Field("a").addNullableStringField("b").build();
    FieldType row = FieldType.row(inner);
    Schema expected =
        Schema.builder()
            .addField("text", FieldType.STRING)
            .addField("small", FieldType.INT32)
            .addNullableField("boxed_small", FieldType.INT32)
            .addField("number", FieldType.INT64)
            .addField("boxed_number", FieldType.INT64)
            .addField("fraction", FieldType.DOUBLE)
            .addNullableField("boxed_fraction", FieldType.DOUBLE)
            .addField("truth", FieldType.BOOLEAN)
            .addField("boxed_truth", FieldType.BOOLEAN)
            .addField("raw", FieldType.BYTES)
            .addField("last_seen_at", FieldType.logicalType(SqlTypes.TIMESTAMP))
            .addField("inner_record", row)
            .addNullableField("maybe", row)
            .addField("names", FieldType.array(FieldType.STRING))
            .addField("inners", FieldType.array(row))
            .addNullableField("counts", FieldType.map(FieldType.STRING, FieldType.INT64))
            .addField("by_name", FieldType.map(FieldType.STRING, row))
            .addField(
                "times",
                FieldType.array(FieldType.array(FieldType.logicalType(SqlTypes.TIMESTAMP))))
            .addNullableField("interface", FieldType.STRING)
            .build();
    assertThat(schema(Every.class)).isEqualTo(expected);
    assertThat(schema(Every.class).getFieldNames()).isEqualTo(expected.getFieldNames());
    assertThat(schema(Inner.class)).isEqualTo(inner);
    assertThat(schema(Empty.class)).isEqualTo(Schema.builder().build());
  }

  @Test
  void beamFindsTheSchema() throws Exception {
    assertThat(SchemaRegistry.createDefault().getSchema(Inner.class))
        .isEqualTo(Schema.builder().addInt64Field("a").addNullableStringField("b").build());
  }

  @Test
  void everyKindOfComponentMakesTheRoundTrip() throws Exception {
    Instant time = Instant.parse("1969-12-31T23:59:59.999999Z");
    Every in =
        new Every(
            "t\u0000\uD83D\uDE00",
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            -0.0,
            Double.MIN_VALUE,
            true,
            false,
            new byte[] {0, -1},
            time,
            new Inner(1, null),
            new Inner(2, "b"),
            List.of("", "y", "x"),
            List.of(new Inner(3, "c"), new Inner(3, "c")),
            Map.of("one", 1L, "two", 2L),
            Map.of("i", new Inner(4, null)),
            List.of(List.of(time), List.of()),
            "lo");
    Every out = CoderUtils.clone(coder(Every.class), in);
    assertThat(out).usingRecursiveComparison().isEqualTo(in);
    assertThat(out.innerRecord()).isInstanceOf(Inner.class);
    assertThat(CoderUtils.clone(coder(Empty.class), new Empty())).isEqualTo(new Empty());
  }

  @Test
  void timesAreInMicroseconds() throws Exception {
    for (String[] times :
        new String[][] {
          {"2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00.123456Z"},
          {"1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999Z"},
        }) {
      Timed cut = new Timed(Instant.parse(times[1]));
      byte[] bytes =
          CoderUtils.encodeToByteArray(coder(Timed.class), new Timed(Instant.parse(times[0])));
      assertThat(CoderUtils.decodeFromByteArray(coder(Timed.class), bytes)).isEqualTo(cut);
      Schema schema = Schema.builder().addLogicalTypeField("time", SqlTypes.TIMESTAMP).build();
      assertThat(bytes)
          .as("as Beam has them")
          .isEqualTo(
              CoderUtils.encodeToByteArray(
                  RowCoder.of(schema), Row.withSchema(schema).addValue(cut.time).build()));
    }
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        Unsupported.class,
        RawList.class,
        NumberedMap.class,
        Wildcards.class,
        HoldsUnsupported.class,
        SelfContaining.class,
        Chicken.class,
        Egg.class,
        String.class,
      })
  void whatIsLeftToOtherProviders(Class<?> type) {
    TypeDescriptor<?> descriptor = TypeDescriptor.of(type);
    assertThat(PROVIDER.schemaFor(descriptor)).isNull();
    assertThat(PROVIDER.toRowFunction(descriptor)).isNull();
    assertThat(PROVIDER.fromRowFunction(descriptor)).isNull();
  }

  @Test
  void aRecordMayHoldAnotherTwice() throws Exception {
    Twice twice = new Twice(new Inner(1, "x"), new Inner(2, null), List.of(new Inner(1, "x")));
    assertThat(CoderUtils.clone(coder(Twice.class), twice)).isEqualTo(twice);
  }

  @Test
  void codersWithinOtherTypesAreInferred() throws Exception {
    CoderRegistry registry = CoderRegistry.createDefault();
    Coder<KV<String, Inner>> pair = registry.getCoder(new TypeDescriptor<KV<String, Inner>>() {});
    assertThat(pair).isEqualTo(KvCoder.of(StringUtf8Coder.of(), coder(Inner.class)));
    Coder<List<Inner>> list = registry.getCoder(new TypeDescriptor<List<Inner>>() {});
    assertThat(list).isEqualTo(ListCoder.of(coder(Inner.class)));
    KV<String, Inner> value = KV.of("k", new Inner(5, null));
    assertThat(CoderUtils.clone(pair, value)).isEqualTo(value);
    assertThat(CoderUtils.clone(list, List.of(value.getValue())))
        .isEqualTo(List.of(value.getValue()));
  }

  @Test
  void codersOfDifferentRecordsDiffer() throws Exception {
    record SameShape(long a, @Nullable String b) {}

    assertThat(coder(SameShape.class)).isNotEqualTo(coder(Inner.class));
    assertThat(schema(SameShape.class)).isEqualTo(schema(Inner.class));
  }

  record LineV1(String a, long b) {}

  record LineV2(String a, long b, @Nullable String c, @Nullable Instant d) {}

  record HolderV1(List<LineV1> lines, LineV1 line) {}

  record HolderV2(List<LineV2> lines, LineV2 line, @Nullable LineV2 more) {}

  @Test
  void bytesOfAnOlderVersionOfARecordStillDecode() throws Exception {
    byte[] bytes = CoderUtils.encodeToByteArray(coder(LineV1.class), new LineV1("x", 7));
    assertThat(CoderUtils.decodeFromByteArray(coder(LineV2.class), bytes))
        .isEqualTo(new LineV2("x", 7, null, null));

    byte[] nested =
        CoderUtils.encodeToByteArray(
            coder(HolderV1.class),
            new HolderV1(List.of(new LineV1("x", 7), new LineV1("y", 8)), new LineV1("z", 9)));
    assertThat(CoderUtils.decodeFromByteArray(coder(HolderV2.class), nested))
        .isEqualTo(
            new HolderV2(
                List.of(new LineV2("x", 7, null, null), new LineV2("y", 8, null, null)),
                new LineV2("z", 9, null, null),
                null));
  }

  private static Stream<Class<?>> recordsOfVigil() {
    return new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.vigil.event", "dev.vigil.detect")
            .stream()
            .map(JavaClass::reflect)
            .filter(Class::isRecord);
  }

  private static Stream<Class<?>> recordsWithSchemas() {
    return recordsOfVigil().filter(type -> type != EventId.class && schema(type) != null);
  }

  @Test
  void onlyRecordsThatNeverTravelHaveNoSchema() {
    Set<String> without =
        recordsOfVigil()
            .filter(type -> schema(type) == null)
            .map(type -> type.getName().substring(type.getPackageName().length() + 1))
            .collect(Collectors.toSet());
    assertThat(without)
        .containsExactlyInAnyOrder(
            "LoginShard$Together$Part",
            "TallyBundle$TallyDoFn$Sum",
            "RecordSchemaProvider$ToRow",
            "RecordSchemaProvider$FromRow",
            "RecordSchemaProvider$FieldMapping",
            "RecordSchemaProvider$Mapping",
            "RecordShape$Component",
            "SeparateLate$Deadline",
            "SourceHistory$Terms");
    assertThat(recordsWithSchemas().toList())
        .contains(SecurityEvent.class, LogLine.class, Failure.class, Alert.class, LateEvent.class);
  }

  /** An id is given, or a place to make it of: never both, nor neither. */
  @Test
  void idsMakeTheRoundTrip() throws Exception {
    Coder<EventId> coder = coder(EventId.class);
    Provenance inFile = Provenance.ofFile("/var/log/auth.log", 0);
    Provenance inTopic = Provenance.ofKafka("Logins", 1, 7);
    for (EventId id :
        List.of(EventId.of(""), EventId.of("x"), EventId.of(inFile), EventId.of(inTopic))) {
      EventId copy = CoderUtils.clone(coder, id);
      assertThat(copy).isEqualTo(id).hasSameHashCodeAs(id).hasToString(id.toString());
      assertThat(copy.origin()).isEqualTo(id.origin());
    }
    // A line of a file has the file's id, whichever way it came, and whoever worked it out.
    assertThat(EventId.of(inFile.through(inTopic)))
        .isEqualTo(EventId.of(inFile))
        .isEqualTo(EventId.of(inFile.eventId()))
        .isNotEqualTo(EventId.of(inTopic));
    assertThat(EventId.of("a")).isLessThan(EventId.of("b"));
    assertThatThrownBy(() -> new EventId(null, null)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new EventId("x", inFile)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @MethodSource("recordsWithSchemas")
  <T> void recordsOfVigilMakeTheRoundTrip(Class<T> type) throws Exception {
    Coder<T> coder = coder(type);
    for (boolean nulls : new boolean[] {false, true}) {
      T value = type.cast(sample(type, nulls));
      T copy = CoderUtils.clone(coder, value);
      assertThat(copy).isExactlyInstanceOf(type).isEqualTo(value).hasSameHashCodeAs(value);
      for (RecordShape.Component component : RecordShape.of(type).components()) {
        Object original = component.get(value);
        assertThat(original == null).isEqualTo(nulls && component.nullable());
        assertThat(component.get(copy)).isEqualTo(original);
      }
    }
    assertThat(coder).isEqualTo(coder(type)).hasSameHashCodeAs(coder(type));
    CoderProperties.coderSerializable(coder);
    Coder<T> sent = SerializableUtils.clone(coder);
    assertThat(sent).isEqualTo(coder);
    T value = type.cast(sample(type, false));
    assertThat(CoderUtils.decodeFromByteArray(sent, CoderUtils.encodeToByteArray(coder, value)))
        .isEqualTo(value);
  }

  /** A value of a type; nullable components are null, or all set. */
  private static Object sample(Type type, boolean nulls) {
    if (type == EventId.class) {
      return nulls ? EventId.of("x") : EventId.of(Provenance.ofKafka("Logins", 1, 7));
    }
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        return List.of(sample(arguments[0], nulls), sample(arguments[0], !nulls));
      }
      return new TreeMap<>(
          Map.of("one", sample(arguments[1], nulls), "two", sample(arguments[1], !nulls)));
    }
    Map<Type, Object> scalars =
        Map.of(
            String.class,
            "some \u00e9",
            int.class,
            7,
            Integer.class,
            -8,
            long.class,
            1L << 40,
            Long.class,
            -(1L << 41),
            boolean.class,
            true,
            byte[].class,
            new byte[] {1, 0, -1},
            Instant.class,
            Instant.parse("2026-01-15T08:00:00.123456Z"));
    if (scalars.containsKey(type)) {
      return scalars.get(type);
    }
    RecordShape shape = RecordShape.of((Class<?>) type);
    return shape.create(
        shape.components().stream()
            .map(
                component -> nulls && component.nullable() ? null : sample(component.type(), nulls))
            .toArray());
  }
}
