package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.stack.TestBroker;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;

class ReplayKafkaTest {
  private static final Instant START = Instant.parse("2026-01-15T08:00:00Z");

  private final Pipeline pipeline = Pipeline.create();

  /** A record that was written at that second. */
  private static ProducerRecord<byte[], byte[]> record(String topic, int partition, int second) {
    return new ProducerRecord<>(
        topic, partition, START.plusSeconds(second).toEpochMilli(), null, value(second));
  }

  private static byte[] value(int second) {
    return Integer.toString(second).getBytes(StandardCharsets.UTF_8);
  }

  private static LogLine line(String topic, int partition, long offset, int second) {
    return LogLine.of(value(second), Provenance.ofKafka(topic, partition, offset))
        .withWritten(START.plusSeconds(second));
  }

  private static KafkaConnection connection(String group) {
    return KafkaConnection.of(
        Map.of("bootstrap.servers", TestBroker.bootstrapServers(), "group.id", group));
  }

  @Test
  void startsAndEnds() {
    String topic = TestBroker.freshTopic("bounded", 3);
    TestBroker.produce(
        List.of(
            record(topic, 0, 0),
            record(topic, 0, 1),
            record(topic, 0, 2),
            record(topic, 0, 3),
            record(topic, 1, 1),
            record(topic, 1, 3)));
    KafkaConnection connection = connection("of-" + topic);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            connection.forConsumers(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(2)));
    }
    LogLine[] first = {
      line(topic, 0, 0, 0), line(topic, 0, 1, 1), line(topic, 0, 2, 2), line(topic, 0, 3, 3)
    };
    LogLine[] second = {line(topic, 1, 0, 1), line(topic, 1, 1, 3)};
    Instant later = START.plusSeconds(3_600);

    expect(connection, topic, StartPosition.EARLIEST, null)
        .containsInAnyOrder(first[0], first[1], first[2], first[3], second[0], second[1]);
    expect(connection, topic, StartPosition.LATEST, null).empty();
    expect(connection, topic, StartPosition.COMMITTED, null)
        .containsInAnyOrder(first[2], first[3], second[0], second[1]);
    expect(connection, topic, StartPosition.at(START.plusSeconds(2)), null)
        .containsInAnyOrder(first[2], first[3], second[1]);
    expect(connection, topic, StartPosition.EARLIEST, START.plusSeconds(2))
        .containsInAnyOrder(first[0], first[1], second[0]);
    expect(connection, topic, StartPosition.at(START.plusSeconds(1)), START.plusSeconds(3))
        .containsInAnyOrder(first[1], first[2], second[0]);
    expect(connection, topic, StartPosition.EARLIEST, later)
        .containsInAnyOrder(first[0], first[1], first[2], first[3], second[0], second[1]);
    expect(connection, topic, StartPosition.at(later), null).empty();
    expect(connection, topic, StartPosition.at(START.plusSeconds(3)), START).empty();
    pipeline.run().waitUntilFinish();
  }

  private PAssert.IterableAssert<LogLine> expect(
      KafkaConnection connection, String topic, StartPosition start, @Nullable Instant end) {
    return PAssert.that(
        pipeline.apply(
            "From " + start + " to " + end,
            ReplayKafka.of(connection, List.of(new TopicInput(topic, null)), start, 1_000)
                .until(end)));
  }

  /** A range ends where its offsets do, also where no record is: none would come for long. */
  @Test
  void whatTransactionsLeaveBehind() {
    String topic = TestBroker.freshTopic("transactions", 1);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", TestBroker.bootstrapServers(), "transactional.id", topic),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.initTransactions();
      Stream.of(1, 2, 3)
          .forEach(
              second -> {
                producer.beginTransaction();
                producer.send(record(topic, 0, second));
                producer.flush();
                if (second == 2) {
                  producer.commitTransaction();
                } else {
                  producer.abortTransaction();
                }
              });
    }
    PAssert.that(
            pipeline.apply(
                ReplayKafka.of(
                    connection(topic),
                    List.of(new TopicInput(topic, null)),
                    StartPosition.EARLIEST,
                    1_000)))
        .containsInAnyOrder(line(topic, 0, 2, 2));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void longRecordsAreCutAndFormatsGiven() {
    String topic = TestBroker.freshTopic("long", 1);
    TestBroker.produce(List.of(record(topic, 0, 1_234)));
    PAssert.that(
            pipeline.apply(
                ReplayKafka.of(
                    connection(topic),
                    List.of(new TopicInput(topic, "sshd")),
                    StartPosition.EARLIEST,
                    3)))
        .containsInAnyOrder(
            new LogLine(
                "123".getBytes(StandardCharsets.UTF_8),
                Provenance.ofKafka(topic, 0, 0),
                START.plusSeconds(1_234),
                "sshd",
                4,
                null));
    pipeline.run().waitUntilFinish();
  }
}
