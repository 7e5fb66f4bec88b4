package dev.vigil.detect;

import dev.vigil.event.LoginAttempt;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.beam.sdk.coders.Coder;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The login attempts of one shard of the keys, summed up by key. It is held as the bytes that it
 * travels in: while it waits for its window's end, that is a fifth of the memory, and one object
 * for the garbage collector where there were thousands.
 */
final class LoginShard {
  static final Coder<LoginShard> CODER = new LoginShardCoder();

  private final byte[] bytes;

  private LoginShard(byte[] bytes) {
    this.bytes = bytes;
  }

  static LoginShard ofBytes(byte[] bytes) {
    return new LoginShard(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  Set<String> keys() {
    Together all = new Together();
    all.add(this);
    return all.byKey.keySet();
  }

  private Map<String, LoginSummary> byKey() {
    Together all = new Together();
    all.add(this);
    return all.summaries(Evidence.MAX, key -> true);
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

  /** Sums up attempts. */
  static final class Sum implements ShardTally<LoginAttempt, LoginShard> {
    private final int maxEvidence;
    private final Map<String, Attempts> byKey = new HashMap<>();

    Sum(int maxEvidence) {
      this.maxEvidence = maxEvidence;
    }

    @Override
    public void add(String key, LoginAttempt login) {
      byKey.computeIfAbsent(key, k -> new Attempts()).add(login, maxEvidence);
    }

    @Override
    public boolean isEmpty() {
      return byKey.isEmpty();
    }

    @Override
    public LoginShard sum() {
      LoginShardWriter writer = new LoginShardWriter();
      LoginSummary.Sum ofFew = new LoginSummary.Sum(maxEvidence);
      byKey.forEach((key, attempts) -> writer.write(key, attempts.sum(ofFew)));
      return new LoginShard(writer.bytes());
    }
  }

  /** Of one key: kept as they are while they are few, since most keys never have more. */
  private static final class Attempts {
    private static final int FEW = 8;

    private LoginAttempt[] few = new LoginAttempt[2];
    private int size;
    private LoginSummary.@Nullable Sum many;

    void add(LoginAttempt login, int maxEvidence) {
      if (many != null) {
        many.add(login);
      } else if (size < FEW) {
        few = size < few.length ? few : Arrays.copyOf(few, FEW);
        few[size++] = login;
      } else {
        many = sum(new LoginSummary.Sum(maxEvidence)).add(login);
      }
    }

    /**
     * @param ofFew is used for the sum, if one must be made
     */
    LoginSummary.Sum sum(LoginSummary.Sum ofFew) {
      if (many != null) {
        return many;
      }
      ofFew.clear();
      for (int i = 0; i < size; i++) {
        ofFew.add(few[i]);
      }
      return ofFew;
    }
  }

  /**
   * What several shards say together. Most keys are only counted: what else is known of them is
   * read when it is asked for.
   */
  static final class Together {
    private final Map<String, Part> byKey = new HashMap<>();

    /** One shard's summary of a key, and those before it. */
    private record Part(long attempts, LoginShardReader reader, int place, @Nullable Part before) {}

    void add(LoginShard shard) {
      LoginShardReader reader = new LoginShardReader(shard.bytes);
      while (reader.next()) {
        Part before = byKey.get(reader.key());
        long attempts = reader.attempts() + (before == null ? 0 : before.attempts);
        byKey.put(reader.key(), new Part(attempts, reader, reader.place(), before));
      }
    }

    /** Of the keys that are wanted. */
    Map<String, LoginSummary> summaries(int maxEvidence, Predicate<String> wanted) {
      Map<String, LoginSummary> summaries = new HashMap<>();
      byKey.forEach(
          (key, part) -> {
            if (wanted.test(key)) {
              summaries.put(key, summary(part, maxEvidence));
            }
          });
      return summaries;
    }

    /** Of the keys with more attempts than that. */
    Map<String, LoginSummary> summariesAbove(long threshold, int maxEvidence) {
      return summaries(maxEvidence, key -> byKey.get(key).attempts > threshold);
    }

    private static LoginSummary summary(Part last, int maxEvidence) {
      LoginSummary.Sum sum = new LoginSummary.Sum(maxEvidence);
      for (Part part = last; part != null; part = part.before) {
        sum.addSummary(part.reader.summary(part.place));
      }
      return sum.summary();
    }
  }
}
