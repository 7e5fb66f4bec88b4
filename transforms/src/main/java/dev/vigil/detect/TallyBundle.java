package dev.vigil.detect;

import dev.vigil.event.SourceEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.joda.time.Instant;

/**
 * Sums up the elements of each bundle by window and key, and puts the sums out by window and shard
 * of the keys.
 *
 * <p>What a keyed element costs a runner does not depend on its size: so few large ones go through
 * the shuffle, in place of one for each event. An event whose key is null is left out. The sums are
 * in the global window, with the last millisecond of their own as element timestamp. Several
 * collections are summed up each on its own, where they come from: to bring them together before
 * would cost a shuffle of all their elements.
 *
 * @param <E> what is summed up
 * @param <R> the sums of one shard
 */
final class TallyBundle<E extends SourceEvent, R>
    extends PTransform<PCollectionList<List<E>>, PCollection<KV<Integer, R>>> {
  private static final long serialVersionUID = 1L;

  /** So many events are summed up at once, and not more: they should still be in the cache. */
  private static final int MOST_TOGETHER = 5_000;

  private final Duration window;
  private final Coder<R> shardCoder;
  private final SerializableFunction<E, String> key;
  private final SerializableFunction<Void, ShardTally<E, R>> tally;
  private final int shards;

  private TallyBundle(
      Duration window,
      Coder<R> shardCoder,
      SerializableFunction<E, String> key,
      SerializableFunction<Void, ShardTally<E, R>> tally,
      int shards) {
    this.window = window;
    this.shardCoder = shardCoder;
    this.key = key;
    this.tally = tally;
    this.shards = shards;
  }

  /**
   * @param window the size of the windows, aligned to the epoch
   * @param tally makes an empty tally of a shard
   * @param shards how many there are
   */
  static <E extends SourceEvent, R> TallyBundle<E, R> of(
      Duration window,
      Coder<R> shardCoder,
      SerializableFunction<E, String> key,
      SerializableFunction<Void, ShardTally<E, R>> tally,
      int shards) {
    return new TallyBundle<>(window, shardCoder, key, tally, shards);
  }

  @Override
  public PCollection<KV<Integer, R>> expand(PCollectionList<List<E>> parts) {
    PCollectionList<KV<Integer, R>> sums = PCollectionList.empty(parts.getPipeline());
    for (PCollection<List<E>> part : parts.getAll()) {
      sums =
          sums.and(
              part.apply(
                      "Tally" + sums.size(),
                      ParDo.of(new TallyDoFn<>(window.toMillis(), key, tally, shards)))
                  .setCoder(KvCoder.of(VarIntCoder.of(), shardCoder)));
    }
    return sums.size() == 1 ? sums.get(0) : sums.apply("Tallies", Flatten.pCollections());
  }

  private static final class TallyDoFn<E extends SourceEvent, R>
      extends DoFn<List<E>, KV<Integer, R>> {
    private static final long serialVersionUID = 1L;

    private final long windowMillis;
    private final SerializableFunction<E, String> key;
    private final SerializableFunction<Void, ShardTally<E, R>> tally;
    private final int shards;

    /** By window's start. */
    private transient Map<Long, List<ShardTally<E, R>>> windows;

    private transient int events;
    private transient List<Sum<R>> sums;

    private record Sum<R>(long windowStart, int shard, R sum) {}

    TallyDoFn(
        long windowMillis,
        SerializableFunction<E, String> key,
        SerializableFunction<Void, ShardTally<E, R>> tally,
        int shards) {
      this.windowMillis = windowMillis;
      this.key = key;
      this.tally = tally;
      this.shards = shards;
    }

    @StartBundle
    public void startBundle() {
      windows = new HashMap<>();
      events = 0;
      sums = new ArrayList<>();
    }

    @ProcessElement
    public void add(@Element List<E> together) {
      long current = Long.MIN_VALUE;
      List<ShardTally<E, R>> tallies = List.of();
      for (E event : together) {
        String group = key.apply(event);
        if (group == null) {
          continue;
        }
        long start = EventWindows.start(event.timestamp().toEpochMilli(), windowMillis);
        if (start != current) {
          tallies = windows.computeIfAbsent(start, s -> emptyTallies());
          current = start;
        }
        tallies.get(Math.floorMod(group.hashCode(), shards)).add(group, event);
      }
      events += together.size();
      if (events >= MOST_TOGETHER) {
        sumUp();
      }
    }

    private List<ShardTally<E, R>> emptyTallies() {
      return Stream.generate(() -> tally.apply(null)).limit(shards).toList();
    }

    private void sumUp() {
      windows.forEach(
          (start, tallies) -> {
            for (int shard = 0; shard < shards; shard++) {
              if (!tallies.get(shard).isEmpty()) {
                sums.add(new Sum<>(start, shard, tallies.get(shard).sum()));
              }
            }
          });
      windows.clear();
      events = 0;
    }

    @FinishBundle
    public void putOut(FinishBundleContext context) {
      sumUp();
      for (Sum<R> sum : sums) {
        Instant last = Instant.ofEpochMilli(sum.windowStart + windowMillis - 1);
        context.output(KV.of(sum.shard, sum.sum), last, GlobalWindow.INSTANCE);
      }
      windows = null;
      sums = null;
    }
  }
}
