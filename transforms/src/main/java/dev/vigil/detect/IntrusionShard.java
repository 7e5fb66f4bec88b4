package dev.vigil.detect;

import dev.vigil.event.Intrusion;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;

/** The IDS alerts of one shard of the keys, summed up by key. */
record IntrusionShard(Map<String, IntrusionSummary> byKey) {

  static Coder<IntrusionShard> coder() {
    try {
      return CoderRegistry.createDefault().getCoder(IntrusionShard.class);
    } catch (CannotProvideCoderException e) {
      throw new IllegalStateException("every record has a coder", e);
    }
  }

  /** Adds up alerts, and shards of them. */
  static final class Sum implements ShardTally<Intrusion, IntrusionShard> {
    private final int maxEvidence;
    private final Map<String, IntrusionSummary.Sum> byKey = new HashMap<>();

    Sum(int maxEvidence) {
      this.maxEvidence = maxEvidence;
    }

    @Override
    public void add(String key, Intrusion intrusion) {
      of(key).add(intrusion);
    }

    void add(IntrusionShard shard) {
      shard.byKey.forEach((key, summary) -> of(key).addSummary(summary));
    }

    private IntrusionSummary.Sum of(String key) {
      return byKey.computeIfAbsent(key, k -> new IntrusionSummary.Sum(maxEvidence));
    }

    @Override
    public boolean isEmpty() {
      return byKey.isEmpty();
    }

    @Override
    public IntrusionShard sum() {
      return new IntrusionShard(summaries());
    }

    Map<String, IntrusionSummary> summaries() {
      Map<String, IntrusionSummary> summaries = new HashMap<>();
      byKey.forEach((key, sum) -> summaries.put(key, sum.summary()));
      return summaries;
    }
  }
}
