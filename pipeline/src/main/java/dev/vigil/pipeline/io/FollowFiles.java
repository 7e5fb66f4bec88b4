package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParsedLine;
import dev.vigil.parse.ParsedLines;
import java.io.IOException;
import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * <p>How files are read that are replaced or cut: {@link FollowedFile}. Inputs should not match the
 * names that replaced files are given: under such a name a file is another one. A line without a
 * time is as old as the last line with one; before any, it moves no watermark.
 */
public final class FollowFiles extends PTransform<PBegin, PCollection<ParsedLines>> {
  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(FollowFiles.class);

  private static final Instant BEFORE_ALL =
      Instant.ofEpochMilli(BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis());

  private static final Duration POLL = Duration.ofMillis(500);

  private final Config config;
  private final LogParser parser;

  private FollowFiles(Config config, LogParser parser) {
    this.config = config;
    this.parser = parser;
  }

  /**
   * @param parser tells the lines' event times
   * @param disorder how far a line's time may be behind the latest before it in its file
   * @param idle how long nothing must come before the clock drives the watermark
   */
  public static FollowFiles of(
      List<FileInput> inputs,
      int maxLineBytes,
      LogParser parser,
      Duration disorder,
      Duration idle) {
    return new FollowFiles(
        new Config(
            List.copyOf(inputs),
            maxLineBytes,
            new EventTime(parser),
            disorder,
            idle,
            Clock.systemUTC()),
        parser);
  }

  @Override
  public PCollection<ParsedLines> expand(PBegin begin) {
    return begin.apply(
        "Follow",
        Read.from(BatchedSource.of(new FollowedFiles(config), new ToLine(parser), parser)));
  }

  // The source is kept in checkpoints, with these by their names: a lambda's changes with the code
  // around it.

  private record EventTime(LogParser parser)
      implements SerializableFunction<LogLine, @Nullable Instant> {
    @Override
    public @Nullable Instant apply(LogLine line) {
      return parser.parse(line).time();
    }
  }

  private record ToLine(LogParser parser) implements SerializableFunction<LogLine, ParsedLine> {
    @Override
    public ParsedLine apply(LogLine line) {
      return parser.parse(line);
    }
  }

  record Config(
      List<FileInput> inputs,
      int maxLineBytes,
      SerializableFunction<LogLine, Instant> eventTime,
      Duration disorder,
      Duration idle,
      Clock clock)
      implements Serializable {}

  /** How far a file has been read: a {@link FollowedFile.Position}, and the latest event time. */
  record FilePosition(
      String path,
      @Nullable String format,
      long base,
      long offset,
      @Nullable Instant latest,
      @Nullable String key,
      @Nullable Long tail,
      @Nullable Boolean finished) {

    static FilePosition of(
        FollowedFile.Position file, @Nullable String format, @Nullable Instant latest) {
      return new FilePosition(
          file.path(),
          format,
          file.base(),
          file.offset(),
          latest,
          file.key(),
          file.tail(),
          file.finished());
    }

    FollowedFile.Position inFile() {
      return new FollowedFile.Position(
          path, base, offset, key, tail, Boolean.TRUE.equals(finished));
    }
  }

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
              path,
              p ->
                  new Cursor(
                      FilePosition.of(FollowedFile.Position.start(p), input.format(), null),
                      config));
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

  /** A file, and the event time of its next line. */
  private static final class Cursor {
    private final Config config;
    private final FollowedFile file;
    private final @Nullable String format;
    private @Nullable Instant latest;
    private @Nullable LogLine next;
    private @Nullable Instant nextTime;
    private boolean nextIsTimed;

    Cursor(FilePosition position, Config config) {
      this.config = config;
      this.file =
          new FollowedFile(
              position.inFile(),
              new FollowedFile.Terms(config.maxLineBytes, false, config.clock, LOG::warn));
      this.format = position.format;
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
      return FilePosition.of(file.position(), format, latest);
    }

    /** Leaves the next line behind, and looks for the one after it. */
    void take() throws IOException {
      if (nextIsTimed && (latest == null || nextTime().isAfter(latest))) {
        latest = nextTime;
      }
      file.take();
      findTime();
    }

    /** Looks for a next line, if none is known. */
    void peek() throws IOException {
      if (next == null) {
        file.look();
        file.release(file.position()); // who goes back does so with a new reader
        findTime();
      }
    }

    private void findTime() {
      next = null;
      if (!file.hasNext()) {
        return;
      }
      LogLine line = file.next();
      boolean readable = line.error() == null;
      next = readable ? line.withFormat(format) : line;
      Instant time = readable ? config.eventTime.apply(next) : null;
      nextIsTimed = time != null;
      nextTime = time != null ? time : latest != null ? latest : BEFORE_ALL;
    }

    void close() throws IOException {
      file.close();
    }
  }
}
