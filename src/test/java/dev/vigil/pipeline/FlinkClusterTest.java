package dev.vigil.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.detect.CorrelateAttacksWithLogins;
import dev.vigil.detect.DetectSuspiciousLogins;
import dev.vigil.detect.JoinAttacksWithLogins;
import dev.vigil.stack.FaultProxy;
import dev.vigil.stack.LocalFlink;
import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestBroker;
import dev.vigil.stack.TestFlinkCluster;
import dev.vigil.stack.TestSearchNode;
import dev.vigil.stack.TestSearchNode.Answer;
import dev.vigil.stack.Waiting;
import dev.vigil.stack.dashboard.Dashboard;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on a cluster, and what happens to clusters: nothing is lost, nothing is doubled. */
class FlinkClusterTest {
  private static final int RECORDS = 3_000;
  private static final int PART = RECORDS / 4;

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long QUIET_NANOS = 2_000_000_000L;

  /** By default: so far a partition's watermark is behind its latest record. */
  private static final Duration DISORDER = Duration.ofSeconds(5);

  /** How long a server is away that the job reads from or writes to. */
  private static final Duration OUTAGE =
      Duration.ofSeconds(Integer.getInteger("vigil.outage.seconds", 8));

  private final Instant begun = Instant.now();
  private final LoginTraffic traffic = LoginTraffic.of(RECORDS, Duration.ofMinutes(30));
  private final ProductTopics outputs = ProductTopics.fresh();

  @TempDir Path directory;

  private FlinkJob submit(String... more) throws Exception {
    return FlinkJob.submit(directory, traffic.topic(), arguments(more));
  }

