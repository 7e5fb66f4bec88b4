package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.beam.sdk.io.kafka.KafkaRecord;
import org.apache.beam.sdk.io.kafka.TimestampPolicy;
import org.apache.beam.sdk.io.kafka.TimestampPolicyFactory;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.kafka.common.TopicPartition;
import org.joda.time.Instant;

/**
 * Event time and watermark of each Kafka partition.
 *
 * <p>A record's time is its content's; one without is as old as the latest before it, and moves no
 * watermark. The watermark stays behind the latest time by the allowed disorder, and the clock's by
 * as much. A partition that has been at its end for the idle time holds nobody up: its watermark
 * goes on with the clock, the idle time behind, whether it has had a record or not. KafkaIO's own
 * policies hold the watermark for ever where a partition never has a record.
 *
 * <p>In a {@link Config#replay}, where records are older than the clock by an unknown time, the
 * clock moves only partitions that have not had any record; all others go by their records alone.
 */
final class EventTimePolicies implements TimestampPolicyFactory<byte[], byte[]> {
  private static final long serialVersionUID = 1L;

  /**
   * @param line the log line of a record
   * @param eventTime the time of a line, or null if it has none
   * @param disorder how far a record's time may be behind the latest before it in its partition
   * @param idle how long a partition must be at its end before the clock moves its watermark; zero
   *     is for ever
   * @param replay whether the records are old ones that are fed again
   */
  record Config(
      SerializableFunction<KafkaRecord<byte[], byte[]>, LogLine> line,
      SerializableFunction<LogLine, java.time.Instant> eventTime,
      Duration disorder,
      Duration idle,
      boolean replay,
      Clock clock)
      implements Serializable {}

  private final Config config;
  private final ReadProgress progress;

  /**
   * When each partition last had a record, by the clock in milliseconds: here and not in the
   * policies, since some runners make readers and their policies anew all the time.
   */
  private final ConcurrentHashMap<TopicPartition, Long> lastActive = new ConcurrentHashMap<>();

  EventTimePolicies(Config config, ReadProgress progress) {
    this.config = config;
    this.progress = progress;
  }

  /** Some runners keep it in their checkpoints: what it has seen is of no use to a later job. */
  private Object readResolve() {
    return new EventTimePolicies(config, progress);
  }

  @Override
  public TimestampPolicy<byte[], byte[]> createTimestampPolicy(
      TopicPartition partition, Optional<Instant> previousWatermark) {
    lastActive.computeIfAbsent(partition, p -> config.clock.millis());
    return new Policy(partition, previousWatermark.orElse(BoundedWindow.TIMESTAMP_MIN_VALUE));
  }

  private final class Policy extends TimestampPolicy<byte[], byte[]> {
    private final TopicPartition partition;
    private Instant watermark;
    private Instant latest;
    private boolean hasRecords;
    private long taken = -1;

    Policy(TopicPartition partition, Instant previousWatermark) {
      this.partition = partition;
      this.watermark = previousWatermark;
      this.latest = previousWatermark;
      this.hasRecords = previousWatermark.isAfter(BoundedWindow.TIMESTAMP_MIN_VALUE);
    }

    @Override
    public Instant getTimestampForRecord(
        PartitionContext context, KafkaRecord<byte[], byte[]> record) {
      lastActive.put(partition, config.clock.millis());
      taken = record.getOffset() + 1;
      java.time.Instant time = config.eventTime.apply(config.line.apply(record));
      if (time == null) {
        return latest;
      }
      hasRecords = true;
      Instant timestamp = Instant.ofEpochMilli(time.toEpochMilli());
      if (timestamp.isAfter(latest)) {
        latest = timestamp;
        // A clock that is fast must not make everybody else's records late.
        advance(min(timestamp, now()).minus(config.disorder.toMillis()));
      }
      return timestamp;
    }

    @Override
    public Instant getWatermark(PartitionContext context) {
      boolean clockMayDrive = !config.idle.isZero() && !(config.replay && hasRecords);
      if (clockMayDrive
          && progress.isAtEnd(partition, taken, context.getMessageBacklog())
          && context.getBacklogCheckTime().getMillis() - lastActive.get(partition)
              >= config.idle.toMillis()) {
        advance(context.getBacklogCheckTime().minus(config.idle.toMillis()));
      }
      return watermark;
    }

    private Instant now() {
      return Instant.ofEpochMilli(config.clock.millis());
    }

    private static Instant min(Instant a, Instant b) {
      return a.isBefore(b) ? a : b;
    }

    private void advance(Instant candidate) {
      if (candidate.isAfter(watermark)) {
        watermark = candidate;
      }
    }
  }
}
