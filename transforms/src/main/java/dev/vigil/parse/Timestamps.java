package dev.vigil.parse;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Times as logs write them. */
public final class Timestamps {
  /** Epoch numbers below it are seconds, the rest milliseconds: year 5138 against March 1973. */
  private static final BigDecimal FIRST_MILLISECONDS = BigDecimal.valueOf(100_000_000_000L);

  /** Digits behind the point, or zeros before it, that an epoch number may have. */
  private static final int MAX_EPOCH_SCALE = 100;

  private static final Instant FIRST_YEAR = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

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
        return Instant.ofEpochSecond(
            date.toEpochDay() * 86_400
                + hour * 3_600
                + minute * 60
                + second
                - fixed.getTotalSeconds(),
            nano);
      }
      return date.atTime(hour, minute, second - (int) extra, nano)
          .atZone(given)
          .toInstant()
          .plusSeconds(extra);
    } catch (DateTimeException e) {
      return null;
    }
  }

  /**
   * The instant of an epoch number: below 10<sup>11</sup> of seconds, else of milliseconds.
   *
   * @throws ArithmeticException if its year does not have four digits
   */
  static Instant ofEpoch(BigDecimal number) {
    // Before anything is done with it: a number like 1e999999999 takes that many digits to round.
    if (Math.abs((long) number.scale()) > MAX_EPOCH_SCALE) {
      throw new ArithmeticException("not an epoch number");
    }
    BigDecimal millis =
        number.abs().compareTo(FIRST_MILLISECONDS) < 0 ? number.movePointRight(3) : number;
    long exact = millis.setScale(0, RoundingMode.FLOOR).longValueExact();
    if (exact < FIRST_YEAR.toEpochMilli() || exact >= YEAR_10000.toEpochMilli()) {
      throw new ArithmeticException("not a year of four digits");
    }
    return Instant.ofEpochMilli(exact);
  }

  /** The number, 1 to 12, of a month's English abbreviation at a position, or 0. */
  static int month(String text, int position) {
    if (text.length() < position + 3) {
      return 0;
    }
    int found = MONTHS.indexOf(text.substring(position, position + 3));
    return found >= 0 && found % 3 == 0 ? found / 3 + 1 : 0;
  }

  /** The number that the characters from start to end spell, all digits, or -1. */
  static int digits(String text, int start, int end) {
    if (end > text.length() || start >= end) {
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
    int start = text.startsWith("-") ? 1 : 0;
    boolean point = false;
    if (text.length() - start < 9 || text.length() > 20) {
      return null;
    }
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' && !point && i > start && i < text.length() - 1) {
        point = true;
      } else if (!isDigit(c)) {
        return null;
      }
    }
    try {
      return ofEpoch(new BigDecimal(text));
    } catch (ArithmeticException e) {
      return null;
    }
  }
}
