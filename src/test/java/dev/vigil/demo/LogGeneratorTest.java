package dev.vigil.demo;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.demo.Sighting.Side;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LogLine;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.Provenance;
import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParsedLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogGeneratorTest {
  private static final Instant END = Instant.parse("2026-03-01T12:00:00Z");
  private static final Period DAY = Period.upTo(END, Duration.ofHours(24));

  /** Of the files of seed 7. Whoever changes what is generated changes it. */
  private static final String DIGEST =
      "e3c153d6c97684e609477c17fb41655478d365156aba1509cb53905ca7e479e2";

  private static final int KINDS = AttackKind.values().length;
  private static final Pattern ADDRESS =
      Pattern.compile("(?<![\\d.])\\d+(\\.\\d+){3}|2001:db8:[0-9a-f:]+");

  @TempDir Path directory;

  private Labels generate(long seed, Scale scale) throws Exception {
    return new LogGenerator(seed, DAY, scale).write(directory, Pace.atOnce()).labels();
  }

  private List<String> lines(String file) throws IOException {
    return Files.readAllLines(directory.resolve(file));
  }

  /** What Vigil makes of every line of a file. */
  private List<ParsedLine> parse(LogFile file) throws IOException {
    LogParser parser = LogParser.ofAllFormats().withClock(Clock.fixed(END, ZoneOffset.UTC));
    Instant written = Files.getLastModifiedTime(directory.resolve(file.path())).toInstant();
    List<ParsedLine> results = new ArrayList<>();
    for (String line : lines(file.path())) {
      results.add(
          parser.parse(
              LogLine.of(
                      line.getBytes(StandardCharsets.UTF_8),
                      Provenance.ofFile(file.path(), results.size()))
                  .withWritten(written)));
    }
    return results;
  }

  private static String digest(Path directory) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        digest.update(directory.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Test
  void theSameSeedGivesTheSameBytes() throws Exception {
    generate(7, new Scale(2_000, KINDS, 4));
    assertThat(digest(directory)).isEqualTo(DIGEST);
    generate(8, new Scale(2_000, KINDS, 4));
    assertThat(digest(directory)).isNotEqualTo(DIGEST);
  }

  @Test
  void theSizeIsWhatWasAskedFor() throws Exception {
    generate(1, new Scale(20_000, 0, 0));
    long lines = 0;
    for (LogFile file : LogFile.values()) {
      lines += lines(file.path()).size();
    }
    // What ends after the period is not in the files.
    assertThat(lines).isBetween(19_500L, 20_010L);
    assertThat(lines(Labels.FILE)).isEmpty();
  }

  @Test
  void everyLineIsUnderstoodButTheMalformedOnes() throws Exception {
    Labels labels = generate(3, new Scale(10_000, 2 * KINDS, 40));
    Map<String, Set<String>> datasets = new TreeMap<>();
    List<String> failures = new ArrayList<>();
    for (LogFile file : LogFile.values()) {
      for (ParsedLine result : parse(file)) {
        if (result.event() != null) {
          datasets
              .computeIfAbsent(file.path(), f -> new TreeSet<>())
              .add(result.event().event().dataset());
          assertThat(result.event().timestamp()).isBetween(DAY.start(), DAY.end());
        } else {
          failures.add(
              file.path()
                  + " "
                  + result.failure().reason()
                  + " "
                  + new String(result.failure().raw(), StandardCharsets.UTF_8));
        }
      }
    }
    assertThat(datasets)
        .isEqualTo(
            Map.of(
                "bastion/auth.log", Set.of("sshd", "syslog"),
                "web1/auth.log", Set.of("sshd"),
                "portal/logins.json", Set.of("logins"),
                "web1/kern.log", Set.of("iptables"),
                "gw1/asa.log", Set.of("cisco_asa"),
                "ids1/eve.json", Set.of("suricata"),
                "ids2/alert.fast", Set.of("snort"),
                "web1/access.log", Set.of("web_access")));
    assertThat(failures)
        .containsExactlyInAnyOrderElementsOf(
            labels.malformed().stream()
                .map(line -> line.file() + " " + line.reason() + " " + line.text())
                .toList())
        .hasSize(40);
  }

  @Test
  void labelsAgreeWithTheLines() throws Exception {
    Labels labels = generate(4, new Scale(5_000, 3 * KINDS, 4));
    assertThat(labels.attacks()).hasSize(3 * KINDS);
    Map<String, Label> bySource = new TreeMap<>();
    for (Label label : labels.attacks()) {
      label.sources().forEach(source -> assertThat(bySource.put(source, label)).isNull());
    }
    Map<String, Map<String, Integer>> lines = new TreeMap<>();
    Map<String, Instant> starts = new TreeMap<>();
    Map<String, Instant> ends = new TreeMap<>();
    for (LogFile file : LogFile.values()) {
      List<String> texts = lines(file.path());
      List<ParsedLine> results = parse(file);
      for (int i = 0; i < texts.size(); i++) {
        for (Matcher address = ADDRESS.matcher(texts.get(i)); address.find(); ) {
          Label label = bySource.get(address.group());
          if (label != null) {
            Instant time = results.get(i).event().timestamp();
            lines
                .computeIfAbsent(label.id(), id -> new TreeMap<>())
                .merge(file.path(), 1, Integer::sum);
            starts.merge(label.id(), time, (a, b) -> a.isBefore(b) ? a : b);
            ends.merge(label.id(), time, (a, b) -> a.isAfter(b) ? a : b);
            break;
          }
        }
      }
    }
    for (Label label : labels.attacks()) {
      assertThat(lines.get(label.id())).as(label.toString()).isEqualTo(label.lines());
      assertThat(starts.get(label.id())).as(label.toString()).isEqualTo(label.start());
      assertThat(ends.get(label.id())).as(label.toString()).isEqualTo(label.end());
    }
  }

  @Test
  void labelsAreReadAsTheyWereWritten() throws Exception {
    Labels labels = generate(5, new Scale(0, 2 * KINDS, 4));
    assertThat(Labels.read(directory.resolve(Labels.FILE))).isEqualTo(labels);
    assertThat(lines(Labels.FILE)).hasSize(2 * KINDS + 4);
    assertThat(lines(Labels.FILE).get(12 - 1))
        .contains("\"kind\":\"port-scan-asa\"", "\"rules\":[\"none\"]");
  }

  /** Whatever chance has it, a kind is found by its rules, and by no others. */
  @Test
  void eachKindIsFoundByItsRules() throws Exception {
    Map<String, AttackKind> kinds =
        Arrays.stream(AttackKind.values()).collect(toMap(AttackKind::label, kind -> kind));
    for (long seed = 0; seed < 5; seed++) {
      Labels labels = generate(seed, new Scale(0, AddressPlan.MOST_ATTACKS, 0));
      assertThat(labels.attacks()).hasSize(AddressPlan.MOST_ATTACKS);
      for (Label label : labels.attacks()) {
        AttackKind kind = kinds.get(label.kind());
        assertThat(label.rules())
            .as(label.toString())
            .containsExactlyInAnyOrderElementsOf(kind.rules());
        assertThat(label.undetectedBecause() == null).isEqualTo(!label.rules().isEmpty());
        assertThat(label.start()).isBetween(DAY.start(), DAY.end().minusMillis(1));
        assertThat(label.end()).isBetween(DAY.start(), DAY.end().minusMillis(1));
        assertThat(Duration.between(label.start(), label.end()).toMinutes())
            .isLessThan(kind.minutes());
      }
    }
  }

  /** What can be seen in the lines demands the alerts of the labels: ordinary life none. */
  @Test
  void linesDemandTheAlertsOfTheLabels() throws Exception {
    Labels labels = generate(6, new Scale(40_000, 2 * KINDS, 4));
    List<Sighting> sightings = new ArrayList<>();
    for (LogFile file : LogFile.values()) {
      for (ParsedLine result : parse(file)) {
        sighting(result, sightings);
      }
    }
    assertThat(sightings).hasSizeGreaterThan(4_000);
    assertThat(DetectionRules.alerts(sightings))
        .containsExactlyElementsOf(
            labels.attacks().stream().flatMap(label -> label.alerts().stream()).sorted().toList());
  }

  private static void sighting(ParsedLine line, List<Sighting> sightings) {
    LoginAttempt login = line.login();
    Intrusion intrusion = line.intrusion();
    if (login != null) {
      sightings.add(new Sighting(Side.LOGIN, login.source(), login.timestamp(), login.attempts()));
    }
    if (intrusion != null) {
      sightings.add(new Sighting(Side.IDS, intrusion.source(), intrusion.timestamp(), 1));
    }
  }

  /** Addresses stand for those of the internet, and belong to nobody there. */
  @Test
  void sourcesAreOfReservedRanges() throws Exception {
    generate(9, new Scale(5_000, KINDS, 0));
    Set<String> ranges = new HashSet<>();
    for (LogFile file : LogFile.values()) {
      for (ParsedLine result : parse(file)) {
        if (result.event().source() != null && result.event().source().ip() != null) {
          String ip = result.event().source().ip();
          ranges.add(
              ip.replaceFirst(
                  "^(10|192\\.0\\.2|198\\.51\\.100|203\\.0\\.113|198\\.1[89]|2001:db8).*", "$1"));
        }
      }
    }
    assertThat(ranges)
        .containsExactlyInAnyOrder(
            "10", "192.0.2", "198.51.100", "203.0.113", "198.18", "198.19", "2001:db8");
  }

  @Test
  void kindsThatTakeTooLongAreLeftOut() throws Exception {
    Period quarter = Period.upTo(END, Duration.ofMinutes(10));
    Labels labels =
        new LogGenerator(1, quarter, new Scale(100, 12, 0))
            .write(directory, Pace.atOnce())
            .labels();
    assertThat(labels.attacks())
        .extracting(Label::kind)
        .containsExactly(
            "password-spraying",
            "brute-force-ipv6",
            "port-scan",
            "port-scan-asa",
            "sql-injection",
            "path-traversal",
            "web-scan",
            "office-login-rush",
            "password-spraying",
            "brute-force-ipv6",
            "port-scan",
            "port-scan-asa");
  }

  /** While it waits for a time, all that happened before it is in the files, and nothing else. */
  @Test
  void linesAreWrittenWhenTheyHappen() throws Exception {
    Period period = Period.upTo(END, Duration.ofMinutes(10));
    List<Instant> waits = new ArrayList<>();
    Map<Instant, Integer> counts = new TreeMap<>();
    new LogGenerator(1, period, new Scale(500, 1, 0))
        .write(
            directory,
            (time, files) -> {
              files.flush();
              waits.add(time);
              counts.put(time, lines(LogFile.PORTAL.path()).size());
            });
    List<Instant> logins = parse(LogFile.PORTAL).stream().map(r -> r.event().timestamp()).toList();
    assertThat(logins).isSorted().hasSizeGreaterThan(60);
    assertThat(waits).isSorted().doesNotHaveDuplicates();
    for (Instant wait : waits) {
      // What is to be written next happened in the second before it.
      assertThat(counts.get(wait))
          .isEqualTo((int) logins.stream().filter(t -> t.isBefore(wait.minusSeconds(1))).count());
    }
  }

  @Test
  void whatHasHappenedIsNotWaitedFor() throws Exception {
    Instant now = Instant.parse("2026-03-01T12:00:00.500Z");
    List<String> flushed = new ArrayList<>();
    Pace pace = Pace.asItHappens(InstantSource.fixed(now));
    pace.await(now, () -> flushed.add("now"));
    pace.await(now.minusSeconds(1), () -> flushed.add("before"));
    assertThat(flushed).isEmpty();
    pace.await(now.plusMillis(2), () -> flushed.add("after"));
    assertThat(flushed).containsExactly("after");
  }

  @Test
  void timesAsLogsWriteThem() {
    LogTimes times = new LogTimes();
    long morning = Instant.parse("2026-01-05T08:03:09.045Z").toEpochMilli();
    assertThat(times.rfc3164(new StringBuilder(), morning)).hasToString("Jan  5 08:03:09");
    assertThat(times.isoMillis(new StringBuilder(), morning))
        .hasToString("2026-01-05T08:03:09.045");
    assertThat(times.isoMicros(new StringBuilder(), morning))
        .hasToString("2026-01-05T08:03:09.045465");
    assertThat(times.access(new StringBuilder(), morning)).hasToString("05/Jan/2026:08:03:09");
    assertThat(times.snort(new StringBuilder(), morning)).hasToString("01/05/26-08:03:09.045465");
    assertThat(times.asa(new StringBuilder(), morning)).hasToString("Jan 05 2026 08:03:09");
  }

  @Test
  void theProgramOfItsOwn() throws Exception {
    InstantSource clock = InstantSource.fixed(Instant.parse("2026-03-01T12:00:59Z"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] args = {"--directory=" + directory, "--seed=7", "--lines=2_000"};
    assertThat(LogGenerator.run(args, clock, print(out), print(err))).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .matches(
            "(?s)4,\\d{3} lines from 2026-02-28T12:00:00Z to 2026-03-01T12:00:00Z in \\d+\\.\\d s\\R"
                + "  17 attacks, 3 that only look like one, 4 malformed lines\\R");
    assertThat(digest(directory)).isEqualTo(DIGEST);
  }

  @Test
  void helpTellsOfEveryOption() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String[] args = {"--lines=no", "--help"};
    assertThat(LogGenerator.run(args, InstantSource.fixed(END), print(out), print(out))).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("  --directory  where the files go; vigil-demo by default\n  --seed       the")
        .endsWith("  --live       true: the period begins now, and lines come as time goes by\n")
        .hasLineCount(GenerationOptions.OPTIONS.size());
  }

  @Test
  void whatIsNoOptionIsRefused() {
    assertThat(refusal("--lines=-1"))
        .isEqualTo("--lines=-1 is no number from 0 to 1000000000: give another");
    assertThat(refusal("--period=90s"))
        .isEqualTo("--period=90s is no duration in full minutes, such as 30m or 24h: give another");
    assertThat(refusal("--end=noon"))
        .isEqualTo("--end=noon is no time such as 2026-01-15T12:00:00Z: give another");
    assertThat(refusal("--end=2026-01-15T12:00:01Z"))
        .isEqualTo("--end=2026-01-15T12:00:01Z is no full minute: give another");
    assertThat(refusal("--live=true", "--end=2026-01-15T12:00:00Z"))
        .isEqualTo("--end has no effect in live mode, which begins now: leave it out");
    assertThat(refusal("--live=yes"))
        .isEqualTo("--live=yes is neither true nor false: give another");
    assertThat(refusal("--seed=1", "--seed=2")).isEqualTo("--seed is given twice: give it once");
    assertThat(refusal("--sed=1"))
        .isEqualTo(
            "--sed=1 is no option here: give --NAME=VALUE, where NAME is one of attacks, directory,"
                + " end, lines, live, malformed, period, seed");
  }

  private static String refusal(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try {
      assertThat(LogGenerator.run(args, InstantSource.fixed(END), print(out), print(err)))
          .isEqualTo(2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    return err.toString(StandardCharsets.UTF_8).replaceFirst("^vigil-demo: ", "").strip();
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
