package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.stack.TestBroker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsumerFactoryTest {
  private static final Instant START = Instant.parse("2026-01-15T08:00:00Z");

  private String topic;
  private TopicPartition partition;

  /** Four records, of which the first two are no longer kept. */
  @BeforeEach
  void fill() throws Exception {
    topic = TestBroker.freshTopic("start", 1);
    partition = new TopicPartition(topic, 0);
    for (int second = 0; second < 4; second++) {
      TestBroker.produce(
          List.of(
              new ProducerRecord<>(
                  topic, 0, START.plusSeconds(second).toEpochMilli(), null, new byte[1])));
    }
    deleteBefore(2);
  }

  private void deleteBefore(long offset) throws Exception {
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", TestBroker.bootstrapServers()))) {
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset))).all().get();
    }
  }

  private Consumer<byte[], byte[]> consumer(StartPosition start) {
    return consumer(start, Map.of());
  }

  private Consumer<byte[], byte[]> consumer(StartPosition start, Map<String, Object> more) {
    return factory(
            KafkaConnection.of(Map.of("bootstrap.servers", TestBroker.bootstrapServers())),
            start,
            List.of())
        .apply(config(more));
  }

  /** As KafkaIO gives it. */
  private Map<String, Object> config(Map<String, Object> more) {
    Map<String, Object> config =
        new HashMap<>(
            Map.of(
                "group.id",
                "of-" + topic,
                "enable.auto.commit",
                false,
                "key.deserializer",
                ByteArrayDeserializer.class,
                "value.deserializer",
                ByteArrayDeserializer.class));
    config.putAll(more);
    return config;
  }

  private static ConsumerFactory factory(
      KafkaConnection connection, StartPosition start, List<TopicInput> topics) {
    return new ConsumerFactory(connection, topics, start, new ReadProgress());
  }

  private long place(StartPosition start) {
    try (Consumer<byte[], byte[]> consumer = consumer(start)) {
      consumer.assign(List.of(partition));
      return consumer.position(partition);
    }
  }

  private void commit(long offset) {
    try (Consumer<byte[], byte[]> consumer = consumer(StartPosition.EARLIEST)) {
      consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)));
    }
  }

  private static String warnings(Runnable action) {
    ByteArrayOutputStream caught = new ByteArrayOutputStream();
    PrintStream err = System.err;
    System.setErr(new PrintStream(caught, true, StandardCharsets.UTF_8));
    try {
      action.run();
    } finally {
      System.setErr(err);
    }
    // Other threads warn of other things.
    return caught
        .toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("removed from the topic"))
        .map(line -> line.substring(line.indexOf(" - ") + 3))
        .collect(Collectors.joining("\n"));
  }

  /** On Flink, a job that waits for them can be restored to one that reads nothing. */
  @Test
  void partitionsThatAreKnownAreNotAskedFor() {
    Map<String, Object> nobodyThere = new HashMap<>(config(Map.of()));
    nobodyThere.put("bootstrap.servers", "127.0.0.1:1");
    try (Consumer<byte[], byte[]> consumer =
        factory(
                KafkaConnection.of(Map.of("bootstrap.servers", "127.0.0.1:1")),
                StartPosition.EARLIEST,
                List.of(new TopicInput("a", null, 2), new TopicInput("b", "logins", 1)))
            .apply(nobodyThere)) {
      assertThat(consumer.partitionsFor("a"))
          .extracting(partition -> partition.topic() + " " + partition.partition())
          .containsExactly("a 0", "a 1");
      assertThat(consumer.partitionsFor("b")).hasSize(1);
    }
    try (Consumer<byte[], byte[]> consumer = consumer(StartPosition.EARLIEST)) {
      assertThat(consumer.partitionsFor(topic)).hasSize(1);
    }
  }

  @Test
  void whereToBegin() {
    assertThat(place(StartPosition.EARLIEST)).isEqualTo(2);
    assertThat(place(StartPosition.LATEST)).isEqualTo(4);
    assertThat(place(StartPosition.COMMITTED)).isEqualTo(2);
    assertThat(place(StartPosition.at(START.plusSeconds(3)))).isEqualTo(3);
    assertThat(place(StartPosition.at(START.plusSeconds(9)))).isEqualTo(4);
    commit(3);
    assertThat(place(StartPosition.COMMITTED)).isEqualTo(3);
    assertThat(place(StartPosition.EARLIEST)).isEqualTo(2);
  }

  @Test
  void whatIsGoneIsTold() {
    commit(1);
    assertThat(warnings(() -> assertThat(place(StartPosition.COMMITTED)).isEqualTo(1)))
        .isEqualTo(topic + "-0: offsets 1 to 1 were removed from the topic before they were read");
    commit(2);
    assertThat(warnings(() -> place(StartPosition.COMMITTED))).isEmpty();
    assertThat(warnings(() -> place(StartPosition.EARLIEST))).isEmpty();
    assertThat(
            warnings(
                () -> {
                  try (Consumer<byte[], byte[]> consumer = consumer(StartPosition.EARLIEST)) {
                    consumer.assign(List.of(partition));
                    consumer.seek(partition, 0); // as from a checkpoint
                  }
                }))
        .isEqualTo(topic + "-0: offsets 0 to 1 were removed from the topic before they were read");
  }

  /** The topic forgets faster than the job reads. */
  @Test
  void whatGoesWhileReading() throws Exception {
    try (Consumer<byte[], byte[]> consumer = consumer(StartPosition.EARLIEST)) {
      consumer.assign(List.of(partition));
      assertThat(consumer.position(partition)).isEqualTo(2);
      deleteBefore(3);
      List<Long> offsets = new ArrayList<>();
      assertThat(
              warnings(
                  () -> {
                    while (offsets.isEmpty()) {
                      consumer
                          .poll(Duration.ofMillis(100))
                          .forEach(record -> offsets.add(record.offset()));
                    }
                  }))
          .isEqualTo(
              topic + "-0: offsets 2 to 2 were removed from the topic before they were read");
      assertThat(offsets).containsExactly(3L);
    }
  }

  /** The ends of partitions must be read with what is not committed yet, as KafkaIO wants it. */
  @Test
  void theEndsAreReadWithWhatIsNotCommitted() {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", TestBroker.bootstrapServers(), "transactional.id", topic),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, 0, null, new byte[1]));
      producer.flush();
      try (Consumer<byte[], byte[]> reader = consumer(StartPosition.EARLIEST);
          Consumer<byte[], byte[]> ends =
              consumer(StartPosition.EARLIEST, Map.of("isolation.level", "read_uncommitted"))) {
        assertThat(reader.endOffsets(List.of(partition))).isEqualTo(Map.of(partition, 4L));
        assertThat(ends.endOffsets(List.of(partition))).isEqualTo(Map.of(partition, 5L));
      }
      producer.abortTransaction();
    }
  }
}
