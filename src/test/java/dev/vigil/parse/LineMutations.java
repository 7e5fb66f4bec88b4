package dev.vigil.parse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;

/** Damages lines, the same way every time, to see that a format survives. */
final class LineMutations {
  private static final String INSERTS =
      "=:/()[]<>{}\"'\\% .-,\u0000\t\u00e9\u2028\ud83d\ude00019afIN";

  private LineMutations() {}

  /** Asserts that every mutant becomes an event or a failure, and is thrown at nobody. */
  static void assertSurvives(LogFormat format, List<String> lines, int mutantsPerLine) {
    Random random = new Random(42);
    for (String line : lines) {
      for (int cut = 0; cut <= line.length(); cut++) {
        assertOneResult(format, line.substring(0, cut));
        assertOneResult(format, line.substring(cut));
      }
      for (int i = 0; i < mutantsPerLine; i++) {
        StringBuilder mutant = new StringBuilder(line);
        for (int edits = 1 + random.nextInt(4); edits > 0 && mutant.length() > 1; edits--) {
          int at = random.nextInt(mutant.length());
          int other = random.nextInt(mutant.length());
          int start = Math.min(at, other);
          int end = Math.min(Math.max(at, other), start + 20);
          switch (random.nextInt(4)) {
            case 0 -> mutant.deleteCharAt(at);
            case 1 -> mutant.insert(at, INSERTS.charAt(random.nextInt(INSERTS.length())));
            case 2 -> mutant.insert(at, mutant.substring(start, end));
            default -> mutant.delete(start, end);
          }
        }
        assertOneResult(format, mutant.toString());
      }
    }
  }

  private static void assertOneResult(LogFormat format, String line) {
    ParsedLine result = FormatFixture.parse(format, line);
    assertThat(result.event() == null).as(line).isNotEqualTo(result.failure() == null);
  }
}
