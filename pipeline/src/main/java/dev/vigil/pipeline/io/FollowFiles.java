package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Follows local files without end: what is in them now, the lines that are added, and new files
 * that match. Each line comes once its newline is there, with its event time.
 *
 * <p>The files are merged by event time, as far as each one is in order itself, so that a long file
 * does not make another one late. The watermark stays behind the times seen in each file that has
 * more to give by the allowed disorder; a file that was read to its end does not hold it. When
 * nothing came from any file for the idle time, it goes on with the clock, that time behind: old
 * lines that are added after such a pause are late. An idle time of zero turns that off.
 *
 * <p>A file that is replaced is read to its old end, as long as it is open here or still in its
 * directory under another name, and then the new one from its start, once there is something in it;
 * one that was cut is read from its start. Offsets go on counting, so that they stay unique. Inputs
 * should not match the names that replaced files are given: under such a name a file is another
 * one. A compressed file is read once, when it is complete. A line without a time is as old as the
 * last line with one; before any, it moves no watermark.
 */
public final class FollowFiles extends PTransform<PBegin, PCollection<LogLine>> {
  private static final long serialVersionUID = 1L;

  private static final Instant BEFORE_ALL =
      Instant.ofEpochMilli(BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis());

  private static final Duration POLL = Duration.ofMillis(500);

  private final Config config;

  private FollowFiles(Config config) {
    this.config = config;
  }

  /**
   * @param eventTime the time of a line, or null if it has none
   * @param disorder how far a line's time may be behind the latest before it in its file
   * @param idle how long nothing must come before the clock drives the watermark
   */
  public static FollowFiles of(
      List<FileInput> inputs,
      int maxLineBytes,
      SerializableFunction<LogLine, Instant> eventTime,
      Duration disorder,
      Duration idle) {
    return new FollowFiles(
        new Config(
            List.copyOf(inputs), maxLineBytes, eventTime, disorder, idle, Clock.systemUTC()));
  }

  @Override
  public PCollection<LogLine> expand(PBegin begin) {
    return begin.apply("Follow", Read.from(new FollowedFiles(config)));
  }

  record Config(
      List<FileInput> inputs,
      int maxLineBytes,
      SerializableFunction<LogLine, Instant> eventTime,
      Duration disorder,
      Duration idle,
      Clock clock)
      implements Serializable {}

  /** How far a file has been read. */
  record FilePosition(
      String path,
      @Nullable String format,
      long base,
      long offset,
      @Nullable Instant latest,
      @Nullable String key) {}

  /** How far all files of a split have been read. */
  record Position(List<FilePosition> files, Instant watermark)
      implements UnboundedSource.CheckpointMark {
    @Override
    public void finalizeCheckpoint() {} // the files keep their lines: nobody need be told
  }

  static final class FollowedFiles extends UnboundedSource<LogLine, Position> {
    private static final long serialVersionUID = 1L;

    private final Config config;

    FollowedFiles(Config config) {
      this.config = config;
    }

    /** One reader for all files: it merges them, and knows whether any of them has more. */
    @Override
    public List<FollowedFiles> split(int desired, PipelineOptions options) {
      return List.of(this);
    }

    @Override
    public UnboundedReader<LogLine> createReader(
        PipelineOptions options, @Nullable Position checkpoint) {
      return new FollowingReader(this, checkpoint);
    }

    @Override
    public Coder<LogLine> getOutputCoder() {
      return recordCoder(LogLine.class);
    }

    @Override
    public Coder<Position> getCheckpointMarkCoder() {
      return recordCoder(Position.class);
    }

    private static <T> Coder<T> recordCoder(Class<T> type) {
      try {
        return CoderRegistry.createDefault().getCoder(type);
      } catch (CannotProvideCoderException e) {
        throw new IllegalStateException("every record has a coder", e);
      }
    }
  }

  static final class FollowingReader extends UnboundedSource.UnboundedReader<LogLine> {
    private final FollowedFiles source;
    private final Config config;
    private final TreeMap<String, Cursor> cursors = new TreeMap<>();
    private Instant watermark = BEFORE_ALL;
    private @Nullable Instant lastPoll;
    private @Nullable Instant quietSince;
    private @Nullable LogLine current;
    private @Nullable Instant currentTime;

    FollowingReader(FollowedFiles source, @Nullable Position checkpoint) {
      this.source = source;
      this.config = source.config;
      if (checkpoint != null) {
        watermark = checkpoint.watermark;
        checkpoint.files.forEach(file -> cursors.put(file.path, new Cursor(file, config)));
      }
    }

    @Override
    public boolean start() throws IOException {
      return advance();
    }

    @Override
    public boolean advance() throws IOException {
      Instant now = config.clock.instant();
      if (lastPoll == null || !now.isBefore(lastPoll.plus(POLL))) {
        lastPoll = now;
        discover();
        for (Cursor cursor : cursors.values()) {
          cursor.peek();
        }
      }
      Cursor next =
          cursors.values().stream()
              .filter(Cursor::hasNext)
              .min(Comparator.comparing(Cursor::nextTime))
              .orElse(null);
      if (next == null) {
        if (quietSince == null) {
          quietSince = now;
        }
        return false;
      }
      quietSince = null;
      current = next.nextLine();
      currentTime = next.nextTime();
      next.take();
      return true;
    }

    private void discover() throws IOException {
      for (FileInput input : config.inputs) {
        for (String path : Storage.match(input.glob())) {
          cursors.computeIfAbsent(
              path, p -> new Cursor(new FilePosition(p, input.format(), 0, 0, null, null), config));
        }
      }
    }

    @Override
    public LogLine getCurrent() {
      if (current == null) {
        throw new NoSuchElementException();
      }
      return current;
    }

