package dev.vigil.pipeline.io;

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
import org.checkerframework.checker.nullness.qual.Nullable;
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
final class EventTimePolicies<V> implements TimestampPolicyFactory<byte[], V> {
  private static final long serialVersionUID = 1L;

  /**
   * @param eventTime the time of a record, or null if it has none
   * @param disorder how far a record's time may be behind the latest before it in its partition
   * @param idle how long a partition must be at its end before the clock moves its watermark; zero
   *     is for ever
   * @param replay whether the records are old ones that are fed again
   */
  record Config<V>(
      SerializableFunction<KafkaRecord<byte[], V>, java.time.@Nullable Instant> eventTime,
      Duration disorder,
      Duration idle,
      boolean replay,
      Clock clock)
      implements Serializable {}

  private final Config<V> config;
  private final ReadProgress progress;

  /**
   * What is known of each partition: here and not in the policies, since some runners make readers
   * and their policies anew all the time.
   */
  private final ConcurrentHashMap<TopicPartition, Seen> partitions = new ConcurrentHashMap<>();

  /**
   * @param active when the partition last had a record, by the clock, in milliseconds
   * @param hasRecords whether there was one with a time
   */
  private record Seen(long active, boolean hasRecords) implements Serializable {}

  EventTimePolicies(Config<V> config, ReadProgress progress) {
    this.config = config;
    this.progress = progress;
  }

  /** Some runners keep it in their checkpoints: what it has seen is of no use to a later job. */
  private Object readResolve() {
    return new EventTimePolicies<>(config, progress);
  }

  @Override
  public TimestampPolicy<byte[], V> createTimestampPolicy(
      TopicPartition partition, Optional<Instant> previousWatermark) {
    partitions.computeIfAbsent(partition, p -> new Seen(config.clock.millis(), false));
    return new Policy(partition, previousWatermark.orElse(BoundedWindow.TIMESTAMP_MIN_VALUE));
  }

  private final class Policy extends TimestampPolicy<byte[], V> {
    private final TopicPartition partition;
    private Instant watermark;
    private Instant latest;
    private long taken = -1;

    /** What of the last record is in what was seen: most records add nothing to it. */
    private long noted = Long.MIN_VALUE;

    private boolean notedRecords;

    Policy(TopicPartition partition, Instant previousWatermark) {
      this.partition = partition;
      this.watermark = previousWatermark;
      this.latest = previousWatermark;
    }

    @Override
    public Instant getTimestampForRecord(PartitionContext context, KafkaRecord<byte[], V> record) {
      taken = record.getOffset() + 1;
      java.time.Instant time = config.eventTime.apply(record);
      long now = config.clock.millis();
      if (now != noted || time != null && !notedRecords) {
        notedRecords |= time != null;
        noted = now;
        partitions.compute(partition, (p, seen) -> new Seen(now, notedRecords || seen.hasRecords));
      }
      if (time == null) {
        return latest;
      }
      // A clock that is fast must not make everybody else's records late.
      Instant reached = Instant.ofEpochMilli(Math.min(time.toEpochMilli(), now));
      if (reached.isAfter(latest)) {
        latest = reached;
        advance(reached.minus(config.disorder.toMillis()));
      }
      return Instant.ofEpochMilli(time.toEpochMilli());
    }

    @Override
    public Instant getWatermark(PartitionContext context) {
      Seen seen = partitions.get(partition);
      boolean held = config.replay && (seen.hasRecords || progress.goesOn(partition));
      if (!config.idle.isZero()
          && !held
          && progress.isAtEnd(partition, taken, context.getMessageBacklog())
          && context.getBacklogCheckTime().getMillis() - seen.active >= config.idle.toMillis()) {
        advance(context.getBacklogCheckTime().minus(config.idle.toMillis()));
      }
      return watermark;
    }

    private void advance(Instant candidate) {
      if (candidate.isAfter(watermark)) {
        watermark = candidate;
      }
    }
  }
}
