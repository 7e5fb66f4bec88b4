package dev.vigil.stack.dashboard;

import java.time.Duration;
import java.util.stream.Stream;

/**
 * The event time that is looked at, both ends inclusive, in milliseconds since 1970.
 *
 * @throws IllegalArgumentException if it ends before it begins, or is not within the years that
 *     search nodes know
 */
record TimeRange(long from, long to) {
  /** The first milliseconds of the years 0 and 10000. */
  private static final long FIRST = -62_167_219_200_000L;

  private static final long END = 253_402_300_800_000L;

  private static final int MOST_BARS = 90;

  private static final long[] INTERVALS =
      Stream.of(
              "PT1S", "PT5S", "PT10S", "PT20S", "PT30S", "PT1M", "PT2M", "PT5M", "PT10M", "PT20M",
              "PT30M", "PT1H", "PT2H", "PT3H", "PT6H", "PT12H", "P1D")
          .mapToLong(text -> Duration.parse(text).toMillis())
          .toArray();

  TimeRange {
    if (from > to || from < FIRST || to >= END) {
      throw new IllegalArgumentException();
    }
  }

  /** How much time a bar of a chart stands for, in milliseconds: a chart has few enough of them. */
  long interval() {
    for (long interval : INTERVALS) {
      if (bars(interval) <= MOST_BARS) {
        return interval;
      }
    }
    long day = INTERVALS[INTERVALS.length - 1];
    long days = 2;
    while (bars(days * day) > MOST_BARS) {
      days *= 2;
    }
    return days * day;
  }

  private long bars(long interval) {
    return Math.floorDiv(to, interval) - Math.floorDiv(from, interval) + 1;
  }
}
