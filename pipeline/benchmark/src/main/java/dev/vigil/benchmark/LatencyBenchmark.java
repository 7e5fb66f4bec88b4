package dev.vigil.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.pipeline.Vigil;
import dev.vigil.pipeline.io.SearchIndex;
import dev.vigil.stack.LocalFlink;
import dev.vigil.stack.LocalKafka;
import dev.vigil.stack.LocalSearch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How long after a window's end its {@code SuspiciousLogins} can be read from Kafka, and are in a
 * search node, while logins of the present come in steadily: from the clock of the one that writes
 * the logins to the clock of the one that reads the records, which are the same. The job runs from
 * its bundle on a standalone Flink cluster, with the profile's arguments. A watermark stays behind
 * the latest event by what {@code --maxDisorder} allows, so that no latency can be below that.
 */
public final class LatencyBenchmark {
  private static final String FOUND = "SuspiciousLogins";
  private static final int PARTITIONS = 2;

  /** In a window of 20 s at 5,000 logins a second, about 800 of them have more than five. */
  private static final int SOURCES = 100_000;

  private static final int TICK_MILLIS = 10;
  private static final Duration DISORDER = Duration.ofSeconds(5);

  /** What comes while the JVMs still compile does not count. */
  private static final Duration WARM_UP = Duration.ofSeconds(60);

  private static final Duration LONGEST_START = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  private LatencyBenchmark() {}

  /**
   * @param args {@code [seconds [rate [search [bundle]]]]}; by default 180 s of 5,000 logins a
   *     second, no search node ({@code true}: all results, the events too, go to one, beside what
   *     goes to Kafka), and the Flink profile's bundle as Maven builds it
   */
  public static void main(String[] args) throws Exception {
    int seconds = (int) KafkaBenchmark.number(args, 0, 180);
    int rate = (int) KafkaBenchmark.number(args, 1, 5_000);
    boolean search = args.length > 2 && Boolean.parseBoolean(args[2]);
    Path bundle = Path.of(args.length > 3 ? args[3] : "pipeline/target/vigil-flink.jar");
    if (!Files.exists(bundle)) {
      throw new IllegalArgumentException(
          "there is no " + bundle + ": build it with mvn -q package -Pflink -DskipTests");
    }
    Path home = Files.createTempDirectory("vigil-benchmark");
    Process job = null;
    try (LocalKafka broker = LocalKafka.start(home.resolve("kafka"));
        LocalFlink cluster = LocalFlink.start(home.resolve("flink"));
        LocalSearch node = search ? LocalSearch.startOpenSearch(home.resolve("search")) : null) {
      String servers = broker.bootstrapServers();
      createTopics(servers);
      List<String> more = new ArrayList<>();
      if (node != null) {
        Vigil.main(new String[] {"--setup", "--elasticsearch=" + node.url()});
        more.add("--elasticsearch=" + node.url());
      }
      job = submit(bundle, cluster.rest(), servers, home, more);
      ExecutorService feeding = Executors.newSingleThreadExecutor();
      AtomicBoolean enough = new AtomicBoolean();
      Future<?> fed = feeding.submit(() -> feed(servers, rate, enough));
      Listener listener = new Listener(node == null ? null : node.url());
      listener.listen(servers, Duration.ofSeconds(seconds), job, fed);
      enough.set(true);
      fed.get();
      feeding.shutdown();
      System.out.printf(
          Locale.ROOT,
          "%,d logins/s; after the window's end and the %d s of disorder:%n",
          rate,
          DISORDER.toSeconds());
      print("read from Kafka", listener.fromKafka);
      if (node != null) {
        print("in the search node", listener.inSearch);
      }
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

  private static Process submit(
      Path bundle, String rest, String servers, Path home, List<String> more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
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
                "--checkpoints=" + home.resolve("checkpoints")));
    command.addAll(more);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("job.log").toFile())
        .start();
  }

  /** Logins of the present, until there are enough. */
  private static void feed(String servers, int rate, AtomicBoolean enough) {
    SplittableRandom random = new SplittableRandom(1);
    Map<String, Object> config =
        new HashMap<>(Map.of("bootstrap.servers", servers, "linger.ms", 5));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      long start = System.nanoTime();
      long sent = 0;
      while (!enough.get()) {
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

  /** Notes of each record how many milliseconds after its window's end it is there. */
  private static final class Listener {
    private static final int SAMPLE = 10;

    private final List<Long> fromKafka = new ArrayList<>();
    private final List<Long> inSearch = new ArrayList<>();
    private final @Nullable String search;

    /** Of those that have been read from Kafka, every tenth that the node has not yet, by id. */
    private final Map<String, Instant> missing = new HashMap<>();

    Listener(@Nullable String search) {
      this.search = search;
    }

    void listen(String servers, Duration length, Process job, Future<?> fed) throws Exception {
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
          if (!job.isAlive()
              || fed.isDone()
              || first == null && begun.plus(LONGEST_START).isBefore(Instant.now())) {
            throw new IllegalStateException("the job finds nothing");
          }
          for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(20))) {
            Instant now = Instant.now();
            first = first == null ? now : first;
            if (now.isAfter(first.plus(WARM_UP))) {
              note(record, now);
            }
          }
          lookUp();
        }
      }
    }

    private void note(ConsumerRecord<byte[], byte[]> record, Instant now) throws IOException {
      Instant end = Instant.parse(JSON.readTree(record.value()).get("@timestamp").asText());
      fromKafka.add(Duration.between(end, now).toMillis());
      if (search != null && fromKafka.size() % SAMPLE == 0) {
        missing.put(new String(record.key(), StandardCharsets.UTF_8), end);
      }
    }

    /** Which of the missing are in the node now, whether a search would find them yet or not. */
    private void lookUp() throws IOException, InterruptedException {
      if (missing.isEmpty()) {
        return;
      }
      String index = SearchIndex.ALERTS.at(missing.values().iterator().next());
      String ids = JSON.writeValueAsString(Map.of("ids", missing.keySet()));
      JsonNode answer =
          JSON.readTree(
              SearchBenchmark.ask("POST", search + "/" + index + "/_mget?_source=false", ids));
      Instant now = Instant.now();
      for (JsonNode document : answer.path("docs")) {
        if (document.path("found").asBoolean()) {
          Instant end = missing.remove(document.get("_id").asText());
          inSearch.add(Duration.between(end, now).toMillis());
        }
      }
    }
  }

  private static void print(String where, List<Long> latencies) {
    List<Long> sorted = latencies.stream().sorted().toList();
    System.out.printf(
        Locale.ROOT,
        "%,d records, until they are %s: p50 %d ms, p99 %d ms, longest %d ms%n",
        sorted.size(),
        where,
        percentile(sorted, 50) - DISORDER.toMillis(),
        percentile(sorted, 99) - DISORDER.toMillis(),
        percentile(sorted, 100) - DISORDER.toMillis());
  }

  private static long percentile(List<Long> sorted, int percent) {
    return sorted.get((int) Math.ceil(sorted.size() * percent / 100.0) - 1);
  }
}
