package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job while it follows files, from the files to the files. */
class WatchTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long DEADLINE_NANOS = 60_000_000_000L;
  private static final long POLL_NANOS = 200_000_000L;

  @TempDir Path directory;

  private PipelineResult job;

  @AfterEach
  void cancel() throws IOException {
    if (job != null) {
      job.cancel();
      job.waitUntilFinish();
    }
  }

  private void start() throws Exception {
    VigilOptions options =
        PipelineOptionsFactory.fromArgs(
                "--runner=DirectRunner",
                "--blockOnRun=false",
                "--targetParallelism=2",
                "--watch=true",
                "--input=" + directory + "/*.json",
                "--output=" + directory.resolve("out"),
                "--maxDisorder=5s",
                "--idleAfter=0s",
                "--allowedLateness=10s",
                "--loginThreshold=2")
            .as(VigilOptions.class);
    FileSystems.setDefaultPipelineOptions(options);
    Settings settings = Settings.of(options);
    Places.check(settings, options);
    Pipeline pipeline = Pipeline.create(options);
    Vigil.build(pipeline, settings);
    job = pipeline.run();
  }

  private static String login(String time, String source) {
    return "{\"login_time\":\"2026-01-15T"
        + time
        + "Z\",\"username\":\"root\",\"source_ip\":\""
        + source
        + "\",\"status\":\"failed\"}";
  }

  private static String intrusion(String time, String source) {
    return "{\"event_time\":\"2026-01-15T"
        + time
        + "Z\",\"source_ip\":\""
        + source
        + "\",\"severity\":\"high\",\"attack_classification\":\"Scan\"}";
  }

  private void append(String name, String... lines) throws IOException {
    Files.writeString(
        directory.resolve(name),
        String.join("\n", lines) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private List<JsonNode> product(String name) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory.resolve("out"), name + "-*.jsonl")) {
      for (Path file : files) {
        for (String line : Files.readAllLines(file)) {
          documents.add(JSON.readTree(line));
        }
      }
    }
    return documents;
  }

  private List<String> texts(String product, String... pointers) throws IOException {
    List<String> texts = new ArrayList<>();
    for (JsonNode document : product(product)) {
      List<String> values = new ArrayList<>();
      for (String pointer : pointers) {
        values.add(document.at(pointer).asText());
      }
      texts.add(String.join(" ", values));
    }
    return texts;
  }

  /** Waits until a product has that many documents. */
  private void await(String product, int count) throws IOException {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (product(product).size() < count) {
      assertThat(job.getState()).isEqualTo(PipelineResult.State.RUNNING);
      assertThat(System.nanoTime() - deadline)
          .as("time is up; %s: %s", product, product(product))
          .isNegative();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  @Test
  void linesAreFollowedFromTheFilesToTheResults() throws Exception {
    String attacker = "203.0.113.7";
    String other = "192.0.2.1";
    append("a.json", login("08:00:01", attacker), login("08:00:02", attacker));
    start();

    append("a.json", login("08:00:03", attacker), "no login");
    append("b.json", intrusion("08:00:30", attacker), intrusion("08:00:50", other));
    await(Products.SUSPICIOUS_LOGINS, 1);
    assertThat(
            texts(
                Products.SUSPICIOUS_LOGINS,
                "/@timestamp",
                "/rule/id",
                "/source/ip",
                "/vigil/revision",
                "/vigil/window/start"))
        .containsExactly(
            "2026-01-15T08:00:20.000Z suspicious-logins 203.0.113.7 3 2026-01-15T08:00:00.000Z");
    await(Products.ALERTS, 1);
    await(Products.FAILURES, 1);
    assertThat(texts(Products.FAILURES, "/event/original", "/error/type"))
        .containsExactly("no login no format takes this line");

    // The window of 20 s ended 30 s ago, the one of 5 min has not: late for two of three.
    append("a.json", login("08:00:04", attacker));
    await(Products.LATE, 2);
    assertThat(texts(Products.LATE, "/@timestamp", "/rule/id", "/source/ip", "/vigil/window/end"))
        .containsExactlyInAnyOrder(
            "2026-01-15T08:00:04.000Z suspicious-logins 203.0.113.7 2026-01-15T08:00:20.000Z",
            "2026-01-15T08:00:04.000Z attack-from-login-source-across-windows 203.0.113.7"
                + " 2026-01-15T08:00:05.000Z");

    append("a.json", login("08:10:00", other), login("08:10:10", "198.51.100.1"));
    await(Products.ALERTS, 3);
    assertThat(
            texts(
                Products.ALERTS,
                "/rule/id",
                "/source/ip",
                "/vigil/logins/attempts",
                "/vigil/ids/count",
                "/vigil/episode/state"))
        .containsExactlyInAnyOrder(
            "attack-from-login-source-across-windows 203.0.113.7 3 1 open",
            "attack-from-login-source 203.0.113.7 4 1 ",
            "attack-from-login-source-across-windows 192.0.2.1 1 1 open");

    await(Products.EVENTS, 8);
    assertThat(texts(Products.EVENTS, "/event/original"))
        .containsExactlyInAnyOrder(
            login("08:00:01", attacker),
            login("08:00:02", attacker),
            login("08:00:03", attacker),
            login("08:00:04", attacker),
            login("08:10:00", other),
            login("08:10:10", "198.51.100.1"),
            intrusion("08:00:30", attacker),
            intrusion("08:00:50", other));
    assertThat(product(Products.SUSPICIOUS_LOGINS)).hasSize(1);
    assertThat(product(Products.LATE)).hasSize(2);
    assertThat(product(Products.FAILURES)).hasSize(1);
  }
}
