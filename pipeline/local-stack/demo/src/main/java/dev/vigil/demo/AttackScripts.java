package dev.vigil.demo;

import static dev.vigil.demo.LogFile.BASTION;
import static dev.vigil.demo.LogFile.WEB_HOST;

import java.util.List;
import java.util.stream.Stream;

/**
 * How each kind of attack goes. All times are in milliseconds; each script stays within the minutes
 * that its {@link AttackKind} has.
 */
final class AttackScripts {
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;

  /** The windows in which attacks and logins are joined. */
  private static final long JOIN_WINDOW = 5 * MINUTE;

  private static final int BOTS = 12;
  private static final int SSH = 22;
  private static final int HTTPS = 443;

  private AttackScripts() {}

  /** Nobody begins on the minute. */
  private static long soonAfter(AttackBuilder attack, long start) {
    return start + attack.between(0, 59_000);
  }

  static void sshBruteForce(AttackBuilder attack, long start) {
    String source = attack.addresses().outside();
    long begin = soonAfter(attack, start);
    long time = guess(attack, BASTION, source, begin, attack.between(80, 300));
    attack.acceptedSsh(BASTION, time, source, "deploy");
  }

  static void bruteForceIpv6(AttackBuilder attack, long start) {
    guess(
        attack,
        WEB_HOST,
        attack.addresses().outsideIpv6(),
        soonAfter(attack, start),
        attack.between(60, 150));
  }

  static void bruteForceSeenByIds(AttackBuilder attack, long start) {
    String source = attack.addresses().outside();
    long begin = soonAfter(attack, start);
    long end = guess(attack, BASTION, source, begin, attack.between(60, 120));
    // An IDS tells of the rate when it has seen some of it, and again every while.
    for (long time = begin + 15 * SECOND; time < end; time += 30 * SECOND) {
      attack.snortAlert(time + attack.between(0, 900), source, SSH, IdsSignature.SSH_RATE);
    }
  }

  /** At least two attempts in four seconds; returns when it is over. */
  private static long guess(
      AttackBuilder attack, LogFile file, String source, long begin, int attempts) {
    long time = begin;
    for (int done = 0; done < attempts; done++) {
      if (attack.between(0, 9) == 0) {
        attack.failedSsh(file, time, source, "root", true);
        attack.failedSshRepeated(file, time + SECOND, source, "root", 3);
        done += 3;
        time += 2 * SECOND;
      } else {
        attack.failedSsh(file, time, source, attack.oneOf(Company.GUESSED_USERS), false);
      }
      time += attack.between(400, 1_600);
    }
    return time;
  }

  static void passwordSpraying(AttackBuilder attack, long start) {
    String source = attack.addresses().outside();
    int first = attack.between(0, 20);
    int users = attack.between(60, 150);
    long time = soonAfter(attack, start);
    for (int i = 0; i < users; i++) {
      time += attack.between(800, 1_900);
      attack.portalLogin(time, source, Company.person(first + i), i == users - 1);
    }
  }

  static void slowBruteForce(AttackBuilder attack, long start) {
    String source = attack.addresses().outside();
    long begin = soonAfter(attack, start);
    for (long time = begin; time < begin + 55 * MINUTE; time += attack.between(20_000, 45_000)) {
      attack.failedSsh(WEB_HOST, time, source, attack.oneOf(Company.GUESSED_USERS), false);
    }
  }

  static void slowPasswordSpraying(AttackBuilder attack, long start) {
    String source = attack.addresses().outside();
    int user = 0;
    long begin = soonAfter(attack, start);
    for (long time = begin; time < begin + 85 * MINUTE; time += attack.between(60_000, 120_000)) {
      attack.portalLogin(time, source, Company.person(user++), false);
    }
  }

  static void distributedBruteForce(AttackBuilder attack, long start) {
    List<String> sources = Stream.generate(attack.addresses()::outside).limit(BOTS).toList();
    // Together eight attempts in twenty seconds; each source has its turn every half minute.
    long time = soonAfter(attack, start);
    int attempts = BOTS * attack.between(20, 30);
    for (int i = 0; i < attempts; i++) {
      attack.failedSsh(
          BASTION, time, sources.get(i % BOTS), attack.oneOf(List.of("root", "deploy")), true);
      time += attack.between(2_000, 3_000);
    }
  }

  /** The next full window of a join in the minutes of the attack. */
  private static long nextWindow(long start) {
    return Math.floorDiv(start + JOIN_WINDOW - 1, JOIN_WINDOW) * JOIN_WINDOW;
  }

  static void exploitAndLogin(AttackBuilder attack, long start) {
    String source = attack.addresses().outside();
    long window = nextWindow(start);
    long exploit = window + attack.between(10_000, 60_000);
    attack.request(
        exploit - SECOND, source, "GET /cgi-bin/status?host=;id", 500, 184, "curl/8.5.0");
    attack.suricataAlert(exploit, source, HTTPS, IdsSignature.EXPLOIT);
    attack.failedSsh(WEB_HOST, exploit + attack.between(60_000, 90_000), source, "deploy", true);
    attack.acceptedSsh(WEB_HOST, exploit + attack.between(100_000, 200_000), source, "deploy");
  }

  static void scanAndLoginLater(AttackBuilder attack, long start) {
    scanAndLogin(attack, start, attack.between(15, 45));
  }

  static void scanAndLoginMuchLater(AttackBuilder attack, long start) {
    scanAndLogin(attack, start, attack.between(65, 90));
  }

