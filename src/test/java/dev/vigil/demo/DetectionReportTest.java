package dev.vigil.demo;

import static dev.vigil.demo.DetectionRules.ACROSS_WINDOWS;
import static dev.vigil.demo.DetectionRules.SAME_WINDOW;
import static dev.vigil.demo.DetectionRules.SUSPICIOUS_LOGINS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;

class DetectionReportTest {
  private static final String BRUTE = "203.0.113.7";
  private static final String EXPLOIT = "203.0.113.8";
  private static final String OFFICE = "192.0.2.100";

  private static Instant at(String time) {
    return Instant.parse("2026-03-01T" + time + "Z");
  }

  private static Label label(
      String id,
      String title,
      @Nullable String technique,
      List<String> sources,
      String start,
      String end,
      @Nullable String undetectedBecause,
      ExpectedAlert... alerts) {
    return new Label(
        id,
        "kind",
        title,
        technique != null,
        technique,
        sources,
        at(start),
        at(end),
        Map.of(),
        List.of(alerts),
        undetectedBecause);
  }

  private static final Labels LABELS =
      new Labels(
          List.of(
              label(
                  "a01",
                  "SSH brute force",
                  "T1110.001",
                  List.of(BRUTE),
                  "08:42:01.500",
                  "08:42:55",
                  null,
                  new ExpectedAlert(SUSPICIOUS_LOGINS, BRUTE, at("08:42:20")),
                  new ExpectedAlert(SUSPICIOUS_LOGINS, BRUTE, at("08:42:40"))),
              label(
                  "a02",
                  "exploit, then a login",
                  "T1190",
                  List.of(EXPLOIT),
                  "09:01:00",
                  "10:10:00",
                  null,
                  new ExpectedAlert(ACROSS_WINDOWS, EXPLOIT, at("10:10:00")),
                  new ExpectedAlert(SAME_WINDOW, EXPLOIT, at("10:15:00"))),
              label(
                  "a03",
                  "distributed brute force",
                  "T1110.001",
                  List.of("198.51.100.1", "198.51.100.2", "198.51.100.3"),
                  "10:00:00",
                  "10:20:00",
                  "rules look at each source alone"),
              label(
                  "a04",
                  "an office logs in at once",
                  null,
                  List.of(OFFICE),
                  "08:00:01",
                  "08:00:18",
                  null,
                  new ExpectedAlert(SUSPICIOUS_LOGINS, OFFICE, at("08:00:20")))),
          List.of(new MalformedLine("web1/access.log", "cut", "no status")));

  private static final List<FoundAlert> ALL =
      List.of(
          found(SAME_WINDOW, EXPLOIT, "10:15:00"),
          found(ACROSS_WINDOWS, EXPLOIT, "10:10:00"),
          found(SUSPICIOUS_LOGINS, BRUTE, "08:42:40"),
          found(SUSPICIOUS_LOGINS, BRUTE, "08:42:20"),
          found(SUSPICIOUS_LOGINS, OFFICE, "08:00:20"));

  private static FoundAlert found(String rule, String source, String time) {
    return new FoundAlert(rule + source + time, rule, source, at(time));
  }

  private static DetectionReport report(List<FoundAlert> alerts, FoundFailure... failures) {
    return DetectionReport.of(LABELS, new Findings(alerts, List.of(failures)));
  }

  private static List<FoundAlert> allBut(int... indices) {
    List<FoundAlert> alerts = new ArrayList<>(ALL);
    for (int index : indices) {
      alerts.remove(ALL.get(index));
    }
    return alerts;
  }

  @Test
  void everythingIsFound() {
    DetectionReport report = report(ALL, new FoundFailure("cut", "no status"));
    assertThat(report.allFound()).isTrue();
    assertThat(report.isExact()).isTrue();
    assertThat(report.text())
        .isEqualTo(
            """
            Attacks that a rule is made for: 2, found: 2
              ID   ATTACK                 TECHNIQUE  SOURCE       BEGAN                RULE                                     ALERT                AFTER       ALERTS
              a01  SSH brute force        T1110.001  203.0.113.7  2026-03-01 08:42:01  suspicious-logins                        2026-03-01 08:42:20  18 s        2 of 2
              a02  exploit, then a login  T1190      203.0.113.8  2026-03-01 09:01:00  attack-from-login-source                 2026-03-01 10:15:00  1 h 14 min  1 of 1
                                                                                       attack-from-login-source-across-windows  2026-03-01 10:10:00  1 h 9 min   1 of 1
            Attacks that no rule is made for: 1
              a03  distributed brute force  T1110.001  198.51.100.1 and 2 more  2026-03-01 10:00:00  rules look at each source alone
            False alarms: 1
              a04  an office logs in at once  192.0.2.100  suspicious-logins  2026-03-01 08:00:20
            Malformed lines: 1, among the failures: 1, other failures: 0
            """);
  }

