package dev.vigil.detect;

import dev.vigil.event.Intrusion;
import dev.vigil.event.SecurityEvent;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/** Of all events, the alerts of an IDS: see {@link Intrusion#of}. Timestamps and windows stay. */
public final class SelectIntrusions
    extends PTransform<PCollection<SecurityEvent>, PCollection<Intrusion>> {
  private static final long serialVersionUID = 1L;

  private SelectIntrusions() {}

  public static SelectIntrusions create() {
    return new SelectIntrusions();
  }

  @Override
  public PCollection<Intrusion> expand(PCollection<SecurityEvent> events) {
    return events.apply("Select", ParDo.of(new SelectFn()));
  }

  private static final class SelectFn extends DoFn<SecurityEvent, Intrusion> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void select(@Element SecurityEvent event, OutputReceiver<Intrusion> out) {
      Intrusion intrusion = Intrusion.of(event);
      if (intrusion != null) {
        out.output(intrusion);
      }
    }
  }
}
