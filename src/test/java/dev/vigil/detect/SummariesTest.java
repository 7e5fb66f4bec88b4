package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.event.EventId;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sums of events: right, and the same however they are put together. */
class SummariesTest {
  private static final int EVENTS = 300;

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100})
  void loginsSumUpInAnyTree(int shown) {
    for (long seed = 0; seed < 20; seed++) {
      List<LoginAttempt> logins = Arrival.logins(Arrival.random(seed, EVENTS, 30, 20));
      LoginSummary summary = allAtOnce(logins, new LoginSummary.Sum(shown));
      assertThat(summary.facts(shown)).isEqualTo(NaiveFacts.ofLogins(logins, shown));
      assertThat(summary.events()).isEqualTo(logins.size());
      assertInAnyTree(logins, summary, () -> new LoginSummary.Sum(shown), seed);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100})
  void intrusionsSumUpInAnyTree(int shown) {
    for (long seed = 0; seed < 20; seed++) {
      List<Intrusion> intrusions = Arrival.intrusions(Arrival.random(seed, EVENTS, 30, 20));
      IntrusionSummary summary = allAtOnce(intrusions, new IntrusionSummary.Sum(shown));
      assertThat(summary.facts(shown)).isEqualTo(NaiveFacts.ofIntrusions(intrusions, shown));
      assertThat(summary.events()).isEqualTo(intrusions.size());
      assertInAnyTree(intrusions, summary, () -> new IntrusionSummary.Sum(shown), seed);
    }
  }

  /** One by one, and as sums of parts of them. */
  @Test
  void shardsSumUpInAnyOrder() {
    for (long seed = 0; seed < 5; seed++) {
      List<Arrival> arrivals = Arrival.random(seed, EVENTS, 30, 20);
      List<LoginShard> logins =
          Arrival.logins(arrivals).stream().map(SummariesTest::shardOf).toList();
      Map<String, LoginSummary> bySource = sumOfLogins(logins);
      assertThat(bySource.values().stream().mapToLong(LoginSummary::events).sum())
          .isEqualTo(logins.size());
      assertThat(bySource).hasSize(3);
      List<IntrusionShard> intrusions =
          Arrival.intrusions(arrivals).stream().map(SummariesTest::shardOf).toList();
      Map<String, IntrusionSummary> seenBySource = sumOfIntrusions(intrusions);
      assertThat(seenBySource.values().stream().mapToLong(IntrusionSummary::events).sum())
          .isEqualTo(intrusions.size());
      assertThat(seenBySource).hasSize(3);
      Random random = new Random(seed);
      for (int i = 0; i < 5; i++) {
        List<LoginShard> shuffled = new ArrayList<>(logins);
        Collections.shuffle(shuffled, random);
        int part = random.nextInt(logins.size());
        assertThat(sumOfLogins(shuffled)).isEqualTo(bySource);
        assertThat(
                sumOfLogins(
                    List.of(
                        shardOf(sumOfLogins(shuffled.subList(0, part))),
                        shardOf(sumOfLogins(shuffled.subList(part, shuffled.size()))))))
            .isEqualTo(bySource);
        List<IntrusionShard> seen = new ArrayList<>(intrusions);
        Collections.shuffle(seen, random);
        assertThat(sumOfIntrusions(seen)).isEqualTo(seenBySource);
      }
    }
  }

  private static Map<String, LoginSummary> sumOfLogins(List<LoginShard> shards) {
    LoginShard.Together together = new LoginShard.Together();
    shards.forEach(together::add);
    return together.summaries(3, key -> true);
  }

  /** As if they had been summed up in one bundle. */
  static LoginShard shardOf(Map<String, LoginSummary> byKey) {
    LoginShardWriter writer = new LoginShardWriter();
    byKey.forEach(
        (key, summary) ->
            writer.write(key, new LoginSummary.Sum(Evidence.MAX).addSummary(summary)));
    return LoginShard.ofBytes(writer.bytes());
  }

  private static Map<String, IntrusionSummary> sumOfIntrusions(List<IntrusionShard> shards) {
    IntrusionShard.Sum sum = new IntrusionShard.Sum(3);
    shards.forEach(sum::add);
    return sum.summaries();
  }

  private static LoginShard shardOf(LoginAttempt login) {
    LoginShard.Sum sum = new LoginShard.Sum(3);
    sum.add(login.source(), login);
    return sum.sum();
  }

  private static IntrusionShard shardOf(Intrusion intrusion) {
    IntrusionShard.Sum sum = new IntrusionShard.Sum(3);
    sum.add(intrusion.source(), intrusion);
    return sum.sum();
  }

  @Test
  void nothingSumsUpToNothing() {
    assertThat(new LoginSummary.Sum(3).summary()).isNull();
    assertThat(new LoginSummary.Sum(3).addSummary(null).summary()).isNull();
    assertThat(new IntrusionSummary.Sum(3).addSummary(null).summary()).isNull();
    assertThat(new LoginShard.Sum(3).isEmpty()).isTrue();
    assertThat(sumOfLogins(List.of(new LoginShard.Sum(3).sum()))).isEmpty();
    assertThat(new IntrusionShard.Sum(3).isEmpty()).isTrue();
    assertThat(new IntrusionShard.Sum(3).sum()).isEqualTo(new IntrusionShard(Map.of()));
  }

  @Test
  void evidenceIsTheFirstEvents() {
    List<Evidence> kept = new ArrayList<>();
    for (Evidence evidence :
        List.of(
            evidence(5, "a"),
            evidence(3, "b"),
            evidence(3, "a"),
            evidence(3, "b"),
            evidence(9, "a"),
            evidence(-1, "z"))) {
      Evidence.add(kept, evidence, 3);
    }
    assertThat(kept).containsExactly(evidence(-1, "z"), evidence(3, "a"), evidence(3, "b"));
    assertThat(Evidence.ids(kept)).containsExactly("z", "a", "b");
  }

  @Test
  void atLeastOneEventIsShown() {
    for (int shown : new int[] {-1, 0, 101}) {
      for (Runnable with :
          List.<Runnable>of(
              () -> DetectSuspiciousLogins.create().withShown(shown),
              () -> JoinAttacksWithLogins.create().withShown(shown),
              () -> CorrelateAttacksWithLogins.create().withShown(shown))) {
        assertThatThrownBy(with::run)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(shown + " is not between 1 and 100");
      }
    }
  }

  private static Evidence evidence(long second, String id) {
    return new Evidence(Instant.ofEpochSecond(second), EventId.of(id));
  }

  private static <E, S> S allAtOnce(List<E> events, Tally<E, S> tally) {
    events.forEach(tally::add);
    return tally.summary();
  }

  private static <E, S> void assertInAnyTree(
      List<E> events, S expected, Supplier<Tally<E, S>> create, long seed) {
    Random random = new Random(seed);
    List<E> shuffled = new ArrayList<>(events);
    for (int i = 0; i < 5; i++) {
      Collections.shuffle(shuffled, random);
      assertThat(sumInTree(shuffled, create, random)).isEqualTo(expected);
    }
  }

  private static <E, S> S sumInTree(List<E> events, Supplier<Tally<E, S>> create, Random random) {
    if (events.size() < 2 || random.nextInt(8) == 0) {
      return allAtOnce(events, create.get());
    }
    int middle = random.nextInt(events.size() + 1);
    Tally<E, S> sum = create.get();
    sum.addSummary(sumInTree(events.subList(0, middle), create, random));
    if (random.nextBoolean()) {
      sum.addSummary(sumInTree(events.subList(middle, events.size()), create, random));
    } else {
      events.subList(middle, events.size()).forEach(sum::add);
    }
    return sum.summary();
  }
}
