package dev.vigil.detect;

import static org.apache.beam.sdk.values.TypeDescriptors.integers;

import dev.vigil.event.Alert;
import dev.vigil.event.Ecs;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SourceEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;

/**
 * Finds sources that an IDS saw attacking and that tried to log in, within a memory time of each
 * other, in either order: also the pairs that no fixed window holds.
 *
 * <p>In go {@link Sides} with their event times as element timestamps. Each source's events are
 * taken in the order of event time, once the watermark has passed their second. The first pair
 * opens an episode, and its {@link Alert} goes out at once, revision 1, with an id anchored on the
 * event that completed the pair. Later pairs fold into the episode. When the memory time passes
 * without a new pair, it is closed by revision 2 of the same alert, with the totals. {@link
 * SourceHistory} has the rules. Bounded input closes its episodes at its end.
 *
 * <p>What is remembered of a source is bounded: two summaries of what waits for a partner and two
 * of the open episode, for as long as the memory time after its last event.
 *
 * <p>An event whose second the watermark has passed is late and belongs to {@link SeparateLate}.
 * One that arrives here all the same counts as if it happened in the last second that was taken.
 */
public final class CorrelateAttacksWithLogins
    extends PTransform<PCollectionTuple, PCollection<Alert>> {
  private static final long serialVersionUID = 1L;

  /** The rule's id. */
  public static final String RULE_ID = "attack-from-login-source-across-windows";

  /** Each shard of bounded input must fit into memory, summed up by source and second. */
  private static final int BOUNDED_SHARDS = 16;

  private final Duration memory;
  private final int shown;

  private CorrelateAttacksWithLogins(Duration memory, int shown) {
    this.memory = memory;
    this.shown = shown;
  }

  /** With a memory of one hour. */
  public static CorrelateAttacksWithLogins create() {
    return new CorrelateAttacksWithLogins(Duration.ofHours(1), 10);
  }

  /** How far apart an IDS event and a login may be; whole seconds, as their times are taken. */
  public CorrelateAttacksWithLogins withMemory(Duration value) {
    return new CorrelateAttacksWithLogins(value, shown);
  }

  /** How many names and event ids an alert shows of each side; 1 to {@value Evidence#MAX}. */
  public CorrelateAttacksWithLogins withShown(int value) {
    Evidence.checkShown(value);
    return new CorrelateAttacksWithLogins(memory, value);
  }

  /** Until when an event counts: until the watermark has passed its second. */
  public SeparateLate.Deadline deadline() {
    return new SeparateLate.Deadline(RULE_ID, SourceHistory.SECOND, Duration.ZERO);
  }

  private Ecs.Rule rule() {
    return new Ecs.Rule(
        RULE_ID,
        "Attack from a login source, across windows",
        null,
        "The source of an IDS alert tried to log in, within "
            + memory.toSeconds()
            + " s of it, before or after",
        "1");
  }

  @Override
  public PCollection<Alert> expand(PCollectionTuple sides) {
    boolean bounded = Sides.isBounded(sides);
    PCollectionList<KV<String, SourceHistory.Second>> seconds =
        PCollectionList.empty(sides.getPipeline());
    for (PCollection<List<LoginAttempt>> logins : Sides.logins(sides).getAll()) {
      seconds = seconds.and(tally("Logins" + seconds.size(), logins, new LoginSeconds(shown)));
    }
    for (PCollection<List<Intrusion>> intrusions : Sides.intrusions(sides).getAll()) {
      seconds =
          seconds.and(
              tally("Intrusions" + seconds.size(), intrusions, new IntrusionSeconds(shown)));
    }
    PCollection<KV<String, SourceHistory.Second>> both =
        seconds.apply("BothSides", Flatten.pCollections());
    if (bounded) {
      return both.apply(
              "KeyByShard", WithKeys.of(CorrelateAttacksWithLogins::shard).withKeyType(integers()))
          .apply("GatherShards", GroupByKey.create())
          .apply("Correlate", ParDo.of(new CorrelateShardFn(rule(), memory, shown)));
    }
    return both.apply("Correlate", ParDo.of(new CorrelateSourceFn(rule(), memory, shown)));
  }

  private static <E extends SourceEvent, S> PCollection<KV<String, SourceHistory.Second>> tally(
      String name, PCollection<List<E>> events, Seconds<E, S> seconds) {
    return events
        .apply("Window" + name, Rewindow.globally())
        .apply("Tally" + name, ParDo.of(new TallySeconds<>(seconds)));
  }

  private static int shard(KV<String, SourceHistory.Second> second) {
    return Math.floorMod(second.getKey().hashCode(), BOUNDED_SHARDS);
  }

  /** The second that holds a time. */
  private static Instant second(long millis) {
    return Instant.ofEpochMilli(EventWindows.start(millis, SourceHistory.SECOND.toMillis()));
  }

  /** How one side's events make a second. */
  private interface Seconds<E extends SourceEvent, S> extends java.io.Serializable {
    Tally<E, S> tally();

    SourceHistory.Second second(Instant start, S summary);

    Instant first(S summary);
  }

  private record LoginSeconds(int maxEvidence) implements Seconds<LoginAttempt, LoginSummary> {
    @Override
    public Tally<LoginAttempt, LoginSummary> tally() {
      return new LoginSummary.Sum(maxEvidence);
    }

    @Override
    public SourceHistory.Second second(Instant start, LoginSummary summary) {
      return new SourceHistory.Second(start, summary, null);
    }

    @Override
    public Instant first(LoginSummary summary) {
      return summary.first();
    }
  }

  private record IntrusionSeconds(int maxEvidence) implements Seconds<Intrusion, IntrusionSummary> {
    @Override
    public Tally<Intrusion, IntrusionSummary> tally() {
      return new IntrusionSummary.Sum(maxEvidence);
    }

    @Override
    public SourceHistory.Second second(Instant start, IntrusionSummary summary) {
      return new SourceHistory.Second(start, null, summary);
    }

    @Override
    public Instant first(IntrusionSummary summary) {
      return summary.first();
    }
  }

  /** Sums up each bundle's events by source and second, so that a hot source costs little. */
  private static final class TallySeconds<E extends SourceEvent, S>
      extends DoFn<List<E>, KV<String, SourceHistory.Second>> {
    private static final long serialVersionUID = 1L;

    private record Key(String source, Instant second) {}

    private final Seconds<E, S> seconds;
    private transient Map<Key, Tally<E, S>> tallies;

    TallySeconds(Seconds<E, S> seconds) {
      this.seconds = seconds;
    }

    @StartBundle
    public void startBundle() {
      tallies = new HashMap<>();
    }

    @ProcessElement
    public void add(@Element List<E> events) {
      for (E event : events) {
        Key key = new Key(event.source(), second(event.timestamp().toEpochMilli()));
        tallies.computeIfAbsent(key, k -> seconds.tally()).add(event);
      }
    }

    @FinishBundle
    public void putOut(FinishBundleContext context) {
      tallies.forEach(
          (key, tally) -> {
            S summary = tally.summary();
            // The time of its first event, which still holds the watermark; the second's start
            // would not, once the watermark is within the second.
            context.output(
                KV.of(key.source, seconds.second(key.second, summary)),
                EventWindows.joda(seconds.first(summary)),
                GlobalWindow.INSTANCE);
          });
      tallies = null;
    }
  }

  /** Bounded input: everything is there, and each source's history is gone through once. */
  private static final class CorrelateShardFn
      extends DoFn<KV<Integer, Iterable<KV<String, SourceHistory.Second>>>, Alert> {
    private static final long serialVersionUID = 1L;

    private final Ecs.Rule rule;
    private final Duration memory;
    private final int shown;

    CorrelateShardFn(Ecs.Rule rule, Duration memory, int shown) {
      this.rule = rule;
      this.memory = memory;
      this.shown = shown;
    }

    @ProcessElement
    public void correlate(
        @Element KV<Integer, Iterable<KV<String, SourceHistory.Second>>> shard,
        OutputReceiver<Alert> out) {
      Map<String, TreeMap<Instant, SourceHistory.Second>> sources = new HashMap<>();
      for (KV<String, SourceHistory.Second> element : shard.getValue()) {
        SourceHistory.Second second = element.getValue();
        sources
            .computeIfAbsent(element.getKey(), s -> new TreeMap<>())
            .merge(second.start(), second, (a, b) -> a.plus(b, shown));
      }
      sources.forEach(
          (source, seconds) -> {
            SourceHistory.Terms terms = new SourceHistory.Terms(rule, source, memory, shown);
            SourceHistory history = SourceHistory.EMPTY;
            for (SourceHistory.Second second : seconds.values()) {
              history = put(history.take(second, terms), out);
            }
            put(history.advance(history.nextChange(memory), terms), out);
          });
    }
  }

  private static SourceHistory put(SourceHistory.Step step, DoFn.OutputReceiver<Alert> out) {
    step.alerts().forEach(out::output);
    return step.history();
  }

  /** Unbounded input: each source's history is kept, and goes on second by second. */
  private static final class CorrelateSourceFn
      extends DoFn<KV<String, SourceHistory.Second>, Alert> {
    private static final long serialVersionUID = 1L;

    private final Ecs.Rule rule;
    private final Duration memory;
    private final int shown;

    @StateId("pending")
    private final StateSpec<BagState<SourceHistory.Second>> pendingSpec = StateSpecs.bag();

    @StateId("history")
    private final StateSpec<ValueState<SourceHistory>> historySpec = StateSpecs.value();

    /** What the watermark wakes it at, in milliseconds since 1970: a timer cannot be asked. */
    @StateId("wakeAt")
    private final StateSpec<ValueState<Long>> wakeAtSpec = StateSpecs.value();

    @TimerId("wake")
    private final TimerSpec wakeSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    CorrelateSourceFn(Ecs.Rule rule, Duration memory, int shown) {
      this.rule = rule;
      this.memory = memory;
      this.shown = shown;
    }

    @ProcessElement
    public void add(
        @Element KV<String, SourceHistory.Second> element,
        @StateId("pending") BagState<SourceHistory.Second> pending,
        @AlwaysFetched @StateId("wakeAt") ValueState<Long> wakeAt,
        @TimerId("wake") Timer wake) {
      pending.add(element.getValue());
      long end = element.getValue().start().plus(SourceHistory.SECOND).toEpochMilli();
      Long set = wakeAt.read();
      if (set == null || end < set) {
        wakeAt.write(end);
        wake.set(EventWindows.reached(end));
      }
    }

    @OnTimer("wake")
    public void wake(
        OnTimerContext context,
        @Key String source,
        @StateId("pending") BagState<SourceHistory.Second> pending,
        @StateId("history") ValueState<SourceHistory> stored,
        @StateId("wakeAt") ValueState<Long> wakeAt,
        @TimerId("wake") Timer wake,
        OutputReceiver<Alert> out) {
      // All that the watermark has passed is taken at once: what waits is read and written anew
      // each time, so a jump of the watermark must not be gone through second by second.
      Instant now =
          second(
              Math.max(
                  EventWindows.reachedBy(context.fireTimestamp()), EventWindows.watermark(wake)));
      TreeMap<Instant, SourceHistory.Second> due = new TreeMap<>();
      TreeMap<Instant, SourceHistory.Second> early = new TreeMap<>();
      for (SourceHistory.Second second : pending.read()) {
        boolean isDue = !second.start().plus(SourceHistory.SECOND).isAfter(now);
        (isDue ? due : early).merge(second.start(), second, (a, b) -> a.plus(b, shown));
      }
      SourceHistory.Terms terms = new SourceHistory.Terms(rule, source, memory, shown);
      SourceHistory history = stored.read();
      if (history == null) {
        history = SourceHistory.EMPTY;
      }
      for (SourceHistory.Second second : due.values()) {
        history = put(history.take(second, terms), out);
      }
      history = put(history.advance(now, terms), out);

      pending.clear();
      early.values().forEach(pending::add);
      Instant next = early.isEmpty() ? null : early.firstKey().plus(SourceHistory.SECOND);
      if (history.isForgotten(now, memory)) {
        stored.clear();
      } else {
        stored.write(history);
        Instant change = history.nextChange(memory);
        next = next == null || change.isBefore(next) ? change : next;
      }
      if (next == null) {
        wakeAt.clear();
      } else {
        wakeAt.write(next.toEpochMilli());
        wake.set(EventWindows.reached(next.toEpochMilli()));
      }
    }
  }
}
