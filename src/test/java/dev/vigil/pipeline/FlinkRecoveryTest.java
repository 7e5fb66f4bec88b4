package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.stack.TestBroker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job from Kafka to Kafka on an embedded Flink, which is killed and started again. */
class FlinkRecoveryTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The last one never has a record. */
  private static final int PARTITIONS = 5;

  private static final int RECORDS = 20_000;
  private static final int SECONDS = 3_600;
  private static final int BURST_SECONDS = 40;
  private static final int DISORDER_MILLIS = 2_000;

  private static final long DEADLINE_NANOS = 90_000_000_000L;
  private static final long POLL_NANOS = 200_000_000L;
  private static final long QUIET_NANOS = 3_000_000_000L;

  private static String in;

  @TempDir Path directory;

  /** Logins and IDS events of an hour, one source after the other in a burst. */
  @BeforeAll
  static void load() {
    in = TestBroker.freshTopic("in", PARTITIONS);
    Random random = new Random(7);
    Instant start = Instant.now().truncatedTo(ChronoUnit.HOURS).minusSeconds(6 * SECONDS);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      long millis = (long) i * SECONDS * 1_000 / RECORDS + random.nextInt(DISORDER_MILLIS);
      String source =
          random.nextInt(4) == 0
              ? "203.0.113." + millis / 1_000 / BURST_SECONDS
              : "10." + random.nextInt(20) + ".0." + random.nextInt(250);
      records.add(
          new ProducerRecord<>(
              in,
              random.nextInt(PARTITIONS - 1),
              null,
              line(random, start.plusMillis(millis), source).getBytes(StandardCharsets.UTF_8)));
    }
    TestBroker.produce(records);
  }

  private static String line(Random random, Instant time, String source) {
    if (random.nextInt(2_000) == 0) {
      return "no log line";
    }
    if (random.nextInt(20) == 0) {
      return """
          {"event_time":"%s","source_ip":"%s","destination_ip":"192.0.2.77","severity":"low",\
          "attack_classification":"scan","action":"allowed"}"""
          .formatted(time, source);
    }
    return """
        {"login_time":"%s","username":"u%d","source_ip":"%s","status":"failed"}"""
        .formatted(time, random.nextInt(30), source);
  }

  /** A topic for each product. */
  private record Outputs(Map<String, String> topics) {
    static Outputs fresh() {
      Map<String, String> topics = new TreeMap<>();
      Products.ALL.forEach(product -> topics.put(product, TestBroker.freshTopic(product, 2)));
      return new Outputs(topics);
    }

    String option() {
      return "--outputTopics="
          + String.join(
              ",", topics.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    }

    int records(String product) {
      return TestBroker.readAll(topics.get(product)).size();
    }

    /** Of each id of each product the last record, which must be the highest revision, too. */
    Map<String, String> latest() throws IOException {
      Map<String, String> latest = new TreeMap<>();
      for (String product : Products.ALL) {
        Map<String, Long> highest = new HashMap<>();
        Map<String, Long> last = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : TestBroker.readAll(topics.get(product))) {
          String id = product + " " + new String(record.key(), StandardCharsets.UTF_8);
          String value = new String(record.value(), StandardCharsets.UTF_8);
          JsonNode revision = JSON.readTree(value).at("/vigil/revision");
          latest.put(id, value);
          last.put(id, revision.asLong());
          highest.merge(id, revision.asLong(), Math::max);
        }
        assertThat(last).isEqualTo(highest);
      }
      return latest;
    }
  }

  private static List<String> arguments(Outputs outputs, String group, String... more) {
    return Stream.concat(
            Stream.of(
                "--input=kafka:" + in,
                "--bootstrapServers=" + TestBroker.bootstrapServers(),
                "--kafka.group.id=" + group,
                "--startFrom=earliest",
                "--idleAfter=3s",
                "--memory=10m",
                "--joinWindow=1m",
                outputs.option()),
            Stream.of(more))
        .toList();
  }

  /** What is right: a bounded run, on another runner. */
  private static Map<String, String> undisturbed() throws IOException {
    Outputs outputs = Outputs.fresh();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    int code =
        CommandLine.run(
            arguments(outputs, "undisturbed", "--stopAt=end").toArray(String[]::new), out, out);
    assertThat(code).as(said.toString(StandardCharsets.UTF_8)).isZero();
    return outputs.latest();
  }

  @Test
  void killedTwiceItLosesNothingAndCountsNothingTwice() throws Exception {
    Map<String, String> expected = undisturbed();
    Path checkpoints = Files.createDirectory(directory.resolve("check points"));
    Outputs actual = Outputs.fresh();
    List<String> arguments =
        arguments(
            actual, "killed", "--checkpoints=" + checkpoints, "--checkpointingInterval=1000");
    int written = 0;
    Path newest = null;
    for (int kill = 0; kill < 2; kill++) {
      try (FlinkJob job = FlinkJob.start(directory, arguments)) {
        Path before = newest;
        int some = written + RECORDS / 5;
        await(
            job,
            () ->
                actual.records(Products.EVENTS) >= some
                    && !String.valueOf(Checkpoints.newest(checkpoints))
                        .equals(String.valueOf(before)));
      }
      newest = Checkpoints.newest(checkpoints);
      written = actual.records(Products.EVENTS);
      System.err.println("killed " + newest + " " + written + " " + actual.records(Products.SUSPICIOUS_LOGINS)+ " " + actual.records(Products.ALERTS));
    }
    assertThat(actual.latest().size()).as("killed before it was done").isLessThan(expected.size());
    try (FlinkJob job = FlinkJob.start(directory, arguments)) {
      await(job, () -> actual.latest().equals(expected));
      LockSupport.parkNanos(QUIET_NANOS);
      assertThat(actual.latest()).isEqualTo(expected);
      await(job, () -> committed("killed").equals(ends()));
    }
  }

  /** A run after it must not begin behind what is lost. */
  @Test
  void withoutCheckpointsNothingIsCommitted() throws Exception {
    Outputs outputs = Outputs.fresh();
    try (FlinkJob job = FlinkJob.start(directory, arguments(outputs, "forgetful"))) {
      await(job, () -> outputs.records(Products.EVENTS) >= RECORDS / 2);
      LockSupport.parkNanos(QUIET_NANOS);
      assertThat(committed("forgetful")).isEmpty();
    }
  }

  /** Up to where a group has read, by partition. */
  private static Map<Integer, Long> committed(String group) throws Exception {
    Map<Integer, Long> committed = new TreeMap<>();
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", TestBroker.bootstrapServers()))) {
      admin
          .listConsumerGroupOffsets(group)
          .partitionsToOffsetAndMetadata()
          .get()
          .forEach((partition, offset) -> committed.put(partition.partition(), offset.offset()));
    }
    return committed;
  }

  private static Map<Integer, Long> ends() {
    Map<Integer, Long> ends = new TreeMap<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      ends.put(partition, 0L);
    }
    TestBroker.readAll(in)
        .forEach(record -> ends.merge(record.partition(), record.offset() + 1, Math::max));
    return ends;
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(FlinkJob job, Condition condition) throws Exception {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (!condition.holds()) {
      job.assertRuns();
      assertThat(System.nanoTime() - deadline).as("time is up; it said: %s", job.said()).isNegative();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
