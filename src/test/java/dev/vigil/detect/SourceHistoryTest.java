package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.Alert;
import dev.vigil.event.Ecs;
import dev.vigil.event.EventId;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SourceEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The history of one source, with a memory of ten seconds, told in a line for each alert. */
class SourceHistoryTest {
  private static final String SOURCE = "198.51.100.7";
  private static final Duration MEMORY = Duration.ofSeconds(10);

  private final SourceHistory.Terms terms = terms(SOURCE, MEMORY, 10);
  private final List<String> alerts = new ArrayList<>();
  private SourceHistory history = SourceHistory.EMPTY;

  @Test
  void loginThenIntrusion() {
    take(login(0, "l"));
    take(intrusion(4, "i"));
    assertThat(alerts).containsExactly("1 open at 4 by i: [l] [i]");
  }

  @Test
  void intrusionThenLogin() {
    take(intrusion(0, "i"));
    take(login(4, "l"));
    assertThat(alerts).containsExactly("1 open at 4 by l: [l] [i]");
  }

  @Test
  void theMemoryApart() {
    take(login(0.999, "l"));
    take(intrusion(10, "i"));
    assertThat(alerts).containsExactly("1 open at 10 by i: [l] [i]");
  }

  /** In whole seconds, though these are only 10.1 seconds apart. */
  @Test
  void aSecondMoreThanTheMemoryApart() {
    take(login(0.9, "l"));
    take(intrusion(11, "i"));
    assertThat(alerts).isEmpty();
    assertThat(history.lastLogin()).isEqualTo(Instant.ofEpochSecond(0));
    assertThat(history.lastIntrusion()).isEqualTo(Instant.ofEpochSecond(11));
  }

  @Test
  void laterPairsFoldIntoTheEpisode() {
    take(login(0, "l1"));
    take(intrusion(10, "i1"));
    take(intrusion(15, "i2"));
    take(login(20, "l2"));
    assertThat(alerts).containsExactly("1 open at 10 by i1: [l1] [i1]");
    advance(30);
    assertThat(alerts).hasSize(1);
    advance(31);
    assertThat(alerts.get(1)).isEqualTo("2 closed at 20 by i1: [l1, l2] [i1, i2]");
  }

  @Test
  void closesWhenTheMemoryHasPassed() {
    take(login(0, "l"));
    take(intrusion(1, "i"));
    assertThat(history.nextChange(MEMORY)).isEqualTo(Instant.ofEpochSecond(12));
    advance(11);
    assertThat(alerts).containsExactly("1 open at 1 by i: [l] [i]");
    assertThat(history.isForgotten(Instant.ofEpochSecond(11), MEMORY)).isFalse();
    advance(12);
    assertThat(alerts).containsExactly("1 open at 1 by i: [l] [i]", "2 closed at 1 by i: [l] [i]");
    assertThat(history.isForgotten(Instant.ofEpochSecond(12), MEMORY)).isTrue();
  }

  @Test
  void anEpisodeClosesWhileItsEventsAreStillRemembered() {
    take(login(0, "l1"));
    take(intrusion(1, "i1"));
    take(intrusion(11, "i2"));
    take(login(12, "l2"));
    assertThat(alerts)
        .containsExactly(
            "1 open at 1 by i1: [l1] [i1]",
            "2 closed at 1 by i1: [l1] [i1]",
            "1 open at 12 by l2: [l2] [i2]");
  }

  @Test
  void opensAgain() {
    take(login(0, "l1"));
    take(intrusion(1, "i1"));
    take(login(100, "l2"));
    take(intrusion(101, "i2"));
    advance(200);
    assertThat(alerts)
        .containsExactly(
            "1 open at 1 by i1: [l1] [i1]",
            "2 closed at 1 by i1: [l1] [i1]",
            "1 open at 101 by i2: [l2] [i2]",
            "2 closed at 101 by i2: [l2] [i2]");
  }

