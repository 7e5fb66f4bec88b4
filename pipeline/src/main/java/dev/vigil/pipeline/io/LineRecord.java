package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How a log line stands in a Kafka record: the value is the line. A line that comes from a file
 * says so in headers, all of them text: {@value #PATH}, {@value #OFFSET} (in bytes), {@value
 * #WRITTEN} (the file's modification time in milliseconds since 1970), and where they say
 * something, {@value #LENGTH} (of a line that was cut, in bytes) and {@value #ERROR}. So its event
 * has the same id, year and failures as if it had been read from the file. Its key is the file's
 * name, which keeps the lines of a file in order. Where several machines ship files of the same
 * name, the name of each begins with its host's, as in {@code web1:/var/log/auth.log}: the ids of
 * two lines must differ. Records without these headers are lines that some other program wrote. Now
 * and then a record tells in {@value #SHIPPED}, too, how far its file has been shipped with it, and
 * by whom; that is nobody's business but the shipper's.
 */
final class LineRecord {
  static final String PATH = "vigil.file.path";
  static final String OFFSET = "vigil.file.offset";
  static final String WRITTEN = "vigil.file.written";
  static final String LENGTH = "vigil.line.length";
  static final String ERROR = "vigil.line.error";
  static final String SHIPPED = "vigil.shipped";

  /** As long as Linux lets a path be. */
  private static final int MAX_PATH = 4_096;

  private LineRecord() {}

  /**
   * A line of a file, as a record of a topic.
   *
   * @param host the machine's name, or null if one machine alone ships
   */
  static ProducerRecord<byte[], byte[]> of(LogLine line, String topic, @Nullable String host) {
    String file = line.provenance().path();
    String path = host == null ? file : host + ":" + file;
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, utf8(path), line.bytes());
    Headers headers = record.headers();
    headers.add(PATH, utf8(path));
    headers.add(OFFSET, utf8(String.valueOf(line.provenance().offset())));
    if (line.written() != null) {
      headers.add(WRITTEN, utf8(String.valueOf(line.written().toEpochMilli())));
    }
    if (line.isCut()) {
      headers.add(LENGTH, utf8(String.valueOf(line.length())));
    }
    if (line.error() != null) {
      headers.add(ERROR, utf8(line.error()));
    }
    return record;
  }

  /**
   * The line of a record, without its end. One without a value, or with headers that cannot be
   * read, is {@link LogLine#unreadable}.
   *
   * @param place the record's topic, partition and offset
   * @param timestamp the record's, in milliseconds since 1970: when a line was written that does
   *     not come from a file
   * @param format the name of the format that the user gave for the topic, or null
   * @param maxLineBytes how much of a line is kept
   */
  static LogLine line(
      byte @Nullable [] value,
      @Nullable Headers headers,
      Provenance place,
      long timestamp,
      @Nullable String format,
      int maxLineBytes) {
    if (value == null) {
      return LogLine.unreadable(place, "the record has no value");
    }
    String path = text(headers, PATH);
    if (path != null && path.length() > MAX_PATH) {
      return LogLine.unreadable(place, "the record's headers: a path longer than " + MAX_PATH);
    }
    Provenance provenance = place;
    Long written = timestamp;
    Long length = null;
    if (path != null) {
      try {
        provenance = Provenance.ofFile(path, number(headers, OFFSET)).through(place);
        written = text(headers, WRITTEN) == null ? null : number(headers, WRITTEN);
        length = text(headers, LENGTH) == null ? null : number(headers, LENGTH);
      } catch (NumberFormatException e) {
        return LogLine.unreadable(place, "the record's headers: " + e.getMessage());
      }
    }
    int end = withoutLineEnd(value);
    return new LogLine(
        end == value.length && end <= maxLineBytes
            ? value
            : Arrays.copyOf(value, Math.min(end, maxLineBytes)),
        provenance,
        written == null ? null : Instant.ofEpochMilli(written),
        format,
        length == null ? end : Math.max(length, end),
        text(headers, ERROR));
  }

  /** Some programs send lines with their ends. */
  private static int withoutLineEnd(byte[] value) {
    int end = value.length;
    if (end > 0 && value[end - 1] == '\n') {
      end--;
      if (end > 0 && value[end - 1] == '\r') {
        end--;
      }
    }
    return end;
  }

  private static @Nullable String text(@Nullable Headers headers, String name) {
    Header header = headers == null ? null : headers.lastHeader(name);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static long number(@Nullable Headers headers, String name) {
    return Long.parseLong(String.valueOf(text(headers, name)));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
