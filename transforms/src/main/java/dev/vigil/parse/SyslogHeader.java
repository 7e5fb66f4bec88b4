package dev.vigil.parse;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The head of a syslog line: RFC 5424; RFC 3164, with an optional year after the day, and zone
 * after the time, as network devices write it; or, as rsyslog writes by its high-precision
 * template, an ISO 8601 time in place of RFC 3164's. The priority in angle brackets may be there or
 * not.
 *
 * @param priority the number in angle brackets, facility × 8 + severity, or null
 * @param rest what follows the time, for formats that know better than the fields below
 * @param host the host name, or null where the line names none
 * @param program the program or tag, without the process id, or null
 * @param pid the process id, or null
 * @param message what follows program and colon
 */
public record SyslogHeader(
    @Nullable Integer priority,
    Time time,
    String rest,
    @Nullable String host,
    @Nullable String program,
    @Nullable Long pid,
    String message) {

  /** Zone abbreviations that network devices print; RFC 822, section 5.1, and UTC's other names. */
  private static final Map<String, ZoneOffset> ABBREVIATIONS =
      Map.ofEntries(
          Map.entry("UTC", ZoneOffset.UTC),
          Map.entry("GMT", ZoneOffset.UTC),
          Map.entry("UCT", ZoneOffset.UTC),
          Map.entry("Z", ZoneOffset.UTC),
          Map.entry("EST", ZoneOffset.ofHours(-5)),
          Map.entry("EDT", ZoneOffset.ofHours(-4)),
          Map.entry("CST", ZoneOffset.ofHours(-6)),
          Map.entry("CDT", ZoneOffset.ofHours(-5)),
          Map.entry("MST", ZoneOffset.ofHours(-7)),
          Map.entry("MDT", ZoneOffset.ofHours(-6)),
          Map.entry("PST", ZoneOffset.ofHours(-8)),
          Map.entry("PDT", ZoneOffset.ofHours(-7)),
          Map.entry("CET", ZoneOffset.ofHours(1)),
          Map.entry("CEST", ZoneOffset.ofHours(2)),
          Map.entry("WET", ZoneOffset.UTC),
          Map.entry("WEST", ZoneOffset.ofHours(1)),
          Map.entry("EET", ZoneOffset.ofHours(2)),
          Map.entry("EEST", ZoneOffset.ofHours(3)));

  private static final int MAX_PRIORITY = 191;

  /** The header of a line, or null if the line does not begin with one. */
  static @Nullable SyslogHeader parse(String line) {
    int position = 0;
    Integer priority = null;
    if (line.startsWith("<")) {
      int close = line.indexOf('>');
      int value = close > 0 && close <= 4 ? Timestamps.digits(line, 1, close) : -1;
      if (value < 0 || value > MAX_PRIORITY) {
        return null;
      }
      priority = value;
      position = close + 1;
      if (line.startsWith("1 ", position)) {
        return rfc5424(line, position + 2, priority);
      }
    }
    // Cisco's EMBLEM layout has a colon, or a star for a clock that is not set, in front.
    while (priority != null
        && position < line.length()
        && ":* ".indexOf(line.charAt(position)) >= 0) {
      position++;
    }
    Time time;
    int end;
    if (position < line.length() && Timestamps.isDigit(line.charAt(position))) {
      end = isoEnd(line, position);
      if (end < 0) {
        return null;
      }
      int timeEnd = line.charAt(end - 1) == ':' ? end - 1 : end;
      time = new IsoTime(line.substring(position, timeEnd));
    } else {
      BsdTime bsd = BsdTime.parse(line, position);
      if (bsd == null) {
        return null;
      }
      time = bsd;
      end = bsd.end();
    }
    return tagged(priority, time, line.substring(end).stripLeading());
  }

  /** Whether the program is one of these. */
  boolean isFrom(String... programs) {
    for (String name : programs) {
      if (name.equals(program)) {
        return true;
      }
    }
    return false;
  }

  /**
   * When it was logged.
   *
   * @throws MalformedLine if the header's time is none, or lacks a year that nothing else tells
   */
  Instant timestamp(LineContext context) throws MalformedLine {
    return time.resolve(context);
  }

  private static @Nullable SyslogHeader rfc5424(String line, int start, Integer priority) {
    // TIMESTAMP HOSTNAME APP-NAME PROCID MSGID, each without blanks
    String[] fields = new String[5];
    int position = start;
    for (int i = 0; i < fields.length; i++) {
      int blank = line.indexOf(' ', position);
      if (blank < 0 && i < 4) {
        return null;
      }
      int end = blank < 0 ? line.length() : blank;
      String field = line.substring(position, end);
      fields[i] = field.equals("-") ? null : field;
      position = Math.min(end + 1, line.length());
    }
    if (fields[0] == null) {
      return null;
    }
    String rest = line.substring(position);
    String message = rest;
    if (rest.startsWith("-")) {
      message = rest.substring(1).stripLeading();
    } else if (rest.startsWith("[")) {
      message = rest.substring(structuredDataEnd(rest)).stripLeading();
    }
    if (message.startsWith("\uFEFF")) {
      message = message.substring(1);
    }
    return new SyslogHeader(
        priority,
        new IsoTime(fields[0]),
        rest,
        fields[1],
        fields[2],
        Numbers.parseLong(fields[3]),
        message);
  }

  /** Where the elements in brackets end; a quoted value may hold brackets and escaped quotes. */
  private static int structuredDataEnd(String text) {
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == ']' && (i + 1 == text.length() || text.charAt(i + 1) != '[')) {
        return i + 1;
      }
    }
    return text.length();
  }

  /** Splits "host program[pid]: message"; the host or the program may be missing. */
  private static SyslogHeader tagged(@Nullable Integer priority, Time time, String rest) {
    int blank = rest.indexOf(' ');
    String first = blank < 0 ? rest : rest.substring(0, blank);
    String host = null;
    String tail = rest;
    if (!first.endsWith(":")) {
      host = first.isEmpty() ? null : first;
      tail = blank < 0 ? "" : rest.substring(blank + 1).stripLeading();
    }
    int tagEnd = 0;
    while (tagEnd < tail.length() && isTagCharacter(tail.charAt(tagEnd))) {
      tagEnd++;
    }
    String program = tagEnd == 0 ? null : tail.substring(0, tagEnd);
    int position = tagEnd;
    Long pid = null;
    if (position < tail.length() && tail.charAt(position) == '[') {
      int close = tail.indexOf(']', position);
      if (close > 0) {
        pid = Numbers.parseLong(tail.substring(position + 1, close));
        position = close + 1;
      }
    }
    if (program != null && position < tail.length() && tail.charAt(position) == ':') {
      return new SyslogHeader(
          priority, time, rest, host, program, pid, tail.substring(position + 1).stripLeading());
    }
    if (program != null && pid != null) {
      return new SyslogHeader(
          priority, time, rest, host, program, pid, tail.substring(position).stripLeading());
    }
    return new SyslogHeader(priority, time, rest, host, null, null, tail);
  }

  private static boolean isTagCharacter(char c) {
    return c > ' ' && c != ':' && c != '[';
  }

  /** Where the ISO 8601 time that begins at a position ends, or -1 if none begins there. */
  private static int isoEnd(String line, int start) {
    if (line.length() < start + 19
        || Timestamps.digits(line, start, start + 4) < 0
        || line.charAt(start + 4) != '-'
        || Timestamps.digits(line, start + 5, start + 7) < 0
        || line.charAt(start + 7) != '-'
        || line.charAt(start + 13) != ':') {
      return -1;
    }
    int end = line.indexOf(' ', start + 19);
    return end < 0 ? -1 : end;
  }

  /** The time of a header, not yet an instant. */
  sealed interface Time {
    Instant resolve(LineContext context) throws MalformedLine;
  }

  private record IsoTime(String text) implements Time {
    @Override
    public Instant resolve(LineContext context) throws MalformedLine {
      Instant time;
      try {
        time = Timestamps.parse(text, context.zone());
      } catch (ArithmeticException e) {
        // More digits than an epoch number can have.
        throw new MalformedLine("unparsable time", text);
      }
      if (time == null) {
        throw new MalformedLine("unparsable time", text);
      }
      return time;
    }
  }

  /** RFC 3164's {@code Mmm dd hh:mm:ss}, with optional year, fraction and zone. */
  private record BsdTime(
      @Nullable Integer year,
      int month,
      int day,
      int hour,
      int minute,
      int second,
      int nano,
      @Nullable ZoneId zone,
      int end)
      implements Time {

    static @Nullable BsdTime parse(String line, int start) {
      int month = Timestamps.month(line, start);
      if (month == 0 || line.length() < start + 14 || line.charAt(start + 3) != ' ') {
        return null;
      }
      int position = start + 4;
      while (position < line.length() && line.charAt(position) == ' ') {
        position++;
      }
      int blank = line.indexOf(' ', position);
      if (blank < 0 || blank - position > 2) {
        return null;
      }
      int day = Timestamps.digits(line, position, blank);
      position = blank + 1;
      Integer year = null;
      if (line.length() > position + 4 && line.charAt(position + 4) == ' ') {
        int value = Timestamps.digits(line, position, position + 4);
        if (value < 0) {
          return null;
        }
        year = value;
        position += 5;
      }
      if (line.length() < position + 8
          || line.charAt(position + 2) != ':'
          || line.charAt(position + 5) != ':') {
        return null;
      }
      int hour = Timestamps.digits(line, position, position + 2);
      int minute = Timestamps.digits(line, position + 3, position + 5);
      int second = Timestamps.digits(line, position + 6, position + 8);
      if ((day | hour | minute | second) < 0) {
        return null;
      }
      position += 8;
      int nano = 0;
      if (position < line.length() && line.charAt(position) == '.') {
        int scale = 100_000_000;
        for (position++;
            position < line.length() && Timestamps.isDigit(line.charAt(position));
            position++) {
          nano += (line.charAt(position) - '0') * scale;
          scale /= 10;
        }
      }
      ZoneId zone = null;
      // A zone only where the tag follows it behind a colon: a host may be called EST, too. Without
      // a year the tag could be called EST as well, unless it comes with a percent sign.
      int word = position + 1;
      if (position < line.length() && line.charAt(position) == ' ') {
        int wordEnd = word;
        while (wordEnd < line.length() && Character.isLetter(line.charAt(wordEnd))) {
          wordEnd++;
        }
        ZoneOffset named = ABBREVIATIONS.get(line.substring(word, wordEnd));
        if (named != null
            && wordEnd < line.length()
            && line.charAt(wordEnd) == ':'
            && (year != null || line.startsWith(": %", wordEnd))) {
          zone = named;
          position = wordEnd;
        }
      }
      if (position < line.length() && line.charAt(position) == ':') {
        position++;
      }
      return new BsdTime(year, month, day, hour, minute, second, nano, zone, position);
    }

    @Override
    public Instant resolve(LineContext context) throws MalformedLine {
      int extra = second == 60 ? 1 : 0;
      if (year == null) {
        LineContext local =
            zone == null ? context : new LineContext(zone, context.year(), context.written());
        return local.resolve(month, day, hour, minute, second - extra, nano).plusSeconds(extra);
      }
      try {
        LocalDateTime local =
            LocalDateTime.of(year, month, day, hour, minute, second - extra, nano);
        return (zone == null ? context.resolve(local) : local.atZone(zone).toInstant())
            .plusSeconds(extra);
      } catch (DateTimeException e) {
        throw new MalformedLine("unparsable time", e.getMessage());
      }
    }
  }
}
