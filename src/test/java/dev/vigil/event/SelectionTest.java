package dev.vigil.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Which events are login attempts and which intrusions, and what is taken over of them. */
class SelectionTest {
  private static final Instant TIME = Instant.parse("2026-03-10T12:00:00.123456Z");
  private static final Provenance ORIGIN = Provenance.ofKafka("Logins", 1, 7);
  private static final EventId ID = EventId.of(ORIGIN);

  @Test
  void failedLogin() {
    SecurityEventBuilder event = login().outcome("failure").user("root");
    event.source().address("::FFFF:198.51.100.7");
    assertThat(event.login(ORIGIN))
        .isEqualTo(new LoginAttempt(TIME, "198.51.100.7", "root", true, 1, ID));
    assertThat(event.intrusion(ORIGIN)).isNull();
  }

  @Test
  void loginOfUnknownUserAndOutcomeFromAName() {
    SecurityEventBuilder event = login().loginAttempts(4);
    event.source().address("gate.example.org");
    assertThat(event.login(ORIGIN))
        .isEqualTo(new LoginAttempt(TIME, "gate.example.org", null, false, 4, ID));
  }

  @Test
  void acceptedLogin() {
    SecurityEventBuilder event = login().outcome("success").user("alice");
    event.source().address("2001:DB8:0::1");
    assertThat(event.login(ORIGIN))
        .isEqualTo(new LoginAttempt(TIME, "2001:db8::1", "alice", false, 1, ID));
  }

  @Test
  void noLogin() {
    assertThat(login().user("root").login(ORIGIN)).isNull();

    SecurityEventBuilder noAddress = login();
    noAddress.source().port(22);
    assertThat(noAddress.login(ORIGIN)).isNull();

    SecurityEventBuilder end =
        SecurityEventBuilder.at(TIME).category("authentication", "session").type("end");
    end.source().address("198.51.100.7");
    assertThat(end.login(ORIGIN)).isNull();

    SecurityEventBuilder session = SecurityEventBuilder.at(TIME).category("session").type("start");
    session.source().address("198.51.100.7");
    assertThat(session.login(ORIGIN)).isNull();
  }

  @Test
  void intrusion() {
    SecurityEventBuilder event =
        alert()
            .severityName("high")
            .attackClassification("Attempted Administrator Privilege Gain")
            .ruleName("ET SCAN ssh");
    event.source().address("198.51.100.7");
    assertThat(event.intrusion(ORIGIN))
        .isEqualTo(
            new Intrusion(
                TIME,
                "198.51.100.7",
                "high",
                "Attempted Administrator Privilege Gain",
                "ET SCAN ssh",
                ID));
    assertThat(event.login(ORIGIN)).isNull();
  }

  @Test
  void intrusionOfWhichLittleIsKnown() {
    SecurityEventBuilder event = alert().ruleId("2001219");
    event.source().address("198.51.100.7");
    assertThat(event.intrusion(ORIGIN))
        .isEqualTo(new Intrusion(TIME, "198.51.100.7", null, null, null, ID));
  }

  @Test
  void noIntrusion() {
    assertThat(alert().intrusion(ORIGIN)).isNull();

    SecurityEventBuilder noAddress = alert();
    noAddress.source().port(22);
    assertThat(noAddress.intrusion(ORIGIN)).isNull();

    SecurityEventBuilder noAlert =
        SecurityEventBuilder.at(TIME).category("intrusion_detection").type("info");
    noAlert.source().address("198.51.100.7");
    assertThat(noAlert.intrusion(ORIGIN)).isNull();

    SecurityEventBuilder malware =
        SecurityEventBuilder.at(TIME).kind("alert").category("malware").type("info");
    malware.source().address("198.51.100.7");
    assertThat(malware.intrusion(ORIGIN)).isNull();
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
}
