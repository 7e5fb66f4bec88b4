package dev.vigil.detect;

import java.util.HashMap;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The login attempts of one shard of the keys, summed up by key. */
record LoginShard(Map<String, LoginSummary> byKey) {

  long events() {
    return byKey.values().stream().mapToLong(LoginSummary::events).sum();
  }

  /** Adds up shards. */
  static final class Sum implements Tally<LoginShard, LoginShard> {
    private final int maxEvidence;
    private final Map<String, LoginSummary.Sum> byKey = new HashMap<>();

    Sum(int maxEvidence) {
      this.maxEvidence = maxEvidence;
    }

    @Override
    public Sum add(LoginShard shard) {
      shard.byKey.forEach(
          (key, summary) ->
              byKey
                  .computeIfAbsent(key, k -> new LoginSummary.Sum(maxEvidence))
                  .addSummary(summary));
      return this;
    }

    @Override
    public Sum addSummary(@Nullable LoginShard shard) {
      return shard == null ? this : add(shard);
    }

    /** Never null: some runners ask for the sum of a window once more when all of it is gone. */
    @Override
    public LoginShard summary() {
      Map<String, LoginSummary> summaries = new HashMap<>();
      byKey.forEach((key, sum) -> summaries.put(key, sum.summary()));
      return new LoginShard(summaries);
    }
  }
}
