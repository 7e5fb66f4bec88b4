package dev.vigil.benchmark;

/** What one run took. */
record Measurement(long nanos, long cpuNanos) {
  private static final String PREFIX = "MEASURED ";
  private static final double NANOS_PER_SECOND = 1e9;

  String toLine() {
    return PREFIX + nanos + " " + cpuNanos;
  }

  /** Null for a line that is none. */
  static Measurement ofLine(String line) {
    if (!line.startsWith(PREFIX)) {
      return null;
    }
    String[] numbers = line.substring(PREFIX.length()).split(" ");
    return new Measurement(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }

  double seconds() {
    return nanos / NANOS_PER_SECOND;
  }

  double cpuSeconds() {
    return cpuNanos / NANOS_PER_SECOND;
  }
}
