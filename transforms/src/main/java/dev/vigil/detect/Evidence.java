package dev.vigil.detect;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * One event behind a summary. Ordered by time, then id: the order in which events are taken
 * wherever their order matters.
 */
public record Evidence(Instant timestamp, String eventId) implements Comparable<Evidence> {
  private static final Comparator<Evidence> ORDER =
      Comparator.comparing(Evidence::timestamp).thenComparing(Evidence::eventId);

  /** The most events that a summary keeps. */
  public static final int MAX = 100;

  @Override
  public int compareTo(Evidence other) {
    return ORDER.compare(this, other);
  }

  /** Adds to a bounded set: the first events stay. */
  static void add(TreeSet<Evidence> kept, Evidence evidence, int limit) {
    if (kept.size() < limit || evidence.compareTo(kept.last()) < 0) {
      kept.add(evidence);
      if (kept.size() > limit) {
        kept.pollLast();
      }
    }
  }

  /**
   * @throws IllegalArgumentException if no summary can show so many events, or none at all: the
   *     first one is always needed
   */
  static void checkShown(int shown) {
    if (shown < 1 || shown > MAX) {
      throw new IllegalArgumentException(shown + " is not between 1 and " + MAX);
    }
  }

  static List<String> ids(List<Evidence> evidence) {
    return evidence.stream().map(Evidence::eventId).toList();
  }
}
