package dev.vigil.detect;

import java.util.HashMap;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The IDS alerts of one shard of the keys, summed up by key. */
record IntrusionShard(Map<String, IntrusionSummary> byKey) {

  long events() {
    return byKey.values().stream().mapToLong(IntrusionSummary::events).sum();
  }

  /** Adds up shards. */
  static final class Sum implements Tally<IntrusionShard, IntrusionShard> {
    private final int maxEvidence;
    private final Map<String, IntrusionSummary.Sum> byKey = new HashMap<>();

    Sum(int maxEvidence) {
      this.maxEvidence = maxEvidence;
    }

    @Override
    public Sum add(IntrusionShard shard) {
      shard.byKey.forEach(
          (key, summary) ->
              byKey
                  .computeIfAbsent(key, k -> new IntrusionSummary.Sum(maxEvidence))
                  .addSummary(summary));
      return this;
    }

    @Override
    public Sum addSummary(@Nullable IntrusionShard shard) {
      return shard == null ? this : add(shard);
    }

    /** Never null: some runners ask for the sum of a window once more when all of it is gone. */
    @Override
    public IntrusionShard summary() {
      Map<String, IntrusionSummary> summaries = new HashMap<>();
      byKey.forEach((key, sum) -> summaries.put(key, sum.summary()));
      return new IntrusionShard(summaries);
    }
  }
}
