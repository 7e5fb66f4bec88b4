package dev.vigil.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.vigil.SharedDirectory;
import dev.vigil.event.EcsJson;
import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.event.SecurityEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real logs, whose formats nobody tells the parser, against what other products read from them.
 *
 * <p>The logs are not part of this project: see {@link SharedDirectory}.
 *
 * <p>How many fields agree is asserted exactly, so that nothing changes unnoticed for better or
 * worse. Every field that does not agree is in {@code suite-differences.txt}, with the reason.
 */
class SuitesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A file that was last written then. Dates without a year from June on are thus 2025's. */
  private static final Instant WRITTEN = Instant.parse("2026-06-01T00:00:00Z");

  private static final Clock CLOCK = Clock.fixed(WRITTEN, ZoneOffset.UTC);

  private static final List<String> SYSLOG_SEVERITIES =
      List.of("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug");

  /** What CrowdSec's parsers call the fields of ECS. */
  private static final Map<String, String> CROWDSEC =
      Map.ofEntries(
          Map.entry("enriched.MarshaledTime", "@timestamp"),
          Map.entry("meta.source_ip", "source.ip"),
          Map.entry("meta.user", "user.name"),
          Map.entry("meta.http_status", "http.response.status_code"),
          Map.entry("meta.http_verb", "http.request.method"),
          Map.entry("meta.http_user_agent", "user_agent.original"),
          Map.entry("meta.http_path", "url.original"),
          Map.entry("meta.suricata_alert_signature_id", "rule.id"),
          Map.entry("parsed.http_args", "url.query"),
          Map.entry("parsed.http_version", "http.version"),
          Map.entry("parsed.body_bytes_sent", "http.response.body.bytes"),
          Map.entry("parsed.target_fqdn", "destination.address"),
          Map.entry("parsed.remote_user", "user.name"),
          Map.entry("parsed.sshd_client_port", "source.port"),
          Map.entry("parsed.src_port", "source.port"),
          Map.entry("parsed.source_port", "source.port"),
          Map.entry("parsed.dst_ip", "destination.ip"),
          Map.entry("parsed.dst_port", "destination.port"),
          Map.entry("parsed.dest_ip", "destination.ip"),
          Map.entry("parsed.dest_port", "destination.port"),
          Map.entry("parsed.proto", "network.transport"),
          Map.entry("parsed.int_eth", "observer.ingress.interface.name"),
          Map.entry("parsed.suricata_alert_signature", "rule.name"),
          Map.entry("parsed.suricata_classification", "rule.category"),
          Map.entry("parsed.suricata_priority", "event.severity"),
          Map.entry("meta.machine", "host.hostname"));

  /** What Metron's parsers call them. */
  private static final Map<String, String> METRON =
      Map.ofEntries(
          Map.entry("timestamp", "@timestamp"),
          Map.entry("syslog_host", "host.hostname"),
          Map.entry("ciscotag", "event.code"),
          Map.entry("syslog_severity", "event.severity"),
          Map.entry("ip_src_addr", "source.ip"),
          Map.entry("ip_src_port", "source.port"),
          Map.entry("ip_dst_addr", "destination.ip"),
          Map.entry("ip_dst_port", "destination.port"),
          Map.entry("protocol", "network.transport"),
          Map.entry("msg", "rule.name"),
          Map.entry("sig_id", "rule.id"));

  /** A login attempt. */
  record Login(
      int line,
      String time,
      String address,
      int port,
      String user,
      String status,
      String method,
      long attempts) {}

  private static final @Nullable Path OPEN = SharedDirectory.find("data/open");

  @BeforeEach
  void findLogs() {
    assumeTrue(OPEN != null, "the real logs are not here");
  }

  /**
   * A log and what is expected of it.
   *
   * @param expected how the expected file is called, and its fields
   * @param zone of times in the log that name none
   * @param years whether the expected years are the log's, not those of when someone ran something
   * @param lines that are not blank
   * @param events that come of them
   * @param fields that are expected in all
   * @param equal of those, how many agree
   */
  record Suite(
      String log,
      String expected,
      ZoneId zone,
      boolean years,
      int lines,
      int events,
      int fields,
      int equal) {
    @Override
    public String toString() {
      return log;
    }
  }

  static Stream<Suite> suites() {
    return table(
            """
            ecs-sshd-auth/auth.log                                       | ecs      | UTC             | no  |    11 |    11 |   116 |   106
            ecs-sshd-auth/auth-rhel79.log                                | ecs      | UTC             | no  |     3 |     3 |    33 |    33
            ecs-sshd-auth/multiline.log                                  | ecs      | UTC             | no  |     3 |     2 |    12 |    11
            ecs-sshd-auth/timestamp.log                                  | ecs      | UTC             | yes |     2 |     2 |    13 |    12
            ecs-suricata-eve/eve-small.log                               | ecs      | UTC             | yes |    12 |    12 |   189 |   187
            ecs-suricata-eve/eve-metadata.log                            | ecs      | UTC             | yes |     1 |     1 |    32 |    31
            ecs-snort/log-csv.log                                        | ecs      | America/Chicago | no  |     8 |     8 |   115 |    98
            ecs-snort/log-pfsense.log                                    | ecs      | America/Chicago | yes |     3 |     3 |    55 |    42
            ecs-snort/log-syslog.log                                     | ecs      | America/Chicago | no  |     3 |     3 |    51 |    45
            ecs-iptables/ubiquiti.log                                    | ecs      | UTC             | no  |    11 |     5 |   117 |    75
            ecs-cisco-asa/sample.log                                     | ecs      | UTC             | no  |    87 |    87 |  1585 |  1507
            ecs-cisco-asa/filtered.log                                   | ecs      | UTC             | no  |     3 |     3 |    42 |    40
            ecs-cisco-asa/hostnames.log                                  | ecs      | UTC             | no  |     2 |     2 |    28 |    28
            ecs-apache-access/access-basic.log                           | ecs      | UTC             | yes |    10 |    10 |   143 |   118
            ecs-apache-access/access-darwin.log                          | ecs      | UTC             | yes |     6 |     6 |    79 |    67
            ecs-nginx-access/access.log                                  | ecs      | UTC             | yes |    14 |    14 |   198 |   182
            real-web/apache_logs.log                                     | core     | UTC             | yes | 10000 | 10000 | 95061 | 95061
            crowdsec-login/sshd-success-logs/sshd-success-logs.log       | parser   | UTC             | no  |     4 |     4 |    20 |    20
            crowdsec-login/sshd-invalid-bf/sshd-invalid-bf.log           | parser   | UTC             | no  |     6 |     6 |    18 |    18
            crowdsec-ids/suricata-logs-fastlog/suricata-logs-fastlog.log | parser   | UTC             | yes |     4 |     4 |    40 |    40
            crowdsec-firewall/iptables-logs/iptables-logs.log            | parser   | UTC             | no  |     4 |     3 |    24 |    24
            crowdsec-web/nginx_http-logs/nginx_http-logs.log             | parser   | UTC             | yes |     9 |     8 |    82 |    70
            metron/asa.log                                               | metron   | UTC             | no  |   128 |   128 |   957 |   953
            metron/snort.log                                             | metron   | UTC             | yes |     3 |     3 |    24 |    21
            ossec-rules/snort.log                                        | ossec    | UTC             | no  |     2 |     2 |     4 |     4
            fail2ban-login/pam-generic.log                               | fail2ban | Europe/Zurich   | no  |     9 |     9 |    23 |    23
            fail2ban-web/apache-badbots.log                              | fail2ban | Europe/Zurich   | yes |     4 |     4 |     8 |     8
            """)
        .map(
            row ->
                new Suite(
                    row[0],
                    row[1],
                    ZoneId.of(row[2]),
                    row[3].equals("yes"),
                    Integer.parseInt(row[4]),
                    Integer.parseInt(row[5]),
                    Integer.parseInt(row[6]),
                    Integer.parseInt(row[7])));
  }

  @ParameterizedTest
  @MethodSource("suites")
  void suite(Suite suite) throws IOException {
    List<String> lines = lines(suite.log());
    List<ParsedLine> results = parse(lines, parser(suite.zone()));
    EcsComparison comparison = compare(suite, lines, results);
    int events = (int) results.stream().filter(result -> result.event() != null).count();
    int notBlank = notBlank(lines).size();
    System.out.printf(
        Locale.ROOT,
        "%s: %d events of %d lines, %d of %d fields equal (%.1f %%)%n",
        suite.log(),
        events,
        notBlank,
        comparison.equal(),
        comparison.fields(),
        100.0 * comparison.equal() / comparison.fields());

    Map<String, List<String>> unexplained = new TreeMap<>(comparison.differences());
    unexplained.keySet().removeAll(allowed(suite.log()).keySet());
    assertThat(unexplained).isEmpty();
    assertThat(List.of(notBlank, events, comparison.fields(), comparison.equal()))
        .as("lines, events, fields, equal")
        .containsExactly(suite.lines(), suite.events(), suite.fields(), suite.equal());
  }

  @Test
  void everyListedDifferenceIsThere() throws IOException {
    TreeSet<String> unused = new TreeSet<>();
    for (String[] row : differences()) {
      unused.add(row[0] + " | " + row[1]);
    }
    for (Suite suite : suites().toList()) {
      List<String> lines = lines(suite.log());
      for (String field :
          compare(suite, lines, parse(lines, parser(suite.zone()))).differences().keySet()) {
        unused.removeIf(
            entry -> {
              String[] row = entry.split(" \\| ");
              return covers(row[0], suite.log()) && row[1].equals(field);
            });
      }
    }
    assertThat(unused).isEmpty();
  }

  private static EcsComparison compare(Suite suite, List<String> lines, List<ParsedLine> results)
      throws IOException {
    Map<String, Map<String, JsonNode>> byLine = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      SecurityEvent event = results.get(i).event();
      if (event != null) {
        Map<String, JsonNode> flat = EcsComparison.flat(JSON.readTree(EcsJson.of(event)));
        byLine.put(Integer.toString(i + 1), flat);
        byLine.putIfAbsent(lines.get(i).strip(), flat);
      }
    }
    EcsComparison comparison = new EcsComparison(!suite.years());
    for (String row : lines(expectedFile(suite))) {
      JsonNode expected = JSON.readTree(row);
      String place =
          expected.has("_line")
              ? expected.get("_line").asText()
              : expected
                  .get(expected.has("original_string") ? "original_string" : "event.original")
                  .asText()
                  .strip();
      comparison.add(place, fields(suite, expected), byLine.get(place));
    }
    return comparison;
  }

  private static String expectedFile(Suite suite) {
    String log = suite.log();
    return switch (suite.expected()) {
      case "ecs" -> log + ".expected.jsonl";
      case "core" -> log + ".core-expected.jsonl.gz";
      case "parser" -> log.substring(0, log.lastIndexOf('/')) + "/parser.expected.jsonl";
      case "metron", "ossec", "fail2ban" -> log.replaceAll("\\.log$", ".expected.jsonl");
      default -> throw new IllegalArgumentException(suite.expected());
    };
  }

  /** The fields of an expected row, in ECS' terms. */
  private static Map<String, JsonNode> fields(Suite suite, JsonNode expected) {
    return switch (suite.expected()) {
      case "parser" -> renamed(expected, CROWDSEC);
      case "metron" -> renamed(expected, METRON);
      case "ossec" ->
          Map.of(
              "event.kind", TextNode.valueOf("alert"),
              "event.category", JSON.valueToTree(List.of("network", "intrusion_detection")));
      case "fail2ban" -> fail2ban(suite, expected);
      default -> EcsComparison.flat(expected);
    };
  }

  private static Map<String, JsonNode> renamed(JsonNode expected, Map<String, String> names) {
    Map<String, JsonNode> out = new LinkedHashMap<>();
    EcsComparison.flat(expected)
        .forEach(
            (name, value) -> {
              String field = names.get(name);
              String text = value.asText();
              if (field == null || text.isEmpty()) {
                return;
              }
              out.put(
                  field,
                  switch (name) {
                    // The year of a time that has none
                    case "enriched.MarshaledTime" -> TextNode.valueOf(text.replace("*", "2000"));
                    case "ciscotag" -> TextNode.valueOf(text.substring(text.lastIndexOf('-') + 1));
                    case "syslog_severity" -> IntNode.valueOf(SYSLOG_SEVERITIES.indexOf(text));
                    default -> value;
                  });
            });
    return out;
  }

  private static Map<String, JsonNode> fail2ban(Suite suite, JsonNode expected) {
    Map<String, JsonNode> out = new LinkedHashMap<>();
    out.put(
        "@timestamp",
        TextNode.valueOf(
            LocalDateTime.parse(expected.get("time").asText())
                .atZone(suite.zone())
                .toInstant()
                .toString()));
    if (expected.has("host")) {
      out.put("source.address", expected.get("host"));
    }
    if (expected.has("user")) {
      out.put("user.name", expected.get("user"));
    }
    return out;
  }

  /** Every line of these logs is an event; which of them are login attempts is known. */
  @ParameterizedTest
  @CsvSource({"loghub/OpenSSH_2k,          2015, 2000", "real-auth/elastic-ml-auth,  2017, 7121"})
  void loginAttempts(String name, int year, int count) throws IOException {
    List<String> lines = lines(name + ".log");
    List<ParsedLine> results = parse(lines, parser(ZoneOffset.UTC).withYear(year));
    assertThat(results).hasSize(count).allMatch(result -> result.event() != null);
    List<Login> actual = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      SecurityEvent event = results.get(i).event();
      if (event.event().category().contains("authentication")
          && event.event().type().contains("start")) {
        actual.add(
            new Login(
                i + 1,
                EcsJson.iso(event.timestamp()),
                event.source().address(),
                event.source().port(),
                event.user() == null ? "" : event.user().name(),
                event.event().outcome(),
                event.labels().get("ssh_method"),
                event.vigil() == null ? 1 : event.vigil().loginAttempts()));
      }
    }
    List<Login> expected = new ArrayList<>();
    for (String row : lines(name + ".logins.jsonl")) {
      JsonNode login = JSON.readTree(row);
      expected.add(
          new Login(
              login.get("_line").asInt(),
              login.get("login_time").asText(),
              login.get("source_ip").asText(),
              login.get("_port").asInt(),
              login.get("username").asText(),
              login.get("status").asText(),
              login.get("_method").asText(),
              login.get("_repeat").asLong()));
    }
    assertThat(actual).isEqualTo(expected);
    System.out.printf(
        "%s.log: %d events of %d lines, %d login attempts in %d of them, all as expected%n",
        name,
        results.size(),
        count,
        actual.stream().mapToLong(Login::attempts).sum(),
        actual.size());
  }

  @Test
  void messageNumbersOfTheFirewall() throws IOException {
    Map<String, Integer> expected = new TreeMap<>();
    JSON.readTree(OPEN.resolve("real-firewall/cisco_asa-a.counts-by-id.json").toFile())
        .get("by_message_id")
        .properties()
        .forEach(entry -> expected.put(entry.getKey(), entry.getValue().asInt()));
    Map<String, Integer> actual = new TreeMap<>();
    List<ParsedLine> results =
        parse(lines("real-firewall/cisco_asa-a.log.gz"), parser(ZoneOffset.UTC));
    for (ParsedLine result : results) {
      actual.merge(result.event().event().code(), 1, Integer::sum);
    }
    assertThat(actual).isEqualTo(expected);
    System.out.printf(
        "real-firewall/cisco_asa-a.log: %d events of %d lines, message numbers as expected%n",
        results.size(), results.size());
  }

  /** Logs of which only the count of events, and their format, is expected. */
  @ParameterizedTest
  @CsvSource({
    "real-web/nginx.log, web_access, 1408, 0",
    "crowdsec-login/ssh-bf/ssh-bf.log, sshd, 6, 0",
    "crowdsec-web/apache2-http-sensitive-files/apache2-http-sensitive-files.log,"
        + " web_access, 13, 0",
    // The others are of nginx' error log.
    "crowdsec-web/nginx-http-generic-bf/nginx-http-generic-bf.log, web_access, 6, 16",
    "ait-alerts/russellmitchell/logins.jsonl.gz, logins, 14592, 0",
    "ait-alerts/russellmitchell/ids.jsonl.gz, ids, 9186, 0",
    "ait-alerts/shaw/logins.jsonl.gz, logins, 28554, 0",
    "ait-alerts/shaw/ids.jsonl.gz, ids, 16692, 0",
  })
  void counts(String log, String dataset, int events, int failures) throws IOException {
    Map<String, Integer> actual = new TreeMap<>();
    for (ParsedLine result : parse(notBlank(lines(log)), parser(ZoneOffset.UTC))) {
      actual.merge(result.event() == null ? "" : result.event().event().dataset(), 1, Integer::sum);
    }
    System.out.printf("%s: %d events of %d lines%n", log, events, events + failures);
    assertThat(actual)
        .isEqualTo(failures == 0 ? Map.of(dataset, events) : Map.of(dataset, events, "", failures));
  }

  /** The events that made CrowdSec raise its alerts. */
  @ParameterizedTest
  @CsvSource({
    "crowdsec-login/ssh-bf/ssh-bf.log, 6",
    "crowdsec-login/sshd-invalid-bf/sshd-invalid-bf.log, 1",
    "crowdsec-web/apache2-http-sensitive-files/apache2-http-sensitive-files.log, 5",
    "crowdsec-web/nginx-http-generic-bf/nginx-http-generic-bf.log, 1",
  })
  void eventsBehindAlerts(String log, int count) throws IOException {
    TreeSet<String> actual = new TreeSet<>();
    for (ParsedLine result : parse(lines(log), parser(ZoneOffset.UTC))) {
      SecurityEvent event = result.event();
      if (event != null) {
        actual.add(
            event.source().ip()
                + " "
                + (event.url() == null ? event.user().name() : event.url().original()));
      }
    }
    TreeSet<String> expected = new TreeSet<>();
    String alerts = log.substring(0, log.lastIndexOf('/')) + "/alerts.expected.jsonl";
    for (String row : lines(alerts)) {
      for (JsonNode event : JSON.readTree(row).get("events")) {
        JsonNode what = event.get(event.has("target_user") ? "target_user" : "http_path");
        // Of those from the error log there is nothing to find.
        if (!event.get("log_type").asText().equals("http_error-log")) {
          expected.add(event.get("source_ip").asText() + " " + what.asText());
        }
      }
    }
    assertThat(expected).hasSize(count);
    assertThat(actual).containsAll(expected);
  }

  private static LogParser parser(ZoneId zone) {
    return LogParser.ofAllFormats().withZone(zone).withClock(CLOCK);
  }

  private static List<ParsedLine> parse(List<String> lines, LogParser parser) {
    return IntStream.range(0, lines.size())
        .mapToObj(
            i ->
                parser.parse(
                    LogLine.of(
                            lines.get(i).getBytes(StandardCharsets.UTF_8),
                            Provenance.ofFile("/logs/suite.log", i))
                        .withWritten(WRITTEN)))
        .toList();
  }

  private static List<String> notBlank(List<String> lines) {
    return lines.stream().filter(line -> !line.isBlank()).toList();
  }

  private static List<String> lines(String name) throws IOException {
    try (InputStream file = Files.newInputStream(OPEN.resolve(name));
        InputStream bytes = name.endsWith(".gz") ? new GZIPInputStream(file) : file;
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  /** The rows, suite or {@code *}, field and reason, that a suite's name falls under, by field. */
  private static Map<String, String> allowed(String suite) {
    return differences().stream()
        .filter(row -> covers(row[0], suite))
        .collect(Collectors.toMap(row -> row[1], row -> row[2], (one, other) -> one));
  }

  /** Whether the suite's name begins so, up to a slash; an asterisk is the beginning of all. */
  private static boolean covers(String prefix, String suite) {
    return prefix.equals("*") || suite.equals(prefix) || suite.startsWith(prefix + "/");
  }

  private static List<String[]> differences() {
    try (InputStream file = SuitesTest.class.getResourceAsStream("suite-differences.txt")) {
      return table(new String(file.readAllBytes(), StandardCharsets.UTF_8)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<String[]> table(String text) {
    return text.lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> line.strip().split("\\s*\\|\\s*"));
  }
}
