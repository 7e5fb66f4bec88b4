package dev.vigil.detect;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.beam.sdk.coders.Coder;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The login attempts of one shard of the keys, summed up by key. */
record LoginShard(Map<String, LoginSummary> byKey) {

  static final Coder<LoginShard> CODER = new LoginShardCoder();

  /** Adds up shards. */
  static final class Sum implements Tally<LoginShard, LoginShard> {
    private final int maxEvidence;
    private final Predicate<String> wanted;
    private final Map<String, LoginSummary.Sum> byKey = new HashMap<>();

    Sum(int maxEvidence) {
      this(maxEvidence, key -> true);
    }

    /**
     * @param wanted the keys that are to be added up; others are left out
     */
    Sum(int maxEvidence, Predicate<String> wanted) {
      this.maxEvidence = maxEvidence;
      this.wanted = wanted;
    }

    @Override
    public Sum add(LoginShard shard) {
      shard.byKey.forEach(
          (key, summary) -> {
            if (wanted.test(key)) {
              byKey
                  .computeIfAbsent(key, k -> new LoginSummary.Sum(maxEvidence))
                  .addSummary(summary);
            }
          });
      return this;
    }

    @Override
    public Sum addSummary(@Nullable LoginShard shard) {
      return shard == null ? this : add(shard);
    }

    @Override
    public LoginShard summary() {
      return summaryAbove(Long.MIN_VALUE);
    }

    /** Only of the keys with more attempts than that: the others are many, and of no use. */
    LoginShard summaryAbove(long threshold) {
      Map<String, LoginSummary> summaries = new HashMap<>();
      byKey.forEach(
          (key, sum) -> {
            if (sum.attempts() > threshold) {
              summaries.put(key, sum.summary());
            }
          });
      return new LoginShard(summaries);
    }
  }
}
