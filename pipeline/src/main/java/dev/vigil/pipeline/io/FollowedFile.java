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
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileSystems;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One path, the file that is there or was, and the next complete line of it. A line is complete
 * when its newline is there, or when its file was replaced.
 *
 * <p>A file that is replaced is read to its old end, as long as it is open here or still in its
 * directory under another name, and then the new one from its start, once there is something in it
 * and nothing has come to the old one for a while: its writers turn to the new one in their own
 * time. Where the old one cannot be found any more, that is told. One that was cut is read from its
 * start: one that is shorter than what was read of it, or that has other bytes before the place
 * that was reached when there is more to be read behind it. What was written between the last look
 * and the cut is lost, as it is nowhere any more. Offsets go on counting, so that they stay unique.
 * A compressed file is read once, when it is complete; where it is damaged, or does not become
 * complete, its last line is {@link LogLine#unreadable}.
 */
final class FollowedFile {
  /** How long nothing must come to a replaced file for its writers to have left it. */
  private static final Duration SETTLE = Duration.ofSeconds(1);

  /** How long nothing must come to what is deleted, or not complete, for nothing to come at all. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final String path;
  private final Terms terms;
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

  /** Whether its writers had left the file before the present lines were looked for. */
  private boolean left;

  /** Since when another file or none is at the path, and this one has the same size. */
  private @Nullable Instant quietSince;

  private long quietSize;

  /** Whether the file was read to its end, and is found nowhere any more. */
  private boolean ended;

  /** Whether it was looked for in vain while there was none at the path. */
  private boolean sought;

  /** The file that was read before, as long as its lines may have to be read again. */
  private @Nullable Former former;

  /** A compressed file as it was when it was opened last, since when, and what was wrong then. */
  private @Nullable State seen;

  private Instant seenAt = Instant.EPOCH;
  private @Nullable IOException incomplete;

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
   * @param maxLineBytes how much of a line is kept
   * @param once whether what is there now is all: then nothing is waited for
   * @param clock tells how long nothing came
   * @param losses is told what cannot be read, in words for the user
   */
  record Terms(int maxLineBytes, boolean once, InstantSource clock, Consumer<String> losses) {}

  /** A file that was read to its end, and how many bytes of the path were taken then. */
  private record Former(FileChannel file, @Nullable String key, long end) {}

  private record State(long size, FileTime modified) {}

  /**
   * @param position where to go on
   */
  FollowedFile(Position position, Terms terms) {
    this.path = position.path;
    this.terms = terms;
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
    } else if (!lookIntoPlain() && left) {
      leave();
      lookIntoPlain();
    }
  }

  /** It was read to its end, and nobody writes to it any more. */
  private void leave() throws IOException {
    if (former == null) {
      former = new Former(file, key, base + offset);
    } else {
      file.close();
    }
    file = null;
    lines = null;
    left = false;
    quietSince = null;
    String present = keyOf(Path.of(path));
    if (present == null || present.equals(key)) {
      ended = true; // where it comes back, it goes on
    } else {
      beginAnew();
    }
  }

  /** Nobody goes back to before this position: what is no longer needed is given back. */
  void release(Position until) throws IOException {
    if (former != null && until.total() >= former.end) {
      former.file.close();
      former = null;
    }
  }

  /**
   * Takes again what was taken after a position. A file that is open stays so: it may be nowhere
   * else any more.
   *
   * @param position one that was reached, and not released
   */
  void goBackTo(Position position) throws IOException {
    release(position);
    if (compressed) {
      close();
    } else if (former != null) {
      if (file != null) {
        file.close();
      }
      file = former.file;
      key = former.key;
      former = null;
    }
    if (position.key != null && !position.key.equals(key)) {
      close();
    }
    ended = ended && position.total() == base + offset;
    base = position.base;
    offset = position.offset;
    key = position.key == null ? key : position.key;
    tail = position.tail;
    finished = position.finished;
    lines = null;
    next = null;
    left = false;
    quietSince = null;
    sought = false;
    seen = null;
  }

  private boolean lookIntoPlain() throws IOException {
    if (file == null && !open()) {
      return false;
    }
    if (lines == null) {
      // In this order: what was written before the file was replaced is there to be read.
      left = isLeft();
      if (file.size() < offset) {
        beginAfterCut();
      }
      if (file.size() == offset) {
        return false;
      }
      TailBytes before = bytesBefore(file);
      if (tail != null && before.checksum() != tail) {
        beginAfterCut();
        before = new TailBytes();
      }
      file.position(offset);
      lines = new LineReader(file, offset, before, terms.maxLineBytes);
      written = modified(Path.of(path));
    }
    if (lines.next() && (lines.isTerminated() || left)) {
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
  private TailBytes bytesBefore(FileChannel file) throws IOException {
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
    if (lines == null && !isNew()) {
      if (incomplete != null && isOver(seenAt, PATIENCE)) {
        unreadable(incomplete);
      }
      return;
    }
    try {
      if (lines == null) {
        lines =
            new LineReader(
                Compression.detect(path)
                    .readDecompressed(FileSystems.open(FileSystems.matchNewResource(path, false))),
                0,
                terms.maxLineBytes);
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
    } catch (EOFException e) {
      close();
      if (terms.once) {
        unreadable(e);
      } else {
        incomplete = e; // perhaps it is still being written
      }
    } catch (NoSuchFileException | FileNotFoundException e) {
      close();
      if (Storage.attributes(Path.of(path)) != null) {
        throw e; // it is there, and must not be read
      }
      seen = null; // moved away
    } catch (IOException e) {
      close();
      unreadable(e);
    }
  }

  /** Whether there is something that was not there when it was looked into last. */
  private boolean isNew() throws IOException {
    BasicFileAttributes there = Storage.attributes(Path.of(path));
    if (there == null) {
      return false;
    }
    State present = new State(there.size(), there.lastModifiedTime());
    if (present.equals(seen)) {
      return false;
    }
    seen = present;
    seenAt = terms.clock.instant();
    incomplete = null;
    written = modified(there);
    return true;
  }

  /** What can be read of a damaged file has been: the rest is one line that says so. */
  private void unreadable(IOException e) {
    next = LogLine.unreadable(Provenance.ofFile(path, base + offset), e.toString());
    afterNext = offset;
    nextIsLast = true;
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
      Path moved = ended || before == null && sought ? null : findMoved();
      sought = moved == null;
      if (moved != null) {
        there = moved;
        before = key;
      } else if (before != null) {
        if (!ended) {
          terms.losses.accept(
              path
                  + ": the file that was read there up to byte "
                  + offset
                  + " was replaced and is no longer found: if it had more, that is lost");
        }
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
    if (file.size() == offset && tail != null && bytesBefore(file).checksum() != tail) {
      beginAfterCut(); // another file, which was given the number of the old one
    }
    key = before;
    ended = false;
    sought = false;
    written = modified(there);
    return true;
  }

  private @Nullable Path findMoved() throws IOException {
    Path directory = Path.of(path).toAbsolutePath().getParent();
    for (Path sibling : directory == null ? List.<Path>of() : Storage.entries(directory)) {
      if (Files.isReadable(sibling) && isMoved(sibling)) {
        return sibling;
      }
    }
    return null;
  }

  /** The number of a file that is gone may be another one's: what was read of it tells. */
  private boolean isMoved(Path other) throws IOException {
    BasicFileAttributes there = Storage.attributes(other);
    if (there == null
        || !keyOf(there).equals(key)
        || there.size() < offset
        || ReadFiles.isCompressed(other.toString())) {
      return false;
    }
    try (FileChannel opened = FileChannel.open(other, StandardOpenOption.READ)) {
      return tail == null || bytesBefore(opened).checksum() == tail;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Another file is at the path. */
  private void beginAnew() {
    beginAfterCut();
    key = null;
    ended = false;
    sought = false;
  }

  /** The same file has new content. */
  private void beginAfterCut() {
    base += offset;
    offset = 0;
    tail = null;
  }

  /**
   * Whether another file with something in it is at the path, or none anywhere, and it is quiet.
   */
  private boolean isLeft() throws IOException {
    BasicFileAttributes there = Storage.attributes(Path.of(path));
    if (there != null && (keyOf(there).equals(key) || there.size() == 0)) {
      quietSince = null;
      return false;
    }
    if (quietSince == null || file.size() != quietSize) {
      quietSince = terms.clock.instant();
      quietSize = file.size();
    }
    if (!terms.once && !isOver(quietSince, there == null ? PATIENCE : SETTLE)) {
      return false;
    }
    if (there == null && findMoved() != null) {
      quietSince = null;
      return false;
    }
    return true;
  }

  private boolean isOver(Instant since, Duration time) {
    return !terms.clock.instant().isBefore(since.plus(time));
  }

  private static @Nullable String keyOf(Path file) throws IOException {
    BasicFileAttributes there = Storage.attributes(file);
    return there == null ? null : keyOf(there);
  }

  private static String keyOf(BasicFileAttributes file) {
    return String.valueOf(file.fileKey());
  }

  private Instant modified(Path there) throws IOException {
    BasicFileAttributes attributes = Storage.attributes(there);
    return attributes == null ? written : modified(attributes);
  }

  private static Instant modified(BasicFileAttributes file) {
    return file.lastModifiedTime().toInstant().truncatedTo(ChronoUnit.MILLIS);
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
    if (former != null) {
      former.file.close();
    }
    file = null;
    lines = null;
    former = null;
  }
}
