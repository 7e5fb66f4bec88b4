package dev.vigil.detect;

import static dev.vigil.detect.Arrival.login;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.EventId;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SuspiciousLogins;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;

/** When {@link DetectSuspiciousLogins} finds what: windows of 20 seconds, more than 2 attempts. */
class DetectSuspiciousLoginsTest {
  private static final String A = "198.51.100.7";
  private static final String B = "2001:db8::7";
  private static final String C = "gate.example.org";

  private static final DetectSuspiciousLogins DETECT =
      DetectSuspiciousLogins.create().withThreshold(2);
  private static final SuspiciousLoginsModel MODEL =
      SuspiciousLoginsModel.bySource(Duration.ofSeconds(20), 2, 10);

  private final TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);

  @Test
  void onTimeWhenTheWatermarkReachesTheEnd() {
    Arrival[] three = attempts(A, "12:00:05", 3);
    assertStages(
        DETECT,
        script()
            .arrive(three)
            .watermark("2026-03-10T12:00:19.999Z")
            .watermark("2026-03-10T12:00:20Z")
            .watermark("2026-03-10T12:05:00Z")
            .end(),
        List.of(KV.of(2, found(three))));
  }

  @Test
  void theThresholdItselfIsInconspicuous() {
    assertStages(DETECT, script().arrive(attempts(A, "12:00:05", 2)).end(), List.of());
  }

  @Test
  void nothingComesOfNothing() {
    assertStages(DETECT, script().watermark("2026-03-10T12:00:00Z").end(), List.of());
  }

  @Test
  void fromStartToBeforeEnd() {
    Arrival start = login(A, "2026-03-10T12:00:00Z", "start");
    Arrival last = login(A, "2026-03-10T12:00:19.999Z", "last");
    Arrival end = login(A, "2026-03-10T12:00:20Z", "end");
    Arrival before = login(A, "2026-03-10T11:59:59.999Z", "before");
    assertStages(
        DETECT.withThreshold(1),
        script()
            .arrive(end, last, before, start)
            .watermark("2026-03-10T12:00:20Z")
            .watermark("2026-03-10T12:00:40Z")
            .end(),
        List.of(
            KV.of(
                1,
                SuspiciousLoginsModel.bySource(Duration.ofSeconds(20), 1, 10)
                    .of(List.of(start.login(), last.login()))
                    .get(0))));
  }

  @Test
  void lateAttemptsMakeNewRevisionsOfWhatTheyChange() {
    Arrival[] a = attempts(A, "12:00:05", 3);
    Arrival[] b = attempts(B, "12:00:06", 3);
    Arrival[] c = attempts(C, "12:00:07", 2);
    Arrival lateA = login(A, "2026-03-10T12:00:01Z", "late-a");
    Arrival lateC = login(C, "2026-03-10T12:00:19Z", "late-c");
    Arrival tooLate = login(B, "2026-03-10T12:00:06Z", "late-b");
    SuspiciousLogins first = found(a);
    SuspiciousLogins second = found(a, lateA);
    assertThat(second.event().id()).isEqualTo(first.event().id());
    assertThat(first.vigil().revision()).isEqualTo(3);
    assertThat(second.vigil().revision()).isEqualTo(4);
    assertStages(
        // One shard: what shares it must not go out again either.
        DETECT.withAllowedLateness(Duration.ofSeconds(30)).withShards(1),
        script()
            .arrive(a)
            .arrive(b)
            .arrive(c)
            .watermark("2026-03-10T12:00:20Z") // stage 3
            .arrive(lateA)
            .watermark("2026-03-10T12:00:49.999Z")
            .arrive(lateC) // stage 6
            .watermark("2026-03-10T12:00:50Z")
            .arrive(tooLate)
            .end(),
        List.of(KV.of(3, first), KV.of(3, found(b)), KV.of(4, second), KV.of(6, found(c, lateC))));
  }

  @Test
  void withoutAllowedLatenessLateAttemptsAreDropped() {
    Arrival[] three = attempts(A, "12:00:05", 3);
    assertStages(
        DETECT,
        script()
            .arrive(three)
            .watermark("2026-03-10T12:00:20Z")
            .arrive(login(A, "2026-03-10T12:00:06Z", "late"))
            .end(),
        List.of(KV.of(1, found(three))));
  }

  @Test
  void theWatermarkJumpsOverManyWindows() {
    List<Arrival> all = new ArrayList<>();
    Stages.Script script = script();
    for (String time : List.of("12:00:05", "12:00:25", "12:10:05", "13:00:00", "23:59:40")) {
      all.addAll(List.of(attempts(A, time, 3)));
    }
    all.addAll(List.of(attempts(B, "12:00:25", 3)));
    List<KV<Integer, SuspiciousLogins>> expected = new ArrayList<>();
    for (SuspiciousLogins found : MODEL.of(Arrival.logins(all))) {
      boolean jumpedOver = found.timestamp().isBefore(Instant.parse("2026-03-10T18:00:00Z"));
      expected.add(KV.of(jumpedOver ? 1 : 2, found));
    }
    assertThat(expected).hasSize(6);
    assertStages(DETECT, script.arrive(all).watermark("2026-03-10T18:00:00Z").end(), expected);
  }

  @Test
  void idleThenResumed() {
    Arrival[] before = attempts(A, "12:00:05", 3);
    Arrival[] after = attempts(A, "14:00:05", 4);
    assertStages(
        DETECT,
        script()
            .arrive(before)
            .watermark("2026-03-10T12:30:00Z")
            .watermark("2026-03-10T13:30:00Z")
            .arrive(after)
            .watermark("2026-03-10T14:00:20Z")
            .end(),
        List.of(KV.of(1, found(before)), KV.of(4, found(after))));
  }

  /** A bundle's events are summed up some thousands at a time. */
  @Test
  void oneBundleOfVeryManyEvents() {
    Instant start = Instant.parse("2026-03-10T12:00:00Z");
    List<Arrival> many = new ArrayList<>();
    for (int i = 0; i < 12_500; i++) {
      many.add(
          Arrival.of(
              new LoginAttempt(
                  start.plusMillis(i * 7_919L % 20_000),
                  "198.51.100." + i % 250,
                  "user" + i % 11,
                  i % 3 == 0,
                  1,
                  EventId.of("e" + i))));
    }
    List<SuspiciousLogins> expected = MODEL.of(Arrival.logins(many));
    assertThat(expected).hasSize(250);
    assertStages(
        DETECT,
        script().arrive(many).watermark("2026-03-10T12:00:20Z").end(),
        expected.stream().map(record -> KV.of(1, record)).toList());
  }

  @Test
  void hotSource() {
    Instant start = Instant.parse("2026-03-10T12:00:00Z");
    List<Arrival> hot = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      hot.add(
          Arrival.of(
              new LoginAttempt(
                  start.plusMillis(i * 13L),
                  A,
                  "user" + i % 700,
                  i % 3 == 0,
                  1,
                  EventId.of("e" + i))));
    }
    Arrival[] quiet = attempts(B, "12:00:05", 3);
    assertStages(
        DETECT,
        script()
            .arrive(hot.subList(700, 1_500))
            .arrive(quiet)
            .arrive(hot.subList(0, 700))
            .watermark("2026-03-10T12:00:20Z")
            .end(),
        List.of(KV.of(3, found(hot)), KV.of(3, found(quiet))));
  }

  @Test
  void anotherKeyAndWindow() {
    Arrival[] fromA = attempts(A, "12:00:05", 2);
    Arrival[] fromB = attempts(B, "12:00:55", 2);
    List<Arrival> all = new ArrayList<>(List.of(fromA));
    all.addAll(List.of(fromB));
    all.add(
        Arrival.of(
            new LoginAttempt(
                Instant.parse("2026-03-10T12:00:30Z"), C, null, true, 9, EventId.of("nobody"))));
    List<SuspiciousLogins> expected =
        new SuspiciousLoginsModel(Duration.ofMinutes(1), 3, 10, "user.name", LoginAttempt::user)
            .of(Arrival.logins(all));
    assertThat(expected).hasSize(1);
    assertThat(expected.get(0).source()).isNull();
    assertThat(expected.get(0).vigil().group())
        .isEqualTo(new SuspiciousLogins.Group("user.name", "root"));
    assertStages(
        DetectSuspiciousLogins.create()
            .withKey("user.name", LoginAttempt::user)
            .withWindow(Duration.ofMinutes(1))
            .withThreshold(3),
        script()
            .arrive(all)
            .watermark("2026-03-10T12:00:40Z")
            .watermark("2026-03-10T12:01:00Z")
            .end(),
        List.of(KV.of(2, expected.get(0))));
  }

  private Stages.Script script() {
    return new Stages.Script(pipeline);
  }

  private void assertStages(
      DetectSuspiciousLogins detect,
      TestStream<Arrival> stream,
      List<KV<Integer, SuspiciousLogins>> expected) {
    PCollection<KV<Integer, SuspiciousLogins>> found =
        Arrival.sides(pipeline.apply(stream)).get(Sides.LOGINS).apply(detect).apply(new Stages<>());
    PAssert.that(found).containsInAnyOrder(expected);
    pipeline.run();
  }

  private static Arrival[] attempts(String source, String time, int count) {
    Arrival[] attempts = new Arrival[count];
    for (int i = 0; i < count; i++) {
      attempts[i] = login(source, "2026-03-10T" + time + "." + i + "Z", source + time + i);
    }
    return attempts;
  }

  /** What the model finds in one source's attempts in one window. */
  private static SuspiciousLogins found(Arrival[] attempts, Arrival... more) {
    List<Arrival> all = new ArrayList<>(List.of(attempts));
    all.addAll(List.of(more));
    return found(all);
  }

  private static SuspiciousLogins found(List<Arrival> attempts) {
    List<SuspiciousLogins> found = MODEL.of(Arrival.logins(attempts));
    assertThat(found).hasSize(1);
    return found.get(0);
  }
}
