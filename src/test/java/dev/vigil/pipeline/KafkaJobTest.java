package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.stack.TestBroker;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The main job from Kafka to Kafka, on the Direct runner. */
class KafkaJobTest {
  private static final String ATTACKER = "203.0.113.7";
  private static final String OTHER = "192.0.2.1";

  private String in;
  private String suspicious;
  private String alerts;
  private String late;
  private String failures;

  @BeforeEach
  void topics() {
    in = TestBroker.freshTopic("in", 4);
    suspicious = TestBroker.freshTopic("suspicious", 1);
    alerts = TestBroker.freshTopic("alerts", 1);
    late = TestBroker.freshTopic("late", 1);
    failures = TestBroker.freshTopic("failures", 1);
  }

  private RunningJob start(String... more) throws UsageException {
    return RunningJob.start(
        Stream.concat(
                Stream.of(
                    "--input=kafka:" + in,
                    "--startFrom=earliest",
                    "--outputTopics=suspicious-logins="
                        + suspicious
                        + ",alerts="
                        + alerts
                        + ",late="
                        + late
                        + ",failures="
                        + failures,
                    "--loginThreshold=2",
                    "--maxDisorder=5s",
                    "--allowedLateness=0s"),
                Stream.of(more))
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
    TestBroker.produce(
        Stream.of(values)
            .map(
                value ->
                    new ProducerRecord<byte[], byte[]>(
                        in, partition, null, value.getBytes(StandardCharsets.UTF_8)))
            .toList());
  }

  /** Partition 3 never has a record, and partition 2 no more after the first. */
  @Test
  void partitionsThatAreIdleHoldNobodyUp() throws Exception {
    Instant window =
        Instant.ofEpochSecond(Math.floorDiv(Instant.now().getEpochSecond(), 20) * 20)
            .minusSeconds(60);
    put(2, login(window, OTHER));
    put(0, login(window.plusSeconds(1), ATTACKER), login(window.plusSeconds(2), ATTACKER));
    put(1, login(window.plusSeconds(3), ATTACKER));
    try (RunningJob job = start("--idleAfter=2s")) {
      put(0, login(window.plusSeconds(26), OTHER));
      put(1, login(window.plusSeconds(26), OTHER));
      job.await(suspicious, 1);
      assertThat(
              RunningJob.texts(
                  suspicious, "/source/ip", "/vigil/window/start", "/vigil/logins/attempts"))
          .containsExactly(ATTACKER + " " + window.toString().replace("Z", ".000Z") + " 3");
      assertThat(RunningJob.values(late)).isEmpty();
      assertThat(RunningJob.values(failures)).isEmpty();
    }
  }
}
