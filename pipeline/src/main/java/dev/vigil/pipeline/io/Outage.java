package dev.vigil.pipeline.io;

import java.time.Duration;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What is told of a server that is waited for: that it does not take what it gets, again each
 * minute for as long as that goes on, and that it is back. However often it comes and goes, there
 * is no more than one warning a minute. Times are those of {@link System#nanoTime}.
 */
final class Outage {
  private static final long BETWEEN_WARNINGS = Duration.ofMinutes(1).toNanos();

  private final String server;
  private @Nullable Long since;
  private @Nullable Long lastWarning;
  private boolean told;

  /**
   * @param server its name in messages
   */
  Outage(String server) {
    this.server = server;
  }

  /**
   * It did not take what it got.
   *
   * @param trouble what it did instead, such as {@code answers 503}
   * @return the warning that is due; null for none
   */
  @Nullable String goesOn(long now, String trouble) {
    if (since == null) {
      since = now;
      told = false;
    }
    if (lastWarning != null && now - lastWarning < BETWEEN_WARNINGS) {
      return null;
    }
    lastWarning = now;
    told = true;
    return server + " " + trouble + ": trying again until it is back" + after(now);
  }

  /**
   * It took what it got.
   *
   * @return what is to be told if anybody was told of trouble; otherwise null
   */
  @Nullable String isOver(long now) {
    String news = since != null && told ? server + " is back" + after(now) : null;
    since = null;
    return news;
  }

  private String after(long now) {
    long seconds = Duration.ofNanos(now - since).toSeconds();
    return seconds == 0 ? "" : ", after " + seconds + " s";
  }
}
