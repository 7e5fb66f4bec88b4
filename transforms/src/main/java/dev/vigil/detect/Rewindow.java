package dev.vigil.detect;

import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;

/**
 * Puts everything into the global window, where nothing is late, and with Beam's default trigger,
 * whatever the input's is: for results, whose windows have done their work, before collections of
 * different windows are flattened, and where a trigger must not split what is gathered. Timestamps
 * stay.
 */
public final class Rewindow<T> extends PTransform<PCollection<T>, PCollection<T>> {
  private static final long serialVersionUID = 1L;

  private Rewindow() {}

  public static <T> Rewindow<T> globally() {
    return new Rewindow<>();
  }

  @Override
  public PCollection<T> expand(PCollection<T> input) {
    return input.apply(
        "IntoGlobalWindow",
        Window.<T>into(new GlobalWindows())
            .triggering(DefaultTrigger.of())
            .withAllowedLateness(Duration.ZERO)
            .discardingFiredPanes());
  }
}
