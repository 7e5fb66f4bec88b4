package dev.vigil.parse;

import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;

/** MAC addresses as ECS has them: {@code 00-00-5E-00-53-23}. */
final class MacAddress {
  private static final int LENGTH = 17;

  private MacAddress() {}

  /** The address, written with colons or dashes; null for anything else. */
  static @Nullable String ecs(@Nullable String text) {
    if (text == null || text.length() != LENGTH) {
      return null;
    }
    for (int i = 0; i < LENGTH; i++) {
      char c = text.charAt(i);
      boolean good = i % 3 == 2 ? c == ':' || c == '-' : c < 128 && Character.digit(c, 16) >= 0;
      if (!good) {
        return null;
      }
    }
    return text.replace(':', '-').toUpperCase(Locale.ROOT);
  }
}
