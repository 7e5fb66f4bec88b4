package dev.vigil.demo;

import static dev.vigil.demo.DetectionRules.ACROSS_WINDOWS;
import static dev.vigil.demo.DetectionRules.SAME_WINDOW;
import static dev.vigil.demo.DetectionRules.SUSPICIOUS_LOGINS;

import java.util.List;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What happens in the logs beside the ordinary: attacks, by their technique in MITRE ATT&amp;CK,
 * and what looks like one and is none.
 */
enum AttackKind {
  SSH_BRUTE_FORCE(
      "SSH brute force",
      "T1110.001",
      12,
      AttackScripts::sshBruteForce,
      List.of(SUSPICIOUS_LOGINS),
      null),
  PASSWORD_SPRAYING(
      "password spraying",
      "T1110.003",
      8,
      AttackScripts::passwordSpraying,
      List.of(SUSPICIOUS_LOGINS),
      null),
  EXPLOIT_AND_LOGIN(
      "exploit, then a login",
      "T1190",
      15,
      AttackScripts::exploitAndLogin,
      List.of(SAME_WINDOW, ACROSS_WINDOWS),
      null),
  SCAN_AND_LOGIN_LATER(
      "SSH scan, a login within the hour",
      "T1595.001",
      60,
      AttackScripts::scanAndLoginLater,
      List.of(ACROSS_WINDOWS),
      null),
  BRUTE_FORCE_SEEN_BY_IDS(
      "SSH brute force that the IDS saw",
      "T1110.001",
      15,
      AttackScripts::bruteForceSeenByIds,
      List.of(SUSPICIOUS_LOGINS, SAME_WINDOW, ACROSS_WINDOWS),
      null),
  BRUTE_FORCE_IPV6(
      "SSH brute force over IPv6",
      "T1110.001",
      8,
      AttackScripts::bruteForceIpv6,
      List.of(SUSPICIOUS_LOGINS),
      null),
  SLOW_BRUTE_FORCE(
      "slow SSH brute force",
      "T1110.001",
      60,
      AttackScripts::slowBruteForce,
      List.of(),
      "never more than 5 attempts in 20 s"),
  SLOW_PASSWORD_SPRAYING(
      "slow password spraying",
      "T1110.003",
      90,
      AttackScripts::slowPasswordSpraying,
      List.of(),
      "never more than 5 attempts in 20 s"),
  DISTRIBUTED_BRUTE_FORCE(
      "distributed brute force",
      "T1110.001",
      20,
      AttackScripts::distributedBruteForce,
      List.of(),
      "no source has more than 5 attempts in 20 s, and rules look at each alone"),
  SCAN_AND_LOGIN_MUCH_LATER(
      "SSH scan, a login after more than an hour",
      "T1595.001",
      100,
      AttackScripts::scanAndLoginMuchLater,
      List.of(),
      "IDS alert and login are more than an hour apart"),
  PORT_SCAN(
      "port scan, seen by netfilter",
      "T1046",
      6,
      AttackScripts::portScan,
      List.of(),
      "no rule looks at firewall logs"),
  PORT_SCAN_ASA(
      "port scan, seen by the ASA",
      "T1046",
      6,
      AttackScripts::portScanAsa,
      List.of(),
      "no rule looks at firewall logs"),
  SQL_INJECTION(
      "SQL injection",
      "T1190",
      10,
      AttackScripts::sqlInjection,
      List.of(),
      "no rule looks at web logs"),
  PATH_TRAVERSAL(
      "path traversal",
      "T1190",
      6,
      AttackScripts::pathTraversal,
      List.of(),
      "no rule looks at web logs"),
  WEB_SCAN(
      "web scanner",
      "T1595.003",
      8,
      AttackScripts::webScan,
      List.of(),
      "no rule looks at web logs"),
  EXFILTRATION(
      "large uploads to the outside",
      "T1048.002",
      40,
      AttackScripts::exfiltration,
      List.of(),
      "no rule looks at firewall logs"),
  EXFILTRATION_BY_WEB(
      "large downloads of a backup",
      "T1048.003",
      20,
      AttackScripts::exfiltrationByWeb,
      List.of(),
      "no rule looks at web logs"),
  OFFICE_LOGIN_RUSH(
      "an office logs in at once",
      null,
      3,
      AttackScripts::officeLoginRush,
      List.of(SUSPICIOUS_LOGINS),
      null),
  POLICY_HIT(
      "an employee breaks a policy, and logs in",
      null,
      15,
      AttackScripts::policyHit,
      List.of(SAME_WINDOW, ACROSS_WINDOWS),
      null),
  STALE_PASSWORD(
      "a job with an old password",
      null,
      45,
      AttackScripts::stalePassword,
      List.of(),
      "never more than 5 attempts in 20 s");

  /** Writes what happens. */
  interface Script {
    /**
     * @param start the first of the minutes that it may take
     */
    void write(AttackBuilder attack, long start);
  }

  private final String title;
  private final @Nullable String technique;
  private final int minutes;
  private final Script script;
  private final List<String> rules;
  private final @Nullable String undetectedBecause;

  AttackKind(
      String title,
      @Nullable String technique,
      int minutes,
      Script script,
      List<String> rules,
      @Nullable String undetectedBecause) {
    this.title = title;
    this.technique = technique;
    this.minutes = minutes;
    this.script = script;
    this.rules = rules;
    this.undetectedBecause = undetectedBecause;
  }

  /** As labels name it. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What it is, for people. */
  String title() {
    return title;
  }

  /** The id of the technique; null for what is no attack. */
  @Nullable String technique() {
    return technique;
  }

  /** How long it takes, at most. */
  int minutes() {
    return minutes;
  }

  Script script() {
    return script;
  }

  /** The rules by which it is to be found; empty if none of them finds it. */
  List<String> rules() {
    return rules;
  }

  /** Why no rule finds it; null if one does. */
  @Nullable String undetectedBecause() {
    return undetectedBecause;
  }
}