  private static void scanAndLogin(AttackBuilder attack, long start, int minutesLater) {
    String source = attack.addresses().outside();
    long scan = soonAfter(attack, start);
    attack.snortAlert(scan, source, SSH, IdsSignature.SSH_SCAN);
    attack.suricataAlert(scan + 2 * SECOND, source, SSH, IdsSignature.SSH_SCAN);
    long login = scan + minutesLater * MINUTE;
    attack.failedSsh(BASTION, login, source, "deploy", true);
    attack.acceptedSsh(BASTION, login + 20 * SECOND, source, "deploy");
  }

  static void portScan(AttackBuilder attack, long start) {
    String source = attack.addresses().outside();
    long time = soonAfter(attack, start);
    int last = attack.between(320, 800);
    for (int port = 20; port <= last; port++) {
      attack.add(source, attack.lines().packet(time, "BLOCK", source, port));
      time += attack.between(50, 400);
    }
  }

  static void portScanAsa(AttackBuilder attack, long start) {
    String source = attack.addresses().outside();
    long time = soonAfter(attack, start);
    int hosts = attack.between(60, 120);
    for (int host = 1; host <= hosts; host++) {
      for (int port : new int[] {22, 445, 3389}) {
        attack.add(source, attack.lines().asaDeny(time, source, "10.1.1." + host, port));
        time += attack.between(100, 700);
      }
    }
  }

  static void sqlInjection(AttackBuilder attack, long start) {
    String source = attack.addresses().outside();
    long time = soonAfter(attack, start);
    int requests = attack.between(40, 120);
    for (int i = 0; i < requests; i++) {
      time += attack.between(500, 4_000);
      attack.request(
          time,
          source,
          "GET /products?id="
              + i
              + attack.oneOf(
                  List.of(
                      "%20UNION%20SELECT%20name,hash%20FROM%20users--",
                      "%27%20OR%20%271%27=%271", ";WAITFOR%20DELAY%20%270:0:5%27")),
          attack.between(0, 3) == 0 ? 500 : 200,
          attack.between(180, 4_000),
          "sqlmap/1.8");
    }
  }

  static void pathTraversal(AttackBuilder attack, long start) {
    String source = attack.addresses().outside();
    long time = soonAfter(attack, start);
    int deepest = attack.between(8, 20);
    for (int depth = 1; depth <= deepest; depth++) {
      time += attack.between(800, 9_000);
      attack.request(
          time,
          source,
          "GET /download?file=" + "..%2f".repeat(depth) + "etc%2fpasswd",
          depth == 8 ? 200 : 404,
          attack.between(150, 2_000),
          "curl/8.5.0");
    }
  }

  static void webScan(AttackBuilder attack, long start) {
    String source = attack.addresses().outside();
    List<String> words =
        List.of("admin", "backup.zip", ".git/config", ".env", "wp-login.php", "shell.php", "old");
    long time = soonAfter(attack, start);
    int requests = attack.between(200, 600);
    for (int i = 0; i < requests; i++) {
      time += attack.between(50, 600);
      attack.request(
          time, source, "GET /" + attack.oneOf(words) + i, 404, 162, "Mozilla/5.0 zgrab/0.x");
    }
  }

  static void exfiltration(AttackBuilder attack, long start) {
    String source = attack.addresses().inside();
    String destination = AddressPlan.ofServer(attack.between(0, 39));
    long time = soonAfter(attack, start);
    for (int i = 0; i < 4; i++) {
      int minutes = attack.between(4, 8);
      attack.add(source, attack.lines().asaBuilt(time, source, destination));
      time += minutes * MINUTE;
      attack.add(
          source,
          attack
              .lines()
              .asaTeardown(
                  time,
                  source,
                  destination,
                  minutes * 60L,
                  attack.between(900_000_000, 2_100_000_000)));
      time += attack.between(1_000, 60_000);
    }
  }

  static void exfiltrationByWeb(AttackBuilder attack, long start) {
    String source = attack.addresses().outside();
    long begin = soonAfter(attack, start);
    int files = attack.between(3, 8);
    for (int i = 0; i < files; i++) {
      attack.request(
          begin + i * 2 * MINUTE,
          source,
          "GET /backup/customers-" + i + ".sql.gz",
          200,
          attack.between(300_000_000, 2_000_000_000),
          "Wget/1.21.4");
    }
  }

  /** A shift begins: more logins at once than an attacker would dare, all of them good. */
  static void officeLoginRush(AttackBuilder attack, long start) {
    String source = attack.addresses().office();
    int people = attack.between(8, 12);
    for (int i = 0; i < people; i++) {
      attack.portalLogin(start + attack.between(0, 19_000), source, Company.person(30 + i), true);
    }
  }

  static void policyHit(AttackBuilder attack, long start) {
    String source = attack.addresses().inside();
    long window = nextWindow(start);
    attack.portalLogin(window + attack.between(5_000, 100_000), source, Company.person(7), true);
    attack.snortAlert(window + attack.between(120_000, 290_000), source, 80, IdsSignature.UPDATE);
  }

  static void stalePassword(AttackBuilder attack, long start) {
    String source = attack.addresses().inside();
    for (int i = 0; i < 20; i++) {
      long time = start + i * 2 * MINUTE + SECOND;
      attack.failedSsh(WEB_HOST, time, source, "backup", true);
      attack.failedSsh(WEB_HOST, time + 3 * SECOND, source, "backup", true);
    }
  }
}
