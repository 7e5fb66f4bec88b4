package dev.vigil.stack.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.pipeline.ProgramRun;
import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestSearchNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the main job wrote of the sample logs, and of some hostile lines: to a search node, and to
 * the files that say what there must be. Documents of an id with several revisions are the last.
 */
record IndexedLogs(List<JsonNode> events, List<JsonNode> alerts, List<JsonNode> failures) {
  /** Whoever puts this into a page as HTML runs it. */
  static final String HOSTILE = "<img src=x onerror='window.ran=1'>";

  static final String HOSTILE_SOURCE = "203.0.113.250";

  /** With the letters that follow turned round, where it is not made visible. */
  static final String HOSTILE_AGENT = "<script>window.ran=2</script>\u202egnp.exe";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Runs the main job; the node has nothing else of Vigil's then. */
  static IndexedLogs write(TestSearchNode node, Path directory) throws IOException {
    SearchContent.clear(node.url());
    String address = "--elasticsearch=" + node.url();
    ProgramRun.ofVigil("--setup", address).assertDone();
    Path samples =
        Path.of(
            System.getProperty("vigil.root"),
            "pipeline/src/main/resources/dev/vigil/pipeline/sample");
    Path hostile = hostile(directory.resolve("hostile.json"));
    Path out = directory.resolve("out");
    ProgramRun.ofVigil(
            "--input=" + samples + "/*," + hostile,
            "--year=2026",
            address,
            "--output=" + out,
            "--targetParallelism=2")
        .assertDone();
    node.request("POST", "/_refresh", null);
    List<JsonNode> alerts = read(out, "alerts");
    alerts.addAll(read(out, "suspicious-logins"));
    return new IndexedLogs(read(out, "events"), newest(alerts), read(out, "failures"));
  }

  private static Path hostile(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int second = 0; second < 7; second++) {
      lines.add(
          JSON.createObjectNode()
              .put("login_time", "2026-01-15T11:00:0" + second + "Z")
              .put("username", HOSTILE)
              .put("source_ip", HOSTILE_SOURCE)
              .put("status", "failed")
              .toString());
    }
    lines.add(
        JSON.createObjectNode()
            .put("event_time", "2026-01-15T11:00:08.250Z")
            .put("source_ip", HOSTILE_SOURCE)
            .put("method", "GET")
            .put("path", "/" + HOSTILE)
            .put("status", 200)
            .put("bytes", 1)
            .put("user_agent", HOSTILE_AGENT)
            .toString());
    lines.add("{\"broken\": \"" + HOSTILE + "\"");
    return Files.write(file, lines);
  }

  private static List<JsonNode> read(Path out, String product) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    try (Stream<Path> files = Files.list(out)) {
      for (Path file :
          files
              .filter(path -> path.getFileName().toString().matches(product + "(-\\d.*)?\\.jsonl"))
              .toList()) {
        for (String line : Files.readAllLines(file)) {
          documents.add(JSON.readTree(line));
        }
      }
    }
    return documents;
  }

  private static List<JsonNode> newest(List<JsonNode> alerts) {
    return List.copyOf(
        alerts.stream()
            .collect(
                Collectors.toMap(
                    alert -> alert.at("/event/id").asText(),
                    Function.identity(),
                    (a, b) ->
                        a.at("/vigil/revision").asLong() > b.at("/vigil/revision").asLong()
                            ? a
                            : b))
            .values());
  }

  /** How many documents have each value of a field; {@code otherwise} for those without it. */
  static Map<String, Long> counts(List<JsonNode> documents, String pointer, String otherwise) {
    return documents.stream()
        .collect(
            Collectors.groupingBy(
                document -> document.at(pointer).asText(otherwise),
                TreeMap::new,
                Collectors.counting()));
  }

  Map<String, Long> rules() {
    return counts(alerts, "/rule/id", "");
  }

  Map<String, Long> severities() {
    return alerts.stream()
        .collect(
            Collectors.groupingBy(
                alert ->
                    alert.at("/vigil/ids/severity").asText().isEmpty()
                        ? "none"
                        : alert.at("/vigil/ids/severity").asText(),
                TreeMap::new,
                Collectors.counting()));
  }

  Map<String, Long> datasets() {
    return counts(events, "/event/dataset", "");
  }

  Map<String, Long> reasons() {
    return counts(failures, "/error/type", "");
  }

  /** Login attempts by outcome. */
  Map<String, Long> outcomes() {
    Map<String, Long> outcomes = new TreeMap<>();
    for (JsonNode event : events) {
      if (has(event.at("/event/category"), "authentication")
          && has(event.at("/event/type"), "start")) {
        String outcome = event.at("/event/outcome").asText();
        outcomes.merge(
            outcome.isEmpty() ? "unknown" : outcome,
            event.at("/vigil/login_attempts").asLong(1),
            Long::sum);
      }
    }
    return outcomes;
  }

  /** The alerts in the order of the page: the latest first. */
  List<JsonNode> latest() {
    return alerts.stream()
        .sorted(
            Comparator.comparing((JsonNode alert) -> alert.get("@timestamp").asText())
                .reversed()
                .thenComparing(alert -> alert.at("/event/id").asText()))
        .toList();
  }

  /** The lines behind an alert, in order of time. */
  List<JsonNode> evidence(JsonNode alert) {
    List<String> ids = new ArrayList<>();
    for (String side : List.of("logins", "ids")) {
      alert.at("/vigil/" + side + "/evidence").forEach(id -> ids.add(id.asText()));
    }
    return events.stream()
        .filter(event -> ids.contains(event.at("/event/id").asText()))
        .sorted(
            Comparator.comparing((JsonNode event) -> event.get("@timestamp").asText())
                .thenComparing(event -> event.at("/event/id").asText()))
        .toList();
  }

  private static boolean has(JsonNode list, String text) {
    for (JsonNode each : list) {
      if (each.asText().equals(text)) {
        return true;
      }
    }
    return false;
  }
}
