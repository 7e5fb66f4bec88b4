package dev.vigil.parse;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Times as logs write them. */
public final class Timestamps {
  /** Epoch numbers below it are seconds, the rest milliseconds: year 5138 against March 1973. */
  private static final BigDecimal FIRST_MILLISECONDS = BigDecimal.valueOf(100_000_000_000L);

  /** Fewer digits before the point are some other number: these begin in March 1973. */
  private static final int MIN_EPOCH_DIGITS = 9;

  private static final int MAX_EPOCH_LENGTH = 30;

  /** The digits of the last millisecond of the year 9999. */
  private static final int MILLISECOND_DIGITS = 15;

  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant END = Instant.parse("9999-12-31T23:59:59Z").plusSeconds(1);

  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  private Timestamps() {}

  /**
   * ISO 8601 ({@code 2026-01-15T08:00:00.123456+02:00}), SQL ({@code 2026-01-15 08:00:00.123}),
   * with or without a zone, or the digits of an epoch number.
   *
   * @param zone of times that name none
   * @return the time, or null if the text is none
   */
  public static @Nullable Instant parse(String text, ZoneId zone) {
    String trimmed = text.strip();
    if (trimmed.length() < 19 || trimmed.charAt(4) != '-') {
      return epoch(trimmed);
    }
    int year = digits(trimmed, 0, 4);
    int month = digits(trimmed, 5, 7);
    int day = digits(trimmed, 8, 10);
    int hour = digits(trimmed, 11, 13);
    int minute = digits(trimmed, 14, 16);
    int second = digits(trimmed, 17, 19);
    char separator = trimmed.charAt(10);
    if ((year | month | day | hour | minute | second) < 0
        || trimmed.charAt(7) != '-'
        || (separator != 'T' && separator != 't' && separator != ' ')
        || trimmed.charAt(13) != ':'
        || trimmed.charAt(16) != ':'
        || hour > 23
        || minute > 59
        || second > 60) {
      return null;
    }
    int position = 19;
    int nano = 0;
    if (position < trimmed.length()
        && (trimmed.charAt(position) == '.' || trimmed.charAt(position) == ',')) {
      int start = ++position;
      int scale = 100_000_000;
      while (position < trimmed.length() && isDigit(trimmed.charAt(position))) {
        nano += (trimmed.charAt(position++) - '0') * scale;
        scale /= 10;
      }
      if (position == start) {
        return null;
      }
    }
    ZoneId given = zone;
    if (position < trimmed.length()) {
      given = offset(trimmed.substring(position).strip());
      if (given == null) {
        return null;
      }
    }
    try {
      LocalDate date = LocalDate.of(year, month, day);
      // A leap second is the first of the next minute.
      long extra = second == 60 ? 1 : 0;
      if (given instanceof ZoneOffset fixed) {
        return known(
            Instant.ofEpochSecond(
                date.toEpochDay() * 86_400
                    + hour * 3_600
                    + minute * 60
                    + second
                    - fixed.getTotalSeconds(),
                nano));
      }
      return known(
          date.atTime(hour, minute, second - (int) extra, nano)
              .atZone(given)
              .toInstant()
              .plusSeconds(extra));
    } catch (DateTimeException e) {
      return null;
    }
  }

  /**
   * The instant of an epoch number: below 10<sup>11</sup> of seconds, else of milliseconds. Its
   * fraction counts down to the microsecond.
   *
   * @throws ArithmeticException if it is not in the years 1 to 9999: later code, and Beam, know no
   *     others
   */
  static Instant ofEpoch(BigDecimal number) {
    // A number may be short and huge, or tiny: 1e999999999 has a billion digits once written out.
    long digits = (long) number.precision() - number.scale();
    if (number.signum() == 0 || digits < -6) {
      return Instant.EPOCH.plus(number.signum() < 0 ? -1 : 0, ChronoUnit.MICROS);
    }
    if (digits > MILLISECOND_DIGITS) {
      throw new ArithmeticException("not in the years 1 to 9999");
    }
    BigDecimal micros =
        number.movePointRight(number.abs().compareTo(FIRST_MILLISECONDS) < 0 ? 6 : 3);
    Instant time =
        Instant.EPOCH.plus(
            micros.setScale(0, RoundingMode.FLOOR).longValueExact(), ChronoUnit.MICROS);
    if (known(time) == null) {
      throw new ArithmeticException("not in the years 1 to 9999");
    }
    return time;
  }

  /** The time, or null if it is not in the years 1 to 9999, in UTC. */
  private static @Nullable Instant known(Instant time) {
    return time.isBefore(FIRST) || !time.isBefore(END) ? null : time;
  }

  /** The number, 1 to 12, of a month's English abbreviation at a position, or 0. */
  static int month(String text, int position) {
    if (text.length() < position + 3) {
      return 0;
    }
    int found = MONTHS.indexOf(text.substring(position, position + 3));
    return found >= 0 && found % 3 == 0 ? found / 3 + 1 : 0;
  }

  /** The number that the characters from start to end, at most 9, spell, all digits, or -1. */
  static int digits(String text, int start, int end) {
    if (end > text.length() || start >= end || end - start > 9) {
      return -1;
    }
    int value = 0;
    for (int i = start; i < end; i++) {
      if (!isDigit(text.charAt(i))) {
        return -1;
      }
      value = value * 10 + (text.charAt(i) - '0');
    }
    return value;
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** {@code Z}, {@code +02}, {@code +0200} or {@code +02:00}; null for anything else. */
  static @Nullable ZoneOffset offset(String text) {
    if (text.equals("Z") || text.equals("z")) {
      return ZoneOffset.UTC;
    }
    if (text.length() < 3 || (text.charAt(0) != '+' && text.charAt(0) != '-')) {
      return null;
    }
    int hours = digits(text, 1, 3);
    int minutes =
        switch (text.length()) {
          case 3 -> 0;
          case 5 -> digits(text, 3, 5);
          case 6 -> text.charAt(3) == ':' ? digits(text, 4, 6) : -1;
          default -> -1;
        };
    if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) {
      return null;
    }
    int seconds = hours * 3_600 + minutes * 60;
    return seconds > 18 * 3_600
        ? null
        : ZoneOffset.ofTotalSeconds(text.charAt(0) == '-' ? -seconds : seconds);
  }

  private static @Nullable Instant epoch(String text) {
    if (text.length() > MAX_EPOCH_LENGTH) {
      return null;
    }
    int start = text.startsWith("-") ? 1 : 0;
    int point = text.indexOf('.');
    int whole = point < 0 ? text.length() : point;
    if (whole - start < MIN_EPOCH_DIGITS || !allDigits(text, start, whole)) {
      return null;
    }
    if (point >= 0 && (point == text.length() - 1 || !allDigits(text, point + 1, text.length()))) {
      return null;
    }
    try {
      return ofEpoch(new BigDecimal(text));
    } catch (ArithmeticException e) {
      return null;
    }
  }

  private static boolean allDigits(String text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (!isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
