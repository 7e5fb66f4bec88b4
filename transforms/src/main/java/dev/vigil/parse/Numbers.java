package dev.vigil.parse;

import org.checkerframework.checker.nullness.qual.Nullable;

/** Numbers as logs write them; null, not an exception, for what is none. */
final class Numbers {
  private static final int MAX_PORT = 65_535;

  private Numbers() {}

  /** A decimal whole number, with an optional minus sign. */
  static @Nullable Long parseLong(@Nullable String text) {
    if (text == null || text.isEmpty() || text.length() > 19 || text.charAt(0) == '+') {
      return null;
    }
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  static @Nullable Integer port(@Nullable Long number) {
    return number == null || number < 0 || number > MAX_PORT ? null : number.intValue();
  }

  static @Nullable Integer parsePort(@Nullable String text) {
    return port(parseLong(text));
  }
}