  @Test
  void theRunThatWaitsBeginsAnewAfterAGap() {
    take(login(0, "old"));
    take(login(11, "l1"));
    take(login(21, "l2"));
    take(intrusion(31, "i"));
    assertThat(alerts).containsExactly("1 open at 31 by i: [l1, l2] [i]");
  }

  @Test
  void aRunWithoutGapsWaitsForAsLongAsItLasts() {
    for (int second = 0; second <= 50; second += 10) {
      take(login(second, "l" + second));
    }
    take(intrusion(60, "i"));
    assertThat(alerts).containsExactly("1 open at 60 by i: [l0, l10, l20, l30, l40, l50] [i]");
  }

  @Test
  void bothSidesInOneSecond() {
    take(login(5.1, "l"), intrusion(5.2, "i"));
    assertThat(alerts).containsExactly("1 open at 5 by i: [l] [i]");
  }

  @Test
  void theOtherOrderInOneSecond() {
    take(login(5.2, "l"), intrusion(5.1, "i"));
    assertThat(alerts).containsExactly("1 open at 5 by l: [l] [i]");
  }

  @Test
  void theOrderInOneMillisecond() {
    take(login(5.000_002, "a"), intrusion(5.000_001, "b"));
    assertThat(alerts).containsExactly("1 open at 5 by a: [a] [b]");
  }

  @Test
  void theIdDecidesBetweenEqualTimes() {
    take(login(5, "b"), intrusion(5, "a"));
    assertThat(alerts).containsExactly("1 open at 5 by b: [b] [a]");
  }

  @Test
  void theFirstEventOfTheSecondCompletesWhatCameBefore() {
    take(intrusion(1, "before"));
    take(login(5.1, "l1"), login(5.3, "l2"), intrusion(5.2, "i"));
    assertThat(alerts).containsExactly("1 open at 5 by l1: [l1, l2] [before, i]");
  }

  @Test
  void whatCameBeforeOnTheSameSideCompletesNothing() {
    take(login(1, "before"));
    take(login(5.1, "l1"), login(5.3, "l2"), intrusion(5.2, "i"));
    assertThat(alerts).containsExactly("1 open at 5 by i: [before, l1, l2] [i]");
  }

  @Test
  void theOpeningHasTheWholeSecond() {
    take(intrusion(5.9, "i2"), login(5.1, "l1"), intrusion(5.2, "i1"), login(5.8, "l2"));
    assertThat(alerts).containsExactly("1 open at 5 by i1: [l1, l2] [i1, i2]");
  }

  @Test
  void aLateSecondCountsAsTheLast() {
    take(login(100, "l"));
    take(intrusion(50, "late"));
    assertThat(alerts).containsExactly("1 open at 100 by late: [l] [late]");
    assertThat(history.lastIntrusion()).isEqualTo(Instant.ofEpochSecond(100));
    advance(111);
    assertThat(alerts.get(1)).isEqualTo("2 closed at 100 by late: [l] [late]");
  }

  @Test
  void nothingIsForgottenForAsLongAsItCanMatter() {
    take(intrusion(0, "i"));
    take(login(20, "l"));
    assertThat(history.nextChange(MEMORY)).isEqualTo(Instant.ofEpochSecond(31));
    assertThat(history.isForgotten(Instant.ofEpochSecond(30), MEMORY)).isFalse();
    assertThat(history.isForgotten(Instant.ofEpochSecond(31), MEMORY)).isTrue();
    assertThat(SourceHistory.EMPTY.isForgotten(Instant.EPOCH, MEMORY)).isTrue();
  }

