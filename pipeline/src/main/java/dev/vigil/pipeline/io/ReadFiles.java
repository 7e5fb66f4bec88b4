package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads files to their present end, line by line, as raw bytes, with each line's byte offset.
 *
 * <p>Plain files are read in ranges, by several workers; compressed ones (by their names' endings:
 * {@code .gz}, {@code .bz2}, {@code .zst} …) each by one, with offsets in the uncompressed content.
 * A file that several inputs name is read once, as the first of them says. Of a line longer than
 * the limit only the beginning is kept ({@link LogLine#isCut}). A compressed file that is damaged
 * is read as far as it goes, and then gives {@link LogLine#unreadable}. The lines have no event
 * time yet.
 */
public final class ReadFiles extends PTransform<PBegin, PCollection<LogLine>> {
  private static final long serialVersionUID = 1L;

  /** Small enough that a bundle of its lines fits into memory beside others. */
  private static final long RANGE_BYTES = 8L << 20;

  private final List<FileInput> inputs;
  private final int maxLineBytes;

  private final long rangeBytes;

  private ReadFiles(List<FileInput> inputs, int maxLineBytes, long rangeBytes) {
    this.inputs = inputs;
    this.maxLineBytes = maxLineBytes;
    this.rangeBytes = rangeBytes;
  }

  public static ReadFiles of(List<FileInput> inputs, int maxLineBytes) {
    return new ReadFiles(List.copyOf(inputs), maxLineBytes, RANGE_BYTES);
  }

  /** How much of a plain file one worker reads at a time; the more, the more memory it takes. */
  public ReadFiles withRangeBytes(long value) {
    return new ReadFiles(inputs, maxLineBytes, value);
  }

  @Override
  public PCollection<LogLine> expand(PBegin begin) {
    return begin
        .apply("Start", Create.of(0))
        .apply("ListRanges", ParDo.of(new ListRangesFn(inputs, rangeBytes)))
        .apply("Spread", Reshuffle.viaRandomKey())
        .apply("ReadRange", ParDo.of(new ReadRangeFn(maxLineBytes)));
  }

  /**
   * A part of a file: the lines whose first byte is in it.
   *
   * @param end exclusive; {@link Long#MAX_VALUE} for a compressed file
   */
  record Range(
      String path, @Nullable String format, @Nullable Instant written, long start, long end) {}

  private static final class ListRangesFn extends DoFn<Integer, Range> {
    private static final long serialVersionUID = 1L;

    private final List<FileInput> inputs;
    private final long rangeBytes;

    ListRangesFn(List<FileInput> inputs, long rangeBytes) {
      this.inputs = inputs;
      this.rangeBytes = rangeBytes;
    }

    @ProcessElement
    public void list(OutputReceiver<Range> out) throws IOException {
      Map<String, Range> files = new LinkedHashMap<>();
      for (FileInput input : inputs) {
        for (MatchResult.Metadata file : Storage.metadata(input.glob())) {
          String path = file.resourceId().toString();
          files.putIfAbsent(
              path,
              new Range(
                  path,
                  input.format(),
                  file.lastModifiedMillis() == 0
                      ? null
                      : Instant.ofEpochMilli(file.lastModifiedMillis()),
                  0,
                  file.isReadSeekEfficient() && !isCompressed(path)
                      ? file.sizeBytes()
                      : Long.MAX_VALUE));
        }
      }
      for (Range file : files.values()) {
        if (file.end == Long.MAX_VALUE) {
          out.output(file);
          continue;
        }
        for (long start = 0; start < file.end; start += rangeBytes) {
          long end = Math.min(start + rangeBytes, file.end);
          out.output(new Range(file.path, file.format, file.written, start, end));
        }
      }
    }
  }

  static boolean isCompressed(String path) {
    return Compression.detect(path) != Compression.UNCOMPRESSED;
  }

  private static final class ReadRangeFn extends DoFn<Range, LogLine> {
    private static final long serialVersionUID = 1L;

    private final int maxLineBytes;

    ReadRangeFn(int maxLineBytes) {
      this.maxLineBytes = maxLineBytes;
    }

    @ProcessElement
    public void read(@Element Range range, OutputReceiver<LogLine> out) throws IOException {
      try (ReadableByteChannel file =
          FileSystems.open(FileSystems.matchNewResource(range.path, false))) {
        if (isCompressed(range.path)) {
          readCompressed(range, file, out);
        } else if (range.start == 0) {
          readLines(range, new LineReader(file, 0, maxLineBytes), out);
        } else {
          // The line that the byte before the range belongs to is the range before's.
          ((SeekableByteChannel) file).position(range.start - 1);
          LineReader lines = new LineReader(file, range.start - 1, maxLineBytes);
          if (lines.skipLine(range.end)) {
            readLines(range, lines, out);
          }
        }
      }
    }

    /** A damaged file is read as far as it can be; that it goes no further becomes a failure. */
    private void readCompressed(Range range, ReadableByteChannel file, OutputReceiver<LogLine> out)
        throws IOException {
      long read = 0;
      try (ReadableByteChannel channel = Compression.detect(range.path).readDecompressed(file)) {
        LineReader lines = new LineReader(channel, 0, maxLineBytes);
        while (lines.next()) {
          out.output(line(range, lines));
          read = lines.nextOffset();
        }
      } catch (IOException e) {
        out.output(LogLine.unreadable(Provenance.ofFile(range.path, read), e.toString()));
      }
    }

    private static void readLines(Range range, LineReader lines, OutputReceiver<LogLine> out)
        throws IOException {
      while (lines.nextOffset() < range.end && lines.next()) {
        out.output(line(range, lines));
      }
    }

    private static LogLine line(Range range, LineReader lines) {
      return new LogLine(
          lines.bytes(),
          Provenance.ofFile(range.path, lines.offset()),
          range.written,
          range.format,
          lines.length(),
          null);
    }
  }
}
