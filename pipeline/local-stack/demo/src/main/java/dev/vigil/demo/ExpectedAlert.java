package dev.vigil.demo;

import java.time.Instant;
import java.util.Comparator;

/**
 * An alert that the definition of a rule demands.
 *
 * @param timestamp the end of the window, or the time of the event that completed the pair
 */
record ExpectedAlert(String rule, String source, Instant timestamp)
    implements Comparable<ExpectedAlert> {
  private static final Comparator<ExpectedAlert> ORDER =
      Comparator.comparing(ExpectedAlert::timestamp)
          .thenComparing(ExpectedAlert::rule)
          .thenComparing(ExpectedAlert::source);

  @Override
  public int compareTo(ExpectedAlert other) {
    return ORDER.compare(this, other);
  }
}
