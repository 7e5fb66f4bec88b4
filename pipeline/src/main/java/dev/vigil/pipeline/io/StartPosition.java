package dev.vigil.pipeline.io;

import java.io.Serializable;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Where to begin reading topics, when no checkpoint of the runner says it.
 *
 * @param time for {@link Kind#TIME}: the first record whose Kafka timestamp is not before it
 */
public record StartPosition(Kind kind, @Nullable Instant time) implements Serializable {

  /** Ways to say it. */
  public enum Kind {
    /** Where the consumer group has come to; at the start where it has not read yet. */
    COMMITTED,
    /** The first record that is still there. */
    EARLIEST,
    /** The present end. */
    LATEST,
    /** A point in time. */
    TIME
  }

  public static final StartPosition COMMITTED = new StartPosition(Kind.COMMITTED, null);
  public static final StartPosition EARLIEST = new StartPosition(Kind.EARLIEST, null);
  public static final StartPosition LATEST = new StartPosition(Kind.LATEST, null);

  public static StartPosition at(Instant time) {
    return new StartPosition(Kind.TIME, time);
  }

  /** Puts a consumer there, for partitions that are assigned to it. */
  void seek(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    switch (kind) {
      case COMMITTED -> {} // consumers begin there by themselves
      case EARLIEST -> consumer.seekToBeginning(partitions);
      case LATEST -> consumer.seekToEnd(partitions);
      case TIME -> offsetsAt(consumer, partitions, time).forEach(consumer::seek);
    }
  }

  /**
   * The offset of the first record of each partition whose timestamp is not before a time; the end
   * where there is none.
   */
  static Map<TopicPartition, Long> offsetsAt(
      Consumer<?, ?> consumer, Collection<TopicPartition> partitions, Instant time) {
    // The ends first: what comes meanwhile must not be before the end that is found.
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, OffsetAndTimestamp> found =
        consumer.offsetsForTimes(
            partitions.stream().collect(Collectors.toMap(p -> p, p -> time.toEpochMilli())));
    return partitions.stream()
        .collect(
            Collectors.toMap(
                p -> p, p -> found.get(p) == null ? ends.get(p) : found.get(p).offset()));
  }
}
