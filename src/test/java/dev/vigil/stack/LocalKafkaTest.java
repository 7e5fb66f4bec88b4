package dev.vigil.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalKafkaTest {
  private static final long LONG_AGO = Instant.parse("2010-03-01T00:00:00Z").toEpochMilli();

  /** What a record holds, in a form that can be compared. */
  private record Held(
      int partition, long offset, long timestamp, String key, String value, String headers) {
    static Held of(ConsumerRecord<byte[], byte[]> record) {
      List<String> headers = new ArrayList<>();
      record.headers().forEach(h -> headers.add(h.key() + "=" + text(h.value())));
      return new Held(
          record.partition(),
          record.offset(),
          record.timestamp(),
          text(record.key()),
          text(record.value()),
          String.join(",", headers));
    }

    private static String text(byte[] bytes) {
      return bytes == null ? "(null)" : new String(bytes, UTF_8);
    }
  }

  @Test
  void recordsComeBackAsTheyWereWritten() {
    String topic = TestBroker.freshTopic("exact", 2);
    List<RecordMetadata> places =
        TestBroker.produce(
            List.of(
                new ProducerRecord<>(topic, 0, LONG_AGO, bytes("k"), bytes("grüße \u0000")),
                new ProducerRecord<>(topic, 1, LONG_AGO + 1, null, bytes("")),
                new ProducerRecord<>(
                    topic,
                    0,
                    LONG_AGO + 2,
                    bytes("gone"),
                    null,
                    List.of(new RecordHeader("why", bytes("because"))))));

    assertThat(places).extracting(RecordMetadata::offset).containsExactly(0L, 0L, 1L);
    assertThat(TestBroker.readAll(topic))
        .extracting(Held::of)
        .containsExactly(
            new Held(0, 0, LONG_AGO, "k", "grüße \u0000", ""),
            new Held(0, 1, LONG_AGO + 2, "gone", "(null)", "why=because"),
            new Held(1, 0, LONG_AGO + 1, "(null)", "", ""));
  }

  @Test
  void everyTestHasTopicsOfItsOwn() {
    String first = TestBroker.freshTopic("own", 1);
    String second = TestBroker.freshTopic("own", 1, "cleanup.policy=compact", "segment.ms=1000");

    assertThat(first).startsWith("own-").isNotEqualTo(second);
    assertThat(TestBroker.readAll(first)).isEmpty();
    assertThatThrownBy(() -> TestBroker.createTopic(first, 1))
        .hasCauseInstanceOf(TopicExistsException.class);
    assertThatThrownBy(() -> TestBroker.readAll("unheard-of"))
        .hasMessage("there is no topic unheard-of");
  }

  @Test
  void transactionsAreSeenWhenTheyAreCommitted() {
    String topic = TestBroker.freshTopic("transactions", 1);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", TestBroker.bootstrapServers(), "transactional.id", topic),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, bytes("aborted")));
      producer.flush();
      assertThat(TestBroker.readAll(topic)).isEmpty();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, bytes("committed")));
      producer.commitTransaction();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, bytes("open")));
      producer.flush();

      assertThat(TestBroker.readAll(topic))
          .extracting(record -> Held.of(record).value())
          .containsExactly("committed");
      producer.abortTransaction();
    }
  }

  @Test
  void keepsEverythingAndMakesNoTopicUnasked() throws Exception {
    String topic = TestBroker.freshTopic("kept", 1);
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", TestBroker.bootstrapServers()))) {
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
      var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
      assertThat(config.get("retention.ms").value()).isEqualTo("-1");
      assertThat(config.get("retention.bytes").value()).isEqualTo("-1");

      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", TestBroker.bootstrapServers(), "max.block.ms", "1000"),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        Future<RecordMetadata> sent = producer.send(new ProducerRecord<>("misspelt", bytes("v")));
        assertThatThrownBy(sent::get).hasMessageContaining("misspelt");
      }
      assertThatThrownBy(() -> admin.describeTopics(List.of("misspelt")).allTopicNames().get())
          .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }
  }

  @Test
  void aRestartFindsRecordsAndCommittedOffsetsAtTheSamePlace(@TempDir Path home) throws Exception {
    LocalKafka first = LocalKafka.start(home);
    String place = first.bootstrapServers();
    write(place, 0, 100);
    TopicPartition partition = new TopicPartition("numbers", 0);
    try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", place))) {
      admin
          .alterConsumerGroupOffsets("readers", Map.of(partition, new OffsetAndMetadata(42)))
          .all()
          .get(120, TimeUnit.SECONDS);
    }
    first.close();
    assertThat(first.process().exitStatus()).hasValue(0);

    try (LocalKafka second = LocalKafka.start(home, first.port())) {
      assertThat(second.bootstrapServers()).isEqualTo(place);
      assertThat(numbers(place)).isEqualTo(IntStream.range(0, 100).boxed().toList());
      try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", place))) {
        assertThat(
                admin
                    .listConsumerGroupOffsets("readers")
                    .partitionsToOffsetAndMetadata()
                    .get(120, TimeUnit.SECONDS))
            .containsEntry(partition, new OffsetAndMetadata(42));
      }
    }
  }

  @Test
  void aKilledBrokerComesBackWithWhatItHadConfirmed(@TempDir Path home) throws Exception {
    LocalKafka first = LocalKafka.start(home);
    String place = first.bootstrapServers();
    write(place, 0, 1000);
    first.kill();
    assertThat(first.process().isAlive()).isFalse();

    try (LocalKafka second = LocalKafka.start(home, first.port())) {
      assertThat(second.bootstrapServers()).isEqualTo(place);
      assertThat(numbers(place)).isEqualTo(IntStream.range(0, 1000).boxed().toList());
      write(place, 1000, 1001);
      assertThat(numbers(place)).hasSize(1001).endsWith(1000);
    }
  }

  @Test
  void aPortThatIsTakenIsAFailedStartThatSaysSo(@TempDir Path home) throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> LocalKafka.start(home, other.getLocalPort()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("Kafka ended with status 1 instead of becoming ready")
          .hasMessageContaining("Address already in use");
    }
  }

  private static void write(String bootstrapServers, int from, int to) throws Exception {
    if (from == 0) {
      try (Admin admin =
          Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers))) {
        admin
            .createTopics(List.of(new NewTopic("numbers", Optional.of(1), Optional.empty())))
            .all()
            .get(120, TimeUnit.SECONDS);
      }
    }
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "acks", "all"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = from; i < to; i++) {
        sent.add(
            producer.send(
                new ProducerRecord<>("numbers", 0, LONG_AGO, null, bytes(Integer.toString(i)))));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get(120, TimeUnit.SECONDS);
      }
    }
  }

  private static List<Integer> numbers(String bootstrapServers) {
    return TestBroker.readAll(bootstrapServers, "numbers").stream()
        .map(record -> Integer.valueOf(Held.of(record).value()))
        .toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
