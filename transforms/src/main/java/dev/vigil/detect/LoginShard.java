package dev.vigil.detect;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.beam.sdk.coders.Coder;

/**
 * The login attempts of one shard of the keys, summed up by key. It is held as the bytes that it
 * travels in: while it waits for its window's end, that is a fifth of the memory, and one object
 * for the garbage collector where there were thousands.
 */
final class LoginShard {
  static final Coder<LoginShard> CODER = new LoginShardCoder();

  private final byte[] bytes;

  LoginShard(Map<String, LoginSummary> byKey) {
    this(LoginShardCoder.bytes(byKey));
  }

  private LoginShard(byte[] bytes) {
    this.bytes = bytes;
  }

  static LoginShard ofBytes(byte[] bytes) {
    return new LoginShard(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  Map<String, LoginSummary> byKey() {
    Map<String, LoginSummary> byKey = new HashMap<>();
    LoginShardCoder.read(bytes, byKey::put);
    return byKey;
  }

  // The order of the keys in the bytes is any.

  @Override
  public boolean equals(Object other) {
    return other instanceof LoginShard that && byKey().equals(that.byKey());
  }

  @Override
  public int hashCode() {
    return byKey().hashCode();
  }

  @Override
  public String toString() {
    return "LoginShard" + byKey();
  }

  /** Adds up shards. */
  static final class Sum {
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

    void add(LoginShard shard) {
      LoginShardCoder.read(
          shard.bytes,
          (key, summary) -> {
            if (wanted.test(key)) {
              byKey
                  .computeIfAbsent(key, k -> new LoginSummary.Sum(maxEvidence))
                  .addSummary(summary);
            }
          });
    }

    Map<String, LoginSummary> summaries() {
      return summariesAbove(Long.MIN_VALUE);
    }

    /** Only of the keys with more attempts than that: the others are many, and of no use. */
    Map<String, LoginSummary> summariesAbove(long threshold) {
      Map<String, LoginSummary> summaries = new HashMap<>();
      byKey.forEach(
          (key, sum) -> {
            if (sum.attempts() > threshold) {
              summaries.put(key, sum.summary());
            }
          });
      return summaries;
    }
  }
}
