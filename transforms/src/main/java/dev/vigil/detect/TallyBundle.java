package dev.vigil.detect;

import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * Sums up the elements of each bundle by window and key, and puts the sums out by window and shard
 * of the keys.
 *
 * <p>What a keyed element costs a runner does not depend on its size: so few large ones go through
 * the shuffle, in place of one for each event. An element whose key is null is left out. The sums
 * have the time of their window's end.
 *
 * @param <E> what is summed up
 * @param <S> the sum of one key
 * @param <R> the sums of one shard
 */
final class TallyBundle<E, S, R> extends PTransform<PCollection<E>, PCollection<KV<Integer, R>>> {
  private static final long serialVersionUID = 1L;

  private final Class<R> shardType;
  private final SerializableFunction<E, String> key;
  private final SerializableFunction<Void, Tally<E, S>> tally;
  private final SerializableFunction<Map<String, S>, R> shard;
  private final int shards;

  private TallyBundle(
      Class<R> shardType,
      SerializableFunction<E, String> key,
      SerializableFunction<Void, Tally<E, S>> tally,
      SerializableFunction<Map<String, S>, R> shard,
      int shards) {
    this.shardType = shardType;
    this.key = key;
    this.tally = tally;
    this.shard = shard;
    this.shards = shards;
  }

  /**
   * @param tally makes the tally of a key
   * @param shard makes a shard of the sums by key
   * @param shards how many there are
   */
  static <E, S, R> TallyBundle<E, S, R> of(
      Class<R> shardType,
      SerializableFunction<E, String> key,
      SerializableFunction<Void, Tally<E, S>> tally,
      SerializableFunction<Map<String, S>, R> shard,
      int shards) {
    return new TallyBundle<>(shardType, key, tally, shard, shards);
  }

  @Override
  public PCollection<KV<Integer, R>> expand(PCollection<E> elements) {
    return elements.apply("Tally", ParDo.of(new TallyDoFn<>(this))).setCoder(coder(elements));
  }

  private Coder<KV<Integer, R>> coder(PCollection<E> elements) {
    try {
      return KvCoder.of(
          VarIntCoder.of(), elements.getPipeline().getCoderRegistry().getCoder(shardType));
    } catch (CannotProvideCoderException e) {
      throw new IllegalStateException("every record has a coder", e);
    }
  }

  private static final class TallyDoFn<E, S, R> extends DoFn<E, KV<Integer, R>> {
    private static final long serialVersionUID = 1L;

    private final TallyBundle<E, S, R> spec;
    private transient Map<BoundedWindow, Map<String, Tally<E, S>>> tallies;

    TallyDoFn(TallyBundle<E, S, R> spec) {
      this.spec = spec;
    }

    @StartBundle
    public void startBundle() {
      tallies = new HashMap<>();
    }

    @ProcessElement
    public void add(@Element E element, BoundedWindow window) {
      String group = spec.key.apply(element);
      if (group != null) {
        tallies
            .computeIfAbsent(window, w -> new HashMap<>())
            .computeIfAbsent(group, g -> spec.tally.apply(null))
            .add(element);
      }
    }

    @FinishBundle
    public void putOut(FinishBundleContext context) {
      tallies.forEach(
          (window, byKey) -> {
            Map<Integer, Map<String, S>> byShard = new HashMap<>();
            byKey.forEach(
                (group, sum) ->
                    byShard
                        .computeIfAbsent(
                            Math.floorMod(group.hashCode(), spec.shards), s -> new HashMap<>())
                        .put(group, sum.summary()));
            byShard.forEach(
                (number, sums) ->
                    context.output(
                        KV.of(number, spec.shard.apply(sums)), window.maxTimestamp(), window));
          });
      tallies = null;
    }
  }
}
