package dev.vigil.detect;

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

  /** Adds up shards. */
  static final class Sum {
    private final int maxEvidence;
    private final Map<String, IntrusionSummary.Sum> byKey = new HashMap<>();

    Sum(int maxEvidence) {
      this.maxEvidence = maxEvidence;
    }

    void add(IntrusionShard shard) {
      shard.byKey.forEach(
          (key, summary) ->
              byKey
                  .computeIfAbsent(key, k -> new IntrusionSummary.Sum(maxEvidence))
                  .addSummary(summary));
    }

    Map<String, IntrusionSummary> summaries() {
      Map<String, IntrusionSummary> summaries = new HashMap<>();
      byKey.forEach((key, sum) -> summaries.put(key, sum.summary()));
      return summaries;
    }
  }
}
