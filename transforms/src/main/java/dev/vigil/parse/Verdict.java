package dev.vigil.parse;

import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What a device did with the traffic, in its own words, as ECS's {@code event.type} has it. */
final class Verdict {
  static final String ALLOWED = "allowed";
  static final String DENIED = "denied";

  private Verdict() {}

  /** {@code allowed}, {@code denied}, or null for a word that says neither. */
  static @Nullable String of(@Nullable String action) {
    if (action == null) {
      return null;
    }
    return switch (action.strip().toLowerCase(Locale.ROOT)) {
      case "allow", "allowed", "accept", "accepted", "pass", "passed", "permit", "permitted" ->
          ALLOWED;
      case "block",
              "blocked",
              "deny",
              "denied",
              "drop",
              "dropped",
              "reject",
              "rejected",
              "reset",
              "sdrop" ->
          DENIED;
      default -> null;
    };
  }
}
