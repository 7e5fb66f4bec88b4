package dev.vigil.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EcsJsonTest {
  private static final String ECS = "\"ecs\":{\"version\":\"8.17.0\"}}";

  record Every(
      Instant timestamp,
      String text,
      long number,
      int small,
      double fraction,
      boolean truth,
      byte[] raw,
      List<String> names,
      Map<String, Object> labels,
      Inner innerRecord) {}

  record Inner(@Nullable Instant timestamp, String interface_, @Nullable String longSnakeName) {}

  record Sparse(@Nullable String a, List<String> b, Map<String, String> c, @Nullable Inner d) {}

  record Text(String text) {}

  record Unknown(Set<String> text) {}

  @Test
  void everyKindOfValueInDeclaredOrder() {
    Map<String, Object> labels = new LinkedHashMap<>();
    labels.put("b", "2");
    labels.put("a_b", 1L);
    labels.put("B", List.of("x"));
    labels.put("a", new Inner(null, "lo", null));
    Instant time = Instant.parse("2026-03-01T02:03:04.5Z");
    assertThat(
            EcsJson.of(
                new Every(
                    time,
                    "t",
                    Long.MIN_VALUE,
                    7,
                    0.5,
                    true,
                    new byte[] {0, (byte) 255, 16},
                    List.of("b", "a"),
                    labels,
                    new Inner(time, "eth0", "z"))))
        .isEqualTo(
            "{\"@timestamp\":\"2026-03-01T02:03:04.500Z\",\"text\":\"t\","
                + "\"number\":-9223372036854775808,\"small\":7,\"fraction\":0.5,\"truth\":true,"
                + "\"raw\":\"AP8Q\",\"names\":[\"b\",\"a\"],"
                + "\"labels\":{\"B\":[\"x\"],\"a\":{\"interface\":\"lo\"},\"a_b\":1,\"b\":\"2\"},"
                + "\"inner_record\":{\"timestamp\":\"2026-03-01T02:03:04.500Z\","
                + "\"interface\":\"eth0\",\"long_snake_name\":\"z\"},"
                + ECS);
  }

  @Test
  void whatIsNotThereIsLeftOut() {
    assertThat(EcsJson.of(new Sparse(null, List.of(), Map.of(), null))).isEqualTo("{" + ECS);
    assertThat(EcsJson.of(new Sparse("", List.of(""), Map.of("k", ""), null)))
        .isEqualTo("{\"a\":\"\",\"b\":[\"\"],\"c\":{\"k\":\"\"}," + ECS);
  }

  @Test
  void escapes() {
    assertThat(
            EcsJson.of(new Text("\"\\/\b\f\n\r\t\u0000\u001f\u007f é € \uD83D\uDE00 <>&' \u2028")))
        .isEqualTo(
            "{\"text\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001F\u007f é € \uD83D\uDE00 <>&' \u2028\","
                + ECS);
  }

  @Test
  void everyTextComesBackOnOneLine() throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    Random random = new Random(11);
    for (int i = 0; i < 5_000; i++) {
      int[] points = random.ints(20, 0, i % 2 == 0 ? 0x100 : 0x11_0000).toArray();
      StringBuilder text = new StringBuilder();
      for (int point : points) {
        if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
          text.appendCodePoint(point);
        }
      }
      String json = EcsJson.of(new Text(text.toString()));
      assertThat(json.indexOf('\n')).isNegative();
      JsonNode tree = mapper.readTree(json);
      assertThat(tree.get("text").asText()).isEqualTo(text.toString());
    }
  }

  @Test
  void anEvent() {
    SecurityEventBuilder event =
        SecurityEventBuilder.at(Instant.parse("2026-03-01T02:03:04.567891Z"))
            .category("network")
            .type("connection", "denied")
            .ingress("eth0")
            .label("z", "1")
            .label("y", "2");
    event.source().address("2001:DB8::1").port(0);
    byte[] bytes = "raw".getBytes(StandardCharsets.UTF_8);
    LogLine line = LogLine.of(bytes, Provenance.ofKafka("logs", 3, 17));
    assertThat(EcsJson.of(event.build("test", line, "raw")))
        .isEqualTo(
            "{\"@timestamp\":\"2026-03-01T02:03:04.567891Z\","
                + "\"event\":{\"id\":\"a13ffa26f55b8fcd67737a73a6294399\",\"kind\":\"event\","
                + "\"category\":[\"network\"],\"type\":[\"connection\",\"denied\"],"
                + "\"outcome\":\"unknown\","
                + "\"dataset\":\"test\",\"original\":\"raw\"},"
                + "\"source\":{\"address\":\"2001:db8::1\",\"ip\":\"2001:db8::1\",\"port\":0},"
                + "\"observer\":{\"ingress\":{\"interface\":{\"name\":\"eth0\"}}},"
                + "\"related\":{\"ip\":[\"2001:db8::1\"]},"
                + "\"kafka\":{\"topic\":\"logs\",\"partition\":3,\"offset\":17},"
                + "\"labels\":{\"y\":\"2\",\"z\":\"1\"},"
                + ECS);
  }

  @Test
  void aTypeWithoutJsonForm() {
    assertThatThrownBy(() -> EcsJson.of(new Unknown(Set.of("a"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-01T02:03:04Z, 2026-03-01T02:03:04.000Z",
    "2026-03-01T02:03:04.000999999Z, 2026-03-01T02:03:04.000999Z",
    "1970-01-01T00:00:00Z, 1970-01-01T00:00:00.000Z",
    "1969-12-31T23:59:59.999999999Z, 1969-12-31T23:59:59.999999Z",
    "1969-12-31T23:59:59.0001Z, 1969-12-31T23:59:59.000100Z",
    "1969-12-31T23:59:59.0000009Z, 1969-12-31T23:59:59.000Z",
    "2026-03-01T02:03:04.123000999Z, 2026-03-01T02:03:04.123Z",
    "2026-03-01T02:03:04.000001Z, 2026-03-01T02:03:04.000001Z",
    "2026-03-01T02:03:04.10203Z, 2026-03-01T02:03:04.102030Z",
    "0001-01-01T00:00:00Z, 0001-01-01T00:00:00.000Z",
    "0987-06-05T04:03:02.010Z, 0987-06-05T04:03:02.010Z",
    "9999-12-31T23:59:59.999Z, 9999-12-31T23:59:59.999Z",
    "2024-02-29T23:59:59.9Z, 2024-02-29T23:59:59.900Z",
    "-0005-01-01T00:00:00Z, -0005-01-01T00:00:00.000Z",
    "+10000-01-01T00:00:00Z, +10000-01-01T00:00:00.000Z",
  })
  void iso(String time, String expected) {
    assertThat(EcsJson.iso(Instant.parse(time))).isEqualTo(expected);
    assertThat(Instant.parse(expected)).isBeforeOrEqualTo(time);
  }

  @Test
  void isoIsTheInstantToTheMicrosecond() {
    Random random = new Random(12);
    for (int i = 0; i < 20_000; i++) {
      Instant time =
          Instant.EPOCH.plus(random.nextLong() % 62_000_000_000_000_000L, ChronoUnit.MICROS);
      assertThat(Instant.parse(EcsJson.iso(time))).isEqualTo(time);
    }
  }
}
