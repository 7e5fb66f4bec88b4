package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.stack.TestBroker;
import dev.vigil.stack.TestFlinkCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way, as it is deployed: generated log files, shipped to Kafka, read from there by the
 * main job on a Flink cluster, and its products in Kafka, against the reference.
 */
class KafkaOracleTest {
  private static final long JOIN_WINDOW_SECONDS = 300;
  private static final String DISORDER = "300s";
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofSeconds(2);

  @TempDir Path directory;

  @AfterEach
  void cancel() throws Exception {
    TestFlinkCluster.cancelAll();
  }

  /** At 20 lines a second a line is sent again up to 250 s later: within {@link #DISORDER}. */
  private static final List<String> GENERATE =
      Arrays.asList(
          ("--seed 404 --logins 20000 --ids 1500 --keys 400 --attackers 60 --hot 0.02 --dup 0.02"
                  + " --bad 0.01 --late 0 --ooo-max 8 --rate 20")
              .split(" "));

  @Test
  void equalsTheReference() throws Exception {
    Reference reference = Reference.find();
    Path in = directory.resolve("in");
    reference.generate(in, GENERATE);
    Path logins = in.resolve("logins.jsonl");
    Path ids = in.resolve("ids.jsonl");
    String loginTopic = TestBroker.freshTopic("Logins", 3);
    String idsTopic = TestBroker.freshTopic("IDS", 3);
    Map<String, String> outputs = new LinkedHashMap<>();
    for (String product : Products.ALL) {
      outputs.put(product, TestBroker.freshTopic(Products.topic(product), 2));
    }
    ProgramRun.ofShipLogs(
            "--input=" + logins + "=" + loginTopic + "," + ids + "=" + idsTopic,
            "--bootstrapServers=" + TestBroker.bootstrapServers(),
            "--state=" + directory.resolve("state"),
            "--once=true")
        .assertDone();

    try (FlinkJob job =
        FlinkJob.submit(
            directory,
            "oracle",
            List.of(
                "--input=kafka:" + loginTopic + "," + idsTopic,
                "--bootstrapServers=" + TestBroker.bootstrapServers(),
                "--outputTopics="
                    + String.join(
                        ",",
                        outputs.entrySet().stream()
                            .map(output -> output.getKey() + "=" + output.getValue())
                            .toList()),
                "--maxDisorder=" + DISORDER,
                "--idleAfter=5s",
                "--parallelism=2"))) {
      Reference.Lines lines = Reference.lines(in);
      List<String> counts = reference.counts(logins, List.of());
      Map<String, Long> pairs = reference.pairs(logins, ids, JOIN_WINDOW_SECONDS, List.of());
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() - deadline < 0
          && !(newest(outputs.get(Products.EVENTS)).size() == lines.all() - lines.malformed()
              && Reference.counts(newest(outputs.get(Products.SUSPICIOUS_LOGINS))).equals(counts)
              && Reference.pairs(newest(outputs.get(Products.ALERTS))).equals(pairs))) {
        job.assertRuns();
        LockSupport.parkNanos(POLL.toNanos());
      }
      assertThat(newest(outputs.get(Products.EVENTS)))
          .hasSize((int) (lines.all() - lines.malformed()));
      assertThat(newest(outputs.get(Products.FAILURES))).hasSize((int) lines.malformed());
      // Before what they would be missing in.
      assertThat(newest(outputs.get(Products.LATE))).isEmpty();
      assertThat(Reference.counts(newest(outputs.get(Products.SUSPICIOUS_LOGINS))))
          .isEqualTo(counts)
          .isNotEmpty();
      assertThat(Reference.pairs(newest(outputs.get(Products.ALERTS))))
          .isEqualTo(pairs)
          .isNotEmpty();
    }
  }

  /** What a reader by key has: of each id the newest revision. */
  private static List<JsonNode> newest(String topic) throws IOException {
    Map<String, JsonNode> newest = new LinkedHashMap<>();
    for (JsonNode record : RunningJob.values(topic)) {
      newest.merge(
          record.at("/event/id").asText() + record.at("/rule/id").asText(),
          record,
          (one, other) -> revision(other) >= revision(one) ? other : one);
    }
    return new ArrayList<>(newest.values());
  }

  private static long revision(JsonNode record) {
    return record.at("/vigil/revision").asLong();
  }
}
