package dev.vigil.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** A span of time: from start, inclusive, to end, exclusive; both at full minutes. */
record Period(Instant start, Instant end) {
  Period {
    if (!start.isBefore(end)) {
      throw new IllegalArgumentException(end + " is not after " + start);
    }
    if (!isFullMinute(start) || !isFullMinute(end)) {
      throw new IllegalArgumentException(start + " to " + end + " is not in full minutes");
    }
  }

  static Period upTo(Instant end, Duration length) {
    return new Period(end.minus(length), end);
  }

  Duration length() {
    return Duration.between(start, end);
  }

  private static boolean isFullMinute(Instant time) {
    return time.equals(time.truncatedTo(ChronoUnit.MINUTES));
  }
}
