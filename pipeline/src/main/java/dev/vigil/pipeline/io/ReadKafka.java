package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParsedLine;
import dev.vigil.parse.ParsedLines;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.kafka.KafkaIO;
import org.apache.beam.sdk.io.kafka.KafkaRecord;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
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
public final class ReadKafka extends PTransform<PBegin, PCollection<ParsedLines>> {
  private static final long serialVersionUID = 1L;

  /** By default KafkaIO is a splittable DoFn, from which the Flink runner gets nothing. */
  private static final String AS_SOURCE = "--experiments=use_deprecated_read";

  private final KafkaConnection connection;
  private final List<TopicInput> topics;
  private final StartPosition start;
  private final int maxLineBytes;
  private final LogParser parser;
  private final Duration disorder;
  private final Duration idle;
  private final boolean replay;

  private ReadKafka(
      KafkaConnection connection,
      List<TopicInput> topics,
      StartPosition start,
      int maxLineBytes,
      LogParser parser,
      Duration disorder,
      Duration idle,
      boolean replay) {
    this.connection = connection;
    this.topics = topics;
    this.start = start;
    this.maxLineBytes = maxLineBytes;
    this.parser = parser;
    this.disorder = disorder;
    this.idle = idle;
    this.replay = replay;
  }

  /**
   * @param maxLineBytes of a longer record only the beginning is kept
   * @param parser tells the lines' event times
   */
  public static ReadKafka of(
      KafkaConnection connection, List<TopicInput> topics, int maxLineBytes, LogParser parser) {
    return new ReadKafka(
        connection,
        List.copyOf(topics),
        StartPosition.COMMITTED,
        maxLineBytes,
        parser,
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        false);
  }

  /** Where to begin without a checkpoint. */
  public ReadKafka from(StartPosition value) {
    return new ReadKafka(connection, topics, value, maxLineBytes, parser, disorder, idle, replay);
  }

  /** How far a record's time may be behind the latest before it in its partition: 5 s. */
  public ReadKafka withDisorder(Duration value) {
    return new ReadKafka(connection, topics, start, maxLineBytes, parser, value, idle, replay);
  }

  /** How long a partition is at its end before it holds nobody up: 30 s; zero is for ever. */
  public ReadKafka withIdle(Duration value) {
    return new ReadKafka(connection, topics, start, maxLineBytes, parser, disorder, value, replay);
  }

  /** Whether old records are fed again: then time goes by the records alone. */
  public ReadKafka withReplay(boolean value) {
    return new ReadKafka(connection, topics, start, maxLineBytes, parser, disorder, idle, value);
  }

  @Override
  public PCollection<ParsedLines> expand(PBegin begin) {
    ToLine toLine = new ToLine(TopicInput.formats(topics), maxLineBytes, parser);
    ReadProgress progress = new ReadProgress();
    KafkaIO.Read<byte[], KafkaValue> read =
        KafkaIO.<byte[], KafkaValue>read()
            .withBootstrapServers(connection.bootstrapServers())
            .withTopics(topics.stream().map(TopicInput::topic).toList())
            .withKeyDeserializerAndCoder(
                ByteArrayDeserializer.class, NullableCoder.of(ByteArrayCoder.of()))
            .withValueDeserializerAndCoder(KafkaValue.Deserializer.class, KafkaValue.coder())
            .withConsumerConfigUpdates(Map.of(ConsumerConfig.GROUP_ID_CONFIG, connection.group()))
            .withConsumerFactoryFn(new ConsumerFactory(connection, topics, start, progress))
            .withTimestampPolicyFactory(
                new EventTimePolicies<>(
                    new EventTimePolicies.Config<>(
                        new EventTime(toLine), disorder, idle, replay, Clock.systemUTC()),
                    progress))
            .commitOffsetsInFinalize();
    return begin.apply("ReadTopics", Read.from(BatchedSource.of(source(read), toLine, parser)));
  }

  /** KafkaIO's source, which it gives to nobody but the pipeline that it is applied to. */
  @SuppressWarnings("unchecked") // it reads what it was made for
  private static <T> UnboundedSource<T, ? extends UnboundedSource.CheckpointMark> source(
      PTransform<PBegin, PCollection<T>> read) {
    // Not Pipeline.create, which asks for a runner. It is never run.
    Pipeline pipeline = new Pipeline(PipelineOptionsFactory.fromArgs(AS_SOURCE).create()) {};
    pipeline.apply("Read", read);
    List<UnboundedSource<T, ? extends UnboundedSource.CheckpointMark>> found = new ArrayList<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(TransformHierarchy.Node node) {
            if (node.getTransform() instanceof Read.Unbounded<?> step) {
              found.add(
                  (UnboundedSource<T, ? extends UnboundedSource.CheckpointMark>) step.getSource());
            }
            return CompositeBehavior.ENTER_TRANSFORM;
          }
        });
    return found.get(0);
  }

  // The source is kept in checkpoints, with these by their names: a lambda's changes with the code
  // around it.

  private record EventTime(ToLine toLine)
      implements SerializableFunction<KafkaRecord<byte[], KafkaValue>, @Nullable Instant> {

    @Override
    public @Nullable Instant apply(KafkaRecord<byte[], KafkaValue> record) {
      return toLine.apply(record).time();
    }
  }

  /** The line of a record, the same one whenever it is asked for. */
  private record ToLine(
      HashMap<String, @Nullable String> formats, int maxLineBytes, LogParser parser)
      implements SerializableFunction<KafkaRecord<byte[], KafkaValue>, ParsedLine> {

    @Override
    public ParsedLine apply(KafkaRecord<byte[], KafkaValue> record) {
      KafkaValue value = record.getKV().getValue();
      ParsedLine line = value.line();
      if (line == null) {
        line = parser.parse(line(record, value.bytes()));
        value.setLine(line);
      }
      return line;
    }

    private LogLine line(KafkaRecord<byte[], KafkaValue> record, byte @Nullable [] value) {
      return LineRecord.line(
          value,
          record.getHeaders(),
          Provenance.ofKafka(record.getTopic(), record.getPartition(), record.getOffset()),
          record.getTimestamp(),
          formats.get(record.getTopic()),
          maxLineBytes);
    }
  }
}
