package dev.vigil.parse;

import static dev.vigil.parse.FormatFixture.NOW;
import static dev.vigil.parse.FormatFixture.WRITTEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.EcsJson;
import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for the JSON formats of the streams, for Suricata's and for Snort's together. */
class IdsFormatsTest {
  private static final List<LogFormat> FORMATS =
      List.of(
          new LoginsJson(),
          new IdsJson(),
          new FirewallJson(),
          new WebLogJson(),
          new SuricataEve(),
          new SnortFast());

  static List<String> lines() {
    return List.of(
        "{\"login_time\":\"2026-01-15T08:00:00Z\",\"username\":\"u\",\"source_ip\":\"192.0.2.1\"}",
        "{\"event_time\":\"2026-01-15T08:00:00Z\",\"source_ip\":\"192.0.2.1\",\"destination_ip\":"
            + "\"10.1.2.3\",\"severity\":3,\"attack_classification\":\"c\",\"action\":\"blocked\"}",
        "{\"event_time\":1768464000.5,\"source_ip\":\"2001:db8::1\",\"source_port\":1,"
            + "\"destination_ip\":\"10.1.2.3\",\"destination_port\":2,\"protocol\":\"tcp\","
            + "\"action\":\"deny\",\"bytes\":3}",
        "{\"event_time\":\"2026-01-15 08:00:00.1\",\"source_ip\":\"192.0.2.1\",\"method\":\"GET\","
            + "\"path\":\"http://h:1/p?q\",\"status\":404,\"bytes\":3,\"user_agent\":\"-\"}",
        "{\"timestamp\":\"2026-01-15T08:00:00.123456-0400\",\"event_type\":\"alert\",\"src_ip\":"
            + "\"192.0.2.1\",\"src_port\":1,\"dest_ip\":\"192.0.2.2\",\"proto\":\"TCP\",\"alert\":"
            + "{\"action\":\"allowed\",\"signature_id\":1,\"severity\":2},\"http\":{\"url\":\"/a?b\","
            + "\"status\":200},\"flow\":{\"bytes_toserver\":1,\"start\":"
            + "\"2026-01-15T08:00:00.123456-0400\",\"age\":3}}",
        "Mar  9 11:20:31 s suricata[1]: @cee: {\"timestamp\":\"2026-03-09T11:20:30.5+0000\","
            + "\"event_type\":\"dns\",\"src_ip\":\"192.0.2.1\"}",
        "03/09-11:20:30.123456  [Drop] [**] [1:9:1] x [**] [Classification: c] [Priority: 2] {TCP}"
            + " 192.0.2.1:1 -> 2001:db8::1:2",
        "01/15/2026-08:00:00.123456 [**] [1:9:1] x [**] [Priority: 3] [**] [Raw pkt: 00 01]",
        "<33>Mar  9 11:20:31 s snort[47]: [1:9:1] x [Priority: 2]: <eth1> {ICMP} 192.0.2.1 ->"
            + " 192.0.2.2",
        "Mar  9 11:20:31 s snort: started",
        "03/09-11:20:30.123456 ,1,9,2,\"x\",TCP,192.0.2.1,1,192.0.2.2,2,00:00:5E:00:53:01,"
            + "00:00:5e:00:53:02,0x72,***AP***,0x1,0x2,,0x3,127,0,5,100,102400,,,,",
        "03/09/25-11:20:30.123456 ,1,9,2,\"x\",UDP,192.0.2.1,1,192.0.2.2,2,3,c,2,alert,Allow");
  }

  @ParameterizedTest
  @MethodSource("lines")
  void everyLineIsTakenByExactlyOneFormat(String line) {
    assertThat(FORMATS)
        .filteredOn(format -> FormatFixture.parse(format, line).event() != null)
        .hasSize(1);
  }

  @Test
  void mutilatedLinesGiveAnEventOrAFailure() {
    Random random = new Random(20260115);
    List<String> lines = lines();
    for (int i = 0; i < 30_000; i++) {
      byte[] line = mutilated(lines.get(random.nextInt(lines.size())), lines, random);
      LogLine logLine = LogLine.of(line, Provenance.ofFile("/logs/" + i, 0)).withWritten(WRITTEN);
      int takers = 0;
      for (LogFormat format : FORMATS) {
        ParsedLine result =
            LogParser.of(List.of(format))
                .withClock(Clock.fixed(NOW, ZoneOffset.UTC))
                .parse(logLine);
        assertThat(result.event() == null)
            .as("either an event or a failure: %s", new String(line, StandardCharsets.UTF_8))
            .isNotEqualTo(result.failure() == null);
        if (result.event() != null) {
          assertThat(EcsJson.of(result.event())).isNotEmpty();
          takers++;
        }
      }
      assertThat(takers)
          .as("formats that take: %s", new String(line, StandardCharsets.UTF_8))
          .isLessThanOrEqualTo(1);
    }
  }

  private static byte[] mutilated(String line, List<String> others, Random random) {
    StringBuilder text = new StringBuilder(line);
    String pieces = "\"\\{}[]:,<>@-/. *0191\u0000\u00e9\uFEFF";
    for (int edits = 1 + random.nextInt(4); edits > 0 && !text.isEmpty(); edits--) {
      int at = random.nextInt(text.length());
      int to = Math.min(text.length(), at + 1 + random.nextInt(12));
      switch (random.nextInt(6)) {
        case 0 -> text.setLength(at);
        case 1 -> text.delete(at, to);
        case 2 -> text.insert(at, pieces.charAt(random.nextInt(pieces.length())));
        case 3 -> text.setCharAt(at, pieces.charAt(random.nextInt(pieces.length())));
        case 4 -> text.insert(at, text.substring(at, to));
        default -> {
          String other = others.get(random.nextInt(others.size()));
          text.replace(at, to, other.substring(random.nextInt(other.length())));
        }
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
