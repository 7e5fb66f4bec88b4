package dev.vigil.demo;

/**
 * How much there is to be.
 *
 * @param lines of ordinary life; those of attacks come on top
 * @param attacks attacks, and what looks like some: each kind in turn
 * @param malformed lines that are broken
 */
record Scale(long lines, int attacks, int malformed) {
  Scale {
    if (lines < 0 || malformed < 0 || attacks < 0 || attacks > AddressPlan.MOST_ATTACKS) {
      throw new IllegalArgumentException(
          lines + " lines, " + attacks + " attacks, " + malformed + " malformed lines");
    }
  }
}
