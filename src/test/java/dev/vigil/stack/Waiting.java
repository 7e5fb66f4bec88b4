package dev.vigil.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** For what other processes bring about sooner or later, which need the machine meanwhile. */
public final class Waiting {
  private static final long POLL_NANOS = 200_000_000L;

  /** What takes long to find out is asked for less often: so many times as long is waited. */
  private static final int PAUSE = 3;

  private Waiting() {}

  /** What is waited for; may assert, too, that waiting still makes sense. */
  public interface Condition {
    boolean holds() throws Exception;
  }

  /** Returns when the condition holds; fails when time is up. */
  public static void until(String what, Duration patience, Condition condition) throws Exception {
    long deadline = System.nanoTime() + patience.toNanos();
    long asked = System.nanoTime();
    while (!condition.holds()) {
      long now = System.nanoTime();
      assertThat(now - deadline).as("time is up; waited until " + what).isNegative();
      LockSupport.parkNanos(Math.max(POLL_NANOS, PAUSE * (now - asked)));
      asked = System.nanoTime();
    }
  }
}
