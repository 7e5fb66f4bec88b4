package dev.vigil.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.detect.DetectSuspiciousLogins;
import dev.vigil.stack.FaultProxy;
import dev.vigil.stack.LocalFlink;
import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestBroker;
import dev.vigil.stack.TestFlinkCluster;
import dev.vigil.stack.TestSearchNode;
import dev.vigil.stack.Waiting;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on a cluster, and what happens to clusters: nothing is lost, nothing is doubled. */
class FlinkClusterTest {
  private static final int RECORDS = 4_000;
  private static final int PART = RECORDS / 4;

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long QUIET_NANOS = 2_000_000_000L;

  /** How long the search node is away; longer is the same. */
  private static final Duration OUTAGE =
      Duration.ofSeconds(Integer.getInteger("vigil.outage.seconds", 8));

  private final LoginTraffic traffic = LoginTraffic.of(RECORDS);
  private final ProductTopics outputs = ProductTopics.fresh();

  @TempDir Path directory;

  private List<String> arguments(String... more) {
    return Stream.concat(
            Stream.of(
                "--input=kafka:" + traffic.topic(),
                "--bootstrapServers=" + TestBroker.bootstrapServers(),
                "--kafka.group.id=" + traffic.topic(),
                "--startFrom=earliest",
                "--idleAfter=1s",
                "--memory=10m",
                "--joinWindow=1m",
                outputs.option()),
            Stream.of(more))
        .toList();
  }

  private FlinkJob submit(String... more) throws Exception {
    return FlinkJob.submit(
        directory,
        traffic.topic(),
        Stream.concat(
                arguments("--replay=true", "--parallelism=2", "--checkpointingInterval=500")
                    .stream(),
                Stream.of(more))
            .toList());
  }

  /** The running job, as the cluster knows it. */
  private String id() {
    return TestFlinkCluster.idOf(traffic.topic());
  }

  private void awaitAlerts(FlinkJob job, int more) throws Exception {
    int before = outputs.records(Products.ALERTS);
    job.await(
        more + " more alerts", PATIENCE, () -> outputs.records(Products.ALERTS) >= before + more);
  }

  private void awaitCheckpoint(FlinkJob job) throws Exception {
    int before = TestFlinkCluster.completedCheckpoints(id());
    job.await(
        "a checkpoint", PATIENCE, () -> TestFlinkCluster.completedCheckpoints(id()) > before + 1);
  }

  /** All that there is to come, in every product; and no more. */
  private void assertEqualsUndisturbed(FlinkJob job) throws Exception {
    ProductTopics undisturbed = ProductTopics.fresh();
    List<String> settings = new ArrayList<>(arguments("--stopAt=end", "--targetParallelism=2"));
    settings.replaceAll(s -> s.equals(outputs.option()) ? undisturbed.option() : s);
    Map<String, String> expected = undisturbed.undisturbed(settings);
    assertThat(expected.keySet().stream().map(id -> id.split(" ")[0]).distinct())
        .containsExactlyInAnyOrder(
            Products.EVENTS, Products.SUSPICIOUS_LOGINS, Products.ALERTS, Products.FAILURES);
    job.await("everything is read", PATIENCE, () -> traffic.isReadBy(traffic.topic()));
    job.await("everything is there", PATIENCE, () -> outputs.ids().containsAll(expected.keySet()));
    LockSupport.parkNanos(QUIET_NANOS);
    assertThat(outputs.latest()).isEqualTo(expected);
  }

  @AfterEach
  void cancel() throws Exception {
    TestFlinkCluster.cancelAll();
  }

  @Test
  void aTaskManagerIsKilled() throws Exception {
    LocalFlink cluster = TestFlinkCluster.get();
    traffic.load(2 * PART);
    try (FlinkJob job = submit()) {
      awaitAlerts(job, 1);
      awaitCheckpoint(job);
      traffic.load(PART);
      cluster.killTaskManager();
      cluster.startTaskManager();
      traffic.loadTheRest();
      assertEqualsUndisturbed(job);
      assertThat(
              TestFlinkCluster.get("/jobs/" + id() + "/checkpoints").at("/counts/restored").asInt())
          .isPositive();
    }
  }

  /** Without high availability: the same command again, once there is a cluster again. */
  @Test
  void theJobManagerIsKilled() throws Exception {
    LocalFlink cluster = TestFlinkCluster.get();
    Path checkpoints = directory.resolve("checkpoints");
    traffic.load(2 * PART);
    // What comes out is the same, too, where Flink copies every record from step to step.
    try (FlinkJob job = submit("--checkpoints=" + checkpoints, "--objectReuse=false")) {
      awaitAlerts(job, 1);
      awaitCheckpoint(job);
      traffic.load(PART);
      cluster.killJobManager();
      assertThat(job.awaitEnd(PATIENCE)).isEqualTo(1);
      assertThat(job.said().lines().filter(line -> line.startsWith("vigil: the job failed: ")))
          .hasSize(1);
      assertThat(job.said()).doesNotContain("\tat ");
    }
    cluster.startJobManager();
    // It would come by itself, when it has given up the other one.
    cluster.killTaskManager();
    cluster.startTaskManager();
    traffic.loadTheRest();
    try (FlinkJob job = submit("--checkpoints=" + checkpoints)) {
      assertEqualsUndisturbed(job);
    }
  }

