package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.stack.TestBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.beam.sdk.PipelineResult;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The main job from Kafka to Kafka, on the Direct runner. */
class KafkaJobTest {
  private static final String ATTACKER = "203.0.113.7";
  private static final String OTHER = "192.0.2.1";

  private String in;
  private String suspicious;
  private String late;
  private String failures;

  @BeforeEach
  void topics() {
    in = TestBroker.freshTopic("in", 4);
    suspicious = TestBroker.freshTopic("suspicious", 1);
    late = TestBroker.freshTopic("late", 1);
    failures = TestBroker.freshTopic("failures", 1);
  }

  private RunningJob start(String... more) throws UsageException {
    Stream<String> outputs =
        Stream.of(more).anyMatch(argument -> argument.startsWith("--outputTopics="))
            ? Stream.empty()
            : Stream.of(
                "--outputTopics=suspicious-logins="
                    + suspicious
                    + ",late="
                    + late
                    + ",failures="
                    + failures);
    return RunningJob.start(
        Stream.of(
                outputs,
                Stream.of(
                    "--input=kafka:" + in,
                    "--startFrom=earliest",
                    "--loginThreshold=2",
                    "--maxDisorder=5s",
                    "--allowedLateness=0s"),
                Stream.of(more))
            .flatMap(arguments -> arguments)
            .toArray(String[]::new));
  }

  private static String login(Instant time, String source) {
    return "{\"login_time\":\""
        + time
        + "\",\"username\":\"root\",\"source_ip\":\""
        + source
        + "\",\"status\":\"failed\"}";
  }

  private void put(int partition, String... values) {
    TestBroker.produce(Stream.of(values).map(value -> record(partition, value)).toList());
  }

