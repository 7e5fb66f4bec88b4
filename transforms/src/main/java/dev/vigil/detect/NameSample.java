package dev.vigil.detect;

import dev.vigil.event.Fingerprint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A bounded summary of a set of names: how many there are, and the first in alphabetical order. It
 * depends on the set alone, not on the order in which names came or parts were merged.
 *
 * <p>Up to {@value #MAX_EXACT} names are kept and counted. Beyond that, the number is estimated
 * from the k smallest of the names' 64-bit hashes, (k − 1) / (k-th smallest as a share of the
 * range), with k = {@value #MAX_EXACT} + 1 and so a standard error of about 3 %: Bar-Yossef et al.,
 * "Counting Distinct Elements in a Data Stream" (2002); unbiased form by Beyer et al. (2007). A
 * sketch of a library would need less space, but its estimate depends on the order of merging.
 *
 * @param names all names, or if there are too many the first {@value #FIRST}, sorted
 * @param hashes null while all names are kept; then the smallest hashes, sorted as unsigned numbers
 */
public record NameSample(List<String> names, @Nullable List<Long> hashes) {
  /** The most names that are counted one by one. */
  public static final int MAX_EXACT = 1_000;

  /** The most names that can be shown. */
  public static final int FIRST = 100;

  private static final double RANGE = 0x1p64;

  /** How many names there are. */
  public long distinct() {
    if (hashes == null) {
      return names.size();
    }
    long largest = hashes.get(hashes.size() - 1);
    double share = ((largest >>> 1) * 2.0 + (largest & 1) + 1) / RANGE;
    return Math.round((hashes.size() - 1) / share);
  }

  /** Whether {@link #distinct} is an estimate. */
  public boolean isEstimated() {
    return hashes != null;
  }

  /** The first names in alphabetical order; {@value #FIRST} at most. */
  public List<String> first(int count) {
    return List.copyOf(names.subList(0, Math.min(count, names.size())));
  }

  /** Collects names. */
  static final class Tally {
    /** A set as a sorted list, since most have very few elements. */
    private final List<String> names = new ArrayList<>(2);

    private @Nullable TreeSet<Long> hashes;

    void add(String name) {
      if (hashes == null) {
        addName(name);
        if (names.size() > MAX_EXACT) {
          hashes = new TreeSet<>(Long::compareUnsigned);
          names.forEach(this::addHash);
          keepFirstNames();
        }
      } else {
        addHash(name);
        addName(name);
        keepFirstNames();
      }
    }

    private void addName(String name) {
      int found = Collections.binarySearch(names, name);
      if (found < 0) {
        names.add(-found - 1, name);
      }
    }

    void add(NameSample other) {
      if (other.hashes != null && hashes == null) {
        hashes = new TreeSet<>(Long::compareUnsigned);
        names.forEach(this::addHash);
      }
      if (other.hashes == null) {
        other.names.forEach(this::add);
        return;
      }
      hashes.addAll(other.hashes);
      keepSmallestHashes();
      other.names.forEach(this::addName);
      keepFirstNames();
    }

    void clear() {
      names.clear();
      hashes = null;
    }

    List<String> names() {
      return names;
    }

    @Nullable List<Long> hashes() {
      return hashes == null ? null : List.copyOf(hashes);
    }

    NameSample sample() {
      return new NameSample(List.copyOf(names), hashes());
    }

    private void addHash(String name) {
      hashes.add(Long.parseUnsignedLong(Fingerprint.of("name", name), 0, 16, 16));
      keepSmallestHashes();
    }

    private void keepSmallestHashes() {
      while (hashes.size() > MAX_EXACT + 1) {
        hashes.pollLast();
      }
    }

    private void keepFirstNames() {
      if (names.size() > FIRST) {
        names.subList(FIRST, names.size()).clear();
      }
    }
  }
}
