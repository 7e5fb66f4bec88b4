package dev.vigil.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * One Kafka broker for all tests of a run: started when the first test asks for it, gone with
 * everything that it kept when the run ends. Tests share it, so each makes topics of its own, and
 * one that kills it starts it again.
 */
public final class TestBroker {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final AtomicInteger TOPICS = new AtomicInteger();

  private TestBroker() {}

  /** Made by the first access, by one thread, once. */
  private static final class Running {
    static final Path HOME = home();
    static volatile LocalKafka broker = LocalKafka.start(HOME);
    static final Admin ADMIN =
        Admin.create(Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()));
    static final KafkaProducer<byte[], byte[]> PRODUCER =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "acks",
                "all",
                // What is too large is for the topic to say.
                "max.request.size",
                1 << 26),
            new ByteArraySerializer(),
            new ByteArraySerializer());

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(Running::end, "stop broker"));
    }

    private static Path home() {
      try {
        return Files.createTempDirectory("vigil-test-broker");
      } catch (IOException e) {
        throw new IllegalStateException("there is no place for a broker", e);
      }
    }

    private static void end() {
      // Nothing of it is wanted any more: no need to wait until it has put everything in order.
      broker.kill();
      try (Stream<Path> all = Files.walk(HOME)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      } catch (IOException e) {
        throw new IllegalStateException("a test broker's directory is left: " + HOME, e);
      }
    }
  }

  /** Host and port, as clients take them. Starts the broker if need be. */
  public static String bootstrapServers() {
    return Running.broker.bootstrapServers();
  }

  /** Ends it at once, as a crash would. */
  public static void kill() {
    Running.broker.kill();
  }

  /** Starts it again, at the same place, with all that it had confirmed. */
  public static void startAgain() {
    Running.broker = LocalKafka.start(Running.HOME, Running.broker.port());
  }

  /**
   * Makes a topic, and returns when every partition can be read and written.
   *
   * @param configs settings of the topic, each {@code name=value}
   * @throws IllegalStateException if it exists already, or a setting is not one
   */
  public static void createTopic(String name, int partitions, String... configs) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String config : configs) {
      int equals = config.indexOf('=');
      settings.put(config.substring(0, equals), config.substring(equals + 1));
    }
    NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty());
    await(Running.ADMIN.createTopics(List.of(topic.configs(settings))).all());
    // A broker learns of a new topic a moment later than its controller.
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!isServed(name, partitions)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("the broker does not learn of " + name);
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private static boolean isServed(String topic, int partitions) {
    Map<TopicPartition, OffsetSpec> ends =
        IntStream.range(0, partitions)
            .mapToObj(partition -> new TopicPartition(topic, partition))
            .collect(Collectors.toMap(partition -> partition, p -> OffsetSpec.latest()));
    try {
      await(Running.ADMIN.listOffsets(ends).all());
      return true;
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Makes a topic that no other test has.
   *
   * @return its name, which starts with the prefix
   */
  public static String freshTopic(String prefix, int partitions, String... configs) {
    // The broker is this run's alone: counting is enough.
    String name = prefix + "-" + TOPICS.incrementAndGet();
    createTopic(name, partitions, configs);
    return name;
  }

  /**
   * Writes records, in order within each partition, and returns when the broker has them all.
   *
   * @return where each of them is, in the given order
   * @throws IllegalStateException if one of them was refused
   */
  public static List<RecordMetadata> produce(List<ProducerRecord<byte[], byte[]>> records) {
    List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
    for (ProducerRecord<byte[], byte[]> record : records) {
      sent.add(Running.PRODUCER.send(record));
    }
    Running.PRODUCER.flush();
    return sent.stream().map(TestBroker::await).toList();
  }

  /**
   * Everything that is in a topic now, by partition and offset: without what transactions have not
   * committed.
   */
  public static List<ConsumerRecord<byte[], byte[]>> readAll(String topic) {
    return readAll(bootstrapServers(), topic);
  }

  /** The same, from any broker. */
  public static List<ConsumerRecord<byte[], byte[]>> readAll(
      String bootstrapServers, String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "none",
                "enable.auto.commit",
                "false"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<PartitionInfo> infos = consumer.partitionsFor(topic, PATIENCE);
      if (infos.isEmpty()) {
        throw new IllegalStateException("there is no topic " + topic);
      }
      List<TopicPartition> partitions =
          infos.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);

      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey(), PATIENCE) < end.getValue())) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              "%s was read up to %d records, not to its ends %s"
                  .formatted(topic, records.size(), ends));
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          // What came after the call is not asked for.
          if (record.offset() < ends.get(new TopicPartition(topic, record.partition()))) {
            records.add(record);
          }
        }
      }
      records.sort(
          Comparator.<ConsumerRecord<byte[], byte[]>>comparingInt(ConsumerRecord::partition)
              .thenComparingLong(ConsumerRecord::offset));
      return records;
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("the broker did not answer in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
