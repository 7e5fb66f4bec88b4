package dev.vigil.detect;

import java.time.Duration;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.IncompatibleWindowException;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PartitioningWindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.joda.time.Instant;

/**
 * Tumbling windows of one size, aligned to the epoch, each from its start, inclusive, to its end,
 * exclusive. Unlike Beam's {@code FixedWindows}, also before the epoch: those put most times before
 * 1970 into the window after the one that holds them.
 */
final class EpochWindows extends PartitioningWindowFn<Object, IntervalWindow> {
  private static final long serialVersionUID = 1L;

  private final long sizeMillis;

  private EpochWindows(long sizeMillis) {
    this.sizeMillis = sizeMillis;
  }

  static EpochWindows of(Duration size) {
    return new EpochWindows(size.toMillis());
  }

  @Override
  public IntervalWindow assignWindow(Instant time) {
    Instant start = Instant.ofEpochMilli(EventWindows.start(time.getMillis(), sizeMillis));
    return new IntervalWindow(start, start.plus(sizeMillis));
  }

  @Override
  public Coder<IntervalWindow> windowCoder() {
    return IntervalWindow.getCoder();
  }

  @Override
  @Deprecated
  public boolean isCompatible(WindowFn<?, ?> other) {
    return equals(other);
  }

  @Override
  public void verifyCompatibility(WindowFn<?, ?> other) throws IncompatibleWindowException {
    if (!equals(other)) {
      throw new IncompatibleWindowException(other, "only windows of the same size are compatible");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EpochWindows that && sizeMillis == that.sizeMillis;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(sizeMillis);
  }
}
