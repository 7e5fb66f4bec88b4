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
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job from Kafka to Kafka on an embedded Flink, which is killed and started again. */
class FlinkRecoveryTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The last one never has a record. */
  private static final int PARTITIONS = 5;

  private static final int RECORDS = 15_000;
  private static final int SECONDS = 3_600;
  private static final int BURST_SECONDS = 40;
  private static final int DISORDER_MILLIS = 2_000;

  private static final long DEADLINE_NANOS = 90_000_000_000L;
  private static final long POLL_NANOS = 500_000_000L;
  private static final long QUIET_NANOS = 3_000_000_000L;

  private final Random random = new Random(7);
  private final Instant start =
      Instant.now().truncatedTo(ChronoUnit.HOURS).minusSeconds(6 * SECONDS);

  private String in;

  @TempDir Path directory;

  @BeforeEach
  void topic() {
    in = TestBroker.freshTopic("in", PARTITIONS);
  }

  /** The next logins and IDS events of an hour, one source after the other in a burst. */
  private void load(int from, int to) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      long millis = (long) i * SECONDS * 1_000 / RECORDS + random.nextInt(DISORDER_MILLIS);
      String source =
          random.nextInt(4) == 0
              ? "203.0.113." + millis / 1_000 / BURST_SECONDS
              : "10." + random.nextInt(20) + ".0." + random.nextInt(250);
      records.add(
          record(random.nextInt(PARTITIONS - 1), line(random, start.plusMillis(millis), source)));
    }
    TestBroker.produce(records);
  }

  /** A last record for each partition, long after the others: all windows end. */
  private void loadTheEnd() {
    Instant end = start.plusSeconds(3 * SECONDS);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS - 1; partition++) {
      records.add(record(partition, login(end, "last", "192.0.2." + partition)));
    }
    TestBroker.produce(records);
  }

  private ProducerRecord<byte[], byte[]> record(int partition, String line) {
    return new ProducerRecord<>(in, partition, null, line.getBytes(StandardCharsets.UTF_8));
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
    return login(time, "u" + random.nextInt(30), source);
  }

  private static String login(Instant time, String user, String source) {
    return """
        {"login_time":"%s","username":"%s","source_ip":"%s","status":"failed"}"""
        .formatted(time, user, source);
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

  private List<String> arguments(Outputs outputs, String group, String... more) {
    return Stream.concat(
            Stream.of(
                "--input=kafka:" + in,
                "--bootstrapServers=" + TestBroker.bootstrapServers(),
                "--kafka.group.id=" + group,
                "--startFrom=earliest",
                "--idleAfter=1s",
                "--memory=10m",
                "--joinWindow=1m",
                outputs.option()),
            Stream.of(more))
        .toList();
  }

  /** What is right: a bounded run, on another runner. */
  private Map<String, String> undisturbed() throws IOException {
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
    Path checkpoints = Files.createDirectory(directory.resolve("check points"));
    Outputs actual = Outputs.fresh();
    List<String> arguments =
        arguments(
            actual,
            "killed",
            "--replay=true",
            "--checkpoints=" + checkpoints,
            "--checkpointingInterval=1000");
    Path newest = null;
    for (int run = 0; run < 2; run++) {
      load(run * RECORDS / 3, (run + 1) * RECORDS / 3);
      Path before = newest;
      int alerts = actual.records(Products.ALERTS);
      try (FlinkJob job = FlinkJob.start(directory, arguments)) {
        await(
            job,
            () ->
                actual.records(Products.ALERTS) > alerts
                    && !Objects.equals(Checkpoints.newest(checkpoints), before));
      }
      newest = Checkpoints.newest(checkpoints);
    }
    load(2 * RECORDS / 3, RECORDS);
    loadTheEnd();
    Map<String, String> expected = undisturbed();
    assertThat(expected.keySet().stream().map(id -> id.split(" ")[0]).distinct())
        .containsExactlyInAnyOrder(
            Products.EVENTS, Products.SUSPICIOUS_LOGINS, Products.ALERTS, Products.FAILURES);
    try (FlinkJob job = FlinkJob.start(directory, arguments)) {
      await(job, () -> committed("killed").equals(ends()));
      awaitAll(job, actual, expected);
      LockSupport.parkNanos(QUIET_NANOS);
      assertThat(actual.latest()).isEqualTo(expected);
    }
  }

  /** A run after it must not begin behind what is lost. */
  @Test
  void withoutCheckpointsNothingIsCommitted() throws Exception {
    load(0, 1_000);
    Outputs outputs = Outputs.fresh();
    try (FlinkJob job = FlinkJob.start(directory, arguments(outputs, "forgetful"))) {
      await(job, () -> outputs.records(Products.EVENTS) >= 900);
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

  private Map<Integer, Long> ends() {
    Map<Integer, Long> ends = new TreeMap<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      ends.put(partition, 0L);
    }
    TestBroker.readAll(in)
        .forEach(record -> ends.merge(record.partition(), record.offset() + 1, Math::max));
    return ends;
  }

  /** Waits until all ids are there; tells which are not when time is up. */
  private static void awaitAll(FlinkJob job, Outputs actual, Map<String, String> expected)
      throws Exception {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (!actual.latest().keySet().containsAll(expected.keySet())) {
      job.assertRuns();
      if (System.nanoTime() - deadline > 0) {
        assertThat(actual.latest()).isEqualTo(expected);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(FlinkJob job, Condition condition) throws Exception {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (!condition.holds()) {
      job.assertRuns();
      assertThat(System.nanoTime() - deadline)
          .as("time is up; it said: %s", job.said())
          .isNegative();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
