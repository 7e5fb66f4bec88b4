package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.Intrusion;
import dev.vigil.event.LogLine;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.Provenance;
import dev.vigil.event.SecurityEvent;
import dev.vigil.event.SecurityEventBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.junit.jupiter.api.Test;

/** Which events are login attempts and which intrusions, and what is taken over of them. */
class SelectionTest {
  private static final Instant TIME = Instant.parse("2026-03-10T12:00:00.123456Z");
  private static final Provenance PLACE = Provenance.ofFile("/var/log/auth.log", 1024);
  private static final String ID = "29c177e3b161527b5d342bcda794e017";

  @Test
  void failedLogin() {
    SecurityEventBuilder event = login().outcome("failure").user("root");
    event.source().address("::FFFF:198.51.100.7");
    assertThat(LoginAttempt.of(built(event)))
        .isEqualTo(new LoginAttempt(TIME, "198.51.100.7", "root", true, 1, ID));
    assertThat(Intrusion.of(built(event))).isNull();
  }

  @Test
  void loginOfUnknownUserAndOutcomeFromAName() {
    SecurityEventBuilder event = login().loginAttempts(4);
    event.source().address("gate.example.org");
    assertThat(LoginAttempt.of(built(event)))
        .isEqualTo(new LoginAttempt(TIME, "gate.example.org", null, false, 4, ID));
  }

  @Test
  void acceptedLogin() {
    SecurityEventBuilder event = login().outcome("success").user("alice");
    event.source().address("2001:DB8:0::1");
    assertThat(LoginAttempt.of(built(event)))
        .isEqualTo(new LoginAttempt(TIME, "2001:db8::1", "alice", false, 1, ID));
  }

  @Test
  void noLogin() {
    assertThat(LoginAttempt.of(built(login().user("root")))).isNull();

    SecurityEventBuilder noAddress = login();
    noAddress.source().port(22);
    assertThat(LoginAttempt.of(built(noAddress))).isNull();

    SecurityEventBuilder end =
        SecurityEventBuilder.at(TIME).category("authentication", "session").type("end");
    end.source().address("198.51.100.7");
    assertThat(LoginAttempt.of(built(end))).isNull();

    SecurityEventBuilder session = SecurityEventBuilder.at(TIME).category("session").type("start");
    session.source().address("198.51.100.7");
    assertThat(LoginAttempt.of(built(session))).isNull();
  }

  @Test
  void intrusion() {
    SecurityEventBuilder event =
        alert()
            .severityName("high")
            .attackClassification("Attempted Administrator Privilege Gain")
            .ruleName("ET SCAN ssh");
    event.source().address("198.51.100.7");
    assertThat(Intrusion.of(built(event)))
        .isEqualTo(
            new Intrusion(
                TIME,
                "198.51.100.7",
                "high",
                "Attempted Administrator Privilege Gain",
                "ET SCAN ssh",
                ID));
    assertThat(LoginAttempt.of(built(event))).isNull();
  }

  @Test
  void intrusionOfWhichLittleIsKnown() {
    SecurityEventBuilder event = alert().ruleId("2001219");
    event.source().address("198.51.100.7");
    assertThat(Intrusion.of(built(event)))
        .isEqualTo(new Intrusion(TIME, "198.51.100.7", null, null, null, ID));
  }

  @Test
  void noIntrusion() {
    assertThat(Intrusion.of(built(alert()))).isNull();

    SecurityEventBuilder noAddress = alert();
    noAddress.source().port(22);
    assertThat(Intrusion.of(built(noAddress))).isNull();

    SecurityEventBuilder noAlert =
        SecurityEventBuilder.at(TIME).category("intrusion_detection").type("info");
    noAlert.source().address("198.51.100.7");
    assertThat(Intrusion.of(built(noAlert))).isNull();

    SecurityEventBuilder malware =
        SecurityEventBuilder.at(TIME).kind("alert").category("malware").type("info");
    malware.source().address("198.51.100.7");
    assertThat(Intrusion.of(built(malware))).isNull();
  }

  @Test
  void selectsBothSidesAndKeepsTheTimestamps() {
    SecurityEventBuilder login = login();
    login.source().address("198.51.100.7");
    SecurityEventBuilder alert = alert();
    alert.source().address("198.51.100.8");
    SecurityEventBuilder other = SecurityEventBuilder.at(TIME).category("web").type("access");
    other.source().address("198.51.100.9");
    TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);
    PCollection<SecurityEvent> events =
        pipeline.apply(
            Create.timestamped(
                List.of(login, alert, other).stream()
                    .map(event -> TimestampedValue.of(built(event), EventWindows.joda(TIME)))
                    .toList()));
    PAssert.that(
            events
                .apply(SelectLogins.create())
                .apply("LoginTimes", ParDo.of(new WithTimeFn<LoginAttempt>())))
        .containsInAnyOrder(
            TIME.toEpochMilli() + " " + new LoginAttempt(TIME, "198.51.100.7", null, false, 1, ID));
    PAssert.that(
            events
                .apply(SelectIntrusions.create())
                .apply("IntrusionTimes", ParDo.of(new WithTimeFn<Intrusion>())))
        .containsInAnyOrder(
            TIME.toEpochMilli() + " " + new Intrusion(TIME, "198.51.100.8", null, null, null, ID));
    pipeline.run();
  }

  private static final class WithTimeFn<T> extends DoFn<T, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void time(
        @Element T element,
        @Timestamp org.joda.time.Instant timestamp,
        OutputReceiver<String> out) {
      out.output(timestamp.getMillis() + " " + element);
    }
  }

  private static SecurityEventBuilder login() {
    return SecurityEventBuilder.at(TIME).category("authentication").type("start");
  }

  private static SecurityEventBuilder alert() {
    return SecurityEventBuilder.at(TIME)
        .kind("alert")
        .category("intrusion_detection", "network")
        .type("info");
  }

  private static SecurityEvent built(SecurityEventBuilder event) {
    byte[] line = "a line".getBytes(StandardCharsets.UTF_8);
    return event.build("test", LogLine.of(line, PLACE), "a line");
  }
}
