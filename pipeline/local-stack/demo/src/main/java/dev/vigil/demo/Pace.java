package dev.vigil.demo;

import java.io.Flushable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** When lines are written. */
interface Pace {
  /**
   * Returns when it is time to write what happened before that time.
   *
   * @param files what was written so far, for others to see while this waits
   */
  void await(Instant time, Flushable files) throws IOException, InterruptedException;

  /** All at once, whenever they happened. */
  static Pace atOnce() {
    return (time, files) -> {};
  }

  /** Each when it happens. */
  static Pace asItHappens(InstantSource clock) {
    return (time, files) -> {
      Duration left = Duration.between(clock.instant(), time);
      if (left.compareTo(Duration.ZERO) > 0) {
        files.flush();
        Thread.sleep(left.toMillis() + 1);
      }
    };
  }
}
