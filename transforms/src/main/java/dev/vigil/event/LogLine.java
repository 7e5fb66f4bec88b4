package dev.vigil.event;

import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One line as it was read, before anybody looked into it.
 *
 * @param bytes the line without its line end
 * @param provenance where it stood
 * @param written when the source last wrote, as the source says: a file's modification time, a
 *     Kafka record's timestamp. A line without a year takes it from here. Null where the source
 *     cannot say.
 * @param format the name of the format that the user gave for this input, or null to recognise it
 *     from the content
 * @param length the line's true length in bytes; more than {@code bytes.length} where the reader
 *     cut it at its limit
 */
public record LogLine(
    byte[] bytes,
    Provenance provenance,
    @Nullable Instant written,
    @Nullable String format,
    long length,
    @Nullable String error) {

  public static LogLine of(byte[] bytes, Provenance provenance) {
    return new LogLine(bytes, provenance, null, null, bytes.length, null);
  }

  /** What is told in place of the lines of a source that cannot be read any further. */
  public static LogLine unreadable(Provenance provenance, String error) {
    return new LogLine(new byte[0], provenance, null, null, 0, error);
  }

  public LogLine withWritten(@Nullable Instant time) {
    return new LogLine(bytes, provenance, time, format, length, error);
  }

  public LogLine withFormat(@Nullable String name) {
    return new LogLine(bytes, provenance, written, name, length, error);
  }

  /** Whether the reader cut the line at its limit. */
  public boolean isCut() {
    return length > bytes.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LogLine that
        && Arrays.equals(bytes, that.bytes)
        && provenance.equals(that.provenance)
        && Objects.equals(written, that.written)
        && Objects.equals(format, that.format)
        && length == that.length
        && Objects.equals(error, that.error);
  }

  @Override
  public int hashCode() {
    return Objects.hash(Arrays.hashCode(bytes), provenance, written, format, length, error);
  }
}
