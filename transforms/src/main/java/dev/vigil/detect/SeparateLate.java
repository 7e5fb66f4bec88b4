package dev.vigil.detect;

import dev.vigil.event.LateEvent;
import dev.vigil.event.SourceEvent;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * Finds the events that come too late for a detection, which Beam itself would drop without a word.
 *
 * <p>In go lists of events, each with the earliest of their event times as element timestamp. For
 * each {@link Deadline} there is an output of such lists of the events that are in time for it,
 * {@link #inTime}, and all that are not come out as {@link LateEvent}s under {@link #LATE}, one for
 * each deadline missed. Nothing comes late in bounded input: it passes as it is.
 *
 * <p>How exact this is: the events go by shard, in the global window where nothing is dropped. A
 * shard knows the watermark from its timer where the runner lets it tell, as the Direct runner and
 * Flink do. Through the portability API it is not told: there a shard knows only the deadlines of
 * the events that it has had, at which its timer fires; whatever belongs to that window or to an
 * earlier one is late then. Should the watermark pass a deadline between this step and the
 * detection, the detection drops what this step let pass; runners that fuse the two leave no such
 * gap.
 */
public final class SeparateLate<E extends SourceEvent>
    extends PTransform<PCollection<List<E>>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  /** The events that were late for a detection. */
  public static final TupleTag<LateEvent> LATE = new TupleTag<>("late") {};

  private static final int SHARDS = 8;

  private final TypeDescriptor<E> type;
  private final List<Deadline> deadlines;

  private SeparateLate(TypeDescriptor<E> type, List<Deadline> deadlines) {
    this.type = type;
    this.deadlines = deadlines;
  }

  /**
   * @param type of the events
   * @param deadlines one for each detection that the events go to
   */
  public static <E extends SourceEvent> SeparateLate<E> of(Class<E> type, Deadline... deadlines) {
    return new SeparateLate<>(TypeDescriptor.of(type), List.of(deadlines));
  }

  /** The output of the events that are in time for a rule. */
  public static <E extends SourceEvent> TupleTag<List<E>> inTime(String ruleId) {
    return new TupleTag<>("in-time-for-" + ruleId);
  }

  /**
   * Until when an event counts in a detection: until the watermark passes its window's end by the
   * allowed lateness.
   *
   * @param window the size of its windows, aligned to the epoch
   */
  public record Deadline(String ruleId, Duration window, Duration allowedLateness)
      implements Serializable {

    Instant windowStart(Instant time) {
      return Instant.ofEpochMilli(EventWindows.start(time.toEpochMilli(), window.toMillis()));
    }

    /** Milliseconds since 1970. */
    long of(Instant time) {
      return windowStart(time).plus(window).plus(allowedLateness).toEpochMilli();
    }
  }

  @Override
  public PCollectionTuple expand(PCollection<List<E>> events) {
    if (events.isBounded() == IsBounded.BOUNDED) {
      PCollectionTuple all =
          PCollectionTuple.of(
              LATE,
              events
                  .getPipeline()
                  .apply("NoneLate", Create.empty(TypeDescriptor.of(LateEvent.class))));
      for (Deadline deadline : deadlines) {
        all = all.and(SeparateLate.<E>inTime(deadline.ruleId), events);
      }
      return all;
    }
    Coder<List<E>> coder = events.getCoder();
    TupleTagList inTime = TupleTagList.empty();
    for (Deadline deadline : deadlines) {
      inTime = inTime.and(inTime(deadline.ruleId));
    }
    PCollectionTuple separated =
        events
            .apply("NeverDropped", Window.<List<E>>into(new GlobalWindows()))
            .apply("GatherBundle", ParDo.of(new GatherBundle<E>()))
            .setCoder(KvCoder.of(VarIntCoder.of(), coder))
            .apply("Separate", ParDo.of(new SeparateFn<E>(deadlines)).withOutputTags(LATE, inTime));
    for (Deadline deadline : deadlines) {
      separated
          .get(SeparateLate.<E>inTime(deadline.ruleId))
          .setCoder(coder)
          .setTypeDescriptor(TypeDescriptors.lists(type));
    }
    return separated;
  }

  /** Gathers each bundle's events by shard: few large elements are cheaper than many small ones. */
  private static final class GatherBundle<E extends SourceEvent>
      extends DoFn<List<E>, KV<Integer, List<E>>> {
    private static final long serialVersionUID = 1L;

    private transient Map<Integer, List<E>> shards;

    @StartBundle
    public void startBundle() {
      shards = new LinkedHashMap<>();
    }

    @ProcessElement
    public void add(@Element List<E> events) {
      for (E event : events) {
        int shard = Math.floorMod(event.source().hashCode(), SHARDS);
        shards.computeIfAbsent(shard, s -> new ArrayList<>()).add(event);
      }
    }

    @FinishBundle
    public void putOut(FinishBundleContext context) {
      shards.forEach(
          (shard, events) ->
              // The earliest time in it, so that none goes out again before its element.
              context.output(
                  KV.of(shard, events),
                  EventWindows.joda(SourceEvent.earliest(events)),
                  GlobalWindow.INSTANCE));
      shards = null;
    }
  }

  private static final class SeparateFn<E extends SourceEvent>
      extends DoFn<KV<Integer, List<E>>, LateEvent> {
    private static final long serialVersionUID = 1L;

    private final List<Deadline> deadlines;

    @StateId("known")
    private final StateSpec<ValueState<Known>> knownSpec = StateSpecs.value();

    /** Fires at the next of the deadlines that are coming. */
    @TimerId("next")
    private final TimerSpec nextSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    SeparateFn(List<Deadline> deadlines) {
      this.deadlines = deadlines;
    }

    @ProcessElement
    public void separate(
        @Element KV<Integer, List<E>> shard,
        @AlwaysFetched @StateId("known") ValueState<Known> state,
        @TimerId("next") Timer next,
        MultiOutputReceiver out) {
      Known known = Objects.requireNonNullElse(state.read(), Known.NOTHING);
      // The timer tells only of deadlines that this shard has had an event for.
      long passed = Math.max(known.passed, EventWindows.watermark(next));
      TreeSet<Long> coming = new TreeSet<>(known.coming);
      for (Deadline deadline : deadlines) {
        List<E> inTime = new ArrayList<>();
        for (E event : shard.getValue()) {
          long due = deadline.of(event.timestamp());
          if (due <= passed) {
            out.get(LATE)
                .outputWithTimestamp(
                    LateEvent.of(
                        event,
                        deadline.ruleId,
                        deadline.windowStart(event.timestamp()),
                        deadline.window),
                    EventWindows.joda(event.timestamp()));
          } else {
            coming.add(due);
            inTime.add(event);
          }
        }
        if (!inTime.isEmpty()) {
          out.get(SeparateLate.<E>inTime(deadline.ruleId))
              .outputWithTimestamp(inTime, EventWindows.joda(SourceEvent.earliest(inTime)));
        }
      }
      goOn(state, next, passed, coming);
    }

    @OnTimer("next")
    public void pass(
        OnTimerContext context,
        @AlwaysFetched @StateId("known") ValueState<Known> state,
        @TimerId("next") Timer next) {
      Known known = Objects.requireNonNullElse(state.read(), Known.NOTHING);
      long fired = EventWindows.reachedBy(context.fireTimestamp());
      goOn(state, next, Math.max(known.passed, fired), new TreeSet<>(known.coming));
    }

    private static void goOn(
        ValueState<Known> state, Timer next, long passed, TreeSet<Long> coming) {
      coming.headSet(passed, true).clear();
      state.write(new Known(passed, List.copyOf(coming)));
      if (!coming.isEmpty()) {
        next.set(EventWindows.reached(coming.first()));
      }
    }
  }

  /**
   * What a shard knows of the watermark; in milliseconds since 1970.
   *
   * @param passed a time that the watermark has reached
   * @param coming the deadlines after it that there have been events for, in order
   */
  record Known(long passed, List<Long> coming) {
    static final Known NOTHING = new Known(Long.MIN_VALUE, List.of());
  }
}
