package dev.vigil.detect;

import dev.vigil.event.AlertFields;
import dev.vigil.event.Ecs;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SuspiciousLogins;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionList;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Finds sources with more login attempts in a window than a threshold.
 *
 * <p>In go lists of {@link LoginAttempt}s, each with the earliest of their event times as element
 * timestamp. Attempts of every outcome are counted per key in tumbling windows of event time,
 * aligned to the epoch, each from its start, inclusive, to its end, exclusive. Out comes one {@link
 * SuspiciousLogins} for each key and window with more attempts than the threshold, when the
 * watermark passes the window's end; and after that, for each late attempt within the allowed
 * lateness, a new revision of the record, with the same id. What comes later than that is dropped:
 * see {@link SeparateLate}. The records of bounded input are in the global window.
 *
 * <p>Attempts are summed up bundle by bundle and shuffled by shard, not by key, because what a
 * keyed element costs does not depend on its size: the shuffle carries few, large elements.
 */
public final class DetectSuspiciousLogins
    extends PTransform<PCollection<List<LoginAttempt>>, PCollection<SuspiciousLogins>> {
  private static final long serialVersionUID = 1L;

  /** The rule's id, unless another is given. */
  public static final String RULE_ID = "suspicious-logins";

  private static final int WINDOWS_TOGETHER = 180;

  private final String ruleId;
  private final Duration window;
  private final long threshold;
  private final Duration allowedLateness;
  private final String keyField;
  private final SerializableFunction<LoginAttempt, String> key;
  private final int shown;
  private final int shards;
  private final transient @Nullable PCollection<List<LoginAttempt>> others;

  private DetectSuspiciousLogins(
      String ruleId,
      Duration window,
      long threshold,
      Duration allowedLateness,
      String keyField,
      SerializableFunction<LoginAttempt, String> key,
      int shown,
      int shards,
      @Nullable PCollection<List<LoginAttempt>> others) {
    this.ruleId = ruleId;
    this.window = window;
    this.threshold = threshold;
    this.allowedLateness = allowedLateness;
    this.keyField = keyField;
    this.key = key;
    this.shown = shown;
    this.shards = shards;
    this.others = others;
  }

  /** More than 5 attempts of one source in 20 seconds; no lateness allowed. */
  public static DetectSuspiciousLogins create() {
    return new DetectSuspiciousLogins(
        RULE_ID,
        Duration.ofSeconds(20),
        5,
        Duration.ZERO,
        "source.address",
        LoginAttempt::source,
        10,
        8,
        null);
  }

  /**
   * Another rule id than {@value #RULE_ID}. It is part of the records' ids: where one pipeline
   * counts by two keys or in two windows, give each its own.
   */
  public DetectSuspiciousLogins withRuleId(String value) {
    return new DetectSuspiciousLogins(
        value, window, threshold, allowedLateness, keyField, key, shown, shards, others);
  }

  /** The windows' size. */
  public DetectSuspiciousLogins withWindow(Duration value) {
    return new DetectSuspiciousLogins(
        ruleId, value, threshold, allowedLateness, keyField, key, shown, shards, others);
  }

  /** The number of attempts that is still inconspicuous. */
  public DetectSuspiciousLogins withThreshold(long value) {
    return new DetectSuspiciousLogins(
        ruleId, window, value, allowedLateness, keyField, key, shown, shards, others);
  }

  /** How long after a window's end its late attempts still count. */
  public DetectSuspiciousLogins withAllowedLateness(Duration value) {
    return new DetectSuspiciousLogins(
        ruleId, window, threshold, value, keyField, key, shown, shards, others);
  }

  /**
   * What attempts are counted by.
   *
   * @param field the ECS name of it, for the record
   * @param function the key of an attempt; attempts for which it is null are not counted
   */
  public DetectSuspiciousLogins withKey(
      String field, SerializableFunction<LoginAttempt, String> function) {
    return new DetectSuspiciousLogins(
        ruleId, window, threshold, allowedLateness, field, function, shown, shards, others);
  }

  /** How many user names and event ids a record shows; 1 to {@value Evidence#MAX}. */
  public DetectSuspiciousLogins withShown(int value) {
    Evidence.checkShown(value);
    return new DetectSuspiciousLogins(
        ruleId, window, threshold, allowedLateness, keyField, key, value, shards, others);
  }

  /** How many shards share the keys of a window: the most workers that can count it. */
  public DetectSuspiciousLogins withShards(int value) {
    return new DetectSuspiciousLogins(
        ruleId, window, threshold, allowedLateness, keyField, key, shown, value, others);
  }

  /** Until when an event counts. */
  public SeparateLate.Deadline deadline() {
    return new SeparateLate.Deadline(ruleId, window, allowedLateness);
  }

  private Ecs.Rule rule() {
    return new Ecs.Rule(
        ruleId,
        "Suspicious logins",
        null,
        "More than "
            + threshold
            + " login attempts with one "
            + keyField
            + " in "
            + window.toSeconds()
            + " s",
        "1");
  }

  /**
   * Counts these attempts, too: those that were {@link SeparateLate separated from late ones}. To
   * bring them together with the others before would cost a shuffle of all of them.
   */
  public DetectSuspiciousLogins and(PCollection<List<LoginAttempt>> value) {
    return new DetectSuspiciousLogins(
        ruleId, window, threshold, allowedLateness, keyField, key, shown, shards, value);
  }

  @Override
  public PCollection<SuspiciousLogins> expand(PCollection<List<LoginAttempt>> logins) {
    PCollectionList<List<LoginAttempt>> all = PCollectionList.of(logins);
    all = others == null ? all : all.and(others);
    return all.getAll().stream().allMatch(part -> part.isBounded() == IsBounded.BOUNDED)
        ? countBounded(all)
        : countUnbounded(all);
  }

  private PCollection<SuspiciousLogins> countUnbounded(PCollectionList<List<LoginAttempt>> logins) {
    return logins
        .apply("TallyBundle", tallyBundle(window, key))
        .apply(
            "Window",
            Window.<KV<Integer, LoginShard>>into(EpochWindows.of(window))
                .withAllowedLateness(EventWindows.joda(allowedLateness))
                .discardingFiredPanes())
        .apply(
            "CountWindow",
            ParDo.of(new CountWindow(rule(), keyField, threshold, shown, allowedLateness)));
  }

  /**
   * All of bounded input is there before any window ends. So many windows go through the shuffle
   * together, each with its start in front of the keys: what a window costs does not depend on what
   * is in it either, and old logs have many windows with little in them.
   */
  private PCollection<SuspiciousLogins> countBounded(PCollectionList<List<LoginAttempt>> logins) {
    SerializableFunction<LoginAttempt, String> ofLogin = key;
    long size = window.toMillis();
    Duration together = window.multipliedBy(WINDOWS_TOGETHER);
    return logins
        .apply(
            "TallyBundle",
            tallyBundle(
                together,
                login -> {
                  String group = ofLogin.apply(login);
                  long millis = login.timestamp().toEpochMilli();
                  return group == null ? null : EventWindows.start(millis, size) + " " + group;
                }))
        .apply(
            "Window",
            Window.<KV<Integer, LoginShard>>into(EpochWindows.of(together))
                .triggering(DefaultTrigger.of())
                .withAllowedLateness(org.joda.time.Duration.ZERO)
                .discardingFiredPanes())
        .apply("GatherShards", GroupByKey.create())
        .apply(
            "CountWindows", ParDo.of(new CountWindows(rule(), keyField, threshold, shown, window)))
        .apply("Results", Rewindow.globally());
  }

  private TallyBundle<LoginAttempt, LoginShard> tallyBundle(
      Duration windows, SerializableFunction<LoginAttempt, String> groupOf) {
    int maxEvidence = shown;
    return TallyBundle.of(
        windows, LoginShard.CODER, groupOf, nothing -> new LoginShard.Sum(maxEvidence), shards);
  }

  /** The record of a key in a window. */
  private static SuspiciousLogins record(
      Ecs.Rule rule,
      String keyField,
      String key,
      AlertFields.Window window,
      LoginSummary logins,
      int shown) {
    return new SuspiciousLogins(
        window.end(),
        new AlertFields.Event(
            AlertFields.alertId(rule, key, window.start().toString()),
            "alert",
            List.of("authentication"),
            List.of("info"),
            logins.first(),
            logins.last()),
        rule,
        keyField.equals("source.address") ? AlertFields.Source.of(key) : null,
        new SuspiciousLogins.Details(
            logins.attempts(),
            new SuspiciousLogins.Group(keyField, key),
            window,
            logins.facts(shown)));
  }

  /** Adds up a shard's tallies of many windows. */
  private static final class CountWindows
      extends DoFn<KV<Integer, Iterable<LoginShard>>, SuspiciousLogins> {
    private static final long serialVersionUID = 1L;

    private final Ecs.Rule rule;
    private final String keyField;
    private final long threshold;
    private final int shown;
    private final Duration window;

    CountWindows(Ecs.Rule rule, String keyField, long threshold, int shown, Duration window) {
      this.rule = rule;
      this.keyField = keyField;
      this.threshold = threshold;
      this.shown = shown;
      this.window = window;
    }

    @ProcessElement
    public void count(
        @Element KV<Integer, Iterable<LoginShard>> shard, OutputReceiver<SuspiciousLogins> out) {
      LoginShard.Together total = new LoginShard.Together();
      shard.getValue().forEach(total::add);
      total
          .summariesAbove(threshold, shown)
          .forEach(
              (startAndGroup, logins) -> {
                int blank = startAndGroup.indexOf(' ');
                Instant start =
                    Instant.ofEpochMilli(Long.parseLong(startAndGroup.substring(0, blank)));
                out.output(
                    record(
                        rule,
                        keyField,
                        startAndGroup.substring(blank + 1),
                        new AlertFields.Window(start, start.plus(window)),
                        logins,
                        shown));
              });
    }
  }

  /** Adds up a shard's tallies when its window ends, and again when late ones come. */
  private static final class CountWindow extends DoFn<KV<Integer, LoginShard>, SuspiciousLogins> {
    private static final long serialVersionUID = 1L;

    private final Ecs.Rule rule;
    private final String keyField;
    private final long threshold;
    private final int shown;
    private final boolean lateMayCome;

    @StateId("judged")
    private final StateSpec<BagState<LoginShard>> judgedSpec = StateSpecs.bag(LoginShard.CODER);

    @StateId("fresh")
    private final StateSpec<BagState<LoginShard>> freshSpec = StateSpecs.bag(LoginShard.CODER);

    @TimerId("judge")
    private final TimerSpec judgeSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    CountWindow(
        Ecs.Rule rule, String keyField, long threshold, int shown, Duration allowedLateness) {
      this.rule = rule;
      this.keyField = keyField;
      this.threshold = threshold;
      this.shown = shown;
      this.lateMayCome = !allowedLateness.isZero();
    }

    @ProcessElement
    public void add(
        @Element KV<Integer, LoginShard> tally,
        BoundedWindow window,
        @StateId("fresh") BagState<LoginShard> fresh,
        @TimerId("judge") Timer judge) {
      fresh.add(tally.getValue());
      judge.set(window.maxTimestamp());
    }

    @OnTimer("judge")
    public void judge(
        BoundedWindow window,
        @StateId("fresh") BagState<LoginShard> fresh,
        @StateId("judged") BagState<LoginShard> judged,
        OutputReceiver<SuspiciousLogins> out) {
      LoginShard.Together total = new LoginShard.Together();
      List<LoginShard> read = new ArrayList<>();
      Set<String> changed = new HashSet<>();
      for (LoginShard tally : fresh.read()) {
        total.add(tally);
        if (lateMayCome) {
          read.add(tally);
          changed.addAll(tally.keys());
        }
      }
      for (LoginShard tally : judged.read()) {
        total.add(tally);
      }
      fresh.clear();
      read.forEach(judged::add);
      AlertFields.Window span = EventWindows.of((IntervalWindow) window);
      total
          .summariesAbove(threshold, shown)
          .forEach(
              (group, logins) -> {
                // Only what came since the last time can have changed.
                if (!lateMayCome || changed.contains(group)) {
                  out.output(record(rule, keyField, group, span, logins, shown));
                }
              });
    }
  }
}
