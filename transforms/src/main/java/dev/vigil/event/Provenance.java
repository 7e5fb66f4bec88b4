package dev.vigil.event;

import java.util.Objects;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Where a log line came from: a file and the byte offset of the line's first byte in it (of the
 * uncompressed content where the file is compressed), or a Kafka topic, partition and offset; or
 * both, where a line of a file came through Kafka.
 *
 * @param path the file's full name, or null if no file is known
 * @param offset the byte offset in the file, or null if no file is known
 * @param kafka the Kafka record, or null for a line that was read from its file
 */
public record Provenance(@Nullable String path, @Nullable Long offset, Ecs.@Nullable Kafka kafka) {

  public static Provenance ofFile(String path, long offset) {
    return new Provenance(path, offset, null);
  }

  public static Provenance ofKafka(String topic, int partition, long offset) {
    return new Provenance(null, null, new Ecs.Kafka(topic, partition, offset));
  }

  /** The same place in a file, for a line that came from there through Kafka. */
  public Provenance through(Provenance record) {
    return new Provenance(path, offset, record.kafka);
  }

  /**
   * The identity of what stands there: the same place gives the same id in every run. A line of a
   * file has the file's, whichever way it came.
   */
  public String eventId() {
    if (path != null) {
      return Fingerprint.of("file", path, String.valueOf(offset));
    }
    Ecs.Kafka record = Objects.requireNonNull(kafka);
    return Fingerprint.of(
        "kafka",
        record.topic(),
        String.valueOf(record.partition()),
        Long.toString(record.offset()));
  }

  /** What the identity depends on: nothing else where two of these are equal. */
  Provenance identity() {
    return path != null && kafka != null ? ofFile(path, offset) : this;
  }

  /** What holds the line. */
  public Input input() {
    return path != null ? new Input(path, 0) : new Input(kafka.topic(), kafka.partition());
  }

  /**
   * A file, or a Kafka partition.
   *
   * @param name the path, or the topic
   */
  public record Input(String name, int partition) {}

  /** Whether the line is the first of its file. */
  public boolean isStartOfFile() {
    return offset != null && offset == 0;
  }

  Ecs.@Nullable Log log() {
    return path == null ? null : new Ecs.Log(new Ecs.LogFile(path), offset);
  }
}
