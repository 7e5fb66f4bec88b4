package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileSystems;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One path, the file that is there or was, and the next complete line of it. A line is complete
 * when its newline is there, or when its file was replaced.
 *
 * <p>A file that is replaced is read to its old end, as long as it is open here or still in its
 * directory under another name, and then the new one from its start, once there is something in it.
 * One that was cut is read from its start: one that is shorter than what was read of it, or that
 * has other bytes before the place that was reached when there is more to be read behind it. What
 * was written between the last look and the cut is lost, as it is nowhere any more. Offsets go on
 * counting, so that they stay unique. A compressed file is read once, when it is complete; where it
 * is damaged, its last line is {@link LogLine#unreadable}.
 */
final class FollowedFile {
  private final String path;
  private final int maxLineBytes;
  private final boolean compressed;

  /** The bytes of the files that were at this path before, and are no more. */
  private long base;

  private long offset;

  /** Which file it is, under whatever name; null before there was one. */
  private @Nullable String key;

  /** What stands before the offset, where no reader is open that knows; null if not known. */
  private @Nullable Long tail;

  private boolean finished;

  private @Nullable FileChannel file;
  private @Nullable LineReader lines;
  private Instant written = Instant.EPOCH;

  /** Whether another file was at the path before the present lines were looked for. */
  private boolean replaced;

  private @Nullable LogLine next;
  private long afterNext;
  private boolean nextIsLast;

  /**
   * How far a path has been read.
   *
   * @param base how many bytes the files had that were at the path before
   * @param offset how many bytes have been taken of the present one, when uncompressed
   * @param key which file it is, under whatever name; null before there was one
   * @param tail a checksum of the bytes before the offset; null if they are not known
   * @param finished whether nothing can come any more
   */
  record Position(
      String path,
      long base,
      long offset,
      @Nullable String key,
      @Nullable Long tail,
      boolean finished) {

    static Position start(String path) {
      return new Position(path, 0, 0, null, null, false);
    }

    /** How many bytes have been taken of all files that were at the path. */
    long total() {
      return base + offset;
    }
  }

  /**
   * @param position where to go on
   * @param maxLineBytes how much of a line is kept
   */
  FollowedFile(Position position, int maxLineBytes) {
    this.path = position.path;
    this.maxLineBytes = maxLineBytes;
    this.compressed = ReadFiles.isCompressed(path);
    this.base = position.base;
    this.offset = position.offset;
    this.key = position.key;
    this.tail = position.tail;
    this.finished = position.finished;
  }

  String path() {
    return path;
  }

  /** Whether a next line is known. */
  boolean hasNext() {
    return next != null;
  }

  /** The next line; only if there is one. */
  LogLine next() {
    return Objects.requireNonNull(next);
  }

  /** How far lines have been taken. */
  Position position() {
    return new Position(path, base, offset, key, tail(), finished);
  }

  /** How many bytes the files had that were at the path before the one that is read now. */
  long base() {
    return base;
  }

  /** Leaves the next line behind, and looks for the one after it. */
  void take() throws IOException {
    offset = afterNext;
    finished = nextIsLast;
    next = null;
    look();
  }

  /** Looks for a next line, if none is known. */
  void look() throws IOException {
    if (next != null || finished) {
      return;
    }
    if (compressed) {
      lookIntoCompressed();
    } else if (!lookIntoPlain() && replaced) {
      // Read to its end, and nobody writes to it any more.
      close();
      beginAnew();
      lookIntoPlain();
    }
  }

  private boolean lookIntoPlain() throws IOException {
    if (file == null && !open()) {
      return false;
    }
    if (lines == null) {
      // In this order: what was written before the file was replaced is there to be read.
      replaced = isReplaced();
      if (file.size() < offset) {
        beginAfterCut();
      }
      if (file.size() == offset) {
        return false;
      }
      TailBytes before = bytesBefore();
      if (tail != null && before.checksum() != tail) {
        beginAfterCut();
        before = new TailBytes();
      }
      file.position(offset);
      lines = new LineReader(file, offset, before, maxLineBytes);
      written = modified(Path.of(path));
    }
    if (lines.next() && (lines.isTerminated() || replaced)) {
      found();
      return true;
    }
    tail = lines.before().checksum();
    lines = null; // at the end, or in the middle of a line that is being written
    return false;
  }

  private @Nullable Long tail() {
    return lines == null || compressed ? tail : Long.valueOf(lines.before().checksum());
  }

  /** The bytes before the offset, as they stand in the file now. */
  private TailBytes bytesBefore() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(offset, TailBytes.LIMIT));
    long start = offset - bytes.capacity();
    int count = 0;
    while (bytes.hasRemaining() && count >= 0) {
      count = file.read(bytes, start + bytes.position());
    }
    TailBytes before = new TailBytes();
    before.append(bytes.array(), bytes.position());
    return before;
  }

  private void lookIntoCompressed() throws IOException {
    try {
      if (lines == null) {
        written = modified(Path.of(path));
        lines =
            new LineReader(
                Compression.detect(path)
                    .readDecompressed(FileSystems.open(FileSystems.matchNewResource(path, false))),
                0,
                maxLineBytes);
        while (lines.nextOffset() < offset && lines.next()) {
          // read over what was taken before
        }
      }
      if (lines.next()) {
        found();
      } else {
        finished = lines.nextOffset() > 0; // if nothing was written yet, something may come
        close();
      }
    } catch (EOFException | NoSuchFileException | FileNotFoundException e) {
      close(); // still being written, or moved away
    } catch (IOException e) {
      unreadable(e);
    }
  }

  /** What can be read of a damaged file has been: the rest is one line that says so. */
  private void unreadable(IOException e) throws IOException {
    next =
        LogLine.unreadable(
            Provenance.ofFile(path, base + (lines == null ? 0 : lines.nextOffset())), e.toString());
    afterNext = lines == null ? offset : lines.nextOffset();
    nextIsLast = true;
    close();
  }

  private void found() {
    next =
        new LogLine(
            lines.bytes(),
            Provenance.ofFile(path, base + lines.offset()),
            written,
            null,
            lines.length(),
            null);
    afterNext = lines.nextOffset();
  }

  /** Opens the file that was being read, under whatever name it is now, or the path's. */
  private boolean open() throws IOException {
    Path there = Path.of(path);
    String before = keyOf(there);
    if (key != null && !key.equals(before)) {
      Path moved = findMoved();
      if (moved != null) {
        there = moved;
        before = key;
      } else if (before != null) {
        beginAnew();
      }
    }
    if (before == null) {
      return false; // moved away; another one may come
    }
    try {
      file = FileChannel.open(there, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return false;
    }
    if (!before.equals(keyOf(there))) {
      close(); // replaced just now
      return false;
    }
    key = before;
    written = modified(there);
    return true;
  }

  private @Nullable Path findMoved() throws IOException {
    Path directory = Path.of(path).toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      return null;
    }
    try (Stream<Path> siblings = Files.list(directory)) {
      for (Path sibling : (Iterable<Path>) siblings::iterator) {
        if (Objects.equals(keyOf(sibling), key) && Files.size(sibling) >= offset) {
          return sibling;
        }
      }
    }
    return null;
  }

  /** Another file is at the path. */
  private void beginAnew() {
    beginAfterCut();
    key = null;
  }

  /** The same file has new content. */
  private void beginAfterCut() {
    base += offset;
    offset = 0;
    tail = null;
  }

  /** Whether there is another file at the path, and its writers have turned to it. */
  private boolean isReplaced() throws IOException {
    Path there = Path.of(path);
    String present = keyOf(there);
    return present != null && !present.equals(key) && Files.size(there) > 0;
  }

  private static @Nullable String keyOf(Path file) throws IOException {
    try {
      return String.valueOf(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private Instant modified(Path there) throws IOException {
    try {
      return Files.getLastModifiedTime(there).toInstant().truncatedTo(ChronoUnit.MILLIS);
    } catch (NoSuchFileException e) {
      return written;
    }
  }

  /** Gives the file back; it can still be read on. */
  void close() throws IOException {
    if (file != null) {
      file.close();
    }
    if (lines != null) {
      tail = tail();
      lines.close();
    }
    file = null;
    lines = null;
  }
}
