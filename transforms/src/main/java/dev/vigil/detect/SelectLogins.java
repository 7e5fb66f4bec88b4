package dev.vigil.detect;

import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SecurityEvent;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/** Of all events, the login attempts: see {@link LoginAttempt#of}. Timestamps and windows stay. */
public final class SelectLogins
    extends PTransform<PCollection<SecurityEvent>, PCollection<LoginAttempt>> {
  private static final long serialVersionUID = 1L;

  private SelectLogins() {}

  public static SelectLogins create() {
    return new SelectLogins();
  }

  @Override
  public PCollection<LoginAttempt> expand(PCollection<SecurityEvent> events) {
    return events.apply("Select", ParDo.of(new SelectFn()));
  }

  private static final class SelectFn extends DoFn<SecurityEvent, LoginAttempt> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void select(@Element SecurityEvent event, OutputReceiver<LoginAttempt> out) {
      LoginAttempt login = LoginAttempt.of(event);
      if (login != null) {
        out.output(login);
      }
    }
  }
}
