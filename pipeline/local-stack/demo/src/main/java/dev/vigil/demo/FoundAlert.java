package dev.vigil.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * An alert as it was read back from where Vigil wrote it.
 *
 * @param timestamp its event time
 */
record FoundAlert(String id, String rule, String source, Instant timestamp) {

  static FoundAlert of(JsonNode document) {
    return new FoundAlert(
        document.at("/event/id").asText(),
        document.at("/rule/id").asText(),
        document.at("/source/address").asText(),
        Instant.parse(document.at("/@timestamp").asText()));
  }

  /** What it is, whatever its id. */
  ExpectedAlert asExpected() {
    return new ExpectedAlert(rule, source, timestamp);
  }
}
