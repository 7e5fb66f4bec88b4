package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestBroker;
import dev.vigil.stack.TestFlinkCluster;
import dev.vigil.stack.TestSearchNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way, as it is deployed: generated log files, shipped to Kafka, read from there by the
 * main job on a Flink cluster, and its products, in Kafka and in the search node, against the
 * reference.
 */
class KafkaOracleTest {
  private static final long JOIN_WINDOW_SECONDS = 300;
  private static final String DISORDER = "300s";
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final List<String> FOUND = List.of(Products.SUSPICIOUS_LOGINS, Products.ALERTS);

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
    ProductTopics outputs = ProductTopics.fresh();
    String search = TestSearchNode.OPENSEARCH.url();
    SearchContent.clear(search);
    ProgramRun.ofVigil("--setup", "--elasticsearch=" + search).assertDone();
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
                outputs.option(),
                "--elasticsearch=" + search,
                "--maxDisorder=" + DISORDER,
                // Readers begin one after the other, seconds apart on a busy machine: as long as
                // that
                // goes on, no empty partition may let time pass.
                "--idleAfter=20s",
                "--parallelism=2"))) {
      Reference.Lines lines = Reference.lines(in);
      List<String> counts = reference.counts(logins, List.of());
      Map<String, Long> pairs = reference.pairs(logins, ids, JOIN_WINDOW_SECONDS, List.of());
      int events = (int) (lines.all() - lines.malformed());
      job.await(
          "all of it is found",
          PATIENCE,
          () -> {
            ProductDocuments found = outputs.documents(FOUND);
            return Reference.counts(found.all(Products.SUSPICIOUS_LOGINS)).equals(counts)
                && Reference.pairs(found.all(Products.ALERTS)).equals(pairs)
                && outputs.records(Products.EVENTS) >= events;
          });
      ProductDocuments documents = outputs.documents(Products.ALL);
      assertThat(documents.get(Products.EVENTS)).hasSize(events);
      assertThat(documents.get(Products.FAILURES)).hasSize((int) lines.malformed()).isNotEmpty();
      // Before what they would be missing in.
      assertThat(documents.get(Products.LATE)).isEmpty();
      assertThat(Reference.counts(documents.all(Products.SUSPICIOUS_LOGINS)))
          .isEqualTo(counts)
          .isNotEmpty();
      assertThat(Reference.pairs(documents.all(Products.ALERTS))).isEqualTo(pairs).isNotEmpty();
      documents.assertAreIn(search);
    }
  }
}
