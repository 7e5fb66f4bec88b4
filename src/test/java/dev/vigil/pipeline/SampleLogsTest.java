package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.event.SecurityEvent;
import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParsedLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleLogsTest {
  private static final Instant WRITTEN = Instant.parse("2026-01-15T12:00:00Z");

  private static final Pattern IPV4 = Pattern.compile("(?<![\\d.])\\d+(?:\\.\\d+){3}(?![\\d.])");

  @TempDir private Path output;
  private String inputs;

  @BeforeEach
  void unpack() throws UsageException {
    inputs = SampleLogs.unpack(output.toString());
  }

  private List<ParsedLine> parse(String name) throws IOException {
    Path log = output.resolve("sample").resolve(name);
    LogParser parser = LogParser.ofAllFormats();
    List<ParsedLine> results = new ArrayList<>();
    for (String line : Files.readAllLines(log)) {
      results.add(
          parser.parse(
              LogLine.of(
                      line.getBytes(StandardCharsets.UTF_8),
                      Provenance.ofFile(log.toString(), results.size()))
                  .withWritten(Files.getLastModifiedTime(log).toInstant())));
    }
    return results;
  }

  @Test
  void unpackedWithTheTimeThatTellsTheYear() throws IOException {
    assertThat(inputs.split(","))
        .extracting(input -> Path.of(input).getFileName().toString())
        .containsExactly(
            "auth.log",
            "eve.json",
            "snort.alert",
            "ufw.log",
            "asa.log",
            "access.log",
            "logins.json",
            "ids.json");
    for (String input : inputs.split(",")) {
      assertThat(Path.of(input).getParent()).isEqualTo(output.resolve("sample"));
      assertThat(Files.getLastModifiedTime(Path.of(input)).toInstant()).isEqualTo(WRITTEN);
    }
  }

  @Test
  void everyLineIsReadButTheDamagedOnes() throws IOException {
    Map<String, Map<String, Integer>> actual = new TreeMap<>();
    List<String> failures = new ArrayList<>();
    for (String input : inputs.split(",")) {
      String name = Path.of(input).getFileName().toString();
      Map<String, Integer> datasets = new TreeMap<>();
      for (ParsedLine result : parse(name)) {
        if (result.failure() == null) {
          datasets.merge(result.event().event().dataset(), 1, Integer::sum);
        } else {
          failures.add(name + ": " + result.failure().reason());
        }
      }
      actual.put(name, datasets);
    }
    assertThat(actual)
        .isEqualTo(
            Map.of(
                "auth.log", Map.of("sshd", 93, "syslog", 32),
                "eve.json", Map.of("suricata", 69),
                "snort.alert", Map.of("snort", 45),
                "ufw.log", Map.of("iptables", 80),
                "asa.log", Map.of("cisco_asa", 103),
                "access.log", Map.of("web_access", 118),
                "logins.json", Map.of("logins", 69),
                "ids.json", Map.of("ids", 43)));
    assertThat(failures)
        .containsExactly(
            "auth.log: no format takes this line",
            "eve.json: invalid JSON",
            "logins.json: unparsable time",
            "ids.json: no source_ip");
  }

  @Test
  void everythingHappensInOneMorning() throws IOException {
    for (String input : inputs.split(",")) {
      for (ParsedLine result : parse(Path.of(input).getFileName().toString())) {
        if (result.event() != null) {
          assertThat(result.event().timestamp())
              .isBetween(
                  Instant.parse("2026-01-15T08:00:00Z"), Instant.parse("2026-01-15T11:00:00Z"));
        }
      }
    }
  }

  /** RFC 5737's and RFC 3849's addresses stand for those of the internet. */
  @Test
  void allAddressesAreForDocumentation() throws IOException {
    for (String input : inputs.split(",")) {
      String name = Path.of(input).getFileName().toString();
      // Versions in user agents look like addresses.
      String text = Files.readString(Path.of(input)).replaceAll("Chrome/[\\d.]+", "");
      for (Matcher ip = IPV4.matcher(text); ip.find(); ) {
        assertThat(ip.group())
            .as(name)
            .matches("(10|192\\.0\\.2|198\\.51\\.100|203\\.0\\.113)\\..*");
      }
      for (ParsedLine result : parse(name)) {
        SecurityEvent event = result.event();
        if (event != null && event.source() != null && event.source().ip() != null) {
          assertThat(event.source().ip())
              .matches("(10|192\\.0\\.2|198\\.51\\.100|203\\.0\\.113)\\..*|2001:db8:.*");
        }
      }
    }
  }

  private List<Instant> times(String name, String address, String category, String type)
      throws IOException {
    return parse(name).stream()
        .map(ParsedLine::event)
        .filter(event -> event != null && event.source() != null)
        .filter(event -> address.equals(event.source().ip()))
        .filter(event -> event.event().category() != null)
        .filter(event -> event.event().category().contains(category))
        .filter(event -> type == null || event.event().type().contains(type))
        .map(SecurityEvent::timestamp)
        .toList();
  }

  private static Map<String, Integer> perTwentySeconds(List<Instant> times) {
    Map<String, Integer> counts = new TreeMap<>();
    for (Instant time : times) {
      counts.merge(
          Instant.ofEpochSecond(time.getEpochSecond() / 20 * 20).toString(), 1, Integer::sum);
    }
    return counts;
  }

  @Test
  void bruteForceAndSpraying() throws IOException {
    assertThat(perTwentySeconds(times("auth.log", "203.0.113.66", "authentication", "start")))
        .isEqualTo(
            Map.of(
                "2026-01-15T08:42:00Z",
                7,
                "2026-01-15T08:42:20Z",
                8,
                "2026-01-15T08:42:40Z",
                9,
                "2026-01-15T08:43:00Z",
                7,
                "2026-01-15T08:43:20Z",
                5));
    assertThat(perTwentySeconds(times("auth.log", "2001:db8:bad:66::1", "authentication", "start")))
        .isEqualTo(Map.of("2026-01-15T10:20:00Z", 9));
    assertThat(perTwentySeconds(times("logins.json", "198.51.100.23", "authentication", "start")))
        .isEqualTo(
            Map.of(
                "2026-01-15T09:10:00Z",
                10,
                "2026-01-15T09:12:20Z",
                8,
                "2026-01-15T09:20:20Z",
                8,
                "2026-01-15T09:21:00Z",
                1));
  }

  /** One source's alerts are found to go with its logins only by looking beyond one window. */
  @Test
  void anAlertLongBeforeTheLogins() throws IOException {
    String address = "198.51.100.77";
    assertThat(times("eve.json", address, "intrusion_detection", null))
        .isNotEmpty()
        .allMatch(time -> time.isBefore(Instant.parse("2026-01-15T09:31:00Z")));
    for (String name : List.of("snort.alert", "ids.json")) {
      assertThat(times(name, address, "intrusion_detection", null)).isEmpty();
    }
    for (String name : List.of("auth.log", "logins.json")) {
      assertThat(times(name, address, "authentication", "start"))
          .isNotEmpty()
          .allMatch(time -> time.isAfter(Instant.parse("2026-01-15T10:02:00Z")))
          .allMatch(time -> time.isBefore(Instant.parse("2026-01-15T10:10:00Z")));
    }
  }
}
