package dev.vigil.pipeline.io;

import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * How far this JVM's consumers have come in each partition, for who must know whether a partition
 * is read to its end. The offsets of records do not tell: the end may lie behind markers of
 * transactions, which are no records and are never delivered.
 */
final class ReadProgress implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * @param start where reading began
   * @param goesOn whether an earlier reader had records before that
   * @param position the offset that the consumer fetches next
   * @param delivered the offset after the last record that it delivered
   */
  private record Reached(long start, boolean goesOn, long position, long delivered)
      implements Serializable {}

  private final ConcurrentHashMap<TopicPartition, Reached> partitions = new ConcurrentHashMap<>();

  /** It is about the JVM where it is. */
  private Object readResolve() {
    return new ReadProgress();
  }

  /** A consumer gets partitions. */
  void begin(Collection<TopicPartition> assigned) {
    assigned.forEach(partitions::remove);
  }

  /**
   * A consumer is put to the first record that it will read.
   *
   * @param goesOn whether an earlier reader had records before that
   */
  void startsAt(TopicPartition partition, long offset, boolean goesOn) {
    partitions.put(partition, new Reached(offset, goesOn, offset, offset));
  }

  /**
   * A consumer that nobody has put anywhere tells where it is.
   *
   * @return whether that was not known before
   */
  boolean standsAt(TopicPartition partition, long offset) {
    return partitions.putIfAbsent(partition, new Reached(offset, false, offset, offset)) == null;
  }

  /** The offset that a partition's consumer fetches next; -1 if it is not known. */
  long position(TopicPartition partition) {
    Reached reached = partitions.get(partition);
    return reached == null ? -1 : reached.position;
  }

  /** Whether a partition's reader goes on behind records that an earlier one had. */
  boolean goesOn(TopicPartition partition) {
    Reached reached = partitions.get(partition);
    return reached != null && reached.goesOn;
  }

  /**
   * A consumer has delivered records, or gone over what are none.
   *
   * @param position the offset that it fetches next; -1 if it does not know
   */
  void polled(
      TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records, long position) {
    partitions.computeIfPresent(
        partition,
        (p, reached) -> {
          long delivered =
              records.isEmpty() ? reached.delivered : records.get(records.size() - 1).offset() + 1;
          return new Reached(
              reached.start,
              reached.goesOn,
              position < 0 ? Math.max(reached.position, delivered) : position,
              delivered);
        });
  }

  /**
   * Whether nothing is left of a partition.
   *
   * @param taken the offset after the last record that was taken over from its consumer; -1 if none
   *     was yet
   * @param backlog the offsets between that, or else the start, and the partition's end; negative
   *     if it is not known
   */
  boolean isAtEnd(TopicPartition partition, long taken, long backlog) {
    if (backlog <= 0) {
      return backlog == 0;
    }
    Reached reached = partitions.get(partition);
    if (reached == null) {
      return false;
    }
    long next = taken < 0 ? reached.start : taken;
    return reached.delivered <= next && reached.position - next >= backlog;
  }
}