  private static Instant startOfWindow(Instant time) {
    return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), 20) * 20);
  }

  private static String iso(Instant wholeSecond) {
    return wholeSecond.toString().replace("Z", ".000Z");
  }

  private List<String> suspicions() throws IOException {
    return RunningJob.texts(
        suspicious, "/source/ip", "/vigil/window/start", "/vigil/logins/attempts");
  }

  /**
   * Partition 3 never has a record, and partition 2 none after the first, before the window's end.
   */
  @Test
  void partitionsThatAreIdleHoldNobodyUp() throws Exception {
    Instant window = startOfWindow(Instant.now().minusSeconds(60));
    put(2, login(window, OTHER));
    put(
        0,
        login(window.plusSeconds(1), ATTACKER),
        login(window.plusSeconds(2), ATTACKER),
        login(window.plusSeconds(26), OTHER));
    put(1, login(window.plusSeconds(3), ATTACKER), login(window.plusSeconds(26), OTHER));
    try (RunningJob job = start("--idleAfter=2s")) {
      job.await(suspicious, 1);
      assertThat(suspicions()).containsExactly(ATTACKER + " " + iso(window) + " 3");
      assertThat(RunningJob.values(late)).isEmpty();
      assertThat(RunningJob.values(failures)).isEmpty();
    }
  }

  /**
   * Behind the last record of a transaction stands a marker that is no record, and behind that may
   * stand what was aborted: a partition is at its end all the same.
   */
  @Test
  void whatTransactionsLeaveBehindHoldsNobodyUp() throws Exception {
    Instant window = startOfWindow(Instant.now().minusSeconds(60));
    try (KafkaProducer<byte[], byte[]> producer = transactional("whatTransactionsLeaveBehind")) {
      producer.initTransactions();
      producer.beginTransaction();
      for (int second = 1; second <= 3; second++) {
        producer.send(record(0, login(window.plusSeconds(second), ATTACKER)));
      }
      producer.commitTransaction();
      producer.beginTransaction();
      producer.send(record(0, login(window.plusSeconds(4), ATTACKER)));
      producer.flush();
      producer.abortTransaction();
    }
    try (RunningJob job = start("--idleAfter=2s")) {
      job.await(suspicious, 1);
      assertThat(suspicions()).containsExactly(ATTACKER + " " + iso(window) + " 3");
    }
  }

  /** Records of a week ago, fed more slowly than partitions become idle: none of them is late. */
  @Test
  void aReplayFedSlowly() throws Exception {
    String events = TestBroker.freshTopic("events", 1);
    Instant window = startOfWindow(Instant.now().minus(7, ChronoUnit.DAYS));
    put(0, login(window.plusSeconds(1), ATTACKER), login(window.plusSeconds(2), ATTACKER));
    try (RunningJob job = start("--idleAfter=1s", "--replay=true", outputs(events))) {
      job.await(events, 2);
      LockSupport.parkNanos(Duration.ofSeconds(5).toNanos());
      put(0, login(window.plusSeconds(3), ATTACKER));
      job.await(events, 3);
      LockSupport.parkNanos(Duration.ofSeconds(3).toNanos());
      put(0, login(window.plusSeconds(26), OTHER));
      job.await(suspicious, 1);
      assertThat(suspicions()).containsExactly(ATTACKER + " " + iso(window) + " 3");
      assertThat(RunningJob.values(late)).isEmpty();
    }
  }

  /** Without being told that it is a replay, the job must think that it is at the present. */
  @Test
  void theSameWithoutBeingTold() throws Exception {
    String events = TestBroker.freshTopic("events", 1);
    Instant window = startOfWindow(Instant.now().minus(7, ChronoUnit.DAYS));
    put(
        0,
        login(window.plusSeconds(1), ATTACKER),
        login(window.plusSeconds(1), ATTACKER),
        login(window.plusSeconds(2), ATTACKER));
    try (RunningJob job = start("--idleAfter=1s", outputs(events))) {
      job.await(suspicious, 1); // the clock has ended the window
      String source = " " + ATTACKER + " " + iso(window.plusSeconds(3));
      put(0, login(window.plusSeconds(3), ATTACKER));
      job.await(late, 3);
      assertThat(RunningJob.texts(late, "/rule/id", "/source/ip", "/@timestamp"))
          .containsExactlyInAnyOrder(
              "suspicious-logins" + source,
              "attack-from-login-source" + source,
              "attack-from-login-source-across-windows" + source);
      assertThat(suspicions()).containsExactly(ATTACKER + " " + iso(window) + " 3");
    }
  }

  private String outputs(String events) {
    return "--outputTopics=suspicious-logins=" + suspicious + ",late=" + late + ",events=" + events;
  }

  @Test
  void poisonIsTakenOutAndTheRestGoesOn() throws Exception {
    in = TestBroker.freshTopic("in", 1, "max.message.bytes=12000000");
    Instant window = startOfWindow(Instant.now().minusSeconds(60));
    put(0, login(window.plusSeconds(1), ATTACKER));
    TestBroker.produce(List.of(new ProducerRecord<>(in, 0, null, null)));
    TestBroker.produce(List.of(new ProducerRecord<>(in, 0, null, new byte[] {'a', (byte) 0xff})));
    TestBroker.produce(List.of(new ProducerRecord<>(in, 0, null, new byte[10_000_000])));
    put(0, "{\"login_time\":", "", login(window.plusSeconds(2), ATTACKER));
    ProducerRecord<byte[], byte[]> strange = record(0, login(window.plusSeconds(2), OTHER));
    strange.headers().add("vigil.file.path", new byte[] {'f'});
    strange.headers().add("vigil.file.offset", new byte[] {'?'});
    TestBroker.produce(List.of(strange));
    put(0, login(window.plusSeconds(3), ATTACKER));
    put(0, login(window, OTHER).replace(window.toString(), "x".repeat(900_000)));
    try (RunningJob job = start("--idleAfter=2s")) {
      job.await(suspicious, 1);
      job.await(failures, 7);
      assertThat(suspicions()).containsExactly(ATTACKER + " " + iso(window) + " 3");
      String place = " " + in + " 0 ";
      assertThat(
              RunningJob.texts(
                  failures,
                  "/error/message",
                  "/kafka/topic",
                  "/kafka/partition",
                  "/kafka/offset",
                  "/vigil/stage",
                  "/vigil/raw_length"))
          .containsExactlyInAnyOrder(
              "unreadable source: the record has no value" + place + "1 read ",
              "not UTF-8: Input length = 1" + place + "2 parse ",
              "line too long: 10000000 bytes, of which 1048576 kept" + place + "3 parse 10000000",
              "invalid JSON: Unexpected end-of-input within/between Object entries"
                  + place
                  + "4 parse ",
              "blank line" + place + "5 parse ",
              "unreadable source: the record's headers: For input string: \"?\""
                  + place
                  + "7 read ",
              "unparsable time: login_time is "
                  + "x".repeat(1_000 - "login_time is ".length())
                  + " …"
                  + place
                  + "9 parse 900077");
      assertThat(job.result().getState()).isEqualTo(PipelineResult.State.RUNNING);
    }
  }

  /** What a reader of the topics relies on. */
  @Test
  void recordsHaveKeysAndHeaders() throws Exception {
    Instant window = startOfWindow(Instant.now().minusSeconds(60));
    put(
        0,
        login(window.plusSeconds(1), ATTACKER),
        login(window.plusSeconds(1), ATTACKER),
        login(window.plusSeconds(1), ATTACKER));
    try (RunningJob job = start("--idleAfter=2s")) {
      job.await(suspicious, 1);
      ConsumerRecord<byte[], byte[]> record = TestBroker.readAll(suspicious).get(0);
      String id = RunningJob.texts(suspicious, "/event/id").get(0);
      assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo(id).hasSize(32);
      assertThat(record.headers().lastHeader("content-type").value())
          .isEqualTo("application/json".getBytes(StandardCharsets.UTF_8));
      assertThat(record.headers().lastHeader("schema-version").value()).isEqualTo(new byte[] {'1'});
    }
  }

  private ProducerRecord<byte[], byte[]> record(int partition, String value) {
    return new ProducerRecord<>(in, partition, null, value.getBytes(StandardCharsets.UTF_8));
  }

  private static KafkaProducer<byte[], byte[]> transactional(String id) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", TestBroker.bootstrapServers(), "transactional.id", id),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }
}
