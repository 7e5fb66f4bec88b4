package dev.vigil.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.event.EcsJson;
import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** Runs single lines through single formats. */
final class FormatFixture {
  /** The clock of these tests. */
  static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  /** When the file of these tests was last written. */
  static final Instant WRITTEN = Instant.parse("2026-03-10T12:00:00Z");

  private static final ObjectMapper JSON = new ObjectMapper();

  private FormatFixture() {}

  static ParsedLine parse(LogFormat format, String line) {
    return parser(format)
        .parse(
            LogLine.of(
                    line.getBytes(StandardCharsets.UTF_8), Provenance.ofFile("/logs/test.log", 0))
                .withWritten(WRITTEN));
  }

  static LogParser parser(LogFormat format) {
    return LogParser.of(List.of(format)).withClock(Clock.fixed(NOW, ZoneOffset.UTC));
  }

  /**
   * Asserts the whole event of a line, but for what is the same in every event: {@code event.id},
   * {@code event.original}, {@code event.dataset}, {@code log} and {@code ecs}, which must be
   * there. Single quotes stand for double ones in the expected JSON.
   */
  static void assertEvent(LogFormat format, String line, String expectedJson) {
    ParsedLine result = parse(format, line);
    assertThat(result.failure()).as("failure of: %s", line).isNull();
    try {
      ObjectNode actual = (ObjectNode) JSON.readTree(EcsJson.of(result.event()));
      ObjectNode event = (ObjectNode) actual.get("event");
      assertThat(event.remove("id").asText()).hasSize(32);
      assertThat(event.remove("original").asText()).isEqualTo(line);
      assertThat(event.remove("dataset").asText()).isEqualTo(format.name());
      assertThat(actual.remove("log"))
          .isEqualTo(JSON.readTree("{\"file\":{\"path\":\"/logs/test.log\"},\"offset\":0}"));
      assertThat(actual.remove("ecs").get("version").asText()).isEqualTo("8.17.0");
      JsonNode expected = JSON.readTree(expectedJson.replace('\'', '"'));
      ObjectNode expectedEvent = (ObjectNode) expected.get("event");
      if (!expectedEvent.has("category")) {
        expectedEvent.putArray("category").add("host");
      }
      if (!expectedEvent.has("type")) {
        expectedEvent.putArray("type").add("info");
      }
      if (!expectedEvent.has("outcome")) {
        expectedEvent.put("outcome", "unknown");
      }
      assertThat(actual.toPrettyString()).isEqualTo(sortedLike(expected, actual).toPrettyString());
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** Asserts that a line is refused, with this reason. */
  static void assertRefused(LogFormat format, String line, String reason) {
    ParsedLine result = parse(format, line);
    assertThat(result.event()).as("event of: %s", line).isNull();
    assertThat(result.failure().reason()).isEqualTo(reason);
  }

  /** Asserts that a format leaves a line to others. */
  static void assertNotTaken(LogFormat format, String line) {
    assertRefused(format, line, "no format takes this line");
  }

  /** The expected object with its members in the actual one's order; order is not asserted here. */
  private static JsonNode sortedLike(JsonNode expected, JsonNode actual) {
    if (!expected.isObject() || !actual.isObject()) {
      return expected;
    }
    ObjectNode sorted = JSON.createObjectNode();
    actual
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (expected.has(name)) {
                sorted.set(name, sortedLike(expected.get(name), actual.get(name)));
              }
            });
    expected
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!sorted.has(name)) {
                sorted.set(name, expected.get(name));
              }
            });
    return sorted;
  }
}
