package dev.vigil.event;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Where a log line came from: a file and the byte offset of the line's first byte in it (of the
 * uncompressed content where the file is compressed), or a Kafka topic, partition and offset.
 *
 * @param path the file's full name, or null for Kafka
 * @param topic the Kafka topic, or null for a file
 * @param partition the Kafka partition, or null for a file
 * @param offset the byte offset in the file, or the offset in the Kafka partition
 */
public record Provenance(
    @Nullable String path, @Nullable String topic, @Nullable Integer partition, long offset) {

  public static Provenance ofFile(String path, long offset) {
    return new Provenance(path, null, null, offset);
  }

  public static Provenance ofKafka(String topic, int partition, long offset) {
    return new Provenance(null, topic, partition, offset);
  }

  /** The identity of what stands there: the same place gives the same id in every run. */
  public String eventId() {
    return path != null
        ? Fingerprint.of("file", path, Long.toString(offset))
        : Fingerprint.of(
            "kafka", String.valueOf(topic), String.valueOf(partition), Long.toString(offset));
  }

  Ecs.Log log() {
    return new Ecs.Log(path == null ? null : new Ecs.LogFile(path), offset);
  }

  Ecs.@Nullable Kafka kafka() {
    return topic == null ? null : new Ecs.Kafka(topic, partition, offset);
  }
}
