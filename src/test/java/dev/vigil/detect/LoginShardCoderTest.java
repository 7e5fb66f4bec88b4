package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.event.LoginAttempt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;

class LoginShardCoderTest {
  private static final Instant FIRST = Instant.parse("2026-03-10T12:00:00.000001Z");
  private static final String ID = "29c177e3b161527b5d342bcda794e017";

  private static LoginShard one(LoginSummary summary) {
    return new LoginShard(Map.of("198.51.100.7", summary));
  }

  private static LoginSummary summary(Instant first, Instant last, NameSample users, String id) {
    return new LoginSummary(
        3,
        1_000_000,
        Long.MAX_VALUE,
        first,
        last,
        users,
        List.of(new Evidence(first, id), new Evidence(last, ID)));
  }

  private static void assertSame(LoginShard shard) throws CoderException {
    assertThat(CoderUtils.clone(LoginShard.CODER, shard)).isEqualTo(shard);
  }

  @Test
  void nothing() throws CoderException {
    assertSame(new LoginShard(Map.of()));
  }

  @Test
  void anyTimesBeforeAndAfter1970() throws CoderException {
    NameSample nobody = new NameSample(List.of(), null);
    for (String time :
        List.of(
            "0001-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999Z",
            "1970-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z")) {
      assertSame(one(summary(Instant.parse(time), Instant.parse(time), nobody, ID)));
    }
    assertSame(
        one(
            summary(
                Instant.parse("0001-01-01T00:00:00Z"),
                Instant.parse("9999-12-31T23:59:59.999999Z"),
                nobody,
                ID)));
  }

  @Test
  void anyNamesAndKeys() throws CoderException {
    List<String> names = List.of("", "Zo\u00eb", "root", "\ud83d\ude00".repeat(1_000));
    assertSame(one(summary(FIRST, FIRST, new NameSample(names, null), ID)));
    Map<String, LoginSummary> byKey = new HashMap<>();
    names.forEach(name -> byKey.put(name, summary(FIRST, FIRST, new NameSample(names, null), ID)));
    assertSame(new LoginShard(byKey));
  }

  @Test
  void anyHashes() throws CoderException {
    for (List<Long> hashes : List.of(List.<Long>of(), List.of(0L, 1L, Long.MAX_VALUE, -1L))) {
      assertSame(one(summary(FIRST, FIRST, new NameSample(List.of("a"), hashes), ID)));
    }
  }

  /** Ids that are no digits of ours, or look nearly so, come out as they went in. */
  @Test
  void anyIds() throws CoderException {
    for (String id :
        List.of(
            "", "x", ID, ID.toUpperCase(java.util.Locale.ROOT), ID + "0", ID.replace('2', 'g'))) {
      assertSame(one(summary(FIRST, FIRST, new NameSample(List.of(), null), id)));
    }
  }

  @Test
  void whatIsSummedUp() throws CoderException {
    for (long seed = 0; seed < 20; seed++) {
      Map<String, LoginSummary.Sum> sums = new HashMap<>();
      for (LoginAttempt login : Arrival.logins(Arrival.random(seed, 200, 30, 20))) {
        sums.computeIfAbsent(login.source(), s -> new LoginSummary.Sum(10)).add(login);
      }
      Map<String, LoginSummary> byKey = new HashMap<>();
      sums.forEach((key, sum) -> byKey.put(key, sum.summary()));
      assertSame(new LoginShard(byKey));
    }
  }

  /** One behind the other, as in a checkpoint. */
  @Test
  void severalInARow() throws CoderException {
    List<LoginShard> shards = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      shards.add(
          one(
              summary(
                  FIRST.plusMillis(i),
                  FIRST.plusMillis(2L * i),
                  new NameSample(List.of("u" + i), null),
                  ID)));
    }
    Coder<List<LoginShard>> coder = ListCoder.of(LoginShard.CODER);
    assertThat(CoderUtils.clone(coder, shards)).isEqualTo(shards);
  }

  /** State is kept in this form from one version to the next: it must not change unnoticed. */
  @Test
  void bytes() throws CoderException {
    LoginShard shard =
        new LoginShard(
            Map.of(
                "a",
                new LoginSummary(
                    2,
                    300,
                    1,
                    Instant.EPOCH.plusMillis(1),
                    Instant.EPOCH.plusMillis(2),
                    new NameSample(List.of("bc"), null),
                    List.of(new Evidence(Instant.EPOCH.plusMillis(1), ID)))));
    assertThat(HexFormat.of().formatHex(CoderUtils.encodeToByteArray(LoginShard.CODER, shard)))
        .isEqualTo(
            "01" // version
                + "23" // length
                + "01"
                + "0161" // keys, key
                + "02"
                + "ac02"
                + "01" // events, attempts, failed
                + "d00f"
                + "e807" // first, last
                + "01"
                + "026263"
                + "00" // names, name, no hashes
                + "01"
                + "00"
                + "00"
                + ID); // evidence: time, id
  }

  @Test
  void anotherVersionIsRefused() {
    assertThatThrownBy(() -> CoderUtils.decodeFromByteArray(LoginShard.CODER, new byte[] {2, 1, 0}))
        .hasMessageContaining("version 2");
  }

  @Test
  void theCoderTravels() throws CoderException {
    LoginShard shard = one(summary(FIRST, FIRST, new NameSample(List.of("a"), null), ID));
    Coder<LoginShard> copy = SerializableUtils.clone((LoginShardCoder) LoginShard.CODER);
    assertThat(CoderUtils.clone(copy, shard)).isEqualTo(shard);
    assertThat(copy).isEqualTo(LoginShard.CODER).hasSameHashCodeAs(LoginShard.CODER);
  }
}
