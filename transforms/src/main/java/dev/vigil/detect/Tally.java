package dev.vigil.detect;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Sums things up.
 *
 * @param <E> what is summed up
 * @param <S> the sum: an immutable record, which depends on what was added and not on the order
 */
interface Tally<E, S> {
  Tally<E, S> add(E element);

  /** Adds what another tally summed up; null is nothing. */
  Tally<E, S> addSummary(@Nullable S summary);

  /** Null if nothing was added. */
  @Nullable S summary();
}
