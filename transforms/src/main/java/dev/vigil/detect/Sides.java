package dev.vigil.detect;

import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

/** The two inputs of the detections that look at logins and IDS events together. */
public final class Sides {
  /** The logins. */
  public static final TupleTag<LoginAttempt> LOGINS = new TupleTag<>("logins") {};

  /** The IDS events. */
  public static final TupleTag<Intrusion> INTRUSIONS = new TupleTag<>("intrusions") {};

  private Sides() {}

  public static PCollectionTuple of(
      PCollection<LoginAttempt> logins, PCollection<Intrusion> intrusions) {
    return PCollectionTuple.of(LOGINS, logins).and(INTRUSIONS, intrusions);
  }
}
