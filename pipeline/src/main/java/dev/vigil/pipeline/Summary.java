package dev.vigil.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.pipeline.io.BigQueryConnection;
import dev.vigil.pipeline.io.Storage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.beam.sdk.PipelineResult;

/**
 * What a person is told at the end of a bounded run.
 *
 * @param sourcesByRule for each rule, how many of its alerts each source has
 */
record Summary(
    Counts counts,
    Map<String, Map<String, Long>> sourcesByRule,
    Duration duration,
    Settings settings) {

  private static final int TOP = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  static Summary of(PipelineResult result, Settings settings, Duration duration) {
    Map<String, Map<String, Long>> sourcesByRule = new TreeMap<>();
    if (settings.output() == null) {
      return new Summary(Counts.of(result), sourcesByRule, duration, settings);
    }
    for (String product : new String[] {Products.SUSPICIOUS_LOGINS, Products.ALERTS}) {
      forEachLine(
          settings.output(),
          product,
          line -> {
            JsonNode alert = JSON.readTree(line);
            // An episode's closing is a revision of an alert, not another one.
            if (!alert.at("/vigil/episode/state").asText().equals("closed")) {
              sourcesByRule
                  .computeIfAbsent(alert.at("/rule/id").asText(), r -> new TreeMap<>())
                  .merge(alert.at("/source/address").asText(), 1L, Long::sum);
            }
          });
    }
    return new Summary(Counts.of(result), sourcesByRule, duration, settings);
  }

  /**
   * How many records are nowhere but in the log: refused, and their failures refused, too. Files
   * refuse nothing.
   */
  long lost() {
    return settings.output() == null ? counts.lost() : 0;
  }

  void print(PrintStream out) {
    double seconds = Math.max(duration.toMillis(), 1) / 1_000.0;
    out.printf(
        Locale.ROOT,
        "%,d lines in %.1f s (%,.0f lines/s)%n",
        counts.lines(),
        seconds,
        counts.lines() / seconds);
    printCounts(out, "events", counts.events());
    printCounts(out, "failures", counts.failures());
    counts
        .refused()
        .forEach((sink, count) -> out.printf(Locale.ROOT, "  %,d refused by %s%n", count, sink));
    if (counts.lost() > 0) {
      out.printf(
          Locale.ROOT, "  %,d of these were failures themselves: see the log%n", counts.lost());
    }
    sourcesByRule.forEach((rule, sources) -> printRule(out, rule, sources));
    if (settings.output() != null) {
      if (sourcesByRule.isEmpty()) {
        out.println("  no alerts");
      }
      out.println("Results: " + settings.output());
    }
    settings
        .kafka()
        .outputs()
        .forEach((product, topic) -> out.println("Kafka topic of " + product + ": " + topic));
    if (settings.elasticsearch().connection() != null) {
      out.println(
          "Elasticsearch: " + String.join(",", settings.elasticsearch().connection().addresses()));
    }
    BigQueryConnection bigQuery = settings.bigQuery().connection();
    if (bigQuery != null) {
      out.println(
          (bigQuery.isLocal() ? "Local warehouse, not BigQuery: " : "BigQuery: ")
              + bigQuery.name());
    }
  }

  private static void printCounts(PrintStream out, String name, Map<String, Long> counts) {
    out.printf(
        Locale.ROOT, "  %,d %s%s%n", Counts.sum(counts), name, details(counts, counts.size()));
  }

  private static void printRule(PrintStream out, String rule, Map<String, Long> sources) {
    out.printf(
        Locale.ROOT,
        "  %,d %s from %,d sources%s%n",
        Counts.sum(sources),
        rule,
        sources.size(),
        details(sources, TOP));
  }

  private static String details(Map<String, Long> counts, int most) {
    if (counts.isEmpty()) {
      return "";
    }
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(most)
        .map(entry -> String.format(Locale.ROOT, "%s %,d", entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(", ", ": ", counts.size() > most ? " …" : ""));
  }

  private interface LineConsumer {
    void accept(String line) throws IOException;
  }

  private static void forEachLine(String output, String product, LineConsumer consumer) {
    try {
      for (String file : Products.files(output, product)) {
        try (BufferedReader lines =
            new BufferedReader(new InputStreamReader(Storage.read(file), StandardCharsets.UTF_8))) {
          for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            consumer.accept(line);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the results in " + output, e);
    }
  }
}
