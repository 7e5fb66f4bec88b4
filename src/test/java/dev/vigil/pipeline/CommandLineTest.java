package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.options.Description;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @TempDir Path directory;

  private Path input;

  @BeforeEach
  void writeInput() throws IOException {
    input =
        Files.writeString(
            directory.resolve("in.json"),
            "{\"login_time\":\"2026-01-15T08:00:00Z\",\"source_ip\":\"192.0.2.1\"}\n");
  }

  /** Right arguments, but for those that are given. */
  private ProgramRun runWith(String... args) {
    List<String> names = Arrays.stream(args).map(arg -> arg.replaceAll("=.*", "")).toList();
    return ProgramRun.ofVigil(
        Stream.concat(
                Stream.of("--input=" + input, "--output=" + directory.resolve("out"))
                    .filter(arg -> !names.contains(arg.replaceAll("=.*", ""))),
                Arrays.stream(args))
            .toArray(String[]::new));
  }

  private static void assertRefused(ProgramRun run, String message) {
    run.assertRefused(message);
  }

  @Test
  void inputThatThisRunWouldReplace() throws IOException {
    Path out = Files.createDirectory(directory.resolve("out"));
    Path events = Files.writeString(out.resolve("events-00000-of-00001.jsonl"), "{}\n");
    assertRefused(
        runWith("--input=" + events),
        "--input="
            + events
            + " names results in --output, which this run replaces: give another --output");
    assertThat(events).hasContent("{}");
  }

  @Test
  void watchingItsOwnResults() {
    String glob = directory + "/out/*";
    assertRefused(
        runWith("--watch", "--input=" + glob),
        "--input=" + glob + " would follow the results in --output: give another --output");
  }

  /** Where an operator of Flink runs it: that process would take the cluster with it. */
  @Test
  void aProcessThatIsNotItsOwnIsLeftRunning() {
    String command = System.getProperty("sun.java.command");
    System.setProperty(
        "sun.java.command",
        "org.apache.flink.kubernetes.entrypoint.KubernetesApplicationClusterEntrypoint");
    try {
      assertThatThrownBy(() -> Vigil.main(new String[] {"--joinWindow=soon"}))
          .hasMessage("there is no job: standard error says why");
    } finally {
      System.setProperty("sun.java.command", command);
    }
  }

  @Test
  void anOptionGivenTwice() {
    assertRefused(
        runWith("--loginWindow=3s", "--loginWindow=4s"),
        "--loginWindow is given twice: give it once");
  }

  @Test
  void commasInBraces() {
    String glob = directory + "/{in,none}.json";
    assertThat(runWith("--input=" + glob).code()).isZero();
  }

  @Test
  void aBadOptionOfTheRunner() {
    assertRefused(
        runWith("--targetParallelism=0"),
        "the runner does not take these options: check --targetParallelism=0");
  }

  /** A name is looked up, not searched for in all directories around it. */
  @Test
  void aMissingFileBesideALoop() throws IOException {
    Path loop = Files.createDirectory(directory.resolve("loop"));
    Files.createSymbolicLink(loop.resolve("a"), loop);
    Files.createSymbolicLink(loop.resolve("b"), loop);
    String missing = loop.resolve("missing.log").toString();
    assertRefused(
        runWith("--input=" + missing), "--input=" + missing + " names no file: check the path");
    assertRefused(
        runWith("--input=" + loop + "/*.log"),
        "--input=" + loop + "/*.log names no file: check the path");
  }

  @Test
  void wildcardsInTheOutput() throws IOException {
    Path out = directory.resolve("o[1]");
    String six = Files.readString(input).repeat(6);
    Files.writeString(input, six);
    for (int i = 0; i < 2; i++) {
      ProgramRun run = runWith("--output=" + out);
      assertThat(run.code()).as(run.err()).isZero();
      assertThat(run.out()).contains("1 suspicious-logins from 1 sources: 192.0.2.1 1");
    }
  }

  @Test
  void unknownOption() {
    assertRefused(
        runWith("--loginTreshold=3"),
        "there is no option --loginTreshold; did you mean --loginThreshold?"
            + " See --help for all options.");
    assertRefused(
        runWith("--qqqqqqqqqqqqqqq=3"),
        "there is no option --qqqqqqqqqqqqqqq. See --help for all options.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"loginThreshold=many", "--loginThreshold", "-x=1", "loginWindow"})
  void whatIsNoOptionAtAll(String arg) {
    ProgramRun run = runWith(arg);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .matches("vigil: [^\n]*" + Pattern.quote(arg.replaceAll("^-+", "")) + "[^\n]*\n");
  }

  @ParameterizedTest
  @CsvSource({
    "loginThreshold, many",
    "loginThreshold, 5.5",
    "loginThreshold, 99999999999999999999",
    "shown, x",
    "year, MMXXVI",
    "maxLineBytes, 1MB",
    "watch, maybe",
  })
  void whatIsNoNumber(String option, String value) {
    assertRefused(
        runWith("--" + option + "=" + value),
        "--"
            + option
            + "="
            + value
            + ": give "
            + (option.equals("watch") ? "true or false" : "a whole number"));
  }

  @Test
  void unknownRunner() {
    ProgramRun run = runWith("--runner=NoSuchRunner");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).matches("vigil: [^\n]*NoSuchRunner[^\n]*DirectRunner[^\n]*\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-5s", "5", "s", "5 s", "5x", "", "1e3s", "1.5h", "9999999999s", "PT5S"})
  void whatIsNoDuration(String value) {
    for (String option :
        List.of(
            "loginWindow",
            "joinWindow",
            "memory",
            "maxAhead",
            "maxDisorder",
            "idleAfter",
            "allowedLateness")) {
      assertRefused(
          runWith("--" + option + "=" + value),
          "--"
              + option
              + "="
              + value
              + " is no duration: give a number and ms, s, m, h or d, as in 20s");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "loginWindow, 0s, 'is too short: give 1ms or more'",
    "joinWindow, 0d, 'is too short: give 1ms or more'",
    "memory, 0s, 'is too short: give 1000ms or more'",
    "memory, 999ms, 'is too short: give 1000ms or more'",
    "memory, 1500ms, ': give whole seconds, as in 90s'",
    "loginWindow, 36501d, 'is too long: give 36500d or less'",
    "memory, 999999999d, 'is too long: give 36500d or less'",
    "timeZone, Mars/Olympus, 'is no time zone: give one such as UTC, Europe/Berlin or +02:00'",
    "timeZone, '', 'is no time zone: give one such as UTC, Europe/Berlin or +02:00'",
    "year, 1969, ': give a number from 1970 to 9999'",
    "year, 10000, ': give a number from 1970 to 9999'",
    "year, -1, ': give a number from 1970 to 9999'",
    "shown, 0, ': give a number from 1 to 100'",
    "shown, 101, ': give a number from 1 to 100'",
    "maxLineBytes, 0, ': give a number from 1 to 1073741824'",
    "maxLineBytes, 1073741825, ': give a number from 1 to 1073741824'",
    "loginThreshold, -1, ': give 0 or more'",
  })
  void outOfRange(String option, String value, String complaint) {
    assertRefused(
        runWith("--" + option + "=" + value),
        "--" + option + "=" + value + (complaint.startsWith(":") ? complaint : " " + complaint));
  }

  @Test
  void inputsThatAreNotThere() {
    String missing = directory.resolve("missing.log").toString();
    String glob = directory + "/*.nothing";
    String broken = directory + "/[";
    assertRefused(
        runWith("--input=" + missing), "--input=" + missing + " names no file: check the path");
    assertRefused(
        runWith("--input=" + input + "," + missing),
        "--input=" + missing + " names no file: check the path");
    assertRefused(runWith("--input=" + glob), "--input=" + glob + " names no file: check the path");
    assertRefused(
        runWith("--input=" + directory),
        "--input=" + directory + " is a directory: give " + directory + "/*");
    assertRefused(
        runWith("--input="), "--input names no file: give one, as in --input=/var/log/auth.log");
    assertRefused(
        runWith("--input= , ,"),
        "--input names no file: give one, as in --input=/var/log/auth.log");
    ProgramRun run = runWith("--input=" + broken);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).matches("vigil: --input=" + Pattern.quote(broken) + " [^\n]+\n");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void unknownFileSystems() {
    ProgramRun run = runWith("--input=nosuchsystem://a/b");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).matches("vigil: --input=nosuchsystem://a/b cannot be read: [^\n]+\n");
    assertRefused(
        runWith("--watch=true", "--input=gs://bucket/logs/*"),
        "--watch follows local files alone: gs://bucket/logs/* is none");
    run = runWith("--output=nosuchsystem://a/b");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).matches("vigil: --output=nosuchsystem://a/b[^\n]+\n");
  }

  @Test
  void outputsThatCannotBeWritten() {
    assertRefused(
        runWith("--output=" + input),
        "--output=" + input + ": " + input + " is no directory: give another one");
    assertRefused(
        runWith("--output="), "--output is empty: name a directory, as in --output=results");
    // Root may write anywhere by its permissions, but not below a file or a device.
    for (String below : List.of(input + "/out", "/dev/null/out")) {
      ProgramRun run = runWith("--output=" + below);
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.out()).isEmpty();
      assertThat(run.err()).matches("vigil: --output=" + Pattern.quote(below) + "[^\n]+\n");
    }
  }

  @Test
  void aUsersRunnerOptionGoesBeforeTheProfiles() {
    ProgramRun run = runWith("--blockOnRun=true", "--runner=direct");
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h"})
  void help(String arg) {
    ProgramRun run = ProgramRun.ofVigil("--input=/nowhere", arg);
    assertThat(run.code()).isEqualTo(0);
    assertThat(run.err()).isEmpty();

    Map<String, String> defaults = new TreeMap<>();
    Matcher option =
        Pattern.compile("(?m)^  --(\\w+)(?: {3}\\(default: (.*)\\))?$").matcher(run.out());
    while (option.find()) {
      defaults.put(option.group(1), String.valueOf(option.group(2)));
    }
    assertThat(defaults)
        .isEqualTo(
            new TreeMap<>(
                Map.ofEntries(
                    Map.entry("input", "null"),
                    Map.entry("output", "null"),
                    Map.entry("bootstrapServers", "null"),
                    Map.entry("kafkaProperties", "null"),
                    Map.entry("startFrom", "committed"),
                    Map.entry("stopAt", "null"),
                    Map.entry("replay", "false"),
                    Map.entry("outputTopics", "null"),
                    Map.entry("createTopics", "false"),
                    Map.entry("delivery", "at-least-once"),
                    Map.entry("elasticsearch", "null"),
                    Map.entry("elasticsearchBackend", "auto"),
                    Map.entry("elasticsearchProperties", "null"),
                    Map.entry("elasticsearchCa", "null"),
                    Map.entry("setup", "null"),
                    Map.entry("checkpoints", "null"),
                    Map.entry("watch", "false"),
                    Map.entry("timeZone", "UTC"),
                    Map.entry("year", "null"),
                    Map.entry("maxAhead", "5m"),
                    Map.entry("maxLineBytes", "1048576"),
                    Map.entry("rangeBytes", "8388608"),
                    Map.entry("maxDisorder", "5s"),
                    Map.entry("idleAfter", "30s"),
                    Map.entry("bigQueryDataset", "null"),
                    Map.entry("bigQueryRegion", "null"),
                    Map.entry("bigQueryEvents", "exactly-once"),
                    Map.entry("allowedLateness", "1m"),
                    Map.entry("loginWindow", "20s"),
                    Map.entry("loginThreshold", "5"),
                    Map.entry("joinWindow", "5m"),
                    Map.entry("memory", "1h"),
                    Map.entry("shown", "10"))));
    assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
    assertThat(run.out()).contains("\n  --runner=DirectRunner\n");

    String words = run.out().lines().map(String::strip).collect(Collectors.joining(" "));
    List<Method> getters =
        Arrays.stream(VigilOptions.class.getDeclaredMethods())
            .filter(method -> method.getParameterCount() == 0)
            .toList();
    assertThat(getters).hasSameSizeAs(defaults.keySet());
    for (Method getter : getters) {
      assertThat(words).contains(getter.getAnnotation(Description.class).value());
    }
  }
}
