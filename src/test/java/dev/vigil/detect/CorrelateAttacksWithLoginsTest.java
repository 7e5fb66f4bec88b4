package dev.vigil.detect;

import static dev.vigil.detect.Arrival.intrusion;
import static dev.vigil.detect.Arrival.login;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.Alert;
import dev.vigil.event.EventId;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.values.KV;
import org.junit.jupiter.api.Test;

/** When {@link CorrelateAttacksWithLogins} finds what, with a memory of one hour. */
class CorrelateAttacksWithLoginsTest {
  private static final String A = "198.51.100.7";
  private static final String B = "2001:db8::7";

  private static final EpisodesModel MODEL = new EpisodesModel(Duration.ofHours(1), 10);

  private final TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);

  @Test
  void opensWithThePairAndClosesWhenTheMemoryHasPassed() {
    Arrival login = login(A, "2026-03-10T12:04:59Z", "l");
    Arrival intrusion = intrusion(A, "2026-03-10T12:05:01.500Z", "i");
    List<Alert> found = found(login, intrusion);
    assertThat(found)
        .extracting(alert -> alert.vigil().episode().state())
        .containsExactly("open", "closed");
    assertThat(found)
        .extracting(alert -> alert.vigil().episode().anchor())
        .containsExactly("i", "i");
    assertStages(
        script()
            .arrive(login)
            .arrive(intrusion)
            .watermark("2026-03-10T12:05:01.999Z")
            .watermark("2026-03-10T12:05:02Z") // stage 3: the pair's second has passed
            .watermark("2026-03-10T13:05:01.999Z")
            .watermark("2026-03-10T13:05:02Z") // stage 5
            .watermark("2026-03-10T20:00:00Z")
            .end(),
        List.of(KV.of(3, found.get(0)), KV.of(5, found.get(1))));
  }

  /** No window of five minutes, or of any other size that divides noon, holds these pairs. */
  @Test
  void pairsAcrossWindowsInEitherOrder() {
    Arrival login = login(A, "2026-03-10T11:59:59.999Z", "l");
    Arrival intrusion = intrusion(A, "2026-03-10T12:00:00Z", "i");
    Arrival intrusionFirst = intrusion(B, "2026-03-10T11:59:59.999Z", "bi");
    Arrival loginSecond = login(B, "2026-03-10T12:00:00Z", "bl");
    TestStream<Arrival> stream =
        script()
            .arrive(loginSecond, intrusion)
            .arrive(intrusionFirst, login)
            .watermark("2026-03-10T12:00:01Z")
            .end();
    var sides = Arrival.sides(pipeline.apply(stream));
    List<Alert> ofA = found(login, intrusion);
    List<Alert> ofB = found(intrusionFirst, loginSecond);
    assertThat(ofB.get(0).vigil().episode().anchor()).isEqualTo("bl");
    PAssert.that(sides.apply(CorrelateAttacksWithLogins.create()).apply(new Stages<>()))
        .containsInAnyOrder(
            List.of(
                KV.of(2, ofA.get(0)),
                KV.of(2, ofB.get(0)),
                KV.of(3, ofA.get(1)),
                KV.of(3, ofB.get(1))));
    PAssert.that(sides.apply(JoinAttacksWithLogins.create())).empty();
    pipeline.run();
  }

  @Test
  void exactlyTheMemoryApart() {
    Arrival login = login(A, "2026-03-10T12:00:00Z", "l");
    Arrival intrusion = intrusion(A, "2026-03-10T13:00:00.999Z", "i");
    List<Alert> found = found(login, intrusion);
    assertStages(
        script()
            .arrive(login)
            .watermark("2026-03-10T13:00:00.500Z") // within the last second that counts
            .arrive(intrusion)
            .watermark("2026-03-10T13:00:01Z") // stage 3
            .end(),
        List.of(KV.of(3, found.get(0)), KV.of(4, found.get(1))));
  }

  @Test
  void aSecondMoreThanTheMemoryApart() {
    assertStages(
        script()
            .arrive(login(A, "2026-03-10T12:00:00.999Z", "l"))
            .watermark("2026-03-10T12:30:00Z")
            .arrive(intrusion(A, "2026-03-10T13:00:01Z", "i"))
            .end(),
        List.of());
  }

  @Test
  void laterPairsFoldIntoTheEpisode() {
    Arrival[] all = {
      login(A, "2026-03-10T12:00:00Z", "l1"),
      intrusion(A, "2026-03-10T12:10:00Z", "i1"),
      intrusion(A, "2026-03-10T12:40:00Z", "i2"),
      login(A, "2026-03-10T13:30:00Z", "l2"),
    };
    List<Alert> found = found(all);
    assertThat(found).hasSize(2);
    assertThat(found.get(1).vigil().logins().evidence()).containsExactly("l1", "l2");
    assertThat(found.get(1).vigil().ids().evidence()).containsExactly("i1", "i2");
    assertStages(
        script()
            .arrive(all[3], all[1])
            .arrive(all[0])
            .watermark("2026-03-10T12:20:00Z") // stage 2
            .arrive(all[2])
            .watermark("2026-03-10T14:30:00.999Z")
            .watermark("2026-03-10T14:30:01Z") // stage 5
            .end(),
        List.of(KV.of(2, found.get(0)), KV.of(5, found.get(1))));
  }

  @Test
  void comesBackAfterTheClosing() {
    Arrival[] before = pair(A, "10:00");
    Arrival[] after = pair(A, "13:00");
    List<Alert> first = found(before);
    List<Alert> second = found(after);
    assertThat(first.get(0).event().id()).isNotEqualTo(second.get(0).event().id());
    assertStages(
        script()
            .arrive(before)
            .watermark("2026-03-10T12:00:00Z") // stage 1: opens and closes at once
            .arrive(after)
            .watermark("2026-03-10T13:10:00Z") // stage 3
            .end(),
        List.of(
            KV.of(1, first.get(0)),
            KV.of(1, first.get(1)),
            KV.of(3, second.get(0)),
            KV.of(4, second.get(1))));
  }

  /** Many seconds wait, of several episodes, when the watermark goes over all of them. */
  @Test
  void theWatermarkJumpsOverManySeconds() {
    List<Arrival> all = new ArrayList<>();
    Instant start = Instant.parse("2026-03-10T00:00:00Z");
    for (int i = 0; i < 300; i++) {
      Instant time = start.plusSeconds(i * 97L + i / 60 * 9_000);
      all.add(login(i % 4 == 0 ? B : A, time.toString(), "l" + i));
      all.add(intrusion(i % 4 == 1 ? A : B, time.plusMillis(700).toString(), "i" + i));
    }
    List<KV<Integer, Alert>> expected = new ArrayList<>();
    for (Alert alert : found(all.toArray(Arrival[]::new))) {
      expected.add(KV.of(1, alert));
    }
    assertThat(expected).hasSize(20);
    assertStages(
        script().arrive(Arrival.shuffled(all, 1)).watermark("2026-03-12T00:00:00Z").end(),
        expected);
  }

  @Test
  void onlyLogins() {
    assertStages(
        script()
            .arrive(login(A, "2026-03-10T12:00:00Z", "l1"))
            .watermark("2026-03-10T12:30:00Z")
            .arrive(login(A, "2026-03-10T12:31:00Z", "l2"))
            .end(),
        List.of());
  }

  @Test
  void onlyIntrusions() {
    assertStages(
        script()
            .arrive(
                intrusion(A, "2026-03-10T12:00:00Z", "i1"),
                intrusion(A, "2026-03-10T12:00:00Z", "i2"))
            .end(),
        List.of());
  }

  @Test
  void twoSourcesDoNotMeet() {
    assertStages(
        script()
            .arrive(
                login(A, "2026-03-10T12:00:00Z", "l"), intrusion(B, "2026-03-10T12:00:00Z", "i"))
            .end(),
        List.of());
  }

  @Test
  void aLateEventCountsInTheLastSecondThatWasTaken() {
    Arrival login = login(A, "2026-03-10T12:00:00Z", "l");
    Arrival late = intrusion(A, "2026-03-10T11:00:00Z", "late");
    PAssert.that(
            Arrival.sides(
                    pipeline.apply(
                        script()
                            .arrive(login)
                            .watermark("2026-03-10T12:00:01Z")
                            .arrive(late) // stage 2
                            .end()))
                .apply(CorrelateAttacksWithLogins.create())
                .apply(new Stages<>()))
        .satisfies(
            alerts -> {
              List<String> facts = new ArrayList<>();
              for (KV<Integer, Alert> staged : alerts) {
                Alert alert = staged.getValue();
                facts.add(
                    "%d %s %s %s %s %s"
                        .formatted(
                            staged.getKey(),
                            alert.vigil().episode().state(),
                            alert.vigil().episode().anchor(),
                            alert.vigil().episode().lastPair(),
                            alert.event().start(),
                            alert.event().end()));
              }
              assertThat(facts)
                  .containsExactlyInAnyOrder(
                      "2 open late 2026-03-10T12:00:00Z 2026-03-10T11:00:00Z 2026-03-10T12:00:00Z",
                      "3 closed late 2026-03-10T12:00:00Z 2026-03-10T11:00:00Z"
                          + " 2026-03-10T12:00:00Z");
              return null;
            });
    pipeline.run();
  }

  @Test
  void nothingIsRememberedBeyondTheMemory() {
    assertStages(
        script()
            .arrive(login(A, "2026-03-10T12:00:00Z", "l"))
            .watermark("2026-03-10T13:00:01Z")
            .arrive(intrusion(A, "2026-03-10T12:30:00Z", "late"))
            .end(),
        List.of());
  }

  @Test
  void hotSource() {
    Instant start = Instant.parse("2026-03-10T12:00:00Z");
    List<Arrival> hot = new ArrayList<>();
    for (int i = 0; i < 800; i++) {
      Instant time = start.plusMillis(i * 25L);
      hot.add(
          Arrival.of(
              new LoginAttempt(time, A, "user" + i % 700, i % 3 == 0, 1, EventId.of("l" + i))));
      hot.add(
          Arrival.of(
              new Intrusion(time, A, "low", "c" + i % 7, "s" + i % 800, EventId.of("i" + i))));
    }
    List<Alert> found = found(hot.toArray(Arrival[]::new));
    assertStages(
        script()
            .arrive(hot.subList(700, 1_600))
            .arrive(hot.subList(0, 700))
            .watermark("2026-03-10T12:00:01Z") // stage 2
            .watermark("2026-03-10T12:10:00Z")
            .end(),
        List.of(KV.of(2, found.get(0)), KV.of(4, found.get(1))));
  }

  private static Arrival[] pair(String source, String minute) {
    return new Arrival[] {
      login(source, "2026-03-10T" + minute + ":00Z", "l" + minute),
      intrusion(source, "2026-03-10T" + minute + ":30Z", "i" + minute)
    };
  }

  private Stages.Script script() {
    return new Stages.Script(pipeline);
  }

  private void assertStages(TestStream<Arrival> stream, List<KV<Integer, Alert>> expected) {
    PAssert.that(
            Arrival.sides(pipeline.apply(stream))
                .apply(CorrelateAttacksWithLogins.create())
                .apply(new Stages<>()))
        .containsInAnyOrder(expected);
    pipeline.run();
  }

  private static List<Alert> found(Arrival... arrivals) {
    List<Arrival> all = List.of(arrivals);
    List<Alert> found = MODEL.of(Arrival.logins(all), Arrival.intrusions(all));
    assertThat(found).isNotEmpty();
    return found;
  }
}
