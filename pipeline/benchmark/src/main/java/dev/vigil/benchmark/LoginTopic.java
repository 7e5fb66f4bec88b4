package dev.vigil.benchmark;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A topic of login records, the same for the same numbers: about 200 bytes of JSON each, 1,000 a
 * second of event time, up to two seconds out of order, from sources of which some are much busier
 * than others.
 *
 * @param suspicious how many sources have more than five logins in a window of 20 seconds, summed
 *     over the windows
 */
record LoginTopic(String name, int partitions, long records, long suspicious) {
  private static final long SEED = 42;
  private static final Instant START = Instant.parse("2026-01-15T00:00:00Z");
  private static final int PER_SECOND = 1_000;
  private static final int DISORDER_MILLIS = 2_000;
  private static final int WINDOW_MILLIS = 20_000;
  private static final int THRESHOLD = 5;

  /**
   * Makes the topic and fills it. At the end of each partition stands a login of an hour later,
   * which closes all windows before it.
   *
   * @param keys how many sources there are
   */
  static LoginTopic load(
      String bootstrapServers, String name, int partitions, long records, int keys)
      throws ExecutionException, InterruptedException {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", bootstrapServers);
    config.put("linger.ms", 50);
    config.put("batch.size", 1 << 18);
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers))) {
      admin
          .createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty())))
          .all()
          .get();
    }
    SplittableRandom random = new SplittableRandom(SEED);
    Map<Long, Integer> counts = new HashMap<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (long i = 0; i < records; i++) {
        long time = i * 1_000 / PER_SECOND - random.nextInt(DISORDER_MILLIS);
        // The square of a number between 0 and 1 is more often small than large.
        double share = random.nextDouble();
        int key = (int) (keys * share * share);
        counts.merge(Math.floorDiv(time, WINDOW_MILLIS) * keys + key, 1, Integer::sum);
        producer.send(record(name, (int) (i % partitions), time, key, random.nextInt(1_000)));
      }
      for (int partition = 0; partition < partitions; partition++) {
        producer.send(record(name, partition, records * 1_000 / PER_SECOND + 3_600_000, 0, 0));
      }
      producer.flush();
    }
    return new LoginTopic(
        name,
        partitions,
        records + partitions,
        counts.values().stream().filter(count -> count > THRESHOLD).count());
  }

  private static ProducerRecord<byte[], byte[]> record(
      String topic, int partition, long time, int key, int user) {
    String json =
        "{\"login_time\":\""
            + START.plusMillis(time)
            + "\",\"username\":\"user"
            + user
            + "\",\"source_ip\":\"10."
            + (key >> 16)
            + "."
            + (key >> 8 & 255)
            + "."
            + (key & 255)
            + "\",\"status\":\""
            + (user % 3 == 0 ? "success" : "failed")
            + "\",\"user_agent\":\"OpenSSH_9.6p1 Ubuntu-3ubuntu13.5\",\"session\":\""
            + (time * 31 + key)
            + "\"}";
    return new ProducerRecord<>(topic, partition, null, json.getBytes(StandardCharsets.UTF_8));
  }
}
