package dev.vigil.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The truth about generated logs: a file of one JSON object a line. */
record Labels(List<Label> attacks, List<MalformedLine> malformed) {
  /** The file's name. */
  static final String FILE = "labels.jsonl";

  private static final String MALFORMED = "malformed-line";
  private static final ObjectMapper JSON = new ObjectMapper();

  Labels {
    attacks = List.copyOf(attacks);
    malformed = List.copyOf(malformed);
  }

  void write(Path file) throws IOException {
    try (Writer writer = Files.newBufferedWriter(file)) {
      for (Label label : attacks) {
        writer.append(JSON.writeValueAsString(json(label))).append('\n');
      }
      for (MalformedLine line : malformed) {
        ObjectNode object = JSON.createObjectNode();
        object.put("kind", MALFORMED).put("file", line.file()).put("text", line.text());
        object.put("failure", line.reason());
        writer.append(JSON.writeValueAsString(object)).append('\n');
      }
    }
  }

  static Labels read(Path file) throws IOException {
    List<Label> attacks = new ArrayList<>();
    List<MalformedLine> malformed = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode object = JSON.readTree(line);
        if (object.get("kind").asText().equals(MALFORMED)) {
          malformed.add(
              new MalformedLine(
                  object.get("file").asText(),
                  object.get("text").asText(),
                  object.get("failure").asText()));
        } else {
          attacks.add(label(object));
        }
      }
    }
    return new Labels(attacks, malformed);
  }

  private static ObjectNode json(Label label) {
    ObjectNode object = JSON.createObjectNode();
    object.put("id", label.id()).put("kind", label.kind()).put("title", label.title());
    object.put("malicious", label.malicious()).put("technique", label.technique());
    ArrayNode sources = object.putArray("sources");
    label.sources().forEach(sources::add);
    object.put("start", label.start().toString()).put("end", label.end().toString());
    ObjectNode lines = object.putObject("lines");
    label.lines().forEach(lines::put);
    ArrayNode rules = object.putArray("rules");
    (label.alerts().isEmpty() ? List.of("none") : label.rules()).forEach(rules::add);
    object.put("undetected_because", label.undetectedBecause());
    ArrayNode alerts = object.putArray("alerts");
    for (ExpectedAlert alert : label.alerts()) {
      alerts
          .addObject()
          .put("rule", alert.rule())
          .put("source", alert.source())
          .put("timestamp", alert.timestamp().toString());
    }
    return object;
  }

  private static Label label(JsonNode object) {
    List<String> sources = new ArrayList<>();
    object.get("sources").forEach(source -> sources.add(source.asText()));
    Map<String, Integer> lines = new TreeMap<>();
    object.get("lines").properties().forEach(e -> lines.put(e.getKey(), e.getValue().intValue()));
    List<ExpectedAlert> alerts = new ArrayList<>();
    for (JsonNode alert : object.get("alerts")) {
      alerts.add(
          new ExpectedAlert(
              alert.get("rule").asText(),
              alert.get("source").asText(),
              Instant.parse(alert.get("timestamp").asText())));
    }
    return new Label(
        object.get("id").asText(),
        object.get("kind").asText(),
        object.get("title").asText(),
        object.get("malicious").booleanValue(),
        object.get("technique").isNull() ? null : object.get("technique").asText(),
        sources,
        Instant.parse(object.get("start").asText()),
        Instant.parse(object.get("end").asText()),
        lines,
        alerts,
        object.get("undetected_because").isNull()
            ? null
            : object.get("undetected_because").asText());
  }
}
