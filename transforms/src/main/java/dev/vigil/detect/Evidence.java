package dev.vigil.detect;

import dev.vigil.event.EventId;
import java.time.Instant;
import java.util.Collections;
import java.util.List;

/**
 * One event behind a summary. Ordered by time, then id: the order in which events are taken
 * wherever their order matters.
 */
public record Evidence(Instant timestamp, EventId eventId) implements Comparable<Evidence> {
  /** The most events that a summary keeps. */
  public static final int MAX = 100;

  @Override
  public int compareTo(Evidence other) {
    int byTime = timestamp.compareTo(other.timestamp);
    return byTime != 0 ? byTime : eventId.compareTo(other.eventId);
  }

  /**
   * Adds to a bounded set, which is a sorted list since most have very few elements: the first
   * events stay.
   */
  static void add(List<Evidence> kept, Evidence evidence, int limit) {
    int size = kept.size();
    // Events come in order as a rule.
    int place =
        size == 0 || kept.get(size - 1).compareTo(evidence) < 0 ? size : place(kept, evidence);
    if (place >= 0 && place < limit) {
      kept.add(place, evidence);
      if (size == limit) {
        kept.remove(limit);
      }
    }
  }

  /** Where it belongs, or -1 if it is there. */
  private static int place(List<Evidence> kept, Evidence evidence) {
    int found = Collections.binarySearch(kept, evidence);
    return found >= 0 ? -1 : -found - 1;
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
    return evidence.stream().map(e -> e.eventId().toString()).toList();
  }
}
