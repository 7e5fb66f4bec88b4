package dev.vigil.pipeline;

import static dev.vigil.stack.TestSearchNode.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.SharedDirectory;
import dev.vigil.stack.FaultProxy;
import dev.vigil.stack.LocalSearch;
import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestSearchNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The main job from files to real search nodes. */
class ElasticsearchJobTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path GOLDEN =
      Path.of(System.getProperty("vigil.root"), "src/test/resources/golden/in");
  private static final FileTime WRITTEN = FileTime.from(Instant.parse("2026-01-15T12:00:00Z"));
  private static final Instant START = Instant.parse("2026-01-15T23:59:00Z");

  /** How long a node is away, or busy. */
  private static final Duration OUTAGE =
      Duration.ofSeconds(Integer.getInteger("vigil.outage.seconds", 8));

  @TempDir Path directory;

  private static ProgramRun run(String... args) {
    return ProgramRun.ofVigil(
        Stream.concat(Stream.of("--targetParallelism=2"), Arrays.stream(args))
            .toArray(String[]::new));
  }

  private static void setUp(String url) {
    SearchContent.clear(url);
    run("--setup", "--elasticsearch=" + url).assertDone();
  }

  /** Logs of every format, with lines that none understands. */
  private String logs() throws IOException {
    Path in = Files.createDirectory(directory.resolve("in"));
    try (Stream<Path> files = Files.list(GOLDEN)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(Files.copy(file, in.resolve(file.getFileName())), WRITTEN);
      }
    }
    return in + "/*";
  }

  /** So many logins, ten milliseconds apart: 6,000 before midnight, the rest after. */
  private Path logins(int count) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(
          "{\"login_time\":\""
              + START.plusMillis(i * 10L)
              + "\",\"username\":\"u"
              + i
              + "\",\"source_ip\":\"10.0."
              + (i >> 8 & 255)
              + "."
              + (i & 255)
              + "\",\"status\":\"failed\"}");
    }
    return Files.write(directory.resolve("logins.json"), lines);
  }

  /** The lines of products' files, by id. */
  private Map<String, JsonNode> lines(String... products) throws IOException {
    Map<String, JsonNode> lines = new TreeMap<>();
    for (String product : products) {
      for (String file : Products.files(directory.resolve("out").toString(), product)) {
        for (String line : Files.readAllLines(Path.of(file))) {
          JsonNode document = JSON.readTree(line);
          // In a file there is every revision: the last one counts.
          lines.merge(
              document.at("/event/id").asText(),
              document,
              (a, b) ->
                  a.at("/vigil/revision").asLong() > b.at("/vigil/revision").asLong() ? a : b);
        }
      }
    }
    return lines;
  }

  /** The same documents as in files, in the indices of their times; twice is as once. */
  @ParameterizedTest
  @EnumSource
  void everyFormat(TestSearchNode node) throws IOException {
    setUp(node.url());
    String[] arguments = {
      "--input=" + logs(), "--elasticsearch=" + node.url(), "--output=" + directory.resolve("out"),
    };
    for (int time = 0; time < 2; time++) {
      ProgramRun run = run(arguments);
      run.assertDone();
      assertThat(run.out()).contains("Elasticsearch: " + node.url());
      Map<String, JsonNode> events = SearchContent.documents(node.url(), "vigil-events");
      assertThat(events).isEqualTo(lines(Products.EVENTS)).isNotEmpty();
      assertThat(
              events.values().stream().map(event -> event.at("/event/dataset").asText()).distinct())
          .hasSizeGreaterThanOrEqualTo(11);
      assertThat(SearchContent.documents(node.url(), "vigil-alerts"))
          .isEqualTo(lines(Products.ALERTS, Products.SUSPICIOUS_LOGINS))
          .isNotEmpty();
      assertThat(SearchContent.documents(node.url(), "vigil-failures"))
          .isEqualTo(lines(Products.FAILURES))
          .isNotEmpty();
    }
    assertNothingIsIgnored(node.url());
    SearchContent.indices(node.url(), "vigil-events")
        .forEach(
            (index, count) -> assertThat(index).matches("vigil-events-\\d{4}\\.\\d\\d\\.\\d\\d"));
    SearchContent.documents(node.url(), "vigil-events-2026.01.15")
        .forEach(
            (id, event) -> assertThat(event.get("@timestamp").asText()).startsWith("2026-01-15T"));
    assertThat(SearchContent.indices(node.url(), "vigil-alerts"))
        .containsOnlyKeys("vigil-alerts-2026.01");
  }

  private static void assertNothingIsIgnored(String url) {
    for (String alias : List.of("vigil-events", "vigil-alerts", "vigil-failures")) {
      JsonNode found =
          request(
                  url,
                  "POST",
                  "/" + alias + "/_search",
                  "{\"query\":{\"exists\":{\"field\":\"_ignored\"}}}")
              .body();
      assertThat(found.at("/hits/total/value").asInt(-1)).as(found::toString).isZero();
    }
  }

  /** The logs of other products' tests, if they are there: nothing in them is refused. */
  @ParameterizedTest
  @EnumSource
  void realLogs(TestSearchNode node) {
    Path logs = SharedDirectory.find("data/open");
    assumeTrue(logs != null, "the logs are not there");
    setUp(node.url());
    run("--input=" + logs + "/{ecs,real,crowdsec,fail2ban}-*/*", "--elasticsearch=" + node.url())
        .assertDone();
    assertThat(SearchContent.count(node.url(), "vigil-events")).isGreaterThan(1_000);
    JsonNode refused =
        request(
                node.url(),
                "POST",
                "/vigil-failures/_search",
                "{\"query\":{\"term\":{\"vigil.stage\":\"write to Elasticsearch\"}}}")
            .body();
    assertThat(refused.at("/hits/total/value").asInt(-1)).as(refused::toString).isZero();
    assertNothingIsIgnored(node.url());
  }

  /** What the server refuses is among the failures, with its reason; the rest goes on. */
  @ParameterizedTest
  @EnumSource
  void documentsThatTheServerRefuses(TestSearchNode node) throws IOException {
    setUp(node.url());
    String narrower =
        "{\"mappings\":{\"properties\":{\"user\":{\"properties\":{\"name\":{\"type\":\"long\"}}}}}}";
    assertThat(request(node.url(), "PUT", "/vigil-events-2026.01.15", narrower).status())
        .isEqualTo(200);
    ProgramRun run = run("--input=" + logins(7_000), "--elasticsearch=" + node.url());
    run.assertDone();
    assertThat(run.out().lines()).contains("  0 failures", "  6,000 refused by Elasticsearch");
    assertThat(SearchContent.indices(node.url(), "vigil-events"))
        .isEqualTo(Map.of("vigil-events-2026.01.15", 0, "vigil-events-2026.01.16", 1_000));
    Map<String, JsonNode> failures = SearchContent.documents(node.url(), "vigil-failures-2026.01");
    assertThat(failures).hasSize(6_000);
    JsonNode failure = failures.values().iterator().next();
    assertThat(failure.at("/vigil/stage").asText()).isEqualTo("write to Elasticsearch");
    assertThat(failure.at("/error/type").asText()).endsWith("parsing_exception");
    assertThat(failure.at("/error/message").asText())
        .contains("failed to parse field [user.name] of type [long]", "For input string: \"u");
    assertThat(failure.at("/event/original").asText()).contains("\"user\":{\"name\":\"u");
    assertThat(failure.at("/@timestamp").asText()).startsWith("2026-01-15T23:59:");
  }

  /** What stands before a server may take no document of that size, and says so in its own way. */
  @Test
  void documentsThatAreTooLarge() throws IOException {
    TestSearchNode node = TestSearchNode.OPENSEARCH;
    setUp(node.url());
    String user = "x".repeat(5_000);
    Path logins = logins(1_500);
    Files.write(
        logins,
        List.of(
            "{\"login_time\":\"2026-01-15T23:59:30Z\",\"username\":\""
                + user
                + "\",\"source_ip\":\"10.0.0.1\",\"status\":\"failed\"}"),
        StandardOpenOption.APPEND);
    try (FaultProxy proxy = FaultProxy.of(node.url())) {
      proxy.answerAll(
          request ->
              request.path().startsWith("/_bulk")
                  && request.body().contains("\"vigil-events-")
                  && request.body().contains(user),
          413,
          "<html>Request Entity Too Large</html>");
      ProgramRun run = run("--input=" + logins, "--elasticsearch=" + proxy.url());
      run.assertDone();
      assertThat(run.out().lines()).contains("  0 failures", "  1 refused by Elasticsearch");
    }
    assertThat(SearchContent.count(node.url(), "vigil-events")).isEqualTo(1_500);
    assertThat(SearchContent.documents(node.url(), "vigil-failures").values())
        .singleElement()
        .satisfies(
            failure -> {
              assertThat(failure.at("/vigil/stage").asText()).isEqualTo("write to Elasticsearch");
              assertThat(failure.at("/error/type").asText()).isEqualTo("HTTP 413");
              assertThat(failure.at("/error/message").asText()).contains("the answer is no JSON");
              assertThat(failure.at("/event/original").asText()).contains(user);
            });
  }

  /** The last resort is the log: a script must know. Not where the failures are in files, too. */
  @Test
  void failuresThatTheServerRefuses() throws IOException {
    String url = TestSearchNode.OPENSEARCH.url();
    setUp(url);
    String field = "{\"properties\":{\"%s\":{\"type\":\"long\"}}}";
    for (String[] each :
        new String[][] {
          {"events-2026.01.15", "user", "name"}, {"failures-2026.01", "vigil", "stage"}
        }) {
      String narrower =
          "{\"mappings\":{\"properties\":{\"" + each[1] + "\":" + field.formatted(each[2]) + "}}}";
      assertThat(request(url, "PUT", "/vigil-" + each[0], narrower).status()).isEqualTo(200);
    }
    String input = "--input=" + logins(2);
    ProgramRun run = run(input, "--elasticsearch=" + url);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out().lines())
        .contains(
            "  4 refused by Elasticsearch", "  2 of these were failures themselves: see the log");
    assertThat(run.err().lines())
        .containsExactly("vigil: failures could not be written, and are in the log alone: 2");

    run(input, "--elasticsearch=" + url, "--output=" + directory.resolve("out")).assertDone();
    assertThat(lines(Products.FAILURES)).hasSize(2);
  }

  private interface Trouble {
    void make() throws Exception;
  }

  /** Runs a job, and makes trouble in the middle of it. */
  private static ProgramRun runWithTrouble(String url, Trouble trouble, String... arguments)
      throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<ProgramRun> job = thread.submit(() -> run(arguments));
      while (SearchContent.count(url, "vigil-events") < 2_000) {
        assertThat(job.isDone()).isFalse();
        Thread.sleep(50);
      }
      trouble.make();
      return job.get();
    } finally {
      thread.shutdownNow();
    }
  }

  /** With trouble in the middle of the job, it goes on, and all is there at the end. */
  private void withTrouble(String url, Trouble trouble) throws Exception {
    int count = 40_000;
    Path logins = logins(count);
    runWithTrouble(
            url, trouble, "--input=" + logins, "--rangeBytes=500000", "--elasticsearch=" + url)
        .assertDone();
    assertThat(SearchContent.count(url, "vigil-events")).isEqualTo(count);
    assertThat(SearchContent.indices(url, "vigil-events"))
        .isEqualTo(
            Map.of("vigil-events-2026.01.15", 6_000, "vigil-events-2026.01.16", count - 6_000));
    long offset = 0;
    long sum = 0;
    for (String line : Files.readAllLines(logins)) {
      sum += offset;
      offset += line.length() + 1;
    }
    JsonNode found =
        request(
                url,
                "POST",
                "/vigil-events/_search?size=0",
                "{\"aggs\":{\"sum\":{\"sum\":{\"field\":\"log.offset\"}}}}")
            .body();
    assertThat(found.at("/aggregations/sum/value").asLong()).as("each line once").isEqualTo(sum);
    assertThat(SearchContent.count(url, "vigil-failures")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aNodeThatIsKilledAndComesBack(TestSearchNode kind) throws Exception {
    Path home = directory.resolve("node");
    List<LocalSearch> nodes = new ArrayList<>(List.of(kind.start(home)));
    try {
      String url = nodes.get(0).url();
      setUp(url);
      withTrouble(
          url,
          () -> {
            nodes.get(0).kill();
            Thread.sleep(OUTAGE.toMillis());
            nodes.add(kind.start(home, nodes.get(0).port()));
          });
    } finally {
      nodes.forEach(LocalSearch::kill);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatIsTooBusyForAWhile(TestSearchNode node) throws Exception {
    setUp(node.url());
    try (FaultProxy proxy = FaultProxy.of(node.url())) {
      withTrouble(
          proxy.url(),
          () -> {
            proxy.answerAll(request -> request.path().startsWith("/_bulk"), 429, "busy");
            Thread.sleep(OUTAGE.toMillis());
            proxy.passOn();
          });
      // Without a storm of requests: two workers, whose waits grow.
      assertThat(proxy.requests().stream().filter(r -> r.path().startsWith("/_bulk")).count())
          .isLessThan(40_000 / 500 * 2);
    }
  }

  /** A wrong password in the middle of the job ends it: nothing is quietly thrown away. */
  @Test
  void aPasswordThatIsNoLongerValid() throws Exception {
    TestSearchNode node = TestSearchNode.OPENSEARCH;
    setUp(node.url());
    Path secrets = Files.write(directory.resolve("secrets"), List.of("user=me", "password=s3cret"));
    try (FaultProxy proxy = FaultProxy.of(node.url())) {
      proxy.require("Basic bWU6czNjcmV0");
      ProgramRun run =
          runWithTrouble(
              node.url(),
              () -> proxy.require("Basic bWU6b3RoZXI="),
              "--input=" + logins(40_000),
              "--rangeBytes=500000",
              "--elasticsearch=" + proxy.url(),
              "--elasticsearchProperties=" + secrets);
      assertThat(run.code()).isEqualTo(1);
      assertThat(run.err())
          .contains("vigil: the job failed: ", proxy.url() + " no longer lets us in")
          .doesNotContain("s3cret", "bWU6");
    }
    assertThat(SearchContent.count(node.url(), "vigil-events")).isBetween(2_000L, 39_999L);
    assertThat(SearchContent.count(node.url(), "vigil-failures")).isZero();
  }
}
