package dev.vigil.parse;

import dev.vigil.event.Failure;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LogLine;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SecurityEvent;
import dev.vigil.event.SecurityEventBuilder;
import java.time.Instant;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A log line and what it says: either an event, or a failure that tells why there is none. It is
 * parsed when first asked, and once: sources without end need the time before anybody needs the
 * event. The event itself is made when it is asked for, since what detections need of it is little.
 */
public final class ParsedLine {
  private final LogLine line;
  private final LogParser parser;
  private @Nullable Reading reading;
  private @Nullable SecurityEvent event;

  /**
   * What a parser makes of a line.
   *
   * @param event what there is to build the event of; null if there is a failure
   * @param format the name of the format that took the line; null if there is a failure
   * @param text the line's; null if there is a failure
   */
  record Reading(
      @Nullable SecurityEventBuilder event,
      @Nullable String format,
      @Nullable String text,
      @Nullable Failure failure) {}

  ParsedLine(LogLine line, LogParser parser) {
    this.line = line;
    this.parser = parser;
  }

  /** The line as it was read. */
  public LogLine line() {
    return line;
  }

  /** Why there is no event, or null if there is one. */
  public @Nullable Failure failure() {
    return reading().failure;
  }

  /** The event time, or null if there is no event. */
  public @Nullable Instant time() {
    return reading().event == null ? null : reading.event.timestamp();
  }

  /** The name of the format that took the line, or null if there is no event. */
  public @Nullable String format() {
    return reading().format;
  }

  /** The event, or null if there is none. */
  public @Nullable SecurityEvent event() {
    if (event == null && reading().event != null) {
      event = reading.event.build(reading.format, line, reading.text);
    }
    return event;
  }

  /** The login attempt that the event is, or null if it is none. */
  public @Nullable LoginAttempt login() {
    return reading().event == null ? null : reading.event.login(line.provenance());
  }

  /** The intrusion that the event reports, or null if it reports none. */
  public @Nullable Intrusion intrusion() {
    return reading().event == null ? null : reading.event.intrusion(line.provenance());
  }

  private Reading reading() {
    if (reading == null) {
      reading = parser.read(line);
    }
    return reading;
  }

  @Override
  public String toString() {
    return "ParsedLine[" + line + "]";
  }
}
