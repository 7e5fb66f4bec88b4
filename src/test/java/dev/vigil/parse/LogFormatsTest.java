package dev.vigil.parse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The formats side by side: no two of them take the same line. */
class LogFormatsTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final LineContext CONTEXT = new LineContext(ZoneOffset.UTC, null, NOW);

  /** Typical lines, and such as look a little like another format's. */
  private static final Map<String, List<String>> LINES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry(
                  "logins",
                  List.of(
                      "{\"login_time\":\"2026-01-15T08:00:00Z\",\"username\":\"a\","
                          + "\"source_ip\":\"192.0.2.1\",\"status\":\"success\"}",
                      "{\"login_time\":1768464000,\"source_ip\":\"192.0.2.1\","
                          + "\"event_time\":1768464000,\"severity\":\"high\"}",
                      "{\"event_type\":\"alert\",\"login_time\":0,\"source_ip\":\"192.0.2.1\"}",
                      "{\"login_time\":0,\"source_ip\":\"192.0.2.1\","
                          + "\"username\":\"%ASA-6-302013: x\"}")),
              Map.entry(
                  "ids",
                  List.of(
                      "{\"event_time\":\"2026-01-15T08:00:00Z\",\"source_ip\":\"192.0.2.1\","
                          + "\"destination_ip\":\"10.1.1.10\",\"severity\":\"high\","
                          + "\"attack_classification\":\"network-scan\",\"action\":\"blocked\"}",
                      "{\"event_time\":0,\"source_ip\":\"192.0.2.1\",\"severity\":3,"
                          + "\"destination_port\":22,\"protocol\":\"tcp\"}",
                      "{\"event_time\":0,\"source_ip\":\"192.0.2.1\"}")),
              Map.entry(
                  "firewall",
                  List.of(
                      "{\"event_time\":\"2026-01-15T08:00:00Z\",\"source_ip\":\"192.0.2.1\","
                          + "\"source_port\":4000,\"destination_ip\":\"10.1.1.10\","
                          + "\"destination_port\":22,\"protocol\":\"TCP\",\"action\":\"deny\"}",
                      "{\"event_time\":0,\"source_ip\":\"192.0.2.1\",\"protocol\":\"udp\"}",
                      "{\"event_time\":0,\"source_ip\":\"192.0.2.1\",\"protocol\":\"udp\","
                          + "\"event_type\":\"flow\"}")),
              Map.entry(
                  "weblog",
                  List.of(
                      "{\"event_time\":\"2026-01-15T08:00:00Z\",\"source_ip\":\"192.0.2.1\","
                          + "\"method\":\"GET\",\"path\":\"/a\",\"status\":200,\"bytes\":5}",
                      "{\"event_time\":0,\"source_ip\":\"192.0.2.1\",\"method\":\"GET\","
                          + "\"path\":\"/\",\"user_agent\":\"\\\"login_time\\\":\"}")),
              Map.entry(
                  "suricata",
                  List.of(
                      "{\"timestamp\":\"2026-01-15T08:00:00.000000+0000\",\"event_type\":\"dns\","
                          + "\"src_ip\":\"192.0.2.1\",\"dest_ip\":\"10.1.1.10\"}",
                      "Jan 15 08:00:00 ids suricata[7]: {\"timestamp\":"
                          + "\"2026-01-15T08:00:00.000000+0000\",\"event_type\":\"alert\","
                          + "\"src_ip\":\"192.0.2.1\",\"alert\":{\"signature\":\"[**] x\"}}",
                      "<13>Jan 15 08:00:00 ids suricata: @cee: {\"timestamp\":"
                          + "\"2026-01-15T08:00:00.000000+0000\",\"event_type\":\"flow\"}")),
              Map.entry(
                  "snort",
                  List.of(
                      "01/15-08:00:00.123456  [**] [1:1000001:1] LOCAL a [**] [Priority: 2] {TCP}"
                          + " 192.0.2.1:4000 -> 10.1.1.10:22",
                      "01/15/2026-08:00:00.123456  [**] [1:1000001:1] LOCAL %ASA-6-302013: [**]"
                          + " [Priority: 2] {TCP} 192.0.2.1:4000 -> 10.1.1.10:22",
                      "01/15-08:00:00.123456 ,1,1000001,0,\"LOCAL a\",TCP,192.0.2.1,4000,"
                          + "10.1.1.10,22,02:00:5E:00:00:01,02:00:5E:00:00:02,0x72,***AP***,"
                          + "0x1,0x2,,0x3,127,0,5,100,102400,,,,",
                      "Jan 15 08:00:00 ids snort[7]: [1:1000001:1] LOCAL a [Priority: 2] {ICMP}"
                          + " 192.0.2.1 -> 10.1.1.10",
                      "Jan 15 08:00:00 ids snort: 01/15-08:00:00.123456  [**] [1:1000001:1] LOCAL"
                          + " a [**] [Priority: 2] {TCP} 192.0.2.1:4000 -> 10.1.1.10:22",
                      "Jan 15 08:00:00 ids snort: Commencing packet processing (pid=7)",
                      "Jan 15 08:00:00 ids suricata: [1:1000001:1] LOCAL IN=eth0 OUT= SRC=1.2.3.4"
                          + " DST=1.2.3.5 PROTO=TCP [Priority: 2] {TCP} 192.0.2.1:4 -> 10.1.1.1:2",
                      "Jan 15 08:00:00 ids snort: %ASA-6-302013: Built nothing")),
              Map.entry(
                  "web_access",
                  List.of(
                      "192.0.2.1 - - [15/Jan/2026:08:00:00 +0000] \"GET / HTTP/1.1\" 200 5",
                      "www.example.com:443 2001:db8::1 - a b [15/Jan/2026:08:00:00 +0000]"
                          + " \"GET / HTTP/1.1\" 200 5 \"-\" \"x\"",
                      "192.0.2.1 - - [15/Jan/2026:08:00:00 +0000] \"GET /?%ASA-6-302013: HTTP/1.1\""
                          + " 200 5 \"{\\\"login_time\\\":1}\" \"IN=eth0 OUT= SRC=1.2.3.4 DST=x\"",
                      "192.0.2.1 - %ASA-6-302013: [15/Jan/2026:08:00:00 +0000] \"GET / HTTP/1.1\""
                          + " 200 5")),
              Map.entry(
                  "iptables",
                  List.of(
                      "Jan 15 08:00:00 web1 kernel: [12.345678] [UFW BLOCK] IN=eth0 OUT= MAC="
                          + " SRC=192.0.2.1 DST=10.1.1.10 LEN=40 TTL=64 ID=1 PROTO=TCP SPT=4000"
                          + " DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0",
                      "Jan 15 08:00:00 web1 DROPPED: IN=eth0 OUT= SRC=192.0.2.1 DST=10.1.1.10"
                          + " LEN=40 PROTO=UDP SPT=4000 DPT=53 LEN=20",
                      "<4>1 2026-01-15T08:00:00Z web1 kernel - - - IN=eth0 OUT=eth1"
                          + " SRC=192.0.2.1 DST=10.1.1.10 LEN=40 PROTO=ICMP TYPE=8 CODE=0",
                      "2026-01-15T08:00:00.123+00:00 web1 kernel: %ASA-6-302013: IN=eth0 OUT="
                          + " SRC=192.0.2.1 DST=10.1.1.10 LEN=40 PROTO=TCP SPT=4000 DPT=22")),
              Map.entry(
                  "cisco_asa",
                  List.of(
                      "Jan 15 2026 08:00:00 gw1 : %ASA-6-302013: Built outbound TCP connection 1"
                          + " for outside:192.0.2.1/443 (192.0.2.1/443) to inside:10.1.1.10/4000"
                          + " (10.1.1.10/4000)",
                      "<166>Jan 15 08:00:00 10.1.1.1 %ASA-6-302013: x",
                      "<166>:Jan 15 08:00:00 UTC: %FTD-session-6-302013: x",
                      "Jan 15 08:00:00 relay asa[12]: %ASA-4-106023: Deny tcp src a:192.0.2.1/4"
                          + " dst b:10.1.1.10/22 by access-group \"x\"",
                      "Jan 15 08:00:00: %PIX-4-106023: IN=eth0 OUT= SRC=192.0.2.1 DST=10.1.1.10"
                          + " LEN=40 PROTO=TCP")),
              Map.entry(
                  "sshd",
                  List.of(
                      "Jan 15 08:00:00 bastion sshd[12]: Failed password for root from 192.0.2.1"
                          + " port 4000 ssh2",
                      "Jan 15 08:00:00 bastion sshd-session[12]: Invalid user %ASA-6-302013: from"
                          + " 192.0.2.1 port 4000",
                      "<38>1 2026-01-15T08:00:00Z bastion sshd 12 - - Accepted publickey for a"
                          + " from 192.0.2.1 port 4000 ssh2",
                      "Jan 15 08:00:00 bastion sshd[12]: Invalid user IN=a OUT=b SRC=192.0.2.7"
                          + " DST=192.0.2.8 PROTO=TCP LEN=1 from 192.0.2.1 port 4000",
                      "Jan 15 08:00:00 bastion sshd[12]: pam_unix(sshd:auth): authentication"
                          + " failure; rhost=192.0.2.1  user=root",
                      "Jan 15 08:00:00 bastion sshd(pam_unix)[12]: authentication failure;"
                          + " rhost=192.0.2.1  user=root")),
              Map.entry(
                  "syslog",
                  List.of(
                      "Jan 15 08:00:00 bastion CRON[12]: pam_unix(cron:session): session opened"
                          + " for user root by (uid=0)",
                      "Jan 15 08:00:00 bastion sudo:    a : TTY=pts/0 ; PWD=/ ; USER=root ;"
                          + " COMMAND=/bin/ls",
                      "Jan 15 08:00:00 bastion su: FAILED su for root by a",
                      "<13>1 2026-01-15T08:00:00Z host app 12 ID [x@1 a=\"b\"] hello",
                      "2026-01-15T08:00:00.123456+01:00 host systemd[1]: Started x.",
                      "Jan 15 08:00:00 host sudo: a : PWD=/ ; COMMAND=/bin/echo %ASA-6-302013: x",
                      "Jan 15 08:00:00 host sudo: a : PWD=/ ; COMMAND=/bin/echo IN=a OUT=b SRC=c"
                          + " DST=d PROTO=e",
                      "Jan 15 08:00:00 host app: {\"login_time\":1,\"source_ip\":\"192.0.2.1\"}",
                      "Jan 15 08:00:00 host app: 192.0.2.1 - - [15/Jan/2026:08:00:00 +0000]"
                          + " \"GET / HTTP/1.1\" 200 5",
                      "Jan 15 08:00:00 host app: 01/15-08:00:00.123456  [**] [1:1:1] a [**] {TCP}"
                          + " 192.0.2.1:4 -> 10.1.1.10:2"))));

  /** Lines of several formats at once, or of none: nobody may claim them for certain. */
  private static final List<String> ODD =
      List.of(
          "Jan 15 08:00:00 host app: IN=eth0 OUT= SRC=192.0.2.1 DST=10.1.1.10 PROTO=TCP"
              + " %ASA-6-302013: Built",
          "Jan 15 08:00:00 host %ASA-6-302013: IN=eth0 OUT= SRC=192.0.2.1 DST=10.1.1.10 LEN=1"
              + " PROTO=TCP",
          "Jan 15 08:00:00 host kernel: snort[1]: [1:1:1] a [Priority: 1] {TCP} 192.0.2.1:1 ->"
              + " 192.0.2.2:2",
          "Jan 15 08:00:00 192.0.2.1 - - [15/Jan/2026:08:00:00 +0000] \"GET / HTTP/1.1\" 200 5",
          "Jan 15 08:00:00 host kernel: usb 1-1: new device",
          "{\"event_type\":\"alert\"} Jan 15 08:00:00 host sshd[1]: Failed",
          "[12.345678] IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP");

  @Test
  void namesAreUnique() {
    assertThat(LogFormats.names())
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(LINES.keySet());
  }

  @Test
  void eachLineIsOfOneFormat() {
    LINES.forEach(
        (format, lines) -> {
          for (String line : lines) {
            assertThat(takers(line)).as(line).containsExactly(format);
          }
        });
  }

  @Test
  void oddLinesAreOfOneFormatAtMost() {
    for (String line : ODD) {
      assertThat(takers(line)).as(line).hasSizeLessThanOrEqualTo(1);
    }
  }

  @Test
  void eachSampleLineIsOfOneFormatAtMost() throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    for (String line : sampleLines()) {
      List<String> takers = takers(line);
      assertThat(takers).as(line).hasSizeLessThanOrEqualTo(1);
      counts.merge(takers.isEmpty() ? "none" : takers.get(0), 1, Integer::sum);
    }
    // A torn line of the authentication log is nobody's.
    assertThat(counts.remove("none")).isEqualTo(1);
    assertThat(counts.keySet())
        .containsExactlyInAnyOrder(
            "cisco_asa",
            "ids",
            "iptables",
            "logins",
            "snort",
            "sshd",
            "suricata",
            "syslog",
            "web_access");
  }

  @Test
  void neitherTheOrderOfFormatsNorEarlierLinesMatter() throws IOException {
    List<String> lines = new ArrayList<>(ODD);
    LINES.values().forEach(lines::addAll);
    lines.addAll(sampleLines());
    Map<String, ParsedLine> expected = new HashMap<>();
    for (String line : lines) {
      expected.put(line, parser(LogFormats.ALL).parse(line(line)));
    }
    for (int seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      List<LogFormat> formats = new ArrayList<>(LogFormats.ALL);
      Collections.shuffle(formats, random);
      Collections.shuffle(lines, random);
      LogParser parser = parser(formats);
      for (String line : lines) {
        ParsedLine result = parser.parse(line(line));
        assertThat(result.event()).as(line).isEqualTo(expected.get(line).event());
        assertThat(result.failure()).as(line).isEqualTo(expected.get(line).failure());
      }
    }
  }

  @Test
  void damagedLinesAreOfOneFormatAtMost() {
    List<String> lines = new ArrayList<>(ODD);
    LINES.values().forEach(lines::addAll);
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      String line = lines.get(random.nextInt(lines.size()));
      String other = lines.get(random.nextInt(lines.size()));
      String mutant = mutant(line, other, random);
      assertThat(takers(mutant)).as(mutant).hasSizeLessThanOrEqualTo(1);
    }
  }

  /** A line with parts taken out, or put in its place from another. */
  private static String mutant(String line, String other, Random random) {
    StringBuilder mutant = new StringBuilder(line);
    for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
      int start = random.nextInt(mutant.length() + 1);
      int end = Math.min(mutant.length(), start + random.nextInt(12));
      int from = random.nextInt(other.length());
      int to = from + random.nextInt(other.length() - from + 1);
      switch (random.nextInt(4)) {
        case 0 -> mutant.delete(start, end);
        case 1 -> mutant.insert(start, other, from, to);
        case 2 -> mutant.replace(start, mutant.length(), other.substring(from));
        default -> mutant.replace(start, end, String.valueOf((char) (32 + random.nextInt(95))));
      }
    }
    return mutant.toString();
  }

  /** The formats that take a line, be it to refuse it. */
  private static List<String> takers(String line) {
    List<String> takers = new ArrayList<>();
    LineText shared = new LineText(line, CONTEXT);
    for (LogFormat format : LogFormats.ALL) {
      try {
        if (format.parse(shared) != null) {
          takers.add(format.name());
        }
      } catch (MalformedLine e) {
        takers.add(format.name());
      }
    }
    return takers;
  }

  private static List<String> sampleLines() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String name :
        List.of(
            "auth.log",
            "eve.json",
            "snort.alert",
            "ufw.log",
            "asa.log",
            "access.log",
            "logins.json",
            "ids.json")) {
      try (InputStream log =
          LogFormats.class.getResourceAsStream("/dev/vigil/pipeline/sample/" + name)) {
        String text = new String(log.readAllBytes(), StandardCharsets.UTF_8);
        lines.addAll(Arrays.asList(text.split("\n")));
      }
    }
    return lines;
  }

  private static LogParser parser(List<LogFormat> formats) {
    return LogParser.of(formats).withClock(Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static LogLine line(String text) {
    return LogLine.of(
            text.getBytes(StandardCharsets.UTF_8), Provenance.ofFile("/logs/mixed.log", 0))
        .withWritten(NOW);
  }
}
