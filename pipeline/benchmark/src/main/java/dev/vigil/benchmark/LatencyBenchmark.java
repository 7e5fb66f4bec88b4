package dev.vigil.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.stack.LocalFlink;
import dev.vigil.stack.LocalKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How long after a window's end its {@code SuspiciousLogins} can be read from Kafka, while logins
 * of the present come in steadily: from the clock of the one that writes the logins to the clock of
 * the one that reads the records, which are the same. The job runs from its bundle on a standalone
 * Flink cluster, with the profile's arguments. A watermark stays behind the latest event by what
 * {@code --maxDisorder} allows, so that no latency can be below that.
 */
public final class LatencyBenchmark {
  private static final String FOUND = "SuspiciousLogins";
  private static final int PARTITIONS = 2;
  private static final int SOURCES = 10_000;
  private static final int TICK_MILLIS = 10;
  private static final Duration DISORDER = Duration.ofSeconds(5);

  /** What comes while the JVMs still compile does not count. */
  private static final Duration WARM_UP = Duration.ofSeconds(60);

  private static final Duration LONGEST_START = Duration.ofMinutes(2);

  private LatencyBenchmark() {}

  /**
   * @param args {@code [seconds [rate [bundle]]]}; by default 180 s of 5,000 logins a second, and
   *     the Flink profile's bundle as Maven builds it
   */
  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 180;
    int rate = args.length > 1 ? Integer.parseInt(args[1]) : 5_000;
    Path bundle = Path.of(args.length > 2 ? args[2] : "pipeline/target/vigil-flink.jar");
    if (!Files.exists(bundle)) {
      throw new IllegalArgumentException(
          "there is no " + bundle + ": build it with mvn -q package -Pflink -DskipTests");
    }
    Path home = Files.createTempDirectory("vigil-benchmark");
    Process job = null;
    try (LocalKafka broker = LocalKafka.start(home.resolve("kafka"));
        LocalFlink cluster = LocalFlink.start(home.resolve("flink"))) {
      String servers = broker.bootstrapServers();
      createTopics(servers);
      job = submit(bundle, cluster.rest(), servers, home);
      AtomicReference<Exception> failure = new AtomicReference<>();
      Thread feeder =
          new Thread(
              () -> {
                try {
                  feed(servers, rate);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                } catch (Exception e) {
                  failure.set(e);
                }
              },
              "feeder");
      feeder.setDaemon(true);
      feeder.start();
      List<Long> latencies = listen(servers, Duration.ofSeconds(seconds), job);
      feeder.interrupt();
      feeder.join();
      if (failure.get() != null) {
        throw failure.get();
      }
      print(rate, latencies);
    } finally {
      if (job != null) {
        job.destroyForcibly().waitFor();
      }
      KafkaBenchmark.delete(home);
    }
  }

  private static void createTopics(String servers) throws Exception {
    try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", servers))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(Workload.LOGINS, Optional.of(PARTITIONS), Optional.empty()),
                  new NewTopic(FOUND, Optional.of(PARTITIONS), Optional.empty())))
          .all()
          .get();
    }
  }

  private static Process submit(Path bundle, String rest, String servers, Path home)
      throws IOException {
    ProcessBuilder command =
        new ProcessBuilder(
            "java",
            "-jar",
            bundle.toString(),
            "--flinkMaster=" + rest,
            "--parallelism=" + PARTITIONS,
            "--bootstrapServers=" + servers,
            "--input=kafka:" + Workload.LOGINS,
            "--startFrom=earliest",
            "--maxDisorder=" + DISORDER.toSeconds() + "s",
            "--outputTopics=suspicious-logins",
            "--checkpoints=" + home.resolve("checkpoints"));
    return command
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("job.log").toFile())
        .start();
  }

  /** Logins of the present, until interrupted. */
  private static void feed(String servers, int rate) throws InterruptedException {
    SplittableRandom random = new SplittableRandom(1);
    Map<String, Object> config =
        new HashMap<>(Map.of("bootstrap.servers", servers, "linger.ms", 5));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      long start = System.nanoTime();
      long sent = 0;
      while (!Thread.interrupted()) {
        long due = (System.nanoTime() - start) * rate / TimeUnit.SECONDS.toNanos(1);
        for (; sent < due; sent++) {
          producer.send(
              Workload.login(
                  (int) (sent % PARTITIONS),
                  Instant.now(),
                  Workload.source(random, SOURCES),
                  random.nextInt(1_000)));
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS));
      }
    }
  }

  /** Of each record, the milliseconds since its window's end. */
  private static List<Long> listen(String servers, Duration length, Process job) throws Exception {
    ObjectMapper json = new ObjectMapper();
    List<Long> latencies = new ArrayList<>();
    Map<String, Object> config =
        new HashMap<>(Map.of("bootstrap.servers", servers, "fetch.max.wait.ms", 10));
    try (KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, PARTITIONS)
              .mapToObj(partition -> new TopicPartition(FOUND, partition))
              .toList();
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      Instant begun = Instant.now();
      Instant first = null;
      while (first == null || Instant.now().isBefore(first.plus(WARM_UP).plus(length))) {
        if (!job.isAlive() || first == null && begun.plus(LONGEST_START).isBefore(Instant.now())) {
          throw new IllegalStateException("the job finds nothing");
        }
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(100))) {
          Instant now = Instant.now();
          first = first == null ? now : first;
          Instant end = Instant.parse(json.readTree(record.value()).get("@timestamp").asText());
          if (now.isAfter(first.plus(WARM_UP))) {
            latencies.add(Duration.between(end, now).toMillis());
          }
        }
      }
    }
    return latencies;
  }

  private static void print(int rate, List<Long> latencies) {
    List<Long> sorted = latencies.stream().sorted().toList();
    System.out.printf(
        Locale.ROOT,
        "%,d logins/s: %,d records, after their window's end and the %d s of disorder:"
            + " p50 %d ms, p99 %d ms, longest %d ms%n",
        rate,
        sorted.size(),
        DISORDER.toSeconds(),
        percentile(sorted, 50) - DISORDER.toMillis(),
        percentile(sorted, 99) - DISORDER.toMillis(),
        percentile(sorted, 100) - DISORDER.toMillis());
  }

  private static long percentile(List<Long> sorted, int percent) {
    return sorted.get((int) Math.ceil(sorted.size() * percent / 100.0) - 1);
  }
}
