package dev.vigil.pipeline;

import java.io.PrintStream;
import java.util.Locale;
import org.apache.beam.sdk.PipelineResult;

/** A line on the terminal that tells how far a long run has come; nothing where there is none. */
final class Progress {
  private static final String CLEAR_LINE = "\r\u001b[K";
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Short runs need no progress. */
  private static final long QUIET_NANOS = 2 * NANOS_PER_SECOND;

  private final PrintStream terminal;
  private final boolean isTerminal;
  private final long start = System.nanoTime();
  private long lastNanos = start;
  private long lastLines;

  private Progress(PrintStream terminal, boolean isTerminal) {
    this.terminal = terminal;
    this.isTerminal = isTerminal;
  }

  static Progress on(PrintStream err) {
    return new Progress(err, System.console() != null && System.getenv("TERM") != null);
  }

  void show(PipelineResult result) {
    long now = System.nanoTime();
    if (!isTerminal || now - start < QUIET_NANOS) {
      return;
    }
    long lines = Counts.of(result).lines();
    long rate = (lines - lastLines) * NANOS_PER_SECOND / Math.max(1, now - lastNanos);
    terminal.print(String.format(Locale.ROOT, "%s%,d lines, %,d lines/s", CLEAR_LINE, lines, rate));
    terminal.flush();
    lastNanos = now;
    lastLines = lines;
  }

  void clear() {
    if (isTerminal) {
      terminal.print(CLEAR_LINE);
      terminal.flush();
    }
  }
}
