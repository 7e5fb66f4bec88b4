package dev.vigil.detect;

import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import java.time.Instant;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The plain join of logins and IDS events on the source, as SQL has it: every pair, once.
 *
 * <p>In go {@link Sides}, in the same windows; out comes a {@link Pair} for every login and IDS
 * event of the same source in the same window. In the global window, that is every pair there is: n
 * logins and m IDS events of a source make n × m pairs, so this is for bounded input and for
 * checking other detections against. Late events are as the input's windowing has it.
 */
public final class JoinAllPairs
    extends PTransform<PCollectionTuple, PCollection<JoinAllPairs.Pair>> {
  private static final long serialVersionUID = 1L;

  private static final TupleTag<LoginAttempt> LOGINS = new TupleTag<>("logins") {};
  private static final TupleTag<Intrusion> INTRUSIONS = new TupleTag<>("intrusions") {};

  private JoinAllPairs() {}

  public static JoinAllPairs create() {
    return new JoinAllPairs();
  }

  @Override
  public PCollection<Pair> expand(PCollectionTuple sides) {
    return KeyedPCollectionTuple.of(
            LOGINS,
            sides
                .get(Sides.LOGINS)
                .apply(
                    "KeyLogins",
                    WithKeys.of(LoginAttempt::source).withKeyType(TypeDescriptors.strings())))
        .and(
            INTRUSIONS,
            sides
                .get(Sides.INTRUSIONS)
                .apply(
                    "KeyIntrusions",
                    WithKeys.of(Intrusion::source).withKeyType(TypeDescriptors.strings())))
        .apply("JoinBySource", CoGroupByKey.create())
        .apply("Pair", ParDo.of(new PairFn()));
  }

  /** One login and one IDS event of the same source. */
  public record Pair(
      String source,
      @Nullable String user,
      Instant loginTime,
      Instant intrusionTime,
      @Nullable String severity,
      @Nullable String classification) {}

  private static final class PairFn extends DoFn<KV<String, CoGbkResult>, Pair> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void pair(@Element KV<String, CoGbkResult> source, OutputReceiver<Pair> out) {
      for (Intrusion intrusion : source.getValue().getAll(INTRUSIONS)) {
        for (LoginAttempt login : source.getValue().getAll(LOGINS)) {
          out.output(
              new Pair(
                  source.getKey(),
                  login.user(),
                  login.timestamp(),
                  intrusion.timestamp(),
                  intrusion.severity(),
                  intrusion.classification()));
        }
      }
    }
  }
}
