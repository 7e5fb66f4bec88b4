package dev.vigil.parse;

import dev.vigil.event.Failure;
import dev.vigil.event.LogLine;
import dev.vigil.event.SecurityEvent;
import dev.vigil.event.SecurityEventBuilder;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Finds the format of a line by its content and reads it.
 *
 * <p>In goes a {@link LogLine}; out comes its {@link SecurityEvent}, or a {@link Failure} of the
 * stage {@code parse} if it is not UTF-8, was cut at the reader's limit, is taken by no format, is
 * malformed, or claims to be more than {@link #withMaxAhead five minutes} ahead of the clock. Never
 * neither, never both; nothing is thrown for a line, whatever is in it.
 *
 * <p>The format that took the last line of an input is tried first. As no two formats take the same
 * line, that saves time and changes nothing. Not for use by several threads at once.
 */
public final class LogParser implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The stage of this parser's failures. */
  public static final String STAGE = "parse";

  /** The stage of failures that the reader found. */
  public static final String READ_STAGE = "read";

  /** Some editors begin a file with it. */
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** Inputs whose last format is remembered. */
  private static final int MAX_INPUTS = 1_000;

  private final List<LogFormat> formats;
  private final ZoneId zone;
  private final @Nullable Integer year;
  private final Duration maxAhead;
  private final Clock clock;
  private transient @Nullable Map<String, LogFormat> lastByInput;

  private LogParser(
      List<LogFormat> formats,
      ZoneId zone,
      @Nullable Integer year,
      Duration maxAhead,
      Clock clock) {
    this.formats = formats;
    this.zone = zone;
    this.year = year;
    this.maxAhead = maxAhead;
    this.clock = clock;
  }

  /** A parser of all formats; times without a zone are UTC, years are taken from the source. */
  public static LogParser ofAllFormats() {
    return of(LogFormats.ALL);
  }

  /**
   * A parser of these formats, tried in this order on the first line of an input. No two of them
   * may take the same line.
   */
  public static LogParser of(List<LogFormat> formats) {
    return new LogParser(
        List.copyOf(formats), ZoneOffset.UTC, null, Duration.ofMinutes(5), Clock.systemUTC());
  }

  /** The zone of times that name none. */
  public LogParser withZone(ZoneId value) {
    return new LogParser(formats, value, year, maxAhead, clock);
  }

  /** The year of dates that name none; null to take it from when the source was last written. */
  public LogParser withYear(@Nullable Integer value) {
    return new LogParser(formats, zone, value, maxAhead, clock);
  }

  /** How far a record's time may be ahead of the clock before the record is refused. */
  public LogParser withMaxAhead(Duration value) {
    return new LogParser(formats, zone, year, value, clock);
  }

  /** The clock for {@link #withMaxAhead}; it never gives a record its time. */
  public LogParser withClock(Clock value) {
    return new LogParser(formats, zone, year, maxAhead, value);
  }

  /** Reads a line; see the class comment. */
  public ParseResult parse(LogLine line) {
    if (line.error() != null) {
      return new ParseResult(
          null,
          new Failure(
              null,
              READ_STAGE,
              "unreadable source",
              line.error(),
              line.bytes(),
              line.provenance()));
    }
    if (line.isCut()) {
      return failure(
          line,
          "line too long",
          line.length() + " bytes, of which " + line.bytes().length + " kept");
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line.bytes())).toString();
    } catch (CharacterCodingException e) {
      return failure(line, "not UTF-8", e.getMessage());
    }
    if (line.provenance().isStartOfFile() && text.startsWith(BYTE_ORDER_MARK)) {
      text = text.substring(1);
    }
    if (text.isBlank()) {
      return failure(line, "blank line", null);
    }
    LineText lineText = new LineText(text, new LineContext(zone, year, line.written()));
    try {
      LogFormat format = line.format() == null ? null : named(line.format());
      SecurityEventBuilder event = null;
      if (format != null) {
        event = format.parse(lineText);
        if (event == null) {
          return failure(line, "not of the given format", format.name());
        }
      } else {
        String input = line.provenance().source();
        LogFormat last = lastByInput().get(input);
        if (last != null) {
          event = last.parse(lineText);
          format = last;
        }
        for (int i = 0; event == null && i < formats.size(); i++) {
          format = formats.get(i);
          event = format == last ? null : format.parse(lineText);
        }
        if (event == null) {
          return failure(line, "no format takes this line", null);
        }
        if (format != last) {
          remember(input, format);
        }
      }
      if (Duration.between(clock.instant(), event.timestamp()).compareTo(maxAhead) > 0) {
        return new ParseResult(
            null,
            new Failure(
                event.timestamp(),
                STAGE,
                "time in the future",
                event.timestamp().toString(),
                line.bytes(),
                line.provenance()));
      }
      return new ParseResult(event.build(format.name(), line, text), null);
    } catch (MalformedLine e) {
      return failure(line, e.reason(), e.detail());
    }
  }

  private Map<String, LogFormat> lastByInput() {
    if (lastByInput == null) {
      lastByInput = new HashMap<>();
    }
    return lastByInput;
  }

  private void remember(String input, LogFormat format) {
    Map<String, LogFormat> last = lastByInput();
    if (last.size() >= MAX_INPUTS) {
      last.clear();
    }
    last.put(input, format);
  }

  private LogFormat named(String name) {
    for (LogFormat format : formats) {
      if (format.name().equals(name)) {
        return format;
      }
    }
    throw new IllegalArgumentException("no such format: " + name);
  }

  private static ParseResult failure(LogLine line, String reason, @Nullable String detail) {
    return new ParseResult(
        null, new Failure(null, STAGE, reason, detail, line.bytes(), line.provenance()));
  }
}
