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

/** When {@link JoinAttacksWithLogins} finds what, in windows of 5 minutes. */
class JoinAttacksWithLoginsTest {
  private static final String A = "198.51.100.7";
  private static final String B = "2001:db8::7";

  private static final WindowedJoinModel MODEL = new WindowedJoinModel(Duration.ofMinutes(5), 10);

  private final TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);

  @Test
  void onTimeWhenTheWatermarkReachesTheEnd() {
    Arrival login = login(A, "2026-03-10T12:00:00Z", "l");
    Arrival intrusion = intrusion(A, "2026-03-10T12:04:59.999Z", "i");
    assertStages(
        script()
            .arrive(intrusion)
            .arrive(login)
            .watermark("2026-03-10T12:04:59.999Z")
            .watermark("2026-03-10T12:05:00Z")
            .end(),
        List.of(KV.of(3, found(login, intrusion))));
  }

  @Test
  void aPairInTwoWindowsIsNotFound() {
    assertStages(
        script()
            .arrive(
                login(A, "2026-03-10T12:04:59.999Z", "l"),
                intrusion(A, "2026-03-10T12:05:00Z", "i"))
            .end(),
        List.of());
  }

  @Test
  void onlyLogins() {
    assertStages(script().arrive(login(A, "2026-03-10T12:00:00Z", "l")).end(), List.of());
  }

  @Test
  void onlyIntrusions() {
    assertStages(script().arrive(intrusion(A, "2026-03-10T12:00:00Z", "i")).end(), List.of());
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
  void lateEventsMakeNewRevisionsOfWhatTheyChange() {
    // The sources share a shard: the late pane holds both.
    String sharing = sharingShardWith(A);
    Arrival login = login(A, "2026-03-10T12:01:00Z", "l");
    Arrival intrusion = intrusion(A, "2026-03-10T12:02:00Z", "i");
    Arrival otherLogin = login(sharing, "2026-03-10T12:01:00Z", "ol");
    Arrival otherIntrusion = intrusion(sharing, "2026-03-10T12:02:00Z", "oi");
    Arrival lateLogin = login(A, "2026-03-10T12:00:30Z", "late-l");
    Arrival lateIntrusion = intrusion(A, "2026-03-10T12:04:00Z", "late-i");
    Alert first = found(login, intrusion);
    Alert second = found(login, intrusion, lateLogin);
    Alert third = found(login, intrusion, lateLogin, lateIntrusion);
    assertThat(List.of(second.event().id(), third.event().id())).containsOnly(first.event().id());
    assertThat(List.of(first, second, third))
        .extracting(alert -> alert.vigil().revision())
        .containsExactly(2L, 3L, 4L);
    assertStages(
        JoinAttacksWithLogins.create().withAllowedLateness(Duration.ofMinutes(1)),
        script()
            .arrive(login, otherLogin, intrusion, otherIntrusion)
            .watermark("2026-03-10T12:05:00Z") // stage 1
            .arrive(lateLogin)
            .watermark("2026-03-10T12:05:59.999Z")
            .arrive(lateIntrusion) // stage 4
            .watermark("2026-03-10T12:06:00Z")
            .arrive(login(A, "2026-03-10T12:01:00Z", "too-late"))
            .end(),
        List.of(
            KV.of(1, first),
            KV.of(1, found(otherLogin, otherIntrusion)),
            KV.of(2, second),
            KV.of(4, third)));
  }

  @Test
  void theSecondSideComesLate() {
    Arrival login = login(A, "2026-03-10T12:01:00Z", "l");
    Arrival intrusion = intrusion(A, "2026-03-10T12:02:00Z", "i");
    assertStages(
        JoinAttacksWithLogins.create().withAllowedLateness(Duration.ofMinutes(1)),
        script().arrive(login).watermark("2026-03-10T12:05:30Z").arrive(intrusion).end(),
        List.of(KV.of(2, found(login, intrusion))));
  }

  @Test
  void withoutAllowedLatenessLateEventsAreDropped() {
    Arrival login = login(A, "2026-03-10T12:01:00Z", "l");
    Arrival intrusion = intrusion(A, "2026-03-10T12:02:00Z", "i");
    assertStages(
        script()
            .arrive(login, intrusion)
            .watermark("2026-03-10T12:05:00Z")
            .arrive(login(A, "2026-03-10T12:03:00Z", "late"))
            .end(),
        List.of(KV.of(1, found(login, intrusion))));
  }

  @Test
  void theWatermarkJumpsOverManyWindowsAndSourcesComeBack() {
    Arrival[] first = pair(A, "12:01");
    Arrival[] second = pair(A, "12:06");
    Arrival[] third = pair(B, "17:58");
    Arrival[] last = pair(A, "18:01");
    assertStages(
        script()
            .arrive(third)
            .arrive(second)
            .arrive(first)
            .watermark("2026-03-10T18:00:00Z") // stage 3
            .arrive(last) // stage 4
            .end(),
        List.of(
            KV.of(3, found(first)),
            KV.of(3, found(second)),
            KV.of(3, found(third)),
            KV.of(5, found(last))));
  }

  @Test
  void hotSource() {
    Instant start = Instant.parse("2026-03-10T12:00:00Z");
    List<Arrival> hot = new ArrayList<>();
    for (int i = 0; i < 800; i++) {
      Instant time = start.plusMillis(i * 300L);
      hot.add(
          Arrival.of(
              new LoginAttempt(time, A, "user" + i % 700, i % 3 == 0, 1, EventId.of("l" + i))));
      hot.add(
          Arrival.of(
              new Intrusion(time, A, "low", "c" + i % 7, "s" + i % 800, EventId.of("i" + i))));
    }
    assertStages(
        script()
            .arrive(hot.subList(700, 1_600))
            .arrive(hot.subList(0, 700))
            .watermark("2026-03-10T12:05:00Z")
            .end(),
        List.of(KV.of(2, found(hot.toArray(Arrival[]::new)))));
  }

  private static Arrival[] pair(String source, String minute) {
    return new Arrival[] {
      login(source, "2026-03-10T" + minute + ":00Z", "l" + minute),
      intrusion(source, "2026-03-10T" + minute + ":30Z", "i" + minute)
    };
  }

  private static String sharingShardWith(String source) {
    for (int i = 0; ; i++) {
      String other = "203.0.113." + i;
      if (Math.floorMod(other.hashCode(), 8) == Math.floorMod(source.hashCode(), 8)) {
        return other;
      }
    }
  }

  private Stages.Script script() {
    return new Stages.Script(pipeline);
  }

  private void assertStages(TestStream<Arrival> stream, List<KV<Integer, Alert>> expected) {
    assertStages(JoinAttacksWithLogins.create(), stream, expected);
  }

  private void assertStages(
      JoinAttacksWithLogins join, TestStream<Arrival> stream, List<KV<Integer, Alert>> expected) {
    PAssert.that(Arrival.sides(pipeline.apply(stream)).apply(join).apply(new Stages<>()))
        .containsInAnyOrder(expected);
    pipeline.run();
  }

  private static Alert found(Arrival... arrivals) {
    List<Arrival> all = List.of(arrivals);
    List<Alert> found = MODEL.of(Arrival.logins(all), Arrival.intrusions(all));
    assertThat(found).hasSize(1);
    return found.get(0);
  }
}
