package dev.vigil.detect;

/**
 * Sums up the events of the keys of one shard.
 *
 * @param <E> what is summed up
 * @param <R> the sums by key: immutable, and whatever the order in which events were added
 */
interface ShardTally<E, R> {
  void add(String key, E event);

  /** Whether nothing was added. */
  boolean isEmpty();

  R sum();
}
