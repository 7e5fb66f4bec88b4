package dev.vigil.pipeline.io;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes KafkaIO's consumers: with the user's properties, which KafkaIO itself would show in the
 * job's display data; at the start position, which KafkaIO has no way to set; and such that they
 * tell how far they have come.
 */
final class ConsumerFactory
    implements SerializableFunction<Map<String, Object>, Consumer<byte[], byte[]>> {
  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(ReadKafka.class);

  private final KafkaConnection connection;
  private final StartPosition start;
  private final ReadProgress progress;

  ConsumerFactory(KafkaConnection connection, StartPosition start, ReadProgress progress) {
    this.connection = connection;
    this.start = start;
    this.progress = progress;
  }

  @Override
  public Consumer<byte[], byte[]> apply(Map<String, Object> given) {
    Map<String, Object> config = new HashMap<>(given);
    config.putAll(connection.forConsumers());
    // KafkaIO reads the ends of partitions in a group of its own.
    config.put(ConsumerConfig.GROUP_ID_CONFIG, given.get(ConsumerConfig.GROUP_ID_CONFIG));
    return new StartedConsumer(config, start, progress);
  }

  private static final class StartedConsumer extends KafkaConsumer<byte[], byte[]> {
    private final StartPosition start;
    private final ReadProgress progress;

    StartedConsumer(Map<String, Object> config, StartPosition start, ReadProgress progress) {
      super(config);
      this.start = start;
      this.progress = progress;
    }

    /** A reader that goes on from a checkpoint seeks its place after this. */
    @Override
    public void assign(Collection<TopicPartition> partitions) {
      super.assign(partitions);
      progress.begin(partitions);
      start.seek(this, partitions);
      if (start.kind() == StartPosition.Kind.COMMITTED) {
        committed(Set.copyOf(partitions))
            .forEach(
                (partition, place) -> warnOfGap(partition, place == null ? -1 : place.offset()));
      }
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
      super.seek(partition, offset);
      progress.startsAt(partition, offset);
      warnOfGap(partition, offset);
    }

    /** What the topic no longer keeps is lost, and must not be lost without a word. */
    private void warnOfGap(TopicPartition partition, long place) {
      if (place >= 0) {
        long first = beginningOffsets(List.of(partition)).get(partition);
        if (place < first) {
          LOG.warn(
              "{}: offsets {} to {} were removed from the topic before they were read",
              partition,
              place,
              first - 1);
        }
      }
    }

    @Override
    public long position(TopicPartition partition) {
      long position = super.position(partition);
      progress.standsAt(partition, position);
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
        progress.polled(partition, records.records(partition), super.position(partition));
      }
      return records;
    }
  }
}
