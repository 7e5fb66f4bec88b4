package dev.vigil.detect;

import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

/** The two inputs of the detections that look at logins and IDS events together. */
public final class Sides {
  /** The logins. */
  public static final TupleTag<LoginAttempt> LOGINS = new TupleTag<>("logins") {};

  /** The IDS events. */
  public static final TupleTag<Intrusion> INTRUSIONS = new TupleTag<>("intrusions") {};

  private static final TupleTag<LoginAttempt> OTHER_LOGINS = new TupleTag<>("other-logins") {};
  private static final TupleTag<Intrusion> OTHER_INTRUSIONS = new TupleTag<>("other-intrusions") {};

  private Sides() {}

  public static PCollectionTuple of(
      PCollection<LoginAttempt> logins, PCollection<Intrusion> intrusions) {
    return PCollectionTuple.of(LOGINS, logins).and(INTRUSIONS, intrusions);
  }

  /**
   * The same with more on each side: what was {@link SeparateLate separated from late events}. To
   * bring it together with the others before would cost a shuffle of all of them.
   */
  public static PCollectionTuple and(
      PCollectionTuple sides, PCollection<LoginAttempt> logins, PCollection<Intrusion> intrusions) {
    return sides.and(OTHER_LOGINS, logins).and(OTHER_INTRUSIONS, intrusions);
  }

  /** Of bounded sides, only those whose source an IDS saw: there are many more logins. */
  static PCollectionList<LoginAttempt> logins(PCollectionTuple sides) {
    PCollectionList<LoginAttempt> all = all(sides, LOGINS, OTHER_LOGINS);
    if (!isBounded(sides)) {
      return all;
    }
    PCollection<Intrusion> intrusions =
        intrusions(sides).apply("IntrusionsOfAll", Flatten.pCollections());
    PCollectionList<LoginAttempt> candidates = PCollectionList.empty(all.getPipeline());
    for (PCollection<LoginAttempt> logins : all.getAll()) {
      candidates =
          candidates.and(
              logins.apply(
                  "OnlyOfAttackers" + candidates.size(), OnlySourcesOf.events(intrusions)));
    }
    return candidates;
  }

  static boolean isBounded(PCollectionTuple sides) {
    return sides.getAll().values().stream()
        .allMatch(side -> side.isBounded() == PCollection.IsBounded.BOUNDED);
  }

  static PCollectionList<Intrusion> intrusions(PCollectionTuple sides) {
    return all(sides, INTRUSIONS, OTHER_INTRUSIONS);
  }

  private static <T> PCollectionList<T> all(
      PCollectionTuple sides, TupleTag<T> tag, TupleTag<T> otherTag) {
    PCollectionList<T> all = PCollectionList.of(sides.get(tag));
    return sides.has(otherTag) ? all.and(sides.get(otherTag)) : all;
  }
}
