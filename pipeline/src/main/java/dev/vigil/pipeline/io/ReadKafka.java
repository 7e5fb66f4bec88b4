package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.io.kafka.KafkaIO;
import org.apache.beam.sdk.io.kafka.KafkaRecord;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads Kafka topics without end: each record is a log line, with its event time. What moves the
 * watermark is told at {@link EventTimePolicies}.
 *
 * <p>A checkpoint of the runner says where to go on; where there is none, the start position. The
 * consumer group's offsets are committed when the runner says that it has made durable what it read
 * up to there: on Flink with each completed checkpoint, never without checkpoints; on the Direct
 * runner, which keeps nothing on disk, when its memory has it. Of transactions only what was
 * committed is read. Partitions that are added later are read after the next start without a
 * checkpoint.
 *
 * <p>Flink takes checkpoints before a source knows its partitions, too, and a job that is restored
 * from such a one reads nothing, without a word. So the inputs say how many partitions they have:
 * then there is nothing to wait for. Where they do not, the broker is asked, as KafkaIO does.
 */
public final class ReadKafka extends PTransform<PBegin, PCollection<LogLine>> {
  private static final long serialVersionUID = 1L;

  private final KafkaConnection connection;
  private final List<TopicInput> topics;
  private final StartPosition start;
  private final int maxLineBytes;
  private final SerializableFunction<LogLine, Instant> eventTime;
  private final Duration disorder;
  private final Duration idle;
  private final boolean replay;

  private ReadKafka(
      KafkaConnection connection,
      List<TopicInput> topics,
      StartPosition start,
      int maxLineBytes,
      SerializableFunction<LogLine, Instant> eventTime,
      Duration disorder,
      Duration idle,
      boolean replay) {
    this.connection = connection;
    this.topics = topics;
    this.start = start;
    this.maxLineBytes = maxLineBytes;
    this.eventTime = eventTime;
    this.disorder = disorder;
    this.idle = idle;
    this.replay = replay;
  }

  /**
   * @param maxLineBytes of a longer record only the beginning is kept
   * @param eventTime the time of a line, or null if it has none
   */
  public static ReadKafka of(
      KafkaConnection connection,
      List<TopicInput> topics,
      int maxLineBytes,
      SerializableFunction<LogLine, Instant> eventTime) {
    return new ReadKafka(
        connection,
        List.copyOf(topics),
        StartPosition.COMMITTED,
        maxLineBytes,
        eventTime,
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        false);
  }

  /** Where to begin without a checkpoint. */
  public ReadKafka from(StartPosition value) {
    return new ReadKafka(
        connection, topics, value, maxLineBytes, eventTime, disorder, idle, replay);
  }

  /** How far a record's time may be behind the latest before it in its partition: 5 s. */
  public ReadKafka withDisorder(Duration value) {
    return new ReadKafka(connection, topics, start, maxLineBytes, eventTime, value, idle, replay);
  }

  /** How long a partition is at its end before it holds nobody up: 30 s; zero is for ever. */
  public ReadKafka withIdle(Duration value) {
    return new ReadKafka(
        connection, topics, start, maxLineBytes, eventTime, disorder, value, replay);
  }

  /** Whether old records are fed again: then time goes by the records alone. */
  public ReadKafka withReplay(boolean value) {
    return new ReadKafka(connection, topics, start, maxLineBytes, eventTime, disorder, idle, value);
  }

  @Override
  public PCollection<LogLine> expand(PBegin begin) {
    SerializableFunction<KafkaRecord<byte[], byte[]>, LogLine> toLine =
        new ToLine(TopicInput.formats(topics), maxLineBytes);
    ReadProgress progress = new ReadProgress();
    return begin
        .apply(
            "ReadTopics",
            KafkaIO.<byte[], byte[]>read()
                .withBootstrapServers(connection.bootstrapServers())
                .withTopics(topics.stream().map(TopicInput::topic).toList())
                .withKeyDeserializerAndCoder(
                    ByteArrayDeserializer.class, NullableCoder.of(ByteArrayCoder.of()))
                .withValueDeserializerAndCoder(
                    ByteArrayDeserializer.class, NullableCoder.of(ByteArrayCoder.of()))
                .withConsumerConfigUpdates(
                    Map.of(ConsumerConfig.GROUP_ID_CONFIG, connection.group()))
                .withConsumerFactoryFn(new ConsumerFactory(connection, topics, start, progress))
                .withTimestampPolicyFactory(
                    new EventTimePolicies(
                        new EventTimePolicies.Config(
                            toLine, eventTime, disorder, idle, replay, Clock.systemUTC()),
                        progress))
                .commitOffsetsInFinalize())
        .apply("ToLines", MapElements.into(TypeDescriptor.of(LogLine.class)).via(toLine));
  }

  /** It is kept in checkpoints, by this name: a lambda's changes with the code around it. */
  private record ToLine(HashMap<String, @Nullable String> formats, int maxLineBytes)
      implements SerializableFunction<KafkaRecord<byte[], byte[]>, LogLine> {
    @Override
    public LogLine apply(KafkaRecord<byte[], byte[]> record) {
      return LineRecord.line(
          record.getKV().getValue(),
          record.getHeaders(),
          Provenance.ofKafka(record.getTopic(), record.getPartition(), record.getOffset()),
          record.getTimestamp(),
          formats.get(record.getTopic()),
          maxLineBytes);
    }
  }
}
