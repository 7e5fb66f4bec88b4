package dev.vigil.detect;

import dev.vigil.event.AlertFields;
import java.time.Duration;
import java.time.Instant;
import org.apache.beam.sdk.state.Timer;
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

  /**
   * When to set a timer that is to fire as soon as the watermark has reached a time: timers fire
   * when it is past theirs.
   */
  static org.joda.time.Instant reached(long millis) {
    return org.joda.time.Instant.ofEpochMilli(millis - 1);
  }

  /** The time that the watermark has reached, at least, when such a timer fires. */
  static long reachedBy(org.joda.time.Instant fired) {
    return fired.getMillis() + 1;
  }

  /**
   * A time that the watermark has reached: the watermark itself where the runner shows it to timers
   * of event time, else something earlier, the time of the current element or timer.
   */
  static long watermark(Timer timer) {
    return timer.getCurrentRelativeTime().getMillis();
  }

  /** The start, in milliseconds, of the window of that size that holds a time. */
  static long start(long millis, long size) {
    return Math.floorDiv(millis, size) * size;
  }
}
