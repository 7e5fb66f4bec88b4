package dev.vigil.stack.warehouse;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The value of {@code _CHANGE_SEQUENCE_NUMBER}: up to four hexadecimal numbers, the first of which
 * weighs most. They are compared as numbers and not as text: {@code BA < ABC}. Sections that are
 * not there count as 0, and so does a change without a sequence number.
 *
 * @see <a href="https://cloud.google.com/bigquery/docs/change-data-capture">Stream table updates
 *     with change data capture</a>
 */
final class ChangeSequence implements Comparable<ChangeSequence> {
  static final ChangeSequence NONE = new ChangeSequence("0");

  private static final int SECTIONS = 4;
  private static final Pattern FORM =
      Pattern.compile("[0-9A-Fa-f]{1,16}(/[0-9A-Fa-f]{1,16}){0," + (SECTIONS - 1) + "}");

  private final long[] sections = new long[SECTIONS];

  private ChangeSequence(String text) {
    String[] parts = text.split("/");
    for (int i = 0; i < parts.length; i++) {
      sections[i] = Long.parseUnsignedLong(parts[i], 16);
    }
  }

  static ChangeSequence parse(String text) throws BadValueException {
    if (!FORM.matcher(text).matches()) {
      throw new BadValueException(
          "_CHANGE_SEQUENCE_NUMBER",
          "_CHANGE_SEQUENCE_NUMBER must be up to four hexadecimal numbers separated by /, and is: "
              + text);
    }
    return new ChangeSequence(text);
  }

  /** Reads what {@link #toString} wrote. */
  static ChangeSequence stored(String text) {
    return new ChangeSequence(text);
  }

  @Override
  public int compareTo(ChangeSequence other) {
    return Arrays.compareUnsigned(sections, other.sections);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChangeSequence that && Arrays.equals(sections, that.sections);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sections);
  }

  /** All sections with all digits: as text in the order of the numbers. */
  @Override
  public String toString() {
    return "%016X/%016X/%016X/%016X".formatted(sections[0], sections[1], sections[2], sections[3]);
  }
}
