package dev.vigil.pipeline.io;

import static org.apache.kafka.clients.consumer.ConsumerConfig.AUTO_OFFSET_RESET_CONFIG;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads Kafka topics from a start to an end that is fixed when the job begins: bounded, so that
 * nothing is late and all windows close. Each record is a log line; the lines have no event time
 * yet. The partitions are read in ranges of offsets, by several workers. The consumer group's
 * offsets stay as they are.
 *
 * <p>Not by KafkaIO: it ends after a number of records, a span of processing time, or at a record
 * timestamp that lies before the topic's end, but not at an offset.
 */
public final class ReplayKafka extends PTransform<PBegin, PCollection<LogLine>> {
  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(ReplayKafka.class);

  private static final long RANGE_OFFSETS = 50_000;

  private final KafkaConnection connection;
  private final List<TopicInput> topics;
  private final StartPosition start;
  private final @Nullable Instant end;
  private final int maxLineBytes;

  private ReplayKafka(
      KafkaConnection connection,
      List<TopicInput> topics,
      StartPosition start,
      @Nullable Instant end,
      int maxLineBytes) {
    this.connection = connection;
    this.topics = topics;
    this.start = start;
    this.end = end;
    this.maxLineBytes = maxLineBytes;
  }

  /**
   * @param start where to begin
   * @param maxLineBytes of a longer record only the beginning is kept
   */
  public static ReplayKafka of(
      KafkaConnection connection, List<TopicInput> topics, StartPosition start, int maxLineBytes) {
    return new ReplayKafka(connection, List.copyOf(topics), start, null, maxLineBytes);
  }

  /**
   * Ends before the first record whose Kafka timestamp is not before a time; if there is none, or
   * without a time, at the partition's end when the job begins.
   */
  public ReplayKafka until(@Nullable Instant value) {
    return new ReplayKafka(connection, topics, start, value, maxLineBytes);
  }

  @Override
  public PCollection<LogLine> expand(PBegin begin) {
    return begin
        .apply("Start", Create.of(0))
        .apply("ListRanges", ParDo.of(new ListRangesFn(connection, topics, start, end)))
        .apply("Spread", Reshuffle.viaRandomKey())
        .apply("ReadRange", ParDo.of(new ReadRangeFn(connection, topics, maxLineBytes)));
  }

  /**
   * Offsets of a partition.
   *
   * @param end exclusive
   */
  record Range(String topic, int partition, long start, long end) {}

  private static Consumer<byte[], byte[]> consumer(KafkaConnection connection) {
    Map<String, Object> config = connection.forConsumers();
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // What is gone since the ranges were made must not be missed without a word.
    config.put(AUTO_OFFSET_RESET_CONFIG, "none");
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static final class ListRangesFn extends DoFn<Integer, Range> {
    private static final long serialVersionUID = 1L;

    private final KafkaConnection connection;
    private final List<TopicInput> topics;
    private final StartPosition start;
    private final @Nullable Instant end;

    ListRangesFn(
        KafkaConnection connection,
        List<TopicInput> topics,
        StartPosition start,
        @Nullable Instant end) {
      this.connection = connection;
      this.topics = topics;
      this.start = start;
      this.end = end;
    }

    @ProcessElement
    public void list(OutputReceiver<Range> out) {
      try (Consumer<byte[], byte[]> consumer = consumer(connection)) {
        for (TopicInput input : topics) {
          List<TopicPartition> partitions =
              consumer.partitionsFor(input.topic()).stream()
                  .map((PartitionInfo p) -> new TopicPartition(p.topic(), p.partition()))
                  .toList();
          Map<TopicPartition, Long> ends =
              end == null
                  ? consumer.endOffsets(partitions)
                  : StartPosition.offsetsAt(consumer, partitions, end);
          starts(consumer, partitions)
              .forEach((partition, first) -> output(partition, first, ends.get(partition), out));
        }
      }
    }

    private Map<TopicPartition, Long> starts(
        Consumer<?, ?> consumer, List<TopicPartition> partitions) {
      Map<TopicPartition, Long> starts = new HashMap<>(consumer.beginningOffsets(partitions));
      switch (start.kind()) {
        case EARLIEST -> {} // the beginning
        case LATEST -> starts.putAll(consumer.endOffsets(partitions));
        case TIME -> starts.putAll(StartPosition.offsetsAt(consumer, partitions, start.time()));
        case COMMITTED ->
            consumer
                .committed(Set.copyOf(partitions))
                .forEach(
                    (TopicPartition partition, @Nullable OffsetAndMetadata committed) -> {
                      if (committed != null) {
                        goOn(partition, committed.offset(), starts);
                      }
                    });
      }
      return starts;
    }

    private void goOn(TopicPartition partition, long committed, Map<TopicPartition, Long> starts) {
      long first = starts.get(partition);
      if (committed < first) {
        String gone =
            partition
                + ": offsets "
                + committed
                + " to "
                + (first - 1)
                + " were removed from the topic before they were read";
        if ("none".equals(connection.forConsumers().get(AUTO_OFFSET_RESET_CONFIG))) {
          throw new IllegalStateException(gone);
        }
        LOG.warn(gone);
      }
      starts.put(partition, Math.max(first, committed));
    }

    private static void output(
        TopicPartition partition, long start, long end, OutputReceiver<Range> out) {
      for (long from = start; from < end; from += RANGE_OFFSETS) {
        out.output(
            new Range(
                partition.topic(),
                partition.partition(),
                from,
                Math.min(from + RANGE_OFFSETS, end)));
      }
    }
  }

  private static final class ReadRangeFn extends DoFn<Range, LogLine> {
    private static final long serialVersionUID = 1L;

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final KafkaConnection connection;
    private final HashMap<String, @Nullable String> formats;
    private final int maxLineBytes;
    private transient @Nullable Consumer<byte[], byte[]> consumer;

    ReadRangeFn(KafkaConnection connection, List<TopicInput> topics, int maxLineBytes) {
      this.connection = connection;
      this.formats = TopicInput.formats(topics);
      this.maxLineBytes = maxLineBytes;
    }

    @ProcessElement
    public void read(@Element Range range, OutputReceiver<LogLine> out) throws IOException {
      if (consumer == null) {
        consumer = consumer(connection);
      }
      TopicPartition partition = new TopicPartition(range.topic, range.partition);
      consumer.assign(List.of(partition));
      consumer.seek(partition, range.start);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      // Not until the last record: markers of transactions may stand behind it.
      for (long position = range.start; position < range.end; ) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
          if (record.offset() < range.end) {
            out.output(line(record));
          }
        }
        long reached = consumer.position(partition);
        if (reached > position) {
          position = reached;
          deadline = System.nanoTime() + PATIENCE.toNanos();
        } else if (System.nanoTime() - deadline > 0) {
          throw new IOException(
              "nothing came from " + partition + " at offset " + position + " for " + PATIENCE);
        }
      }
    }

    private LogLine line(ConsumerRecord<byte[], byte[]> record) {
      return LineRecord.line(
          record.value(),
          record.headers(),
          Provenance.ofKafka(record.topic(), record.partition(), record.offset()),
          record.timestamp(),
          formats.get(record.topic()),
          maxLineBytes);
    }

    @Teardown
    public void close() {
      if (consumer != null) {
        consumer.close();
        consumer = null;
      }
    }
  }
}
