package dev.vigil.parse;

import org.checkerframework.checker.nullness.qual.Nullable;

/** The priorities of Snort and Suricata, which count from 1, the worst, in words. */
final class AlertSeverity {
  private AlertSeverity() {}

  /**
   * The word for a priority, or null if there is none: 0 stands for a rule without one.
   *
   * @see dev.vigil.event.SecurityEvent.Extension
   */
  static @Nullable String word(@Nullable Long priority) {
    if (priority == null || priority <= 0) {
      return null;
    }
    if (priority >= 4) {
      return "informational";
    }
    return switch (priority.intValue()) {
      case 1 -> "high";
      case 2 -> "medium";
      default -> "low";
    };
  }
}
