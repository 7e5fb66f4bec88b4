package dev.vigil.detect;

import dev.vigil.event.SourceEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * @param <S> the sum of one key
 * @param <R> the sums of one shard
 */
final class TallyBundle<E extends SourceEvent, S, R>
    extends PTransform<PCollectionList<List<E>>, PCollection<KV<Integer, R>>> {
  private static final long serialVersionUID = 1L;

  private final Duration window;
  private final Coder<R> shardCoder;
  private final SerializableFunction<E, String> key;
  private final SerializableFunction<Void, Tally<E, S>> tally;
  private final SerializableFunction<Map<String, S>, R> shard;
  private final int shards;

  private TallyBundle(
      Duration window,
      Coder<R> shardCoder,
      SerializableFunction<E, String> key,
      SerializableFunction<Void, Tally<E, S>> tally,
      SerializableFunction<Map<String, S>, R> shard,
      int shards) {
    this.window = window;
    this.shardCoder = shardCoder;
    this.key = key;
    this.tally = tally;
    this.shard = shard;
    this.shards = shards;
  }

  /**
   * @param window the size of the windows, aligned to the epoch
   * @param tally makes the tally of a key
   * @param shard makes a shard of the sums by key
   * @param shards how many there are
   */
  static <E extends SourceEvent, S, R> TallyBundle<E, S, R> of(
      Duration window,
      Coder<R> shardCoder,
      SerializableFunction<E, String> key,
      SerializableFunction<Void, Tally<E, S>> tally,
      SerializableFunction<Map<String, S>, R> shard,
      int shards) {
    return new TallyBundle<>(window, shardCoder, key, tally, shard, shards);
  }

  @Override
  public PCollection<KV<Integer, R>> expand(PCollectionList<List<E>> parts) {
    PCollectionList<KV<Integer, R>> sums = PCollectionList.empty(parts.getPipeline());
    for (PCollection<List<E>> part : parts.getAll()) {
      sums =
          sums.and(
              part.apply(
                      "Tally" + sums.size(),
                      ParDo.of(new TallyDoFn<>(window.toMillis(), key, tally, shard, shards)))
                  .setCoder(KvCoder.of(VarIntCoder.of(), shardCoder)));
    }
    return sums.size() == 1 ? sums.get(0) : sums.apply("Tallies", Flatten.pCollections());
  }

  private static final class TallyDoFn<E extends SourceEvent, S, R>
      extends DoFn<List<E>, KV<Integer, R>> {
    private static final long serialVersionUID = 1L;

    private final long windowMillis;
    private final SerializableFunction<E, String> key;
    private final SerializableFunction<Void, Tally<E, S>> tally;
    private final SerializableFunction<Map<String, S>, R> shard;
    private final int shards;
    private transient Map<Long, Map<String, Tally<E, S>>> tallies;

    TallyDoFn(
        long windowMillis,
        SerializableFunction<E, String> key,
        SerializableFunction<Void, Tally<E, S>> tally,
        SerializableFunction<Map<String, S>, R> shard,
        int shards) {
      this.windowMillis = windowMillis;
      this.key = key;
      this.tally = tally;
      this.shard = shard;
      this.shards = shards;
    }

    @StartBundle
    public void startBundle() {
      tallies = new HashMap<>();
    }

    @ProcessElement
    public void add(@Element List<E> events) {
      for (E event : events) {
        String group = key.apply(event);
        if (group != null) {
          tallies
              .computeIfAbsent(
                  EventWindows.start(event.timestamp().toEpochMilli(), windowMillis),
                  start -> new HashMap<>())
              .computeIfAbsent(group, g -> tally.apply(null))
              .add(event);
        }
      }
    }

    @FinishBundle
    public void putOut(FinishBundleContext context) {
      tallies.forEach(
          (start, byKey) -> {
            Instant last = Instant.ofEpochMilli(start + windowMillis - 1);
            Map<Integer, Map<String, S>> byShard = new HashMap<>();
            byKey.forEach(
                (group, sum) ->
                    byShard
                        .computeIfAbsent(
                            Math.floorMod(group.hashCode(), shards), s -> new HashMap<>())
                        .put(group, sum.summary()));
            byShard.forEach(
                (number, sums) ->
                    context.output(KV.of(number, shard.apply(sums)), last, GlobalWindow.INSTANCE));
          });
      tallies = null;
    }
  }
}
