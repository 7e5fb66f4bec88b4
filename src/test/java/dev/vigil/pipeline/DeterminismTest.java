package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same files give the same records, byte for byte, however they are read. */
class DeterminismTest {
  private static final Instant START = Instant.parse("2026-01-15T08:00:00Z");
  private static final String[] SEVERITIES = {"low", "medium", "high", "critical"};

  @TempDir Path directory;

  @Test
  void orderParallelismAndBundleSizeDoNotMatter() throws IOException {
    List<Path> files = List.of(write("a.json", 1), write("b.json", 2), write("c.json", 3));
    Map<String, List<String>> first = run(files, "--targetParallelism=1");
    assertThat(first.get(Products.SUSPICIOUS_LOGINS)).hasSizeGreaterThan(20);
    assertThat(first.get(Products.ALERTS)).hasSizeGreaterThan(20);
    assertThat(first.get(Products.FAILURES)).hasSize(30);

    List<Path> otherOrder = List.of(files.get(2), files.get(0), files.get(1));
    assertThat(run(otherOrder, "--targetParallelism=4")).isEqualTo(first);
    assertThat(run(otherOrder, "--targetParallelism=3", "--rangeBytes=10000")).isEqualTo(first);
  }

  /** Logins and IDS events of few sources, in disorder, with exact repeats and broken lines. */
  private Path write(String name, long seed) throws IOException {
    Random random = new Random(seed);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      Instant time = START.plusMillis(random.nextInt(3_600_000));
      String source = random.nextInt(4) == 0 ? "203.0.113.7" : "198.51.100." + random.nextInt(200);
      if (i % 100 == 7) {
        lines.add("{\"login_time\":\"" + time);
      } else if (random.nextInt(5) == 0) {
        lines.add(
            String.format(
                "{\"event_time\":\"%s\",\"source_ip\":\"%s\",\"severity\":\"%s\","
                    + "\"attack_classification\":\"class %d\",\"signature\":\"rule %d\"}",
                time, source, SEVERITIES[random.nextInt(4)], random.nextInt(5), random.nextInt(9)));
      } else {
        lines.add(
            String.format(
                "{\"login_time\":\"%s\",\"source_ip\":\"%s\",\"username\":\"user%d\","
                    + "\"status\":\"%s\"}",
                time, source, random.nextInt(50), random.nextBoolean() ? "failure" : "success"));
      }
      if (i % 100 != 7 && random.nextInt(20) == 0) {
        lines.add(lines.get(lines.size() - 1));
      }
    }
    return Files.write(directory.resolve(name), lines);
  }

  private Map<String, List<String>> run(List<Path> files, String... more) throws IOException {
    Path out = directory.resolve("out");
    List<String> args = new ArrayList<>(List.of(more));
    args.add("--input=" + String.join(",", files.stream().map(Path::toString).toList()));
    args.add("--output=" + out);
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int code =
        CommandLine.run(
            args.toArray(String[]::new),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(errors, true, StandardCharsets.UTF_8));
    assertThat(code).as(errors.toString(StandardCharsets.UTF_8)).isZero();
    Map<String, List<String>> products = new TreeMap<>();
    for (String product : Products.ALL) {
      List<String> lines = new ArrayList<>();
      try (Stream<Path> written = Files.list(out)) {
        for (Path file : written.toList()) {
          if (file.getFileName().toString().startsWith(product + "-")) {
            lines.addAll(Files.readAllLines(file));
          }
        }
      }
      lines.sort(null);
      products.put(product, lines);
    }
    return products;
  }
}
