package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.stack.TestBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the user is told. */
class ShipLogsTest {
  private static final String NOBODY = "127.0.0.1:1";

  @TempDir Path directory;

  private Path log;

  @BeforeEach
  void write() throws IOException {
    log = Files.writeString(directory.resolve("log"), "one\n");
  }

  /** Right arguments, but for those that are given. */
  private ProgramRun runWith(String... args) {
    List<String> names = Arrays.stream(args).map(arg -> arg.replaceAll("=.*", "")).toList();
    return ProgramRun.ofShipLogs(
        Stream.concat(
                Stream.of(
                        "--input=" + log + "=T",
                        "--bootstrapServers=" + NOBODY,
                        "--state=" + directory.resolve("state"),
                        "--once")
                    .filter(arg -> !names.contains(arg.replaceAll("=.*", ""))),
                Arrays.stream(args).filter(arg -> !arg.isEmpty()))
            .toArray(String[]::new));
  }

  private static void assertRefused(ProgramRun run, String message) {
    run.assertRefused(message);
  }

  @Test
  void help() {
    ProgramRun run = ProgramRun.ofShipLogs("--help");
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().filter(line -> line.startsWith("  --")).toList())
        .containsExactly(
            "  --input=GLOB=TOPIC[,GLOB=TOPIC…] --bootstrapServers=HOST:PORT --state=DIR",
            "  --bootstrapServers",
            "  --host",
            "  --input",
            "  --kafkaProperties",
            "  --maxLineBytes   (default: 1000000)",
            "  --multiline",
            "  --multilineWait   (default: 5s)",
            "  --once   (default: false)",
            "  --state");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --input=             | --input is missing: give --input=GLOB=TOPIC
          --input=,            | --input names no file: give GLOB=TOPIC
          --input=/a           | --input=/a names no topic: give GLOB=TOPIC, as in /var/log/auth.log=Logins
          --input==T           | --input==T names no topic: give GLOB=TOPIC, as in /var/log/auth.log=Logins
          --input=/a=          | --input=/a=:  is no name of a Kafka topic: give GLOB=TOPIC
          --input=/a=b/c       | --input=/a=b/c: b/c is no name of a Kafka topic: give GLOB=TOPIC
          --input=s3://a/b=T   | --input=s3://a/b: only files of this machine are shipped
          --input=/tmp=T       | --input=/tmp is a directory: give /tmp/*
          --input=/no/file=T   | --input=/no/file names no file: check the path
          --state=             | --state is missing: give --state=DIR
          --bootstrapServers=  | --bootstrapServers is missing: give --bootstrapServers=HOST:PORT
          --maxLineBytes=0     | --maxLineBytes=0: give a number from 1 to 1073741824
          --maxLineBytes=x     | --maxLineBytes=x: give a whole number
          --multiline=[        | --multiline=[ is no regular expression: Unclosed character class
          --multilineWait=5    | --multilineWait=5 is no duration: give a number and ms, s, m, h or d, as in 20s
          --once=maybe         | --once=maybe: give true or false
          --multilin=true          | there is no option --multilin; did you mean --multiline? See --help for all options.
          --runner=DirectRunner | there is no option --runner here. See --help for all options.
          --kafka.acks=1       | Vigil itself sets acks: leave it out
          --kafka.linger.ms    | --kafka.linger.ms needs a name and a value, as in --kafka.group.id=vigil
          --kafka.linger.ms=q  | Kafka's producer does not take the value of linger.ms: check --kafka.linger.ms and --kafkaProperties
          --kafkaProperties=/n | --kafkaProperties=/n cannot be read as a file of properties: check it
          """)
  void whatIsWrong(String arg, String message) {
    assertRefused(runWith(arg), message);
  }

  @Test
  void aStateAmongTheInputs() {
    assertRefused(
        runWith("--input=" + directory + "/*/*=T", "--once=false"),
        "--input=" + directory + "/*/* would ship the files in --state: give another --state");
  }

  @Test
  void secretsAreNotPrinted() throws IOException {
    Path properties =
        Files.writeString(
            directory.resolve("properties"),
            "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config=hunter2 x\n");
    ProgramRun run = runWith("--kafkaProperties=" + properties, "--kafka.ssl.key.password=hunter2");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).startsWith("vigil: ").doesNotContain("hunter2").hasLineCount(1);
  }

  @Test
  void noBroker() {
    assertRefused(
        runWith(),
        "Kafka at "
            + NOBODY
            + " does not answer within 10 s: check --bootstrapServers, the network,"
            + " and security.protocol");
  }

  @Test
  void aBrokerWithoutThatName() {
    assertRefused(
        runWith("--bootstrapServers=nobody.invalid:9092"),
        "--bootstrapServers=nobody.invalid:9092 names no broker that can be found: give HOST:PORT");
  }

  @Test
  void aTopicThatIsNotThere() {
    String servers = TestBroker.bootstrapServers();
    assertRefused(
        runWith("--bootstrapServers=" + servers, "--input=" + log + "=Nowhere"),
        "--input: there is no Kafka topic Nowhere at " + servers + ": make it, or check the name");
  }

  @Test
  void linesThatDoNotFitIntoARecord() {
    String servers = TestBroker.bootstrapServers();
    String topic = TestBroker.freshTopic("small", 1, "max.message.bytes=100000");
    assertRefused(
        runWith("--bootstrapServers=" + servers, "--input=" + log + "=" + topic),
        "--maxLineBytes=1000000 is more than fits into a record of topic "
            + topic
            + ": give 83616 or less");
  }

  @Test
  void aDamagedState() throws IOException {
    Path state = Files.createDirectory(directory.resolve("state")).resolve("shipped.json");
    Files.writeString(state, "{}");
    assertRefused(
        runWith(),
        state
            + " is not what this program writes: restore it, give another --state,"
            + " or remove it to ship all files from their start");
    assertThat(state).hasContent("{}");
  }

  @Test
  void theLongestLinesFit() throws IOException {
    String topic = TestBroker.freshTopic("long", 1);
    Path deep = directory.resolve("d".repeat(200)).resolve("e".repeat(200));
    Files.createDirectories(deep);
    // Bytes that do not compress.
    byte[] line = new byte[2_000_000];
    new java.util.Random(1).nextBytes(line);
    for (int i = 0; i < line.length; i++) {
      line[i] = line[i] == '\n' ? 0 : line[i];
    }
    line[line.length - 1] = '\n';
    Path file = Files.write(deep.resolve("f".repeat(200)), line);
    assertThat(
            runWith(
                "--bootstrapServers=" + TestBroker.bootstrapServers(),
                "--input=" + file + "=" + topic))
        .isEqualTo(new ProgramRun(0, "shipped 1 records to " + topic + System.lineSeparator(), ""));
    assertThat(TestBroker.readAll(topic).get(0).value()).isEqualTo(Arrays.copyOf(line, 1_000_000));
  }
}
