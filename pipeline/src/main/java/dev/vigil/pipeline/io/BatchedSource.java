package dev.vigil.pipeline.io;

import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParsedLine;
import dev.vigil.parse.ParsedLines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * A source whose records are log lines, read as many at a time as there are, up to {@value
 * #MAX_LINES}: for each element that a source gives, runners measure, wrap and check more than it
 * takes to parse a line. Nothing waits for a batch to fill.
 *
 * <p>A batch has the earliest of its records' times, and the watermark that was last told before
 * it, so that whoever comes later can tell which lines may be late.
 */
final class BatchedSource<T, M extends UnboundedSource.CheckpointMark>
    extends UnboundedSource<ParsedLines, M> {
  private static final long serialVersionUID = 1L;

  private static final int MAX_LINES = 500;
  private static final long MAX_BYTES = 1 << 20;

  private final UnboundedSource<T, M> source;
  private final SerializableFunction<T, ParsedLine> toLine;
  private final LogParser parser;

  private BatchedSource(
      UnboundedSource<T, M> source, SerializableFunction<T, ParsedLine> toLine, LogParser parser) {
    this.source = source;
    this.toLine = toLine;
    this.parser = parser;
  }

  /**
   * @param toLine the line of a record
   * @param parser the lines'
   */
  static <T, M extends UnboundedSource.CheckpointMark> BatchedSource<T, M> of(
      UnboundedSource<T, M> source, SerializableFunction<T, ParsedLine> toLine, LogParser parser) {
    return new BatchedSource<>(source, toLine, parser);
  }

  @Override
  public List<BatchedSource<T, M>> split(int desired, PipelineOptions options) throws Exception {
    List<BatchedSource<T, M>> parts = new ArrayList<>();
    for (UnboundedSource<T, M> part : source.split(desired, options)) {
      parts.add(of(part, toLine, parser));
    }
    return parts;
  }

  @Override
  public UnboundedReader<ParsedLines> createReader(PipelineOptions options, @Nullable M mark)
      throws IOException {
    return new BatchReader<>(this, source.createReader(options, mark));
  }

  @Override
  public Coder<M> getCheckpointMarkCoder() {
    return source.getCheckpointMarkCoder();
  }

  @Override
  public Coder<ParsedLines> getOutputCoder() {
    return ParsedLines.coder(parser);
  }

  private static final class BatchReader<T> extends UnboundedReader<ParsedLines> {
    private final BatchedSource<T, ?> source;
    private final UnboundedReader<T> reader;
    private @Nullable Instant told;
    private @Nullable ParsedLines batch;
    private @Nullable Instant first;

    BatchReader(BatchedSource<T, ?> source, UnboundedReader<T> reader) {
      this.source = source;
      this.reader = reader;
    }

    @Override
    public boolean start() throws IOException {
      return read(reader.start());
    }

    @Override
    public boolean advance() throws IOException {
      return read(reader.advance());
    }

    private boolean read(boolean available) throws IOException {
      if (told == null) {
        // Where a checkpoint is gone on from, time is over up to what was told before it.
        getWatermark();
      }
      batch = null;
      first = null;
      if (!available) {
        return false;
      }
      List<ParsedLine> lines = new ArrayList<>();
      long bytes = 0;
      do {
        ParsedLine line = source.toLine.apply(reader.getCurrent());
        lines.add(line);
        bytes += line.line().bytes().length;
        Instant time = reader.getCurrentTimestamp();
        first = first == null || time.isBefore(first) ? time : first;
      } while (lines.size() < MAX_LINES && bytes < MAX_BYTES && reader.advance());
      batch = new ParsedLines(lines, told.getMillis());
      return true;
    }

    @Override
    public ParsedLines getCurrent() {
      if (batch == null) {
        throw new NoSuchElementException();
      }
      return batch;
    }

    @Override
    public Instant getCurrentTimestamp() {
      if (first == null) {
        throw new NoSuchElementException();
      }
      return first;
    }

    @Override
    public Instant getWatermark() {
      told = reader.getWatermark();
      return told;
    }

    @Override
    public CheckpointMark getCheckpointMark() {
      return reader.getCheckpointMark();
    }

    @Override
    public long getSplitBacklogBytes() {
      return reader.getSplitBacklogBytes();
    }

    @Override
    public BatchedSource<T, ?> getCurrentSource() {
      return source;
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
