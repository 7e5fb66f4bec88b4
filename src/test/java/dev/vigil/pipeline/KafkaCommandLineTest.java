package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.stack.TestBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounded runs from Kafka, and what is refused, from the command line. */
class KafkaCommandLineTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant START = Instant.parse("2026-01-15T08:00:00Z");
  private static final String SECRET = "s3cret-and-hidden";

  @TempDir Path directory;

  private static ProgramRun runAtTheBroker(String... args) {
    return ProgramRun.ofVigil(
        Stream.concat(
                Stream.of("--bootstrapServers=" + TestBroker.bootstrapServers()),
                Arrays.stream(args))
            .toArray(String[]::new));
  }

  private static void assertRefused(ProgramRun run, String message) {
    run.assertRefused(message);
  }

  private static String login(int second) {
    return "{\"login_time\":\""
        + START.plusSeconds(second)
        + "\",\"username\":\"root\",\"source_ip\":\"192.0.2.1\",\"status\":\"failed\"}";
  }

  /** A record that was written at the second of its login. */
  private static ProducerRecord<byte[], byte[]> record(String topic, int partition, int second) {
    return new ProducerRecord<>(
        topic,
        partition,
        START.plusSeconds(second).toEpochMilli(),
        null,
        login(second).getBytes(StandardCharsets.UTF_8));
  }

  private List<JsonNode> events() throws IOException {
    List<JsonNode> events = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory.resolve("out"), "events-*.jsonl")) {
      for (Path file : files) {
        for (String line : Files.readAllLines(file)) {
          events.add(JSON.readTree(line));
        }
      }
    }
    return events;
  }

  /** The partitions and offsets of the events, in order. */
  private List<String> places() throws IOException {
    return events().stream()
        .map(
            event ->
                event.at("/kafka/partition").asText() + ":" + event.at("/kafka/offset").asText())
        .sorted()
        .toList();
  }

  /** From where the group is, and without moving it. */
  @Test
  void aReplayLeavesTheGroupWhereItIs() throws Exception {
    String topic = TestBroker.freshTopic("bounded", 1);
    TestBroker.produce(List.of(record(topic, 0, 0), record(topic, 0, 1), record(topic, 0, 2)));
    TopicPartition partition = new TopicPartition(topic, 0);
    Map<TopicPartition, OffsetAndMetadata> committed = Map.of(partition, new OffsetAndMetadata(1));
    String group = "of-" + topic;
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(group)) {
      consumer.commitSync(committed);
    }
    ProgramRun run =
        runAtTheBroker(
            "--kafka.group.id=" + group,
            "--input=kafka:" + topic,
            "--stopAt=end",
            "--output=" + directory.resolve("out"));
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(places()).containsExactly("0:1", "0:2");
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(group)) {
      assertThat(consumer.committed(Set.of(partition))).isEqualTo(committed);
    }
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String group) {
    return new KafkaConsumer<>(
        Map.of("bootstrap.servers", TestBroker.bootstrapServers(), "group.id", group),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  /** Files, and two topics, of which one is said to have a format that its lines do not have. */
  @Test
  void filesAndTopicsTogether() throws IOException {
    String plain = TestBroker.freshTopic("plain", 1);
    String named = TestBroker.freshTopic("named", 1);
    Path file = Files.writeString(directory.resolve("logins.json"), login(1) + "\n");
    TestBroker.produce(List.of(record(plain, 0, 2), record(named, 0, 3)));
    ProgramRun run =
        runAtTheBroker(
            "--input=" + file + ",kafka:" + plain + "," + named + "=sshd",
            "--startFrom=earliest",
            "--stopAt=end",
            "--output=" + directory.resolve("out"));
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("3 lines in", "2 events: logins 2");
    assertThat(run.out()).contains("1 failures: not of the given format 1");
    assertThat(events().stream().map(event -> event.get("@timestamp").asText()).sorted())
        .containsExactly("2026-01-15T08:00:01.000Z", "2026-01-15T08:00:02.000Z");
  }

  /** More than one range of offsets. */
  @Test
  void manyRecords() throws IOException {
    String topic = TestBroker.freshTopic("many", 2);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < 120_000; i++) {
      records.add(record(topic, i % 4 == 0 ? 1 : 0, i / 100));
    }
    TestBroker.produce(records);
    ProgramRun run =
        runAtTheBroker(
            "--input=kafka:" + topic,
            "--startFrom=earliest",
            "--stopAt=end",
            "--output=" + directory.resolve("out"));
    assertThat(run.err()).isEmpty();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 90_000; i++) {
      expected.add("0:" + i);
    }
    for (int i = 0; i < 30_000; i++) {
      expected.add("1:" + i);
    }
    expected.sort(null);
    assertThat(places()).isEqualTo(expected);
  }

  @Test
  void outputTopicsAreMadeCompacted() throws Exception {
    String in = TestBroker.freshTopic("in", 1);
    String out = in + "-suspicious";
    for (int i = 0; i < 6; i++) {
      TestBroker.produce(List.of(record(in, 0, 1)));
    }
    String[] arguments = {
      "--input=kafka:" + in,
      "--startFrom=earliest",
      "--stopAt=end",
      "--outputTopics=suspicious-logins=" + out
    };
    assertRefused(
        runAtTheBroker(arguments),
        "--outputTopics: there is no Kafka topic "
            + out
            + ": make it, best with cleanup.policy=compact, or give --createTopics=true");
    ProgramRun run =
        runAtTheBroker(
            Stream.concat(Arrays.stream(arguments), Stream.of("--createTopics=true"))
                .toArray(String[]::new));
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().skip(1))
        .containsExactly(
            "  6 events: logins 6", "  0 failures", "Kafka topic of suspicious-logins: " + out);
    assertThat(RunningJob.texts(out, "/source/ip", "/vigil/logins/attempts"))
        .containsExactly("192.0.2.1 6");
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, out);
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", TestBroker.bootstrapServers()))) {
      assertThat(
              admin
                  .describeConfigs(List.of(topic))
                  .all()
                  .get()
                  .get(topic)
                  .get("cleanup.policy")
                  .value())
          .isEqualTo("compact");
    }
  }

  /** An event is larger than its line: what Kafka does not take is a failure, and is told. */
  @Test
  void eventsThatAreTooLarge() throws IOException {
    String in = TestBroker.freshTopic("in", 1);
    String events = TestBroker.freshTopic("events", 1);
    String failures = TestBroker.freshTopic("failures", 1);
    String large = login(1).replace("root", "r".repeat(600_000));
    TestBroker.produce(
        List.of(
            new ProducerRecord<>(in, 0, null, large.getBytes(StandardCharsets.UTF_8)),
            record(in, 0, 2)));
    ProgramRun run =
        runAtTheBroker(
            "--input=kafka:" + in,
            "--startFrom=earliest",
            "--stopAt=end",
            "--outputTopics=events=" + events + ",failures=" + failures);
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(run.out().lines()).contains("  0 failures", "  1 refused by Kafka");
    assertThat(RunningJob.texts(events, "/kafka/offset")).containsExactly("1");
    JsonNode failure = RunningJob.values(failures).get(0);
    assertThat(RunningJob.values(failures)).hasSize(1);
    assertThat(failure.at("/error/type").asText()).isEqualTo("too large for Kafka");
    assertThat(failure.at("/vigil/stage").asText()).isEqualTo("write to Kafka");
    assertThat(failure.at("/@timestamp").asText()).isEqualTo("2026-01-15T08:00:01.000Z");
    assertThat(failure.at("/kafka/offset").asText()).isEqualTo("0");
    assertThat(failure.at("/vigil/raw_length").asLong()).isGreaterThan(1_800_000);
    assertThat(failure.at("/event/original").asText())
        .startsWith("{\"@timestamp\":\"2026-01-15T08:00:01.000Z\"")
        .hasSize(131_072);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--input=kafka:Logins | Kafka topics are named, but no brokers: give"
            + " --bootstrapServers=HOST:PORT",
        "--bootstrapServers=localhost:1 | Kafka brokers or properties are given, but no topics: name"
            + " some by --input=kafka:TOPIC or --outputTopics",
        "--input=kafka:a/b | --input=kafka:a/b names no Kafka topic",
        "--input=kafka: | --input=kafka: names no Kafka topic",
        "--input=kafka:a,b,a | --input names the topic a twice",
        "--input=kafka:a --bootstrapServers=b --startFrom=now | --startFrom=now: give committed,"
            + " earliest, latest, or a time such as 2026-01-15T08:00:00Z",
        "--input=kafka:a --bootstrapServers=b --stopAt=now | --stopAt=now: give end, or a time such as"
            + " 2026-01-15T08:00:00Z",
        "--input=kafka:a --bootstrapServers=b --watch | --watch follows files, and --input names none",
        "--input=pom.xml,kafka:a --bootstrapServers=b --watch --stopAt=end | --watch never ends: leave it"
            + " out, or leave out --stopAt",
        "--outputTopics=alarms | --outputTopics: there is no alarms: give some of [events,"
            + " suspicious-logins, alerts, late, failures]",
        "--outputTopics=alerts=a/b | --outputTopics: a/b is no name of a Kafka topic",
        "--outputTopics=alerts,late=Alerts | --outputTopics=alerts,late=Alerts: give each product once,"
            + " and a topic of its own",
        "--outputTopics=alerts --bootstrapServers=b --delivery=at-most-once | --delivery=at-most-once: give"
            + " at-least-once or exactly-once",
        "--outputTopics=alerts --bootstrapServers=b --delivery=exactly-once | --delivery=exactly-once:"
            + " DirectRunner keeps no checkpoints that transactions could follow: leave it out",
        "--input=kafka:a --bootstrapServers=b --outputTopics=alerts=a | the topic a is both read and"
            + " written, without end: give another one to --outputTopics",
        "--input=pom.xml --stopAt=end | --stopAt has no effect where the job reads no Kafka topic: leave"
            + " it out",
        "--input=pom.xml --startFrom=earliest | --startFrom has no effect where the job reads no Kafka"
            + " topic: leave it out",
        "--input=pom.xml --replay | --replay has no effect where the job reads no Kafka topic: leave it"
            + " out",
        "--input=pom.xml --createTopics | --createTopics has no effect where the job writes no Kafka"
            + " topic: leave it out",
        "--input=kafka:a --bootstrapServers=b --replay --stopAt=end | --replay has no effect where the"
            + " job ends at --stopAt, and nothing is late in it: leave it out",
        "--input=kafka:a --bootstrapServers=b --startFrom=2026-01-15T08:00:00Z"
            + " --stopAt=2026-01-15T08:00:00Z | --stopAt=2026-01-15T08:00:00Z is not after --startFrom:"
            + " give a later one",
        "--input=kafka:a --bootstrapServers=b --stopAt=+1000000000-12-31T23:59:59Z |"
            + " --stopAt=+1000000000-12-31T23:59:59Z: give end, or a time such as 2026-01-15T08:00:00Z",
        "--input=kafka:a --bootstrapServers=b --kafka.transactional.id=x | Vigil itself sets"
            + " transactional.id: leave it out",
        "--kafka.group.id | --kafka.group.id needs a name and a value, as in --kafka.group.id=vigil",
        "--kafka.=x | --kafka. needs a name and a value, as in --kafka.group.id=vigil",
        "--kafka.acks=1 --kafka.acks=1 | --kafka.acks is given twice: give it once",
        "--input=kafka:a --kafka.bootstrap.servers=b --kafka.enable.auto.commit=true | Vigil itself sets"
            + " enable.auto.commit: leave it out",
        "--input=kafka:a --kafka.bootstrap.servers=b --kafka.max.request.size=65535 |"
            + " max.request.size must be 65536 or more",
        "--input=kafka:a --kafka.bootstrap.servers=b --kafka.max.request.size=much |"
            + " max.request.size=much is no number of bytes",
        "--input=kafka:a --kafkaProperties=none | --kafkaProperties=none cannot be read as a file of"
            + " properties: check it",
        "--input=kafka:a --bootstrapServers=localhost:1 --kafka.auto.offset.reset=middle | the Kafka"
            + " properties are not right: Invalid value middle for configuration auto.offset.reset:"
            + " String must be one of: latest, earliest, none",
      })
  void whatIsRefused(String arguments, String message) {
    assertRefused(ProgramRun.ofVigil(arguments.split(" ")), message);
  }

  @Test
  void topicsThatAreNotThere() {
    assertRefused(
        runAtTheBroker("--input=kafka:none-such,neither", "--stopAt=end"),
        "--input: there is no Kafka topic neither, none-such: check the name");
  }

  @ParameterizedTest
  @CsvSource({"100000, give --kafka.max.request.size=100000", "1000, raise its max.message.bytes"})
  void topicsThatTakeLessThanThePipelineMaySend(int bytes, String advice) {
    String small = TestBroker.freshTopic("small", 1, "max.message.bytes=" + bytes);
    assertRefused(
        runAtTheBroker("--outputTopics=alerts=" + small, "--output=" + directory.resolve("out")),
        "--outputTopics: " + small + " takes records of " + bytes + " bytes at most: " + advice);
  }

  @Test
  void nobodyAnswers() throws IOException {
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String servers = "127.0.0.1:" + deaf.getLocalPort();
      assertRefused(
          ProgramRun.ofVigil("--input=kafka:Logins", "--bootstrapServers=" + servers),
          "Kafka at "
              + servers
              + " does not answer within 10 s: check --bootstrapServers, the network, and"
              + " security.protocol");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\""
            + SECRET
            + "\";",
        SECRET,
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" " + SECRET,
      })
  void secretsAreNotTold(String jaas) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("client.properties"),
            "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config="
                + jaas
                + "\nssl.key.password="
                + SECRET
                + "\n");
    ProgramRun run = runAtTheBroker("--input=kafka:Logins", "--kafkaProperties=" + file);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out() + run.err()).doesNotContain(SECRET).startsWith("vigil: ");
    assertThat(run.err().lines()).hasSize(1);
  }

  /** Runners show options and display data. */
  @Test
  void whatRunnersShowHasNoSecrets() throws Exception {
    VigilOptions options =
        PipelineOptionsFactory.fromArgs(
                "--input=kafka:Logins",
                "--outputTopics=alerts,failures",
                "--bootstrapServers=" + TestBroker.bootstrapServers())
            .as(VigilOptions.class);
    Settings settings =
        Settings.of(
            options, KafkaSettings.properties(List.of("--kafka.sasl.jaas.config=" + SECRET)));
    assertThat(settings.toString()).doesNotContain(SECRET).contains("sasl.jaas.config");
    Pipeline pipeline = Pipeline.create(options);
    Vigil.build(pipeline, settings);
    List<String> shown = JobDescription.of(pipeline);
    assertThat(shown).hasSizeGreaterThan(50).noneMatch(text -> text.contains(SECRET));
    assertThat(shown).anyMatch(text -> text.contains("Logins")); // it does show something
    assertThat(options.toString()).doesNotContain(SECRET);
  }
}
