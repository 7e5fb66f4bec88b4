package dev.vigil.demo;

import static dev.vigil.demo.DetectionRules.ACROSS_WINDOWS;
import static dev.vigil.demo.DetectionRules.SAME_WINDOW;
import static dev.vigil.demo.DetectionRules.SUSPICIOUS_LOGINS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.demo.Sighting.Side;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules where they change their mind. */
class DetectionRulesTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  private static Sighting login(double second) {
    return sighting(Side.LOGIN, second, 1);
  }

  private static Sighting alert(double second) {
    return sighting(Side.IDS, second, 1);
  }

  private static Sighting sighting(Side side, double second, long count) {
    return new Sighting(side, "203.0.113.7", START.plusMillis((long) (second * 1_000)), count);
  }

  private static List<String> alerts(Sighting... sightings) {
    return DetectionRules.alerts(List.of(sightings)).stream()
        .map(alert -> alert.rule() + " " + alert.timestamp().toString().substring(11))
        .toList();
  }

  @Test
  void moreThanFiveInAWindow() {
    assertThat(alerts(sighting(Side.LOGIN, 0, 5), login(20))).isEmpty();
    assertThat(alerts(sighting(Side.LOGIN, 0, 5), login(19.999)))
        .containsExactly(SUSPICIOUS_LOGINS + " 12:00:20Z");
    assertThat(alerts(Stream.of(0, 1, 2, 21, 22, 23).map(s -> login(s)).toArray(Sighting[]::new)))
        .isEmpty();
  }

  @Test
  void bothInOneWindow() {
    assertThat(alerts(login(299.999), alert(0)))
        .containsExactly(ACROSS_WINDOWS + " 12:04:59.999Z", SAME_WINDOW + " 12:05:00Z");
    assertThat(alerts(login(300), alert(299))).containsExactly(ACROSS_WINDOWS + " 12:05:00Z");
  }

  @Test
  void withinAnHourInFullSeconds() {
    assertThat(alerts(alert(0.1), login(3_600.9)))
        .containsExactly(ACROSS_WINDOWS + " 13:00:00.900Z");
    assertThat(alerts(alert(0.9), login(3_601))).isEmpty();
  }

  @Test
  void oneAlertAsLongAsPairsGoOn() {
    assertThat(alerts(alert(0), login(3_000), alert(6_000), login(9_600)))
        .containsExactly(ACROSS_WINDOWS + " 12:50:00Z");
    // The pair at 3,000 is the last; more than an hour later there is a new one.
    assertThat(alerts(alert(0), login(3_000), login(6_700), alert(6_800)))
        .containsExactly(
            ACROSS_WINDOWS + " 12:50:00Z",
            ACROSS_WINDOWS + " 13:53:20Z",
            SAME_WINDOW + " 13:55:00Z");
  }
}
