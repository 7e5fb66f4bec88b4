package dev.vigil.parse;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Year;
import java.time.ZoneId;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a line does not say of itself.
 *
 * @param zone the zone of times that name none
 * @param year the year of dates that name none, or null to take it from {@code written}
 * @param written when the source last wrote; see {@link dev.vigil.event.LogLine#written()}
 */
public record LineContext(ZoneId zone, @Nullable Integer year, @Nullable Instant written) {
  /** How far a source's clock, or zone, may be ahead of its file system's. */
  private static final Duration AHEAD = Duration.ofDays(1);

  /** Leap days come at least this often. */
  private static final int YEARS_BETWEEN_LEAP_DAYS = 8;

  /** The instant of a local time that names no zone. */
  public Instant resolve(LocalDateTime time) {
    return time.atZone(zone).toInstant();
  }

  /**
   * The instant of a date without a year: in the given year; else the latest such instant that is
   * no more than a day after the source was last written.
   *
   * @throws MalformedLine if there is no such date, or nothing tells the year
   */
  public Instant resolve(int month, int day, int hour, int minute, int second, int nano)
      throws MalformedLine {
    try {
      if (year != null) {
        return resolve(LocalDateTime.of(year, month, day, hour, minute, second, nano));
      }
      if (written == null) {
        throw new MalformedLine(
            "no year", "the date names none, the source has no modification time: give --year");
      }
      Instant latest = written.plus(AHEAD);
      int last = latest.atZone(zone).getYear();
      for (int y = last; y >= last - YEARS_BETWEEN_LEAP_DAYS; y--) {
        if (month == 2 && day == 29 && !Year.isLeap(y)) {
          continue;
        }
        Instant candidate = resolve(LocalDateTime.of(y, month, day, hour, minute, second, nano));
        if (!candidate.isAfter(latest)) {
          return candidate;
        }
      }
      throw new AssertionError("some year has this date");
    } catch (DateTimeException e) {
      throw new MalformedLine("unparsable time", e.getMessage());
    }
  }
}
