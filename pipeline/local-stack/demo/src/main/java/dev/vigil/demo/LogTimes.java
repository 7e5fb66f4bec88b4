package dev.vigil.demo;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Times as logs write them, all in UTC. What stands before the seconds is kept for a minute: most
 * lines are of the minute of the line before, and dates are dear.
 */
final class LogTimes {
  private static final String[] MONTHS = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
  };
  private static final long MINUTE_MILLIS = 60_000;

  private long minute = Long.MIN_VALUE;
  private String rfc3164;
  private String iso;
  private String access;
  private String snort;
  private String asa;

  /** {@code Jan 15 08:42:01}. */
  StringBuilder rfc3164(StringBuilder text, long millis) {
    select(millis);
    return seconds(text.append(rfc3164), millis);
  }

  /** {@code 2026-01-15T08:42:01.123456}. */
  StringBuilder isoMicros(StringBuilder text, long millis) {
    select(millis);
    return micros(seconds(text.append(iso), millis), millis);
  }

  /** {@code 2026-01-15T08:42:01.123}. */
  StringBuilder isoMillis(StringBuilder text, long millis) {
    select(millis);
    seconds(text.append(iso), millis).append('.');
    return three(text, millis);
  }

  /** {@code 15/Jan/2026:08:42:01}. */
  StringBuilder access(StringBuilder text, long millis) {
    select(millis);
    return seconds(text.append(access), millis);
  }

  /** {@code 01/15/26-08:42:01.123456}. */
  StringBuilder snort(StringBuilder text, long millis) {
    select(millis);
    return micros(seconds(text.append(snort), millis), millis);
  }

  /** {@code Jan 15 2026 08:42:01}. */
  StringBuilder asa(StringBuilder text, long millis) {
    select(millis);
    return seconds(text.append(asa), millis);
  }

  private void select(long millis) {
    long wanted = Math.floorDiv(millis, MINUTE_MILLIS);
    if (wanted == minute) {
      return;
    }
    minute = wanted;
    LocalDateTime time =
        LocalDateTime.ofInstant(Instant.ofEpochMilli(wanted * MINUTE_MILLIS), ZoneOffset.UTC);
    String month = MONTHS[time.getMonthValue() - 1];
    String clock = two(time.getHour()) + ":" + two(time.getMinute()) + ":";
    int day = time.getDayOfMonth();
    rfc3164 = month + (day < 10 ? "  " : " ") + day + " " + clock;
    iso =
        time.getYear()
            + "-"
            + two(time.getMonthValue())
            + "-"
            + two(time.getDayOfMonth())
            + "T"
            + clock;
    access = two(day) + "/" + month + "/" + time.getYear() + ":" + clock;
    snort =
        two(time.getMonthValue()) + "/" + two(day) + "/" + two(time.getYear() % 100) + "-" + clock;
    asa = month + " " + two(day) + " " + time.getYear() + " " + clock;
  }

  private static String two(int number) {
    return number < 10 ? "0" + number : Integer.toString(number);
  }

  private static StringBuilder seconds(StringBuilder text, long millis) {
    int second = (int) (Math.floorMod(millis, MINUTE_MILLIS) / 1_000);
    return text.append((char) ('0' + second / 10)).append((char) ('0' + second % 10));
  }

  private static StringBuilder micros(StringBuilder text, long millis) {
    return three(three(text.append('.'), millis), microsOf(millis));
  }

  /** The three digits behind the milliseconds, in formats that have them. */
  static int microsOf(long millis) {
    return (int) Math.floorMod(millis * 677, 1_000L);
  }

  private static StringBuilder three(StringBuilder text, long number) {
    int digits = (int) Math.floorMod(number, 1_000L);
    return text.append((char) ('0' + digits / 100))
        .append((char) ('0' + digits / 10 % 10))
        .append((char) ('0' + digits % 10));
  }
}
