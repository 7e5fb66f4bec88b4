package dev.vigil.demo;

import com.fasterxml.jackson.databind.JsonNode;

/** A line that Vigil did not understand, as it was read back from where Vigil wrote it. */
record FoundFailure(String text, String reason) {

  static FoundFailure of(JsonNode document) {
    return new FoundFailure(
        document.at("/event/original").asText(), document.at("/error/type").asText());
  }
}