  @Test
  void oneRuleMisses() {
    DetectionReport report = report(allBut(0, 2), new FoundFailure("cut", "no status"));
    assertThat(report.allFound()).isFalse();
    assertThat(report.isExact()).isFalse();
    assertThat(report.text())
        .isEqualTo(
            """
            Attacks that a rule is made for: 2, found: 1
              ID   ATTACK                 TECHNIQUE  SOURCE       BEGAN                RULE                                     ALERT                AFTER      ALERTS
              a01  SSH brute force        T1110.001  203.0.113.7  2026-03-01 08:42:01  suspicious-logins                        2026-03-01 08:42:20  18 s       1 of 2
              a02  exploit, then a login  T1190      203.0.113.8  2026-03-01 09:01:00  attack-from-login-source                 MISSED                          0 of 1
                                                                                       attack-from-login-source-across-windows  2026-03-01 10:10:00  1 h 9 min  1 of 1
            Attacks that no rule is made for: 1
              a03  distributed brute force  T1110.001  198.51.100.1 and 2 more  2026-03-01 10:00:00  rules look at each source alone
            False alarms: 1
              a04  an office logs in at once  192.0.2.100  suspicious-logins  2026-03-01 08:00:20
            Malformed lines: 1, among the failures: 1, other failures: 0
            """);
  }

  /** A part of its alerts finds an attack, too; but that they are not all there is seen. */
  @Test
  void partOfTheAlerts() {
    DetectionReport report = report(allBut(3), new FoundFailure("cut", "no status"));
    assertThat(report.allFound()).isTrue();
    assertThat(report.isExact()).isFalse();
    assertThat(report.text())
        .contains(
            "suspicious-logins                        2026-03-01 08:42:40  38 s        1 of 2\n");
  }

  @Test
  void falseAlarms() {
    List<FoundAlert> alerts = new ArrayList<>(ALL);
    alerts.add(found(SUSPICIOUS_LOGINS, "10.1.32.1", "11:00:20"));
    // An attacker's address, long after its attack.
    alerts.add(found(SUSPICIOUS_LOGINS, BRUTE, "08:48:00"));
    // One that no rule should find, and one alert too many.
    alerts.add(found(SUSPICIOUS_LOGINS, "198.51.100.2", "10:00:40"));
    alerts.add(found(SUSPICIOUS_LOGINS, BRUTE, "08:43:00"));
    DetectionReport report = report(alerts, new FoundFailure("other", "invalid JSON"));
    assertThat(report.allFound()).isTrue();
    assertThat(report.isExact()).isFalse();
    assertThat(report.text())
        .isEqualTo(
            """
            Attacks that a rule is made for: 2, found: 2
              ID   ATTACK                 TECHNIQUE  SOURCE       BEGAN                RULE                                     ALERT                AFTER       ALERTS
              a01  SSH brute force        T1110.001  203.0.113.7  2026-03-01 08:42:01  suspicious-logins                        2026-03-01 08:42:20  18 s        2 of 2, 1 unforeseen
              a02  exploit, then a login  T1190      203.0.113.8  2026-03-01 09:01:00  attack-from-login-source                 2026-03-01 10:15:00  1 h 14 min  1 of 1
                                                                                       attack-from-login-source-across-windows  2026-03-01 10:10:00  1 h 9 min   1 of 1
            Attacks that no rule is made for: 1
              a03  distributed brute force  T1110.001  198.51.100.1 and 2 more  2026-03-01 10:00:00  found all the same: suspicious-logins, 2026-03-01 10:00:40
            False alarms: 3
              a04  an office logs in at once  192.0.2.100  suspicious-logins  2026-03-01 08:00:20
              -    no label                   203.0.113.7  suspicious-logins  2026-03-01 08:48:00
              -    no label                   10.1.32.1    suspicious-logins  2026-03-01 11:00:20
            Malformed lines: 1, among the failures: 0, other failures: 1
              MISSED  web1/access.log  no status  cut
              not malformed  invalid JSON  other
            """);
  }
}
