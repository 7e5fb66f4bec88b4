package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.SharedDirectory;
import dev.vigil.detect.JoinAttacksWithLogins;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An independent program that computes the same from the same logs, and one that generates logs:
 * with disorder, late events, duplicates, malformed lines, bursts and hot keys.
 */
final class Reference {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;

  private Reference(Path directory) {
    this.directory = directory;
  }

  /** Skips the test where they are not. */
  static Reference find() {
    Path directory = SharedDirectory.find("reference");
    assumeTrue(directory != null, "the reference programs are not here");
    assumeTrue(hasPython(), "the reference programs need python3");
    return new Reference(directory);
  }

  /** Makes logins.jsonl and ids.jsonl in a directory. */
  void generate(Path in, List<String> arguments) throws Exception {
    python("generate.py", List.of("--out", in.toString()), arguments);
  }

  /** How many lines were generated. */
  record Lines(long all, long malformed) {}

  static Lines lines(Path in) throws IOException {
    long all = 0;
    long malformed = 0;
    for (JsonNode stream : JSON.readTree(in.resolve("truth.json").toFile()).get("streams")) {
      all += stream.get("lines").asLong();
      malformed += stream.get("malformed").asLong();
    }
    return new Lines(all, malformed);
  }

  /**
   * The suspicious windows, as {@link #counts(List)} tells them.
   *
   * @param interpret arguments that change how the logs are read
   */
  List<String> counts(Path logins, List<String> interpret) throws Exception {
    List<String> counts = new ArrayList<>();
    String rows = python("stream_reference.py", of("counts", logins, null), interpret);
    for (String line : rows.lines().toList()) {
      JsonNode row = JSON.readTree(line);
      counts.add(
          String.join(
              " ",
              row.get("source_ip").asText(),
              row.get("window_start").asText(),
              row.get("window_end").asText(),
              row.get("login_attempts").asText()));
    }
    counts.sort(null);
    return counts;
  }

  /** Source, window and number of each record, in order. */
  static List<String> counts(List<JsonNode> suspiciousLogins) {
    return suspiciousLogins.stream()
        .map(
            record ->
                String.join(
                    " ",
                    record.at("/source/ip").asText(),
                    record.at("/vigil/window/start").asText(),
                    record.at("/vigil/window/end").asText(),
                    record.at("/vigil/logins/attempts").asText()))
        .sorted()
        .toList();
  }

  /** The number of pairs of a login and an IDS event of each source in one window. */
  Map<String, Long> pairs(Path logins, Path ids, long windowSeconds, List<String> interpret)
      throws Exception {
    Map<String, Long> pairs = new TreeMap<>();
    join("count", logins, ids, windowSeconds, interpret)
        .get("per_ip")
        .fields()
        .forEachRemaining(ip -> pairs.put(ip.getKey(), ip.getValue().asLong()));
    return pairs;
  }

  /** The same from windowed alerts: what both sides' numbers multiply to, by source. */
  static Map<String, Long> pairs(List<JsonNode> alerts) {
    Map<String, Long> pairs = new TreeMap<>();
    for (JsonNode alert : alerts) {
      if (alert.at("/rule/id").asText().equals(JoinAttacksWithLogins.RULE_ID)) {
        pairs.merge(
            alert.at("/source/ip").asText(),
            alert.at("/vigil/logins/attempts").asLong() * alert.at("/vigil/ids/count").asLong(),
            Long::sum);
      }
    }
    return pairs;
  }

  /** The same windows and pairs were found as it finds, and no others. */
  void assertFinds(ProductDocuments found, Path logins, Path ids, Duration joinWindow)
      throws Exception {
    assertThat(counts(found.all(Products.SUSPICIOUS_LOGINS)))
        .isEqualTo(counts(logins, List.of()))
        .isNotEmpty();
    assertThat(pairs(found.all(Products.ALERTS)))
        .isEqualTo(pairs(logins, ids, joinWindow.toSeconds(), List.of()))
        .isNotEmpty();
  }

  /**
   * A digest of all pairs, and their number.
   *
   * @param windowSeconds 0 for all pairs of one source, whenever they were
   */
  JsonNode digest(Path logins, Path ids, long windowSeconds, List<String> interpret)
      throws Exception {
    return join("digest", logins, ids, windowSeconds, interpret);
  }

  private JsonNode join(
      String emit, Path logins, Path ids, long windowSeconds, List<String> interpret)
      throws Exception {
    List<String> arguments = of("join", logins, ids);
    arguments.addAll(List.of("--emit", emit));
    if (windowSeconds > 0) {
      arguments.addAll(List.of("--window", Long.toString(windowSeconds)));
    }
    return JSON.readTree(python("stream_reference.py", arguments, interpret));
  }

  private static List<String> of(String query, Path logins, Path ids) {
    List<String> arguments = new ArrayList<>(List.of(query, "--logins", logins.toString()));
    if (ids != null) {
      arguments.addAll(List.of("--ids", ids.toString()));
    }
    return arguments;
  }

  private static boolean hasPython() {
    try {
      return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Runs a program; what it prints. */
  private String python(String program, List<String> arguments, List<String> more)
      throws Exception {
    List<String> command =
        new ArrayList<>(List.of("python3", directory.resolve(program).toString()));
    command.addAll(arguments);
    command.addAll(more);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s", command).isZero();
    return printed;
  }
}