  private List<String> arguments(String... more) {
    return Stream.concat(
            traffic
                .arguments(
                    traffic.topic(),
                    outputs,
                    "--replay=true",
                    "--parallelism=2",
                    "--checkpointingInterval=500")
                .stream(),
            Stream.of(more))
        .toList();
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

  /** The checkpoint or savepoint that the job has begun with. */
  private static Path restoredFrom(String job) {
    String path =
        TestFlinkCluster.get("/jobs/" + job + "/checkpoints")
            .at("/latest/restored/external_path")
            .asText();
    return Path.of(URI.create(path));
  }

  /** Empty indices. */
  private static String searchNode() throws IOException {
    String url = TestSearchNode.OPENSEARCH.url();
    SearchContent.clear(url);
    ProgramRun.ofVigil("--setup", "--elasticsearch=" + url).assertDone();
    return url;
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
    outputs.documents(Products.ALL).assertAreIn(TestSearchNode.OPENSEARCH.url());
  }

  /** How many is nobody's to say: it depends on when the last checkpoint was. */
  private void tell(String when) {
    System.out.println("Written again " + when + ": " + outputs.writtenAgain());
  }

  /** At the end of a test: where the reference is not there, this is all that is skipped. */
  private void assertEqualsReference() throws Exception {
    traffic.assertEqualsReference(Reference.find(), outputs.documents(Products.ALL), directory);
  }

  @AfterEach
  void cancel() throws Exception {
    TestFlinkCluster.cancelAll();
  }

  /**
   * A TaskManager is lost while records are on their way; then the JobManager, without high
   * availability; then there is an upgrade. What comes out is the same, too, where Flink copies
   * every record from step to step, and all state for a checkpoint.
   */
  @Test
  void theClusterFails() throws Exception {
    LocalFlink cluster = TestFlinkCluster.get();
    Path checkpoints = directory.resolve("checkpoints");
    String search = "--elasticsearch=" + searchNode();
    traffic.load(PART);
    try (FlinkJob job =
        submit(
            "--checkpoints=" + checkpoints, "--objectReuse=false", "--fasterCopy=false", search)) {
      awaitAlerts(job, 0);
      awaitCheckpoint(job);
      int alerts = outputs.records(Products.ALERTS);
      int events = outputs.records(Products.EVENTS);
      assertThat(outputs.writtenAgain().values()).containsOnly(0);
      CompletableFuture<Void> coming = CompletableFuture.runAsync(() -> traffic.trickle(PART));
      job.await("more events", PATIENCE, () -> outputs.records(Products.EVENTS) > events);
      cluster.killTaskManager();
      cluster.startTaskManager();
      coming.join();
      awaitAlerts(job, alerts);
      awaitCheckpoint(job);
      assertThat(restored()).isPositive();
      tell("after a TaskManager's death");
      traffic.load(PART);
      cluster.killJobManager();
      assertThat(job.awaitEnd(PATIENCE)).isEqualTo(1);
      assertThat(job.said().lines().filter(line -> line.startsWith("vigil: the job failed: ")))
          .hasSize(1);
      assertThat(job.said()).doesNotContain("\tat ");
    }
    Path newest = Checkpoints.newest(checkpoints);
    cluster.startJobManager();
    // It would come by itself, when it has given up the other one.
    cluster.killTaskManager();
    cluster.startTaskManager();
    String savepoint;
    try (FlinkJob job = submit("--checkpoints=" + checkpoints, search)) {
      awaitCheckpoint(job);
      assertThat(restoredFrom(id())).isEqualTo(newest);
      savepoint = TestFlinkCluster.stop(id());
      assertThat(job.awaitEnd(PATIENCE)).as(job.said()).isZero();
    }
    traffic.loadTheRest();
    try (FlinkJob job = submit("--savepointPath=" + savepoint, search)) {
      assertEqualsUndisturbed(job);
      assertThat(restoredFrom(id())).isEqualTo(Path.of(URI.create(savepoint)));
    }
    tell("in all");
    assertEqualsReference();
  }

  /**
   * A search node is away; then the broker is killed. The job waits: nothing begins anew, and so
   * nothing is written twice.
   */
  @Test
  void theServersFailThatItReadsFromAndWritesTo() throws Exception {
    String node = searchNode();
    Path secrets = Files.write(directory.resolve("secrets"), List.of("user=me", "password=s3cret"));
    traffic.load(PART);
    try (FaultProxy proxy = FaultProxy.of(node)) {
      proxy.require("Basic bWU6czNjcmV0");
      serversFail(
          proxy,
          FlinkJob.submit(
              directory,
              List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=info"),
              traffic.topic(),
              arguments("--elasticsearch=" + proxy.url(), "--elasticsearchProperties=" + secrets)));
    }
    assertEqualsReference();
  }

  private void serversFail(FaultProxy proxy, FlinkJob submitted) throws Exception {
    try (FlinkJob job = submitted) {
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
      assertThat(TestFlinkCluster.failures(traffic.topic())).isEmpty();
      assertThat(restored()).isZero();
      assertThat(outputs.writtenAgain().values()).containsOnly(0);
      assertShowsWhatItDoes(job);
      assertDashboardTellsWatermarks(TestSearchNode.OPENSEARCH.url());
      assertTellsNoSecrets(job);
    }
  }

  /** What it says, and what the cluster shows and logs of it. */
  private void assertTellsNoSecrets(FlinkJob job) throws IOException {
    LocalFlink cluster = TestFlinkCluster.get();
    String shown = "/jobs/" + id();
    assertThat(job.said()).contains("INFO org.apache.flink.client.program.rest.RestClusterClient");
    assertThat(TestFlinkCluster.get(shown + "/plan").toString()).contains("WriteEvents/ToSearch");
    assertThat(
            List.of(
                job.said(),
                cluster.jobManager().lastWords(),
                cluster.taskManager().lastWords(),
                TestFlinkCluster.get(shown).toString(),
                TestFlinkCluster.get(shown + "/config").toString(),
                TestFlinkCluster.get(shown + "/plan").toString()))
        .noneMatch(text -> text.contains("s3cret") || text.contains("bWU6czNjcmV0"));
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
  private void assertShowsWhatItDoes(FlinkJob submitted) throws Exception {
    String job = "/jobs/" + id();
    assertThat(TestFlinkCluster.get(job).findValuesAsText("name"))
        .anyMatch(name -> name.startsWith("Source: ReadLogs/Kafka/ReadTopics "))
        .anyMatch(name -> name.contains(" -> ParseLogs/Parse -> "))
        .anyMatch(name -> name.startsWith("DetectSuspiciousLogins/CountWindow/"))
        .anyMatch(name -> name.startsWith("CountAlerts/Count/"));
    traffic.loadLate();
    submitted.await(
        "it is late for each rule", PATIENCE, () -> outputs.records(Products.LATE) == 3);
    Map<String, Long> latest = new TreeMap<>();
    outputs.latest().keySet().forEach(id -> latest.merge(id.split(" ")[0], 1L, Long::sum));
    // Flink asks for them now and then.
    Waiting.until(
        "the metrics are gathered",
        PATIENCE,
        () -> {
          Map<String, Long> counts = counts(job);
          return sum(counts, "ParseLogs/Parse.vigil_events_") == latest.get(Products.EVENTS)
              && sum(counts, ".vigil_late_") == latest.get(Products.LATE);
        });
    Map<String, Long> counts = counts(job);
    assertThat(sum(counts, "ParseLogs/Parse.vigil_failures_"))
        .isEqualTo(latest.get(Products.FAILURES));
    assertThat(sum(counts, "vigil_alerts_" + DetectSuspiciousLogins.RULE_ID))
        .isGreaterThanOrEqualTo(latest.get(Products.SUSPICIOUS_LOGINS));
    assertThat(sum(counts, "vigil_alerts_attack-from-login-source"))
        .isGreaterThanOrEqualTo(latest.get(Products.ALERTS));
    for (String rule :
        List.of(
            DetectSuspiciousLogins.RULE_ID,
            JoinAttacksWithLogins.RULE_ID,
            CorrelateAttacksWithLogins.RULE_ID)) {
      assertThat(counts).containsEntry("CountLate/Count/ParMultiDo(Count).vigil_late_" + rule, 1L);
    }
    assertTellsHowFarTimeIsBehind(job);
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

  /** Behind the clock, when Flink last asked: the source's own account, in milliseconds. */
  private void assertTellsHowFarTimeIsBehind(String job) throws Exception {
    String source =
        StreamSupport.stream(TestFlinkCluster.get(job).get("vertices").spliterator(), false)
            .filter(vertex -> vertex.get("name").asText().startsWith("Source: ReadLogs/Kafka/"))
            .findFirst()
            .orElseThrow()
            .get("id")
            .asText();
    String lag =
        job
            + "/vertices/"
            + source
            + "/subtasks/metrics?get="
            + URLEncoder.encode("Source__ReadLogs/Kafka/ReadTopics.watermarkLag", UTF_8);
    Instant watermark = traffic.end().minus(DISORDER);
    Waiting.until(
        "time has come to the end",
        PATIENCE,
        () ->
            TestFlinkCluster.get(lag).at("/0/max").asLong()
                <= Duration.between(watermark, Instant.now()).toMillis());
    assertThat(TestFlinkCluster.get(lag).at("/0/min").asLong())
        .isGreaterThanOrEqualTo(Duration.between(watermark, begun).toMillis());
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
