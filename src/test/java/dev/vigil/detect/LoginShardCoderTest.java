package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.event.EventId;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.Provenance;
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
  private static final EventId ID = EventId.of(Provenance.ofKafka("Logins", 1, 1L << 40));

  private static final Instant LAST = FIRST.plusSeconds(9);
  private static final NameSample NOBODY = new NameSample(List.of(), null);

  private static LoginShard one(LoginSummary summary) {
    return SummariesTest.shardOf(Map.of("198.51.100.7", summary));
  }

  private static LoginSummary summary(Instant first, Instant last, NameSample users, EventId id) {
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
    assertSame(SummariesTest.shardOf(Map.of()));
  }

  @Test
  void anyTimesBeforeAndAfter1970() throws CoderException {
    for (String time :
        List.of(
            "0001-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999Z",
            "1970-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z")) {
      assertSame(one(summary(Instant.parse(time), Instant.parse(time), NOBODY, ID)));
    }
    assertSame(
        one(
            summary(
                Instant.parse("0001-01-01T00:00:00Z"),
                Instant.parse("9999-12-31T23:59:59.999999Z"),
                NOBODY,
                ID)));
  }

  @Test
  void anyNamesAndKeys() throws CoderException {
    List<String> names = List.of("", "Zo\u00eb", "root", "\ud83d\ude00".repeat(1_000));
    assertSame(one(summary(FIRST, FIRST, new NameSample(names, null), ID)));
    Map<String, LoginSummary> byKey = new HashMap<>();
    names.forEach(name -> byKey.put(name, summary(FIRST, FIRST, new NameSample(names, null), ID)));
    assertSame(SummariesTest.shardOf(byKey));
  }

  @Test
  void anyHashes() throws CoderException {
    for (List<Long> hashes : List.of(List.<Long>of(), List.of(0L, 1L, Long.MAX_VALUE, -1L))) {
      assertSame(one(summary(FIRST, FIRST, new NameSample(List.of("a"), hashes), ID)));
    }
  }

  /** Given ids, and places of files and topics, near and far from those before. */
  @Test
  void anyIds() throws CoderException {
    Map<String, LoginSummary> byKey = new HashMap<>();
    for (EventId id :
        List.of(
            EventId.of(""),
            EventId.of("x"),
            EventId.of(Provenance.ofFile("/var/log/auth.log", 0)),
            EventId.of(Provenance.ofFile("/var/log/auth.log", Long.MAX_VALUE)),
            EventId.of(Provenance.ofFile("Logins", 5)),
            EventId.of(Provenance.ofKafka("Logins", 0, 5)),
            EventId.of(Provenance.ofKafka("Logins", 0, 3)),
            EventId.of(Provenance.ofKafka("Logins", 1, Long.MAX_VALUE)),
            EventId.of(Provenance.ofKafka("\ud83d\ude00", Integer.MAX_VALUE, 0)))) {
      byKey.put(id.toString(), summary(FIRST, LAST, NOBODY, id));
      assertSame(one(byKey.get(id.toString())));
    }
    LoginShard shard = SummariesTest.shardOf(byKey);
    assertSame(shard);
    LoginShard.Together together = new LoginShard.Together();
    together.add(shard);
    assertThat(together.summaries(2, key -> true)).isEqualTo(byKey);
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
      assertSame(SummariesTest.shardOf(byKey));
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
        SummariesTest.shardOf(
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
            "02" // version
                + "26" // length
                + "01"
                + "01064c6f67696e7301" // places, of which one in Kafka: topic, partition
                + "808080808020"
                + "d00f" // its first offset, the first time
                + "01"
                + "0161" // keys, key
                + "ac02"
                + "0e" // attempts, length of the rest
                + "02"
                + "01" // events, failed
                + "00"
                + "e807" // first, last
                + "01"
                + "026263"
                + "00" // names, name, no hashes
                + "01"
                + "00"
                + "01"
                + "00"); // evidence: time, place, offset
  }

  @Test
  void anotherVersionIsRefused() {
    assertThatThrownBy(() -> CoderUtils.decodeFromByteArray(LoginShard.CODER, new byte[] {1, 1, 0}))
        .hasMessageContaining("version 1");
  }

  @Test
  void theCoderTravels() throws CoderException {
    LoginShard shard = one(summary(FIRST, FIRST, new NameSample(List.of("a"), null), ID));
    Coder<LoginShard> copy = SerializableUtils.clone((LoginShardCoder) LoginShard.CODER);
    assertThat(CoderUtils.clone(copy, shard)).isEqualTo(shard);
    assertThat(copy).isEqualTo(LoginShard.CODER).hasSameHashCodeAs(LoginShard.CODER);
  }
}
