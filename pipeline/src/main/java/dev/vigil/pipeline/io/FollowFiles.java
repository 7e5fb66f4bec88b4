package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.io.IOException;
import java.io.Serializable;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
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
 * <p>A file that begins anew, because it was cut or replaced, is read to its old end and then from
 * its new start; offsets go on counting, so that they stay unique. A compressed file is read once,
 * when it is found. A line without a time is as old as the line before it.
 */
public final class FollowFiles extends PTransform<PBegin, PCollection<LogLine>> {
  private static final long serialVersionUID = 1L;

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
    return begin.apply("Follow", Read.from(new FollowedFiles(config, 0, 1)));
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
      String path, @Nullable String format, long base, long offset, @Nullable Instant latest) {}

  /** How far all files of a split have been read. */
  record Position(List<FilePosition> files, Instant watermark)
      implements UnboundedSource.CheckpointMark {
    @Override
    public void finalizeCheckpoint() {} // the files keep their lines: nobody need be told
  }

  static final class FollowedFiles extends UnboundedSource<LogLine, Position> {
    private static final long serialVersionUID = 1L;

    private final Config config;
    private final int split;
    private final int splits;

    FollowedFiles(Config config, int split, int splits) {
      this.config = config;
      this.split = split;
      this.splits = splits;
    }

    @Override
    public List<FollowedFiles> split(int desired, PipelineOptions options) {
      return IntStream.range(0, desired)
          .mapToObj(i -> new FollowedFiles(config, i, desired))
          .toList();
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
    private Instant watermark = javaTime(BoundedWindow.TIMESTAMP_MIN_VALUE);
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
        for (MatchResult.Metadata file :
            FileSystems.match(input.glob(), EmptyMatchTreatment.ALLOW).metadata()) {
          String path = file.resourceId().toString();
          if (Math.floorMod(path.hashCode(), source.splits) == source.split) {
            cursors.computeIfAbsent(
                path, p -> new Cursor(new FilePosition(p, input.format(), 0, 0, null), config));
          }
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
          Instant reached = seen == null ? cursor.nextTime() : seen;
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

  private static Instant javaTime(org.joda.time.Instant time) {
    return Instant.ofEpochMilli(time.getMillis());
  }

  /** One file, and the next complete line of it. */
  private static final class Cursor {
    private final Config config;
    private final String path;
    private final @Nullable String format;

    /** The bytes of the files that were at this path before, and are no more. */
    private long base;

    private long offset;
    private @Nullable Instant latest;
    private @Nullable ReadableByteChannel channel;
    private @Nullable LineReader lines;
    private @Nullable Object openedKey;
    private boolean finished;
    private @Nullable LogLine next;
    private @Nullable Instant nextTime;
    private long afterNext;

    Cursor(FilePosition position, Config config) {
      this.config = config;
      this.path = position.path;
      this.format = position.format;
      this.base = position.base;
      this.offset = position.offset;
      this.latest = position.latest;
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
      return new FilePosition(path, format, base, offset, latest);
    }

    /** Leaves the next line behind, and looks for the one after it. */
    void take() throws IOException {
      if (latest == null || nextTime().isAfter(latest)) {
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
      boolean compressed = ReadFiles.isCompressed(path);
      if (lines == null && !open(compressed)) {
        return;
      }
      boolean found = lines.next();
      if (found && (lines.isTerminated() || compressed)) {
        next =
            new LogLine(
                lines.bytes(),
                Provenance.ofFile(path, base + lines.offset()),
                written(),
                format,
                lines.length());
        afterNext = lines.nextOffset();
        Instant time = config.eventTime.apply(next);
        nextTime = time != null ? time : latest != null ? latest : written();
        return;
      }
      if (compressed) {
        finished = true;
        close();
        return;
      }
      // At the end, or in the middle of a line that is being written: try again from its start.
      boolean replaced = !Objects.equals(openedKey, key()) || size() < offset;
      close();
      if (replaced && exists()) {
        base += offset;
        offset = 0;
      }
    }

    private boolean open(boolean compressed) throws IOException {
      if (compressed) {
        channel =
            Compression.detect(path)
                .readDecompressed(FileSystems.open(FileSystems.matchNewResource(path, false)));
        lines = new LineReader(channel, 0, config.maxLineBytes);
        while (lines.nextOffset() < offset && lines.next()) {
          // read over what was taken before
        }
        return true;
      }
      try {
        FileChannel file = FileChannel.open(Path.of(path), StandardOpenOption.READ);
        openedKey = key();
        if (file.size() <= offset) {
          boolean cut = file.size() < offset;
          file.close();
          if (cut) {
            base += offset;
            offset = 0;
          }
          return false;
        }
        file.position(offset);
        channel = file;
        lines = new LineReader(file, offset, config.maxLineBytes);
        return true;
      } catch (NoSuchFileException e) {
        return false; // moved away; another one may come
      }
    }

    private @Nullable Object key() throws IOException {
      return exists()
          ? Files.readAttributes(Path.of(path), BasicFileAttributes.class).fileKey()
          : null;
    }

    private boolean exists() {
      return Files.exists(Path.of(path));
    }

    private long size() throws IOException {
      return exists() ? Files.size(Path.of(path)) : 0;
    }

    private Instant written() throws IOException {
      return exists() ? Files.getLastModifiedTime(Path.of(path)).toInstant() : Instant.EPOCH;
    }

    void close() throws IOException {
      if (channel != null) {
        channel.close();
      }
      channel = null;
      lines = null;
    }
  }
}
