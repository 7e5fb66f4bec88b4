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
import dev.vigil.stack.TestSearchNode.Answer;
import dev.vigil.stack.Waiting;
import dev.vigil.stack.dashboard.Dashboard;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on a cluster, and what happens to clusters: nothing is lost, nothing is doubled. */
class FlinkClusterTest {
  private static final int RECORDS = 2_000;
  private static final int PART = RECORDS / 4;

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long QUIET_NANOS = 2_000_000_000L;

  /** By default: so far a partition's watermark is behind its latest record. */
  private static final Duration DISORDER = Duration.ofSeconds(5);

  /** How long a server is away that the job reads from or writes to; longer is the same. */
  private static final Duration OUTAGE =
      Duration.ofSeconds(Integer.getInteger("vigil.outage.seconds", 8));

  private final LoginTraffic traffic = LoginTraffic.of(RECORDS, Duration.ofMinutes(30));
  private final ProductTopics outputs = ProductTopics.fresh();

  @TempDir Path directory;

  private FlinkJob submit(String... more) throws Exception {
    return FlinkJob.submit(
        directory,
        traffic.topic(),
        Stream.concat(
                traffic
                    .arguments(
                        traffic.topic(),
                        outputs,
                        "--replay=true",
                        "--parallelism=2",
                        "--checkpointingInterval=500")
                    .stream(),
                Stream.of(more))
            .toList());
  }

  /** The running job, as the cluster knows it. */
  private String id() {
    return TestFlinkCluster.idOf(traffic.topic());
  }

  private void awaitAlerts(FlinkJob job, int before) throws Exception {
    job.await("more alerts", PATIENCE, () -> outputs.records(Products.ALERTS) > before);
  }

  /** A checkpoint with all that was there before. */
  private void awaitCheckpoint(FlinkJob job) throws Exception {
    job.await("the job runs", PATIENCE, () -> TestFlinkCluster.runs(traffic.topic()));
    int before = TestFlinkCluster.completedCheckpoints(id());
    job.await(
        "a checkpoint", PATIENCE, () -> TestFlinkCluster.completedCheckpoints(id()) > before + 1);
  }

  /** How often the job has begun again, from a checkpoint. */
  private int restored() {
    return TestFlinkCluster.get("/jobs/" + id() + "/checkpoints").at("/counts/restored").asInt();
  }

  /** All that there is to come, in every product; and no more. */
  private void assertEqualsUndisturbed(FlinkJob job) throws Exception {
    ProductTopics undisturbed = ProductTopics.fresh();
    Map<String, String> expected =
        undisturbed.undisturbed(
            traffic.arguments(
                traffic.topic(), undisturbed, "--stopAt=end", "--targetParallelism=2"));
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

  /**
   * A TaskManager is lost; then the JobManager, without high availability; then there is an
   * upgrade. What comes out is the same, too, where Flink copies every record from step to step.
   */
  @Test
  void theClusterFails() throws Exception {
    LocalFlink cluster = TestFlinkCluster.get();
    Path checkpoints = directory.resolve("checkpoints");
    traffic.load(PART);
    try (FlinkJob job = submit("--checkpoints=" + checkpoints, "--objectReuse=false")) {
      awaitAlerts(job, 0);
      awaitCheckpoint(job);
      int alerts = outputs.records(Products.ALERTS);
      traffic.load(PART);
      cluster.killTaskManager();
      cluster.startTaskManager();
      awaitAlerts(job, alerts);
      awaitCheckpoint(job);
      assertThat(restored()).isPositive();
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
    String savepoint;
    try (FlinkJob job = submit("--checkpoints=" + checkpoints)) {
      awaitCheckpoint(job);
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

  /**
   * A search node is away; then the broker is killed. The job waits: nothing begins anew, and so
   * nothing is written twice.
   */
  @Test
  void theServersFailThatItReadsFromAndWritesTo() throws Exception {
    TestSearchNode node = TestSearchNode.OPENSEARCH;
    SearchContent.clear(node.url());
    ProgramRun.ofVigil("--setup", "--elasticsearch=" + node.url()).assertDone();
    traffic.load(PART);
    try (FaultProxy proxy = FaultProxy.of(node.url());
        FlinkJob job = submit("--elasticsearch=" + proxy.url())) {
      awaitAlerts(job, 0);
      int alerts = outputs.records(Products.ALERTS);
      proxy.refuse();
      traffic.load(PART);
      LockSupport.parkNanos(OUTAGE.toNanos());
      proxy.accept();
      awaitAlerts(job, alerts);
      awaitCheckpoint(job);
      traffic.load(PART);
      TestBroker.kill();
      LockSupport.parkNanos(OUTAGE.toNanos());
      TestBroker.startAgain();
      traffic.loadTheRest();
      assertEqualsUndisturbed(job);
      assertThat(restored()).isZero();
      ProductDocuments written = outputs.documents(Products.ALL);
      assertThat(outputs.records(Products.EVENTS)).isEqualTo(written.get(Products.EVENTS).size());
      written.assertAreIn(node.url());
      assertShowsWhatItDoes();
      assertDashboardTellsWatermarks(node.url());
    }
  }

  /** Of each step and each of its parallel parts, as far as the cluster tells them. */
  private void assertDashboardTellsWatermarks(String searchUrl) throws Exception {
    String id = id();
    try (Dashboard dashboard =
        Dashboard.start(searchUrl, 0, "http://" + TestFlinkCluster.get().rest())) {
      String data = dashboard.url() + "data/";
      assertThat(answer(data + "bounds").get("flink").asBoolean()).isTrue();
      assertThat(answer(data + "flink/jobs").at("/answer/jobs"))
          .filteredOn(job -> job.get("state").asText().equals("RUNNING"))
          .extracting(job -> job.get("jid").asText())
          .containsExactly(id);
      Map<String, Integer> told = new TreeMap<>();
      for (JsonNode vertex : answer(data + "flink/job?job=" + id).at("/answer/vertices")) {
        String step = vertex.get("id").asText();
        JsonNode watermarks =
            answer(data + "flink/watermarks?job=" + id + "&vertex=" + step).get("answer");
        for (JsonNode watermark : watermarks) {
          assertThat(Instant.ofEpochMilli(watermark.get("value").asLong()))
              .as("%s", vertex.get("name"))
              .isEqualTo(traffic.end().minus(DISORDER));
        }
        told.put(vertex.get("name").asText(), watermarks.size());
      }
      assertThat(told)
          .anySatisfy(
              (name, parts) -> {
                assertThat(name).startsWith("DetectSuspiciousLogins/CountWindow/");
                assertThat(parts).isEqualTo(2);
              });
    }
  }

  private static JsonNode answer(String url) {
    Answer answer = TestSearchNode.request(url, "GET", "", null);
    assertThat(answer.status()).as("%s: %s", url, answer.body()).isEqualTo(200);
    return answer.body();
  }

  /** By names that a person knows: the steps' in the graph, the formats', the rules'. */
  private void assertShowsWhatItDoes() throws Exception {
    String job = "/jobs/" + id();
    assertThat(TestFlinkCluster.get(job).findValuesAsText("name"))
        .anyMatch(name -> name.startsWith("Source: ReadLogs/Kafka/ReadTopics "))
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
