package dev.vigil.detect;

import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import java.util.List;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

/**
 * The two inputs of the detections that look at logins and IDS events together: lists of events,
 * each with the earliest of their event times as element timestamp.
 */
public final class Sides {
  /** The logins. */
  public static final TupleTag<List<LoginAttempt>> LOGINS = new TupleTag<>("logins") {};

  /** The IDS events. */
  public static final TupleTag<List<Intrusion>> INTRUSIONS = new TupleTag<>("intrusions") {};

  private static final TupleTag<List<LoginAttempt>> OTHER_LOGINS =
      new TupleTag<>("other-logins") {};
  private static final TupleTag<List<Intrusion>> OTHER_INTRUSIONS =
      new TupleTag<>("other-intrusions") {};

  private Sides() {}

  public static PCollectionTuple of(
      PCollection<List<LoginAttempt>> logins, PCollection<List<Intrusion>> intrusions) {
    return PCollectionTuple.of(LOGINS, logins).and(INTRUSIONS, intrusions);
  }

  /**
   * The same with more on each side: what was {@link SeparateLate separated from late events}. To
   * bring it together with the others before would cost a shuffle of all of them.
   */
  public static PCollectionTuple and(
      PCollectionTuple sides,
      PCollection<List<LoginAttempt>> logins,
      PCollection<List<Intrusion>> intrusions) {
    return sides.and(OTHER_LOGINS, logins).and(OTHER_INTRUSIONS, intrusions);
  }

  /** Of bounded sides, only those whose source an IDS saw: there are many more logins. */
  static PCollectionList<List<LoginAttempt>> logins(PCollectionTuple sides) {
    PCollectionList<List<LoginAttempt>> all = all(sides, LOGINS, OTHER_LOGINS);
    if (!isBounded(sides)) {
      return all;
    }
    PCollection<List<Intrusion>> intrusions =
        intrusions(sides).apply("IntrusionsOfAll", Flatten.pCollections());
    PCollectionList<List<LoginAttempt>> candidates = PCollectionList.empty(all.getPipeline());
    for (PCollection<List<LoginAttempt>> logins : all.getAll()) {
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

  static PCollectionList<List<Intrusion>> intrusions(PCollectionTuple sides) {
    return all(sides, INTRUSIONS, OTHER_INTRUSIONS);
  }

  private static <T> PCollectionList<T> all(
      PCollectionTuple sides, TupleTag<T> tag, TupleTag<T> otherTag) {
    PCollectionList<T> all = PCollectionList.of(sides.get(tag));
    return sides.has(otherTag) ? all.and(sides.get(otherTag)) : all;
  }
}
