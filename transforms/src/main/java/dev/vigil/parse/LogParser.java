package dev.vigil.parse;

import dev.vigil.event.Failure;
import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.event.SecurityEventBuilder;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Finds the format of a line by its content and reads it.
 *
 * <p>In goes a {@link LogLine}; out comes its event, or a {@link Failure} of the stage {@code
 * parse} if it is not UTF-8, was cut at the reader's limit, is taken by no format, is malformed, or
 * claims to be more than {@link #withMaxAhead five minutes} ahead of the clock. Never neither,
 * never both; nothing is thrown for a line, whatever is in it.
 *
 * <p>The format that took the last line of an input is tried first. As no two formats take the same
 * line, that saves time and changes nothing.
 */
public final class LogParser implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The stage of this parser's failures. */
  public static final String STAGE = "parse";

  /** The stage of failures that the reader found. */
  public static final String READ_STAGE = "read";

  /** Some editors begin a file with it. */
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private static final char REPLACEMENT = '\uFFFD';

  /** Inputs whose last format is remembered. */
  private static final int MAX_INPUTS = 1_000;

  private final List<LogFormat> formats;
  private final ZoneId zone;
  private final @Nullable Integer year;
  private final Duration maxAhead;
  private final Clock clock;
  private transient volatile @Nullable Map<Provenance.Input, LogFormat> lastByInput;

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

  /** What a line says; see the class comment. It is read when that is first asked. */
  public ParsedLine parse(LogLine line) {
    return new ParsedLine(line, this);
  }

  ParsedLine.Reading read(LogLine line) {
    if (line.error() != null) {
      return failure(line, READ_STAGE, null, "unreadable source", line.error());
    }
    try {
      ParsedLine.Reading reading = understand(line);
      Instant time = reading.event().timestamp();
      return isAhead(time)
          ? failure(line, STAGE, time, "time in the future", time.toString())
          : reading;
    } catch (MalformedLine e) {
      return failure(line, STAGE, null, e.reason(), e.detail());
    }
  }

  private boolean isAhead(Instant time) {
    // As a rule it is behind, and then a look at the milliseconds is enough.
    return time.toEpochMilli() > clock.millis()
        && Duration.between(clock.instant(), time).compareTo(maxAhead) > 0;
  }

  private static ParsedLine.Reading understood(
      SecurityEventBuilder event, LogFormat format, String text) {
    return new ParsedLine.Reading(event, format.name(), text, null);
  }

  private ParsedLine.Reading understand(LogLine line) throws MalformedLine {
    if (line.isCut()) {
      throw new MalformedLine(
          "line too long", line.length() + " bytes, of which " + line.bytes().length + " kept");
    }
    String text = text(line.bytes());
    if (line.provenance().isStartOfFile() && text.startsWith(BYTE_ORDER_MARK)) {
      text = text.substring(1);
    }
    if (text.isBlank()) {
      throw new MalformedLine("blank line", null);
    }
    LineText lineText = new LineText(text, new LineContext(zone, year, line.written()));
    if (line.format() != null) {
      LogFormat format = named(line.format());
      SecurityEventBuilder event = format.parse(lineText);
      if (event == null) {
        throw new MalformedLine("not of the given format", format.name());
      }
      return understood(event, format, text);
    }
    Provenance.Input input = line.provenance().input();
    LogFormat last = lastByInput().get(input);
    SecurityEventBuilder event = last == null ? null : last.parse(lineText);
    if (event != null) {
      return understood(event, last, text);
    }
    for (LogFormat format : formats) {
      event = format == last ? null : format.parse(lineText);
      if (event != null) {
        remember(input, format);
        return understood(event, format, text);
      }
    }
    throw new MalformedLine("no format takes this line", null);
  }

  private static String text(byte[] bytes) throws MalformedLine {
    String text = new String(bytes, StandardCharsets.UTF_8);
    // What is no UTF-8 becomes this character, which may also be in the line itself.
    if (text.indexOf(REPLACEMENT) >= 0) {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      } catch (CharacterCodingException e) {
        throw new MalformedLine("not UTF-8", e.getMessage());
      }
    }
    return text;
  }

  private Map<Provenance.Input, LogFormat> lastByInput() {
    if (lastByInput == null) {
      lastByInput = new ConcurrentHashMap<>();
    }
    return lastByInput;
  }

  private void remember(Provenance.Input input, LogFormat format) {
    Map<Provenance.Input, LogFormat> last = lastByInput();
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

  private static ParsedLine.Reading failure(
      LogLine line, String stage, @Nullable Instant time, String reason, @Nullable String detail) {
    return new ParsedLine.Reading(
        null,
        null,
        null,
        new Failure(
            time,
            stage,
            reason,
            detail,
            line.bytes(),
            line.provenance(),
            null,
            line.isCut() ? line.length() : null));
  }
}
