package dev.vigil.demo;

import static dev.vigil.demo.LogFile.BASTION;
import static dev.vigil.demo.LogFile.WEB_HOST;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What happens in a company's logs on any day: people who log in, mistype and work, visitors of the
 * web site, jobs and health checks, and the scanning that every address on the internet gets.
 *
 * <p>It raises no alert: no source has more than {@value #MOST_ATTEMPTS} login attempts in 20
 * seconds, and those that an IDS speaks of never log in.
 */
final class OrdinaryLife {
  static final int MOST_ATTEMPTS = 4;

  /** How much people do in each hour of the day (UTC), in percent of the busiest. */
  private static final int[] BUSY = {
    6, 5, 4, 4, 5, 8, 20, 45, 85, 100, 98, 92, 75, 90, 97, 95, 85, 60, 35, 25, 20, 16, 12, 8
  };

  /** What machines do at any hour, in the same measure. */
  private static final int MACHINES = 30;

  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long LOGIN_WINDOW = 20 * SECOND;
  private static final int CHOICES = 1_000;

  private static final List<Integer> PROBED_PORTS =
      List.of(22, 23, 80, 443, 445, 1433, 3306, 3389, 5060, 5555, 6379, 8080);

  private final SplittableRandom random;
  private final LogLines lines;
  private final long start;
  private final long[] target;
  private final int people;
  private final int visitors;
  private long written;

  /** Lines by their minutes: much that begins in one ends in another. */
  private final Map<Long, List<LogEntry>> begun = new HashMap<>();

  /** Login attempts by window and source, as far as they may still grow. */
  private final TreeMap<Long, Map<String, Integer>> attempts = new TreeMap<>();

  /**
   * @param count how many lines the period is to have, more or less
   */
  OrdinaryLife(Period period, long count, SplittableRandom random, LogLines lines) {
    this.random = random;
    this.lines = lines;
    this.start = period.start().toEpochMilli();
    this.target = targets(period, count);
    this.people = (int) Math.min(Math.max(count / 200, 40), 20_000);
    this.visitors = (int) Math.min(Math.max(count / 20, 100), 60_000);
  }

  /** How many lines there are to be up to the end of each minute. */
  private static long[] targets(Period period, long count) {
    long[] sums = new long[(int) period.length().toMinutes()];
    long sum = 0;
    for (int i = 0; i < sums.length; i++) {
      sum += MACHINES + BUSY[hour(period.start().plusSeconds(60L * i))];
      sums[i] = sum;
    }
    long all = sum;
    for (int i = 0; i < sums.length; i++) {
      sums[i] = (long) ((double) sums[i] / all * count);
    }
    return sums;
  }

  private static int hour(Instant time) {
    return time.atOffset(ZoneOffset.UTC).getHour();
  }

  /**
   * The lines of a minute, in no order. To be asked for every minute of the period, one after the
   * other.
   *
   * @param index 0 for the first
   */
  List<LogEntry> minute(int index) {
    long begin = start + index * MINUTE;
    attempts.headMap(begin).clear();
    int busy = BUSY[hour(Instant.ofEpochMilli(begin))];
    while (written < target[index]) {
      happen(begin + random.nextInt((int) MINUTE), busy);
    }
    List<LogEntry> entries = begun.remove(begin);
    return entries == null ? new ArrayList<>() : entries;
  }

  /** For now, or for when its minute comes. */
  private void add(LogEntry entry) {
    written++;
    begun.computeIfAbsent(minuteOf(entry.millis()), m -> new ArrayList<>()).add(entry);
  }

  private static long minuteOf(long millis) {
    return Math.floorDiv(millis, MINUTE) * MINUTE;
  }

  private int between(int first, int last) {
    return random.nextInt(first, last + 1);
  }

  private <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private void happen(long time, int busy) {
    if (random.nextInt(MACHINES + busy) < MACHINES) {
      machine(time);
    } else {
      person(time);
    }
  }

  private void machine(long time) {
    int choice = random.nextInt(CHOICES);
    if (choice < 330) {
      probe(time);
    } else if (choice < 520) {
      healthCheck(time);
    } else if (choice < 780) {
      traffic(time);
    } else if (choice < 880) {
      cron(time);
    } else if (choice < 960) {
      serviceLogin(time);
    } else {
      idsNoise(time);
    }
  }

  private void person(long time) {
    int choice = random.nextInt(CHOICES);
    if (choice < 450) {
      visit(time);
    } else if (choice < 700) {
      connection(time);
    } else if (choice < 860) {
      traffic(time);
    } else if (choice < 910) {
      sshSession(time);
    } else if (choice < 930) {
      sudo(time);
    } else if (choice < 998) {
      portalLogin(time);
    } else {
      administration(time);
    }
  }

  private void probe(long time) {
    String source = AddressPlan.ofNoise(random.nextInt(60_000));
    int port = oneOf(PROBED_PORTS);
    add(
        random.nextBoolean()
            ? lines.packet(time, "BLOCK", source, port)
            : lines.asaDeny(time, source, "10.1.1." + between(1, 250), port));
  }

  private void healthCheck(long time) {
    add(
        lines.access(
            time, "10.1.1." + between(2, 3), "-", "GET /healthz", 200, 2, "kube-probe/1.29"));
  }

  private void traffic(long time) {
    String source = AddressPlan.ofPerson(random.nextInt(people));
    LogEntry entry =
        switch (random.nextInt(4)) {
          case 0, 1 ->
              lines.suricataEvent(
                  time,
                  "dns",
                  source,
                  Company.NAME_SERVER,
                  53,
                  "UDP",
                  "\"type\":\"query\",\"id\":"
                      + random.nextInt(65_536)
                      + ",\"rrname\":\"www.example.com\",\"rrtype\":\"A\",\"tx_id\":0");
          case 2 ->
              lines.suricataEvent(
                  time,
                  "tls",
                  source,
                  AddressPlan.ofServer(random.nextInt(40)),
                  443,
                  "TCP",
                  "\"sni\":\"mail.example.com\",\"version\":\"TLS 1.3\"");
          default -> flow(time, source);
        };
    add(entry);
  }

  private LogEntry flow(long time, String source) {
    int packets = between(4, 200);
    return lines.suricataEvent(
        time,
        "flow",
        source,
        Company.WEB,
        443,
        "TCP",
        "\"pkts_toserver\":"
            + packets
            + ",\"pkts_toclient\":"
            + (packets + 3)
            + ",\"bytes_toserver\":"
            + packets * 90
            + ",\"bytes_toclient\":"
            + packets * 700
            + ",\"age\":"
            + between(1, 300)
            + ",\"state\":\"closed\",\"reason\":\"timeout\",\"alerted\":false");
  }

  private void cron(long time) {
    String tag = "CRON[" + between(2_000, 32_000) + "]";
    // On the minute, as jobs begin.
    long begin = minuteOf(time) + SECOND;
    add(
        lines.syslog(
            BASTION,
            begin,
            tag,
            "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"));
    add(
        lines.syslog(
            BASTION, begin + 20, tag, "pam_unix(cron:session): session closed for user root"));
  }

  /** A backup, or a deployment, by key. */
  private void serviceLogin(long time) {
    String source = AddressPlan.ofService(random.nextInt(Math.max(people / 4, 10)));
    if (!mayTry(source, time, 1)) {
      return;
    }
    LogFile host = random.nextBoolean() ? BASTION : WEB_HOST;
    accepted(host, time, "publickey", random.nextBoolean() ? "backup" : "ci", source);
  }

  /** Accepted, and some time later gone. */
  private void accepted(LogFile host, long time, String method, String user, String source) {
    int port = lines.port();
    add(
        lines.sshd(
            host,
            time,
            "Accepted "
                + method
                + " for "
                + user
                + " from "
                + source
                + " port "
                + port
                + " ssh2"
                + (method.equals("publickey")
                    ? ": ED25519 SHA256:foTuOJlZhZSKOOSVJM4X1AaipKpFAzmm9bjac6mQSKi"
                    : "")));
    add(
        lines.sshd(
            host,
            time + 10,
            "pam_unix(sshd:session): session opened for user " + user + "(uid=1021) by (uid=0)"));
    long end = time + between(5, 3_600) * SECOND;
    add(lines.sshd(host, end, "Disconnected from user " + user + " " + source + " port " + port));
    add(lines.sshd(host, end + 5, "pam_unix(sshd:session): session closed for user " + user));
  }

  /** Whether a source may have so many more attempts in the window, and the one after it. */
  private boolean mayTry(String source, long time, int count) {
    long window = Math.floorDiv(time, LOGIN_WINDOW) * LOGIN_WINDOW;
    Map<String, Integer> ofWindow = attempts.computeIfAbsent(window, w -> new HashMap<>());
    Map<String, Integer> ofNext =
        attempts.computeIfAbsent(window + LOGIN_WINDOW, w -> new HashMap<>());
    if (ofWindow.getOrDefault(source, 0) + count > MOST_ATTEMPTS
        || ofNext.getOrDefault(source, 0) + count > MOST_ATTEMPTS) {
      return false;
    }
    ofWindow.merge(source, count, Integer::sum);
    ofNext.merge(source, count, Integer::sum);
    return true;
  }

  private void idsNoise(long time) {
    String source = AddressPlan.ofNoise(random.nextInt(60_000));
    IdsSignature signature = random.nextInt(3) == 0 ? IdsSignature.SSH_SCAN : IdsSignature.PING;
    add(
        random.nextBoolean()
            ? lines.snortAlert(time, source, Company.WEB, 80, signature)
            : lines.suricataAlert(time, source, Company.WEB, 80, signature));
  }

  private void visit(long time) {
    int visitor = random.nextInt(visitors);
    String source = AddressPlan.ofVisitor(visitor);
    String agent = Company.BROWSERS.get(visitor % Company.BROWSERS.size());
    int pages = between(1, 4);
    for (int i = 0; i < pages; i++) {
      int status = random.nextInt(20) == 0 ? 304 : random.nextInt(40) == 0 ? 404 : 200;
      add(
          lines.access(
              time + i * 700L,
              source,
              "-",
              "GET " + oneOf(Company.PAGES),
              status,
              status == 304 ? 0 : between(400, 30_000),
              agent));
    }
  }

  private void connection(long time) {
    String source = "10.1." + between(32, 63) + "." + between(1, 200);
    String server = AddressPlan.ofServer(random.nextInt(40));
    int seconds = between(1, 600);
    add(lines.asaBuilt(time, source, server));
    add(
        lines.asaTeardown(
            time + seconds * SECOND,
            source,
            server,
            seconds,
            seconds * (long) between(200, 9_000)));
  }

  /** One in six mistypes, some of those twice. */
  private void sshSession(long time) {
    int person = random.nextInt(people);
    String source = AddressPlan.ofPerson(person);
    int typos = random.nextInt(6) > 0 ? 0 : between(1, 2);
    if (!mayTry(source, time, typos + 1)) {
      return;
    }
    LogFile host = person % 3 == 0 ? WEB_HOST : BASTION;
    String user = Company.person(person);
    for (int i = 0; i < typos; i++) {
      add(
          lines.sshd(
              host,
              time + i * 4 * SECOND,
              "Failed password for "
                  + user
                  + " from "
                  + source
                  + " port "
                  + lines.port()
                  + " ssh2"));
    }
    accepted(host, time + typos * 4 * SECOND, typos > 0 ? "password" : "publickey", user, source);
  }

  private void sudo(long time) {
    String user = Company.person(random.nextInt(people));
    add(
        lines.syslog(
            BASTION,
            time,
            "sudo",
            "   "
                + user
                + " : TTY=pts/0 ; PWD=/home/"
                + user
                + " ; USER=root ; COMMAND=/usr/bin/systemctl status nginx"));
  }

  private void portalLogin(long time) {
    int person = random.nextInt(people);
    String source = AddressPlan.ofPerson(person);
    int typos = random.nextInt(10) > 0 ? 0 : between(1, 2);
    if (!mayTry(source, time, typos + 1)) {
      return;
    }
    for (int i = 0; i <= typos; i++) {
      add(lines.portalLogin(time + i * 5 * SECOND, Company.person(person), source, i == typos));
    }
  }

  private void administration(long time) {
    String source = AddressPlan.ofPerson(5 * random.nextInt(Math.max(people / 5, 1)));
    if (mayTry(source, time, 1)) {
      add(
          lines.asa(
              time,
              "6-605005",
              "Login permitted from "
                  + source
                  + "/"
                  + lines.port()
                  + " to inside:10.1.20.1/ssh for user \"netadmin\""));
    }
  }
}
