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
   * @param position the offset that the consumer fetches next
   * @param delivered the offset after the last record that it delivered
   */
  private record Reached(long start, long position, long delivered) implements Serializable {}

  private final ConcurrentHashMap<TopicPartition, Reached> partitions = new ConcurrentHashMap<>();

  /** It is about the JVM where it is. */
  private Object readResolve() {
    return new ReadProgress();
  }

  /** A consumer gets partitions. */
  void begin(Collection<TopicPartition> assigned) {
    assigned.forEach(partitions::remove);
  }

  /** A consumer is put to the first record that it will read. */
  void startsAt(TopicPartition partition, long offset) {
    partitions.put(partition, new Reached(offset, offset, offset));
  }

  /** A consumer that nobody has put anywhere tells where it is. */
  void standsAt(TopicPartition partition, long offset) {
    partitions.putIfAbsent(partition, new Reached(offset, offset, offset));
  }

  /** A consumer has delivered records, or gone over what are none. */
  void polled(
      TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records, long position) {
    partitions.computeIfPresent(
        partition,
        (p, reached) ->
            new Reached(
                reached.start,
                position,
                records.isEmpty()
                    ? reached.delivered
                    : records.get(records.size() - 1).offset() + 1));
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
