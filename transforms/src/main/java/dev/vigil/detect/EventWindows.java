package dev.vigil.detect;

import dev.vigil.event.AlertFields;
import java.time.Duration;
import java.time.Instant;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;

/** Between Beam's time and Java's. */
final class EventWindows {
  private EventWindows() {}

  static org.joda.time.Duration joda(Duration duration) {
    return org.joda.time.Duration.millis(duration.toMillis());
  }

  static org.joda.time.Instant joda(Instant time) {
    return org.joda.time.Instant.ofEpochMilli(time.toEpochMilli());
  }

  static AlertFields.Window of(IntervalWindow window) {
    return new AlertFields.Window(
        Instant.ofEpochMilli(window.start().getMillis()),
        Instant.ofEpochMilli(window.end().getMillis()));
  }

  /** The start, in milliseconds, of the window of that size that holds a time. */
  static long start(long millis, long size) {
    return Math.floorDiv(millis, size) * size;
  }
}
