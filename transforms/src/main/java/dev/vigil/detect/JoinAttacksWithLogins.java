package dev.vigil.detect;

import dev.vigil.event.Alert;
import dev.vigil.event.Ecs;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

/**
 * Finds sources that an IDS saw attacking and that tried to log in, both in the same window.
 *
 * <p>In go {@link Sides} with their event times as element timestamps. Each bundle of a side is
 * reduced to one bounded summary per source and fixed window of event time, then the two are
 * brought together by {@link CoGroupByKey}, the sources of a shard at a time (see {@link
 * TallyBundle}): however hot a source is, no pairs are spelled out. Out comes one {@link Alert} per
 * source and window that has both, when the watermark passes the window's end; and after that, for
 * late events within the allowed lateness, new revisions of it, with the same id. What comes later
 * than that is dropped: see {@link SeparateLate}.
 */
public final class JoinAttacksWithLogins extends PTransform<PCollectionTuple, PCollection<Alert>> {
  private static final long serialVersionUID = 1L;

  /** The rule's id. */
  public static final String RULE_ID = "attack-from-login-source";

  private static final TupleTag<LoginShard> LOGINS = new TupleTag<>("logins") {};
  private static final TupleTag<IntrusionShard> INTRUSIONS = new TupleTag<>("intrusions") {};

  private static final int SHARDS = 8;

  private final Duration window;
  private final Duration allowedLateness;
  private final int shown;

  private JoinAttacksWithLogins(Duration window, Duration allowedLateness, int shown) {
    this.window = window;
    this.allowedLateness = allowedLateness;
    this.shown = shown;
  }

  /** In windows of 5 minutes; no lateness allowed. */
  public static JoinAttacksWithLogins create() {
    return new JoinAttacksWithLogins(Duration.ofMinutes(5), Duration.ZERO, 10);
  }

  /** The windows' size. */
  public JoinAttacksWithLogins withWindow(Duration value) {
    return new JoinAttacksWithLogins(value, allowedLateness, shown);
  }

  /** How long after a window's end its late events still count. */
  public JoinAttacksWithLogins withAllowedLateness(Duration value) {
    return new JoinAttacksWithLogins(window, value, shown);
  }

  /** How many names and event ids an alert shows of each side; 1 to {@value Evidence#MAX}. */
  public JoinAttacksWithLogins withShown(int value) {
    Evidence.checkShown(value);
    return new JoinAttacksWithLogins(window, allowedLateness, value);
  }

  /** Until when an event counts. */
  public SeparateLate.Deadline deadline() {
    return new SeparateLate.Deadline(RULE_ID, window, allowedLateness);
  }

  private Ecs.Rule rule() {
    return new Ecs.Rule(
        RULE_ID,
        "Attack from a login source",
        null,
        "The source of an IDS alert tried to log in, in one window of " + window.toSeconds() + " s",
        "1");
  }

  @Override
  public PCollection<Alert> expand(PCollectionTuple sides) {
    int maxEvidence = shown;
    PCollection<KV<Integer, LoginShard>> logins =
        Sides.logins(sides)
            .apply(
                "TallyLogins",
                TallyBundle.of(
                    window,
                    LoginShard.CODER,
                    LoginAttempt::source,
                    nothing -> new LoginShard.Sum(maxEvidence),
                    SHARDS))
            .apply("WindowLogins", intoWindows());
    PCollection<KV<Integer, IntrusionShard>> intrusions =
        Sides.intrusions(sides)
            .apply(
                "TallyIntrusions",
                TallyBundle.of(
                    window,
                    IntrusionShard.coder(),
                    Intrusion::source,
                    nothing -> new IntrusionShard.Sum(maxEvidence),
                    SHARDS))
            .apply("WindowIntrusions", intoWindows());
    return KeyedPCollectionTuple.of(LOGINS, logins)
        .and(INTRUSIONS, intrusions)
        .apply("JoinBySource", CoGroupByKey.create())
        .apply("Match", ParDo.of(new MatchFn(rule(), shown)));
  }

  private <T> Window<T> intoWindows() {
    return Window.<T>into(EpochWindows.of(window))
        .triggering(
            AfterWatermark.pastEndOfWindow().withLateFirings(AfterPane.elementCountAtLeast(1)))
        .withAllowedLateness(EventWindows.joda(allowedLateness))
        .accumulatingFiredPanes();
  }

  /** The revisions of a shard's alerts that went out already. */
  record Emitted(Map<String, Long> revisionBySource) {}

  private static final class MatchFn extends DoFn<KV<Integer, CoGbkResult>, Alert> {
    private static final long serialVersionUID = 1L;

    private final Ecs.Rule rule;
    private final int shown;

    @StateId("emitted")
    private final StateSpec<ValueState<Emitted>> emittedSpec = StateSpecs.value();

    MatchFn(Ecs.Rule rule, int shown) {
      this.rule = rule;
      this.shown = shown;
    }

    @ProcessElement
    public void match(
        @Element KV<Integer, CoGbkResult> joined,
        BoundedWindow window,
        @StateId("emitted") ValueState<Emitted> emitted,
        OutputReceiver<Alert> out) {
      IntrusionShard.Sum attackers = new IntrusionShard.Sum(shown);
      joined.getValue().getAll(INTRUSIONS).forEach(attackers::add);
      Map<String, IntrusionSummary> intrusions = attackers.summaries();
      if (intrusions.isEmpty()) {
        return;
      }
      // There are many more logins than those of attackers.
      LoginShard.Together all = new LoginShard.Together();
      joined.getValue().getAll(LOGINS).forEach(all::add);
      Map<String, LoginSummary> logins = all.summaries(shown, intrusions.keySet()::contains);
      // A late pane is of the whole shard: of its alerts, only those that changed go out again.
      Emitted before = emitted.read();
      Map<String, Long> revisions = new HashMap<>();
      if (before != null) {
        revisions.putAll(before.revisionBySource);
      }
      for (Map.Entry<String, LoginSummary> login : logins.entrySet()) {
        String source = login.getKey();
        Alert alert =
            Alerts.ofWindow(
                rule,
                source,
                EventWindows.of((IntervalWindow) window),
                login.getValue(),
                intrusions.get(source),
                shown);
        Long last = revisions.put(source, alert.vigil().revision());
        if (last == null || last < alert.vigil().revision()) {
          out.output(alert);
        }
      }
      emitted.write(new Emitted(revisions));
    }
  }
}
