package dev.vigil.pipeline;

import dev.vigil.stack.TestBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Logins and IDS events in a topic of its own, out of order by up to two seconds, one source after
 * the other in a burst, some lines broken: always the same ones, but for when it begins.
 */
final class LoginTraffic {
  /** The last one never has a record. */
  private static final int PARTITIONS = 5;

  private static final int BURST_SECONDS = 40;
  private static final int DISORDER_MILLIS = 2_000;

  private static final Duration JOIN_WINDOW = Duration.ofMinutes(1);

  /** A few records every so often: some hundreds a second. */
  private static final int STEP = 10;

  private static final long STEP_NANOS = 40_000_000L;

  /** Until all windows have ended, and more. */
  private static final Duration SILENCE = Duration.ofHours(2);

  private final Random random = new Random(7);
  private final String topic;
  private final Instant start;
  private final Duration length;
  private final int records;
  private int loaded;

  private LoginTraffic(String topic, Instant start, Duration length, int records) {
    this.topic = topic;
    this.start = start;
    this.length = length;
    this.records = records;
  }

  /**
   * So many records in a topic of the tests' broker, some hours old.
   *
   * @param length what their times span
   */
  static LoginTraffic of(int records, Duration length) {
    return new LoginTraffic(
        TestBroker.freshTopic("in", PARTITIONS),
        Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(6)),
        length,
        records);
  }

  /** The same records at the same places in every run, in a topic that no other test has. */
  static LoginTraffic of(int records, Duration length, String topic, Instant start) {
    TestBroker.createTopic(topic, PARTITIONS);
    return new LoginTraffic(topic, start, length, records);
  }

  /** What the main job is told that reads it, with windows in which there is much to find. */
  List<String> arguments(String group, ProductTopics outputs, String... more) {
    return Stream.concat(
            Stream.of(
                "--input=kafka:" + topic,
                "--bootstrapServers=" + TestBroker.bootstrapServers(),
                "--kafka.group.id=" + group,
                "--startFrom=earliest",
                "--idleAfter=1s",
                "--memory=10m",
                "--joinWindow=" + JOIN_WINDOW.toSeconds() + "s",
                outputs.option()),
            Stream.of(more))
        .toList();
  }

  String topic() {
    return topic;
  }

  /** Loads the next so many, or what is left. */
  void load(int count) {
    int end = Math.min(records, loaded + count);
    List<ProducerRecord<byte[], byte[]>> batch = new ArrayList<>();
    for (; loaded < end; loaded++) {
      long millis = loaded * length.toMillis() / records + random.nextInt(DISORDER_MILLIS);
      String source =
          random.nextInt(4) == 0
              ? "203.0.113." + millis / 1_000 / BURST_SECONDS
              : "10." + random.nextInt(20) + ".0." + random.nextInt(250);
      batch.add(
          record(random.nextInt(PARTITIONS - 1), line(random, start.plusMillis(millis), source)));
    }
    TestBroker.produce(batch);
  }

  /** Loads the next so many, or what is left, bit by bit: some are always on their way. */
  void trickle(int count) {
    for (int left = count; left > 0; left -= STEP) {
      load(Math.min(STEP, left));
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  /** The time of the last record of each partition, long after all others. */
  Instant end() {
    return start.plus(length).plus(SILENCE);
  }

  /** Loads what is left, and the last record for each partition: all windows end. */
  void loadTheRest() {
    load(records);
    List<ProducerRecord<byte[], byte[]>> batch = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS - 1; partition++) {
      batch.add(record(partition, login(end(), "last", "192.0.2." + partition)));
    }
    TestBroker.produce(batch);
  }

  /** After {@link #loadTheRest}: a login that comes hours too late, and changes no window. */
  void loadLate() {
    TestBroker.produce(List.of(record(0, login(start, "late", "192.0.2.99"))));
  }

  private ProducerRecord<byte[], byte[]> record(int partition, String line) {
    return new ProducerRecord<>(topic, partition, null, line.getBytes(StandardCharsets.UTF_8));
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

  /** What an independent program finds in all that was loaded, and nothing else, was found. */
  void assertEqualsReference(Reference reference, ProductDocuments found, Path directory)
      throws Exception {
    List<String> logins = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : TestBroker.readAll(topic)) {
      String line = new String(record.value(), StandardCharsets.UTF_8);
      (line.contains("\"event_time\"") ? ids : logins).add(line);
    }
    reference.assertFinds(
        found,
        Files.write(directory.resolve("logins.jsonl"), logins),
        Files.write(directory.resolve("ids.jsonl"), ids),
        JOIN_WINDOW);
  }

  /** The offset after the last record of each partition. */
  private Map<Integer, Long> ends() {
    Map<Integer, Long> ends = new TreeMap<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      ends.put(partition, 0L);
    }
    TestBroker.readAll(topic)
        .forEach(record -> ends.merge(record.partition(), record.offset() + 1, Math::max));
    return ends;
  }

  /**
   * Whether a group has read it all, and what came of it was written: the place is committed with a
   * checkpoint, before which bundles end.
   */
  boolean isReadBy(String group) throws Exception {
    return committed(group).equals(ends());
  }

  /** Up to where a group has read, by partition. */
  static Map<Integer, Long> committed(String group) throws Exception {
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
}
