package dev.vigil.parse;

import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads the plainest of JSON objects in less time than a parser takes: strings without escapes,
 * numbers, {@code true}, {@code false} and {@code null}, all of it printable ASCII. Most programs
 * write their logins so. Anything else, malformed or not, is left to the parser: it has the last
 * word on what JSON is.
 */
final class PlainJson {
  /** Parsers have limits, and so numbers, that none of these objects reaches. */
  private static final int LONGEST_NUMBER = 100;

  private final String text;
  private int at;

  private PlainJson(String text) {
    this.text = text;
  }

  /**
   * The strings of some members, in the order of their names, null for those that are absent; or
   * null if the text is no such object, or one of these is no string.
   */
  static @Nullable String @Nullable [] strings(String text, List<String> names) {
    return new PlainJson(text).read(names);
  }

  private @Nullable String @Nullable [] read(List<String> names) {
    @Nullable String[] values = new String[names.size()];
    if (!take('{')) {
      return null;
    }
    do {
      int name = at + 1;
      if (!string()) {
        return null;
      }
      int wanted = wanted(names, name, at - 1 - name);
      if (!take(':')) {
        return null;
      }
      int value = at + 1;
      if (string()) {
        if (wanted >= 0) {
          values[wanted] = text.substring(value, at - 1);
        }
      } else if (wanted >= 0 || !scalar()) {
        return null;
      }
    } while (take(','));
    return take('}') && at == text.length() ? values : null;
  }

  private int wanted(List<String> names, int start, int length) {
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.length() == length && text.startsWith(name, start)) {
        return i;
      }
    }
    return -1;
  }

  /** Goes past a character and the blanks around it, if it is there. */
  private boolean take(char expected) {
    skipBlanks();
    if (at >= text.length() || text.charAt(at) != expected) {
      return false;
    }
    at++;
    skipBlanks();
    return true;
  }

  private void skipBlanks() {
    while (at < text.length() && isBlank(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  /** Goes past a string, if a plain one is there. */
  private boolean string() {
    if (at >= text.length() || text.charAt(at) != '"') {
      return false;
    }
    for (int i = at + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        at = i + 1;
        return true;
      }
      if (c < ' ' || c > '~' || c == '\\') {
        return false;
      }
    }
    return false;
  }

  /** Goes past a number, {@code true}, {@code false} or {@code null}, if one is there. */
  private boolean scalar() {
    int start = at;
    while (at < text.length() && isOfScalar(text.charAt(at))) {
      at++;
    }
    int length = at - start;
    return length > 0
        && length <= LONGEST_NUMBER
        && (isWord(start, "true")
            || isWord(start, "false")
            || isWord(start, "null")
            || isWhole(start));
  }

  private static boolean isOfScalar(char c) {
    return c >= '0' && c <= '9'
        || c >= 'a' && c <= 'z'
        || c == '-'
        || c == '.'
        || c == '+'
        || c == 'E';
  }

  private boolean isWord(int start, String word) {
    return at - start == word.length() && text.startsWith(word, start);
  }

  /** A whole number: others are rare. */
  private boolean isWhole(int start) {
    int digits = text.charAt(start) == '-' ? start + 1 : start;
    if (digits == at || text.charAt(digits) == '0' && at - digits > 1) {
      return false;
    }
    for (int i = digits; i < at; i++) {
      if (!Timestamps.isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