  /** Second by second is the same as event by event, and a look in between changes nothing. */
  @ParameterizedTest
  @ValueSource(ints = {1, 10, 30})
  void secondsFoldAsEventsDo(int memorySeconds) {
    for (long seed = 0; seed < 300; seed++) {
      List<Arrival> arrivals =
          Arrival.random(seed, 80, memorySeconds, 20).stream()
              .filter(arrival -> arrival.event().source().equals(SOURCE))
              .toList();
      Duration memory = Duration.ofSeconds(memorySeconds);
      List<Alert> expected =
          new EpisodesModel(memory, 3).of(Arrival.logins(arrivals), Arrival.intrusions(arrivals));
      Map<Instant, List<SourceEvent>> seconds = new TreeMap<>();
      for (Arrival arrival : arrivals) {
        SourceEvent event = arrival.event();
        seconds
            .computeIfAbsent(
                Instant.ofEpochSecond(event.timestamp().getEpochSecond()), s -> new ArrayList<>())
            .add(event);
      }
      SourceHistory.Terms some = terms(SOURCE, memory, 3);
      List<Alert> found = new ArrayList<>();
      SourceHistory before = SourceHistory.EMPTY;
      for (Map.Entry<Instant, List<SourceEvent>> second : seconds.entrySet()) {
        if (seed % 2 == 0) {
          SourceHistory.Step look = before.advance(second.getKey(), some);
          found.addAll(look.alerts());
          before =
              look.history().isForgotten(second.getKey(), memory)
                  ? SourceHistory.EMPTY
                  : look.history();
        }
        SourceHistory.Step step = before.take(second(3, second.getValue()), some);
        found.addAll(step.alerts());
        before = step.history();
      }
      if (before.episode() != null) {
        found.addAll(before.advance(before.nextChange(memory), some).alerts());
      }
      assertThat(found).as("seed " + seed).isEqualTo(expected);
    }
  }

  private void take(SourceEvent... events) {
    SourceHistory.Second second = second(10, List.of(events));
    SourceHistory before = history;
    String both = before + " " + second;
    put(before.take(second, terms));
    // Runners keep them, and copy nothing.
    assertThat(before + " " + second).isEqualTo(both);
  }

  private void advance(long second) {
    SourceHistory before = history;
    String told = before.toString();
    put(before.advance(Instant.ofEpochSecond(second), terms));
    assertThat(before).hasToString(told);
  }

  private void put(SourceHistory.Step step) {
    history = step.history();
    for (Alert alert : step.alerts()) {
      alerts.add(
          "%d %s at %d by %s: %s %s"
              .formatted(
                  alert.vigil().revision(),
                  alert.vigil().episode().state(),
                  alert.vigil().episode().lastPair().getEpochSecond(),
                  alert.vigil().episode().anchor(),
                  alert.vigil().logins().evidence(),
                  alert.vigil().ids().evidence()));
    }
  }

  private static SourceHistory.Second second(int shown, Collection<SourceEvent> events) {
    LoginSummary.Sum logins = new LoginSummary.Sum(shown);
    IntrusionSummary.Sum intrusions = new IntrusionSummary.Sum(shown);
    Instant start = null;
    for (SourceEvent event : events) {
      start = Instant.ofEpochSecond(event.timestamp().getEpochSecond());
      if (event instanceof LoginAttempt login) {
        logins.add(login);
      } else {
        intrusions.add((Intrusion) event);
      }
    }
    return new SourceHistory.Second(start, logins.summary(), intrusions.summary());
  }

  private static SourceHistory.Terms terms(String source, Duration memory, int shown) {
    return new SourceHistory.Terms(
        new Ecs.Rule(
            "attack-from-login-source-across-windows",
            "Attack from a login source, across windows",
            null,
            "The source of an IDS alert tried to log in, within %d s of it, before or after"
                .formatted(memory.toSeconds()),
            "1"),
        source,
        memory,
        shown);
  }

  private static LoginAttempt login(double second, String id) {
    return new LoginAttempt(time(second), SOURCE, "root", true, 1, EventId.of(id));
  }

  private static Intrusion intrusion(double second, String id) {
    return new Intrusion(time(second), SOURCE, "high", "scan", "SCAN", EventId.of(id));
  }

  private static Instant time(double second) {
    return Instant.EPOCH.plus(Math.round(second * 1_000_000), ChronoUnit.MICROS);
  }
}
