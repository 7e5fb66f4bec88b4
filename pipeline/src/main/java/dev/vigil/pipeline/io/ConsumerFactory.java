package dev.vigil.pipeline.io;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes KafkaIO's consumers: with the user's properties, which KafkaIO itself would show in the
 * job's display data; at the start position, which KafkaIO has no way to set; and such that they
 * tell how far they have come, and need not ask for partitions that are known.
 */
final class ConsumerFactory
    implements SerializableFunction<Map<String, Object>, Consumer<byte[], byte[]>> {
  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(ReadKafka.class);

  private final KafkaConnection connection;
  private final HashMap<String, Integer> partitions = new HashMap<>();
  private final StartPosition start;
  private final ReadProgress progress;

  ConsumerFactory(
      KafkaConnection connection,
      List<TopicInput> topics,
      StartPosition start,
      ReadProgress progress) {
    this.connection = connection;
    topics.forEach(topic -> partitions.put(topic.topic(), topic.partitions()));
    this.start = start;
    this.progress = progress;
  }

  @Override
  public Consumer<byte[], byte[]> apply(Map<String, Object> given) {
    Map<String, Object> config = new HashMap<>(given);
    config.putAll(connection.forConsumers());
    // KafkaIO reads the ends of partitions in a group of its own, and with what is not committed
    // yet: time must not pass records that are still to come.
    for (String own :
        List.of(ConsumerConfig.GROUP_ID_CONFIG, ConsumerConfig.ISOLATION_LEVEL_CONFIG)) {
      if (given.containsKey(own)) {
        config.put(own, given.get(own));
      }
    }
    return new StartedConsumer(config, partitions, start, progress);
  }

  private static final class StartedConsumer extends KafkaConsumer<byte[], byte[]> {
    private final Map<String, Integer> partitions;
    private final StartPosition start;
    private final ReadProgress progress;
    private boolean starting = true;

    StartedConsumer(
        Map<String, Object> config,
        Map<String, Integer> partitions,
        StartPosition start,
        ReadProgress progress) {
      super(config);
      this.partitions = partitions;
      this.start = start;
      this.progress = progress;
    }

    /** What is known is not asked for: see {@link ReadKafka}. */
    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
      int known = partitions.getOrDefault(topic, 0);
      return known == 0
          ? super.partitionsFor(topic)
          : IntStream.range(0, known)
              .mapToObj(partition -> new PartitionInfo(topic, partition, null, null, null))
              .toList();
    }

    /** A reader that goes on from a checkpoint seeks its place after this. */
    @Override
    public void assign(Collection<TopicPartition> partitions) {
      super.assign(partitions);
      progress.begin(partitions);
      start.seek(this, partitions);
      starting = false;
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
      super.seek(partition, offset);
      long first = beginningOffsets(List.of(partition)).get(partition);
      progress.startsAt(partition, offset, !starting && offset > first);
      warnOfGap(partition, offset, first);
    }

    @Override
    public long position(TopicPartition partition) {
      long position = super.position(partition);
      if (progress.standsAt(partition, position)) {
        warnOfGap(partition, position, beginningOffsets(List.of(partition)).get(partition));
      }
      return position;
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      return polled(super.poll(timeout));
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public ConsumerRecords<byte[], byte[]> poll(long timeoutMillis) {
      return polled(super.poll(timeoutMillis));
    }

    private ConsumerRecords<byte[], byte[]> polled(ConsumerRecords<byte[], byte[]> records) {
      for (TopicPartition partition : assignment()) {
        List<ConsumerRecord<byte[], byte[]>> delivered = records.records(partition);
        long before = progress.position(partition);
        long next = delivered.isEmpty() ? before : delivered.get(0).offset();
        if (before >= 0 && next > before) {
          // A hole: markers and what was compacted, or what the topic no longer keeps.
          warnOfGap(
              partition,
              before,
              Math.min(next, beginningOffsets(List.of(partition)).get(partition)));
        }
        progress.polled(partition, delivered, positionNow(partition));
      }
      return records;
    }

    /** Without waiting; -1 where the consumer is about to find out. */
    private long positionNow(TopicPartition partition) {
      try {
        return super.position(partition, Duration.ZERO);
      } catch (TimeoutException e) {
        return -1;
      }
    }

    /** What the topic no longer keeps is lost, and must not be lost without a word. */
    private static void warnOfGap(TopicPartition partition, long place, long first) {
      if (place < first) {
        LOG.warn(
            "{}: offsets {} to {} were removed from the topic before they were read",
            partition,
            place,
            first - 1);
      }
    }
  }
}
