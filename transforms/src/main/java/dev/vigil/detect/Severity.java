package dev.vigil.detect;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The order of severities in words. */
public final class Severity {
  /** From the lowest; words that are not here rank below all of these, in alphabetical order. */
  private static final List<String> KNOWN =
      List.of("informational", "info", "low", "medium", "moderate", "high", "critical");

  private static final Comparator<String> ORDER =
      Comparator.comparingInt(Severity::rank).thenComparing(Comparator.naturalOrder());

  private Severity() {}

  /** The higher of two severities, either of which may be absent. */
  public static @Nullable String higher(@Nullable String a, @Nullable String b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return ORDER.compare(a, b) >= 0 ? a : b;
  }

  private static int rank(String severity) {
    return KNOWN.indexOf(severity.toLowerCase(Locale.ROOT));
  }
}
