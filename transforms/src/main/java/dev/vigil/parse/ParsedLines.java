package dev.vigil.parse;

import dev.vigil.event.LogLine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Lines on their way together, since a runner's work for one element is the same whatever is in it.
 *
 * @param lines at least one, in the order in which they were read
 * @param watermark the event time, in milliseconds since 1970, that their source had told to be
 *     over before it read the first of them
 */
public record ParsedLines(List<ParsedLine> lines, long watermark) {

  /** A line of bounded input, where nothing is over before all of it is. */
  public static ParsedLines ofBounded(ParsedLine line) {
    return new ParsedLines(List.of(line), BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis());
  }

  /** Whether a line's time was over already when it was read: only then can it be late. */
  boolean isBehind(Instant time) {
    return time.toEpochMilli() < watermark;
  }

  /**
   * They travel as what was read.
   *
   * @param parser reads the lines again on the other side
   */
  public static Coder<ParsedLines> coder(LogParser parser) {
    try {
      return new LinesCoder(
          ListCoder.of(CoderRegistry.createDefault().getCoder(LogLine.class)), parser);
    } catch (CannotProvideCoderException e) {
      throw new IllegalStateException("every record has a coder", e);
    }
  }

  private static final class LinesCoder extends CustomCoder<ParsedLines> {
    private static final long serialVersionUID = 1L;

    private final Coder<List<LogLine>> coder;
    private final LogParser parser;

    LinesCoder(Coder<List<LogLine>> coder, LogParser parser) {
      this.coder = coder;
      this.parser = parser;
    }

    @Override
    public void encode(@Nullable ParsedLines value, OutputStream out) throws IOException {
      VarLongCoder.of().encode(value.watermark, out);
      coder.encode(value.lines.stream().map(ParsedLine::line).toList(), out);
    }

    @Override
    public ParsedLines decode(InputStream in) throws IOException {
      long watermark = VarLongCoder.of().decode(in);
      return new ParsedLines(coder.decode(in).stream().map(parser::parse).toList(), watermark);
    }
  }
}
