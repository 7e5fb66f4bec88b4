package dev.vigil.benchmark;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Topics of logins and of IDS events, the same for the same numbers: about 200 bytes of JSON each,
 * 1,000 logins a second of event time and an IDS event for each hundred of them, up to two seconds
 * out of order, from sources of which some are much busier than others.
 *
 * @param partitions of each topic
 * @param logins how many records its topic has
 * @param intrusions how many records its topic has
 * @param suspicious how many sources have more than five logins in a window of 20 seconds, summed
 *     over the windows
 * @param attacked how many sources have both a login and an IDS event in a window of five minutes,
 *     summed over the windows
 * @param pairs of a login and an IDS event with the same source
 */
record Workload(
    int partitions, long logins, long intrusions, long suspicious, long attacked, long pairs) {
  static final String LOGINS = "Logins";
  static final String INTRUSIONS = "IDS";

  private static final long SEED = 42;
  private static final Instant START = Instant.parse("2026-01-15T00:00:00Z");
  private static final int PER_SECOND = 1_000;
  private static final int LOGINS_PER_INTRUSION = 100;
  private static final int DISORDER_MILLIS = 2_000;
  private static final int COUNT_MILLIS = 20_000;
  private static final int JOIN_MILLIS = 300_000;
  private static final int THRESHOLD = 5;
  private static final int LATER_MILLIS = 3_600_000;
  private static final List<String> SEVERITIES = List.of("low", "medium", "high", "critical");

  /** What {@link #toArguments} has written. */
  static Workload ofArguments(List<String> arguments) {
    long[] numbers = arguments.stream().mapToLong(Long::parseLong).toArray();
    return new Workload(
        (int) numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
  }

  List<String> toArguments() {
    return LongStream.of(partitions, logins, intrusions, suspicious, attacked, pairs)
        .mapToObj(Long::toString)
        .toList();
  }

  /**
   * Makes the topics and fills them. At the end of each partition stands an event of an hour later,
   * which closes all windows before it.
   *
   * @param count how many logins
   * @param keys how many sources there are
   */
  static Workload load(String bootstrapServers, int partitions, long count, int keys)
      throws ExecutionException, InterruptedException {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", bootstrapServers);
    config.put("linger.ms", 50);
    config.put("batch.size", 1 << 18);
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers))) {
      admin
          .createTopics(
              Stream.of(LOGINS, INTRUSIONS)
                  .map(topic -> new NewTopic(topic, Optional.of(partitions), Optional.empty()))
                  .toList())
          .all()
          .get();
    }
    SplittableRandom random = new SplittableRandom(SEED);
    Totals totals = new Totals(keys);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (long i = 0; i < count; i++) {
        long now = i * 1_000 / PER_SECOND;
        long time = now - random.nextInt(DISORDER_MILLIS);
        int key = source(random, keys);
        totals.login(time, key);
        producer.send(login((int) (i % partitions), time, key, random.nextInt(1_000)));
        if (i % LOGINS_PER_INTRUSION == 0) {
          int partition = (int) (i / LOGINS_PER_INTRUSION % partitions);
          long seen = now - random.nextInt(DISORDER_MILLIS);
          int attacker = source(random, keys);
          totals.intrusion(seen, attacker);
          producer.send(intrusion(partition, seen, attacker, random.nextInt(SEVERITIES.size())));
        }
      }
      long later = count * 1_000 / PER_SECOND + LATER_MILLIS;
      for (int partition = 0; partition < partitions; partition++) {
        totals.login(later, 0);
        producer.send(login(partition, later, 0, 0));
        totals.intrusion(later, 0);
        producer.send(intrusion(partition, later, 0, 0));
      }
      producer.flush();
    }
    return totals.workload(partitions);
  }

  /** The square of a number between 0 and 1 is more often small than large. */
  static int source(SplittableRandom random, int keys) {
    double share = random.nextDouble();
    return (int) (keys * share * share);
  }

  private static String address(int key) {
    return "10." + (key >> 16) + "." + (key >> 8 & 255) + "." + (key & 255);
  }

  private static ProducerRecord<byte[], byte[]> login(int partition, long time, int key, int user) {
    return login(partition, START.plusMillis(time), key, user);
  }

  /** A login of that time. */
  static ProducerRecord<byte[], byte[]> login(int partition, Instant time, int key, int user) {
    return record(
        LOGINS,
        partition,
        "{\"login_time\":\""
            + time.truncatedTo(ChronoUnit.MILLIS)
            + "\",\"username\":\"user"
            + user
            + "\",\"source_ip\":\""
            + address(key)
            + "\",\"status\":\""
            + (user % 3 == 0 ? "success" : "failed")
            + "\",\"user_agent\":\"OpenSSH_9.6p1 Ubuntu-3ubuntu13.5\",\"session\":\""
            + (Duration.between(START, time).toMillis() * 31 + key)
            + "\"}");
  }

  private static ProducerRecord<byte[], byte[]> intrusion(
      int partition, long time, int key, int severity) {
    return record(
        INTRUSIONS,
        partition,
        "{\"event_time\":\""
            + START.plusMillis(time)
            + "\",\"source_ip\":\""
            + address(key)
            + "\",\"destination_ip\":\"192.0.2.10\",\"severity\":\""
            + SEVERITIES.get(severity)
            + "\",\"attack_classification\":\"Attempted Administrator Privilege Gain "
            + severity
            + "\",\"action\":\"alert\"}");
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, int partition, String json) {
    return new ProducerRecord<>(topic, partition, null, json.getBytes(StandardCharsets.UTF_8));
  }

  /** What is in the topics, and so what the queries must find. */
  private static final class Totals {
    private final long keys;
    private final Map<Long, Integer> loginsByWindow = new HashMap<>();
    private final Set<Long> loginWindows = new HashSet<>();
    private final Set<Long> intrusionWindows = new HashSet<>();
    private final long[] loginsByKey;
    private final long[] intrusionsByKey;

    Totals(int keys) {
      this.keys = keys;
      loginsByKey = new long[keys];
      intrusionsByKey = new long[keys];
    }

    void login(long time, int key) {
      loginsByKey[key]++;
      loginsByWindow.merge(window(time, COUNT_MILLIS, key), 1, Integer::sum);
      loginWindows.add(window(time, JOIN_MILLIS, key));
    }

    void intrusion(long time, int key) {
      intrusionsByKey[key]++;
      intrusionWindows.add(window(time, JOIN_MILLIS, key));
    }

    private long window(long time, int size, int key) {
      return Math.floorDiv(time, size) * keys + key;
    }

    Workload workload(int partitions) {
      long pairs = 0;
      for (int key = 0; key < keys; key++) {
        pairs += loginsByKey[key] * intrusionsByKey[key];
      }
      return new Workload(
          partitions,
          LongStream.of(loginsByKey).sum(),
          LongStream.of(intrusionsByKey).sum(),
          loginsByWindow.values().stream().filter(count -> count > THRESHOLD).count(),
          // The last window, of the events that close the others, is not closed itself.
          intrusionWindows.stream().filter(loginWindows::contains).count() - 1,
          pairs);
    }
  }
}
