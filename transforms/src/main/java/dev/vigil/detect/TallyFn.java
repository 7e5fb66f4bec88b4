package dev.vigil.detect;

import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.SerializableFunction;

/** A {@link Tally} as Beam wants it, with the sum as the form in which it travels. */
final class TallyFn<E, S> extends Combine.CombineFn<E, Tally<E, S>, S> {
  private static final long serialVersionUID = 1L;

  private final Class<S> summaryType;
  private final SerializableFunction<Void, Tally<E, S>> create;

  TallyFn(Class<S> summaryType, SerializableFunction<Void, Tally<E, S>> create) {
    this.summaryType = summaryType;
    this.create = create;
  }

  @Override
  public Tally<E, S> createAccumulator() {
    return create.apply(null);
  }

  @Override
  public Tally<E, S> addInput(Tally<E, S> tally, E element) {
    return tally.add(element);
  }

  @Override
  public Tally<E, S> mergeAccumulators(Iterable<Tally<E, S>> tallies) {
    Tally<E, S> merged = createAccumulator();
    tallies.forEach(tally -> merged.addSummary(tally.summary()));
    return merged;
  }

  @Override
  public S extractOutput(Tally<E, S> tally) {
    return tally.summary();
  }

  @Override
  public Coder<Tally<E, S>> getAccumulatorCoder(CoderRegistry registry, Coder<E> inputCoder)
      throws CannotProvideCoderException {
    SerializableFunction<Void, Tally<E, S>> fresh = create;
    return DelegateCoder.of(
        NullableCoder.of(registry.getCoder(summaryType)),
        Tally::summary,
        summary -> fresh.apply(null).addSummary(summary));
  }

  @Override
  public Coder<S> getDefaultOutputCoder(CoderRegistry registry, Coder<E> inputCoder)
      throws CannotProvideCoderException {
    return registry.getCoder(summaryType);
  }
}
