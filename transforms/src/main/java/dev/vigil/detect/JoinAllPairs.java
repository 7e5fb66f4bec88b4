package dev.vigil.detect;

import static org.apache.beam.sdk.values.TypeDescriptors.integers;

import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SourceEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The plain join of logins and IDS events on the source, as SQL has it: every pair, once.
 *
 * <p>In go {@link Sides}, bounded; out comes a {@link Pair} for every login and IDS event of the
 * same source, or of the same source in the same window. n logins and m IDS events of a source make
 * n × m pairs, so this is for checking other detections against. The IDS events of a shard of the
 * sources must fit into memory.
 */
public final class JoinAllPairs
    extends PTransform<PCollectionTuple, PCollection<JoinAllPairs.Pair>> {
  private static final long serialVersionUID = 1L;

  private static final int SHARDS = 32;

  private static final TupleTag<LoginAttempt> LOGINS = new TupleTag<>("logins") {};
  private static final TupleTag<Intrusion> INTRUSIONS = new TupleTag<>("intrusions") {};

  private final @Nullable Duration window;

  private JoinAllPairs(@Nullable Duration window) {
    this.window = window;
  }

  /** All the pairs of all time. */
  public static JoinAllPairs create() {
    return new JoinAllPairs(null);
  }

  /** Only those in the same window of that size, aligned to the epoch. */
  public JoinAllPairs withWindow(Duration value) {
    return new JoinAllPairs(value);
  }

  @Override
  public PCollection<Pair> expand(PCollectionTuple sides) {
    return KeyedPCollectionTuple.of(LOGINS, byShard("Logins", sides.get(Sides.LOGINS)))
        .and(INTRUSIONS, byShard("Intrusions", sides.get(Sides.INTRUSIONS)))
        .apply("JoinByShard", CoGroupByKey.create())
        .apply("Pair", ParDo.of(new PairFn()));
  }

  private <E extends SourceEvent> PCollection<KV<Integer, E>> byShard(
      String name, PCollection<List<E>> lists) {
    PCollection<E> events =
        lists
            .apply("Each" + name, ParDo.of(new EachFn<E>()))
            .setCoder(((ListCoder<E>) lists.getCoder()).getElemCoder());
    if (window != null) {
      events = events.apply("Window" + name, Window.into(EpochWindows.of(window)));
    }
    return events.apply(
        "Key" + name,
        WithKeys.of((E event) -> Math.floorMod(event.source().hashCode(), SHARDS))
            .withKeyType(integers()));
  }

  /** Each with its own time. */
  private static final class EachFn<E extends SourceEvent> extends DoFn<List<E>, E> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void putOut(@Element List<E> events, OutputReceiver<E> out) {
      for (E event : events) {
        out.outputWithTimestamp(event, EventWindows.joda(event.timestamp()));
      }
    }
  }

  /** One login and one IDS event of the same source. */
  public record Pair(
      String source,
      @Nullable String user,
      Instant loginTime,
      Instant intrusionTime,
      @Nullable String severity,
      @Nullable String classification) {}

  private static final class PairFn extends DoFn<KV<Integer, CoGbkResult>, Pair> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void pair(@Element KV<Integer, CoGbkResult> shard, OutputReceiver<Pair> out) {
      Map<String, List<Intrusion>> intrusions = new HashMap<>();
      for (Intrusion intrusion : shard.getValue().getAll(INTRUSIONS)) {
        intrusions.computeIfAbsent(intrusion.source(), s -> new ArrayList<>()).add(intrusion);
      }
      for (LoginAttempt login : shard.getValue().getAll(LOGINS)) {
        for (Intrusion intrusion : intrusions.getOrDefault(login.source(), List.of())) {
          out.output(
              new Pair(
                  login.source(),
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