  @Test
  void stopsWithASavepointAndGoesOn() throws Exception {
    traffic.load(2 * PART);
    String savepoint;
    try (FlinkJob job = submit()) {
      awaitAlerts(job, 1);
      savepoint = TestFlinkCluster.stop(id());
      assertThat(job.awaitEnd(PATIENCE)).as(job.said()).isZero();
    }
    traffic.loadTheRest();
    try (FlinkJob job = submit("--savepointPath=" + savepoint)) {
      assertEqualsUndisturbed(job);
      assertThat(
              TestFlinkCluster.get("/jobs/" + id() + "/checkpoints")
                  .at("/latest/restored/is_savepoint")
                  .asBoolean())
          .isTrue();
    }
  }

  /** Both sinks at once; the index has each id once. */
  @Test
  void theSearchNodeIsAway() throws Exception {
    TestSearchNode node = TestSearchNode.OPENSEARCH;
    SearchContent.clear(node.url());
    ProgramRun.ofVigil("--setup", "--elasticsearch=" + node.url()).assertDone();
    traffic.load(2 * PART);
    try (FaultProxy proxy = FaultProxy.of(node.url());
        FlinkJob job = submit("--elasticsearch=" + proxy.url())) {
      awaitAlerts(job, 1);
      proxy.refuse();
      traffic.load(PART);
      LockSupport.parkNanos(OUTAGE.toNanos());
      proxy.accept();
      traffic.loadTheRest();
      assertEqualsUndisturbed(job);
      Map<String, Set<String>> ids = new TreeMap<>();
      for (String id : outputs.latest().keySet()) {
        String[] parts = id.split(" ", 2);
        String product = parts[0].equals(Products.SUSPICIOUS_LOGINS) ? Products.ALERTS : parts[0];
        ids.computeIfAbsent("vigil-" + product, name -> new TreeSet<>()).add(parts[1]);
      }
      for (String index : List.of("vigil-events", "vigil-alerts", "vigil-failures")) {
        assertThat(SearchContent.documents(node.url(), index).keySet())
            .as(index)
            .isEqualTo(ids.get(index));
      }
      assertShowsWhatItDoes();
    }
  }

  /** By names that a person knows: the steps' in the graph, the formats', the rules'. */
  private void assertShowsWhatItDoes() throws Exception {
    String job = "/jobs/" + id();
    assertThat(TestFlinkCluster.get(job).findValuesAsText("name"))
        .anyMatch(name -> name.startsWith("Source: ReadLogs/Kafka/ReadTopics/"))
        .anyMatch(name -> name.contains(" -> ParseLogs/Parse -> "))
        .anyMatch(name -> name.startsWith("DetectSuspiciousLogins/CountWindow/"))
        .anyMatch(name -> name.startsWith("CountAlerts/Count/"));
    Map<String, Long> latest = new TreeMap<>();
    outputs.latest().keySet().forEach(id -> latest.merge(id.split(" ")[0], 1L, Long::sum));
    // Flink asks for them now and then.
    Waiting.until(
        "the metrics are gathered",
        PATIENCE,
        () -> sum(counts(job), "ParseLogs/Parse.vigil_events_") == latest.get(Products.EVENTS));
    Map<String, Long> counts = counts(job);
    assertThat(sum(counts, "ParseLogs/Parse.vigil_failures_"))
        .isEqualTo(latest.get(Products.FAILURES));
    assertThat(sum(counts, "vigil_alerts_" + DetectSuspiciousLogins.RULE_ID))
        .isGreaterThanOrEqualTo(latest.get(Products.SUSPICIOUS_LOGINS));
    assertThat(sum(counts, "vigil_alerts_attack-from-login-source"))
        .isGreaterThanOrEqualTo(latest.get(Products.ALERTS));
    JsonNode checkpoints = TestFlinkCluster.get(job + "/checkpoints/config");
    assertThat(checkpoints.get("mode").asText()).isEqualTo("exactly_once");
    assertThat(checkpoints.at("/externalization/enabled").asBoolean()).isTrue();
    assertThat(checkpoints.at("/externalization/delete_on_cancellation").asBoolean()).isFalse();
    assertThat(
            TestFlinkCluster.get(job + "/config")
                .at("/execution-config/object-reuse-mode")
                .asBoolean())
        .isTrue();
  }

  /** Vigil's own counters, over all operators and subtasks. */
  private static Map<String, Long> counts(String job) {
    Map<String, Long> counts = new TreeMap<>();
    for (JsonNode vertex : TestFlinkCluster.get(job).get("vertices")) {
      String metrics = job + "/vertices/" + vertex.get("id").asText() + "/subtasks/metrics";
      for (JsonNode metric : TestFlinkCluster.get(metrics)) {
        String name = metric.get("id").asText();
        if (name.contains(".vigil_")) {
          String query = metrics + "?agg=sum&get=" + URLEncoder.encode(name, UTF_8);
          counts.merge(name, TestFlinkCluster.get(query).get(0).get("sum").asLong(), Long::sum);
        }
      }
    }
    return counts;
  }

  private static long sum(Map<String, Long> counts, String part) {
    return counts.entrySet().stream()
        .filter(count -> count.getKey().contains(part))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
