package dev.vigil.demo;

import java.time.Instant;

/**
 * What a detection can see in a line.
 *
 * @param time as the line shows it: some formats have full seconds only
 * @param count how many attempts, or alerts, the line stands for
 */
record Sighting(Side side, String source, Instant time, long count) {
  /** What kind of line it is. */
  enum Side {
    LOGIN,
    IDS
  }
}
