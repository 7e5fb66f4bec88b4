package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Takes the lines of one file as records. Each line is one; or, with a pattern, a line in which it
 * is found begins one, and those after it without it are joined to it by newlines. Such a record is
 * complete when the next one begins, when its file was replaced or cut, or when nothing more came
 * for a while. It stands where its first line stands. Of a record longer than the limit only the
 * first bytes are kept; its true length is still told.
 */
final class FileRecords {
  private final FollowedFile file;
  private final @Nullable Pattern begin;
  private final long waitNanos;
  private final int maxRecordBytes;

  /** The first line of a record that is not complete, and the place before it. */
  private @Nullable LogLine first;

  private FollowedFile.@Nullable Position beforeFirst;
  private final ByteArrayOutputStream joined = new ByteArrayOutputStream();
  private long length;
  private long base;
  private long lastNanos;

  /**
   * @param file with the same limit
   * @param begin null if each line is a record
   * @param wait how long nothing more must have come for a record to be complete
   */
  FileRecords(FollowedFile file, @Nullable Pattern begin, Duration wait, int maxRecordBytes) {
    this.file = file;
    this.begin = begin;
    this.waitNanos = wait.toNanos();
    this.maxRecordBytes = maxRecordBytes;
  }

  /** Looks for lines that were added to the file, if none is known. */
  void look() throws IOException {
    file.look();
  }

  /**
   * Takes the next complete record.
   *
   * @param nanos the present time, as {@link System#nanoTime} gives it
   * @param isEnd whether nothing more is waited for
   * @return null if there is none now
   */
  @Nullable LogLine next(long nanos, boolean isEnd) throws IOException {
    while (file.hasNext()) {
      LogLine line = file.next();
      if (begin == null || line.error() != null) {
        if (first != null) {
          return complete();
        }
        file.take();
        return line;
      }
      if (first != null && (file.base() != base || begins(line))) {
        return complete();
      }
      join(line);
      lastNanos = nanos;
      file.take();
    }
    return first != null && (isEnd || nanos - lastNanos >= waitNanos) ? complete() : null;
  }

  /** The place after the last record that was taken: where to go on after a restart. */
  FollowedFile.Position position() {
    return first == null ? file.position() : beforeFirst;
  }

  private boolean begins(LogLine line) {
    return begin.matcher(new String(line.bytes(), StandardCharsets.UTF_8)).find();
  }

  private void join(LogLine line) {
    if (first == null) {
      first = line;
      beforeFirst = file.position();
      base = file.base();
      length = 0;
      joined.reset();
    } else {
      append(new byte[] {'\n'}, 1);
    }
    append(line.bytes(), line.length());
  }

  /** What is kept is a beginning of the whole: after what is left out, nothing is added. */
  private void append(byte[] bytes, long trueLength) {
    if (joined.size() == length) {
      joined.write(bytes, 0, Math.min(bytes.length, maxRecordBytes - joined.size()));
    }
    length += trueLength;
  }

  private LogLine complete() {
    LogLine whole =
        new LogLine(joined.toByteArray(), first.provenance(), first.written(), null, length, null);
    first = null;
    return whole;
  }

  /** As {@link FollowedFile#release}. */
  void release(FollowedFile.Position until) throws IOException {
    file.release(until);
  }

  /** As {@link FollowedFile#goBackTo}. */
  void goBackTo(FollowedFile.Position position) throws IOException {
    first = null;
    file.goBackTo(position);
  }

  void close() throws IOException {
    file.close();
  }
}