    @Override
    public org.joda.time.Instant getCurrentTimestamp() {
      if (currentTime == null) {
        throw new NoSuchElementException();
      }
      return org.joda.time.Instant.ofEpochMilli(currentTime.toEpochMilli());
    }

    @Override
    public org.joda.time.Instant getWatermark() {
      Instant held = null;
      Instant latest = null;
      for (Cursor cursor : cursors.values()) {
        Instant seen = cursor.latest();
        if (seen != null && (latest == null || seen.isAfter(latest))) {
          latest = seen;
        }
        if (cursor.hasNext()) {
          Instant reached =
              seen == null || cursor.nextTime().isAfter(seen) ? cursor.nextTime() : seen;
          held = held == null || reached.isBefore(held) ? reached : held;
        }
      }
      Instant candidate = held != null ? held : latest;
      if (candidate != null) {
        candidate = candidate.minus(config.disorder);
      }
      if (held == null && quietSince != null && !config.idle.isZero()) {
        Instant now = config.clock.instant();
        Instant idle = now.minus(config.idle);
        if (!quietSince.isAfter(idle) && (candidate == null || idle.isAfter(candidate))) {
          candidate = idle;
        }
      }
      if (candidate != null && candidate.isAfter(watermark)) {
        watermark = candidate;
      }
      return org.joda.time.Instant.ofEpochMilli(watermark.toEpochMilli());
    }

    @Override
    public Position getCheckpointMark() {
      return new Position(cursors.values().stream().map(Cursor::position).toList(), watermark);
    }

    @Override
    public FollowedFiles getCurrentSource() {
      return source;
    }

    @Override
    public void close() throws IOException {
      for (Cursor cursor : cursors.values()) {
        cursor.close();
      }
    }
  }

  /** One path, the file that is there or was, and the next complete line of it. */
  private static final class Cursor {
    private final Config config;
    private final String path;
    private final @Nullable String format;
    private final boolean compressed;

    /** The bytes of the files that were at this path before, and are no more. */
    private long base;

    private long offset;
    private @Nullable Instant latest;

    /** Which file it is, under whatever name; null before there was one. */
    private @Nullable String key;

    private @Nullable FileChannel file;
    private @Nullable LineReader lines;
    private Instant written = Instant.EPOCH;

    /** Whether another file was at the path before the present lines were looked for. */
    private boolean replaced;

    private boolean finished;
    private @Nullable LogLine next;
    private @Nullable Instant nextTime;
    private boolean nextIsTimed;
    private long afterNext;

    Cursor(FilePosition position, Config config) {
      this.config = config;
      this.path = position.path;
      this.format = position.format;
      this.compressed = ReadFiles.isCompressed(path);
      this.base = position.base;
      this.offset = position.offset;
      this.latest = position.latest;
      this.key = position.key;
    }

    boolean hasNext() {
      return next != null;
    }

    LogLine nextLine() {
      return Objects.requireNonNull(next);
    }

    Instant nextTime() {
      return Objects.requireNonNull(nextTime);
    }

    @Nullable Instant latest() {
      return latest;
    }

    FilePosition position() {
      return new FilePosition(path, format, base, offset, latest, key);
    }

    /** Leaves the next line behind, and looks for the one after it. */
    void take() throws IOException {
      if (nextIsTimed && (latest == null || nextTime().isAfter(latest))) {
        latest = nextTime;
      }
      offset = afterNext;
      next = null;
      peek();
    }

    /** Looks for a next line, if none is known. */
    void peek() throws IOException {
      if (next != null || finished) {
        return;
      }
      if (compressed) {
        peekCompressed();
      } else if (!peekPlain() && replaced) {
        // Read to its end, and nobody writes to it any more.
        close();
        beginAnew();
        peekPlain();
      }
    }

    private boolean peekPlain() throws IOException {
      if (file == null && !open()) {
        return false;
      }
      if (lines == null) {
        // In this order: what was written before the file was replaced is there to be read.
        replaced = isReplaced();
        if (file.size() < offset) {
          base += offset;
          offset = 0;
        }
        if (file.size() == offset) {
          return false;
        }
        file.position(offset);
        lines = new LineReader(file, offset, config.maxLineBytes);
        written = modified(Path.of(path));
      }
      if (lines.next() && (lines.isTerminated() || replaced)) {
        found();
        return true;
      }
      lines = null; // at the end, or in the middle of a line that is being written
      return false;
    }

    private void peekCompressed() throws IOException {
      try {
        if (lines == null) {
          written = modified(Path.of(path));
          lines =
              new LineReader(
                  Compression.detect(path)
                      .readDecompressed(
                          FileSystems.open(FileSystems.matchNewResource(path, false))),
                  0,
                  config.maxLineBytes);
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
              Provenance.ofFile(path, base + (lines == null ? 0 : lines.nextOffset())),
              e.toString());
      nextIsTimed = false;
      nextTime = latest != null ? latest : BEFORE_ALL;
      afterNext = lines == null ? offset : lines.nextOffset();
      finished = true;
      close();
    }

    private void found() {
      next =
          new LogLine(
              lines.bytes(),
              Provenance.ofFile(path, base + lines.offset()),
              written,
              format,
              lines.length(),
              null);
      afterNext = lines.nextOffset();
      Instant time = config.eventTime.apply(next);
      nextIsTimed = time != null;
      nextTime = time != null ? time : latest != null ? latest : BEFORE_ALL;
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

    private void beginAnew() {
      base += offset;
      offset = 0;
      key = null;
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

    void close() throws IOException {
      if (file != null) {
        file.close();
      }
      if (lines != null) {
        lines.close();
      }
      file = null;
      lines = null;
    }
  }
}
