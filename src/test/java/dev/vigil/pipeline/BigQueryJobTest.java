package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.TestBroker;
import dev.vigil.stack.TestWarehouse;
import dev.vigil.stack.WarehouseContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job into a warehouse, through an unmodified BigQueryIO. */
class BigQueryJobTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path GOLDEN =
      Path.of(System.getProperty("vigil.root"), "src/test/resources/golden/in");
  private static final FileTime WRITTEN = FileTime.from(Instant.parse("2026-01-15T12:00:00Z"));
  private static final Instant START = Instant.parse("2026-01-15T23:59:00Z");
  private static final long JOIN_WINDOW_SECONDS = 300;
  private static final Duration PATIENCE = Duration.ofSeconds(180);
  private static final Duration POLL = Duration.ofSeconds(1);

  @TempDir Path directory;

  private final LocalWarehouse warehouse = TestWarehouse.get();
  private final String dataset = TestWarehouse.freshName();

  private String[] with(String... arguments) {
    return Stream.concat(
            Stream.of(
                "--bigQueryDataset=local:" + dataset, "--bigQueryEndpoint=" + warehouse.url()),
            Arrays.stream(arguments))
        .toArray(String[]::new);
  }

  private ProgramRun run(String... arguments) {
    return ProgramRun.ofVigil(
        Stream.concat(Stream.of("--targetParallelism=2"), Arrays.stream(with(arguments)))
            .toArray(String[]::new));
  }

  private void setUp() {
    run("--setup").assertDone();
  }

  @AfterEach
  void heal() {
    warehouse.heal();
  }

  private Map<String, JsonNode> rows(String table) {
    return WarehouseContent.documents(warehouse, dataset, table);
  }

  private Set<String> query(String sql) {
    return new TreeSet<>(warehouse.query(sql));
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

  /** So many logins, ten milliseconds and a microsecond apart: 6,000 before midnight. */
  private Path logins(int count) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(
          "{\"login_time\":\""
              + START.plusNanos(i * 10_001_000L)
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

  /** The lines of a product's files, by id. */
  private Map<String, JsonNode> lines(String product) throws IOException {
    Map<String, JsonNode> lines = new TreeMap<>();
    for (String file : Products.files(directory.resolve("out").toString(), product)) {
      for (String line : Files.readAllLines(Path.of(file))) {
        JsonNode document = WarehouseContent.normalized(JSON.readTree(line));
        // In a file there is every revision: the last one counts.
        lines.merge(
            document.at("/event/id").asText(),
            document,
            (a, b) -> a.at("/vigil/revision").asLong() > b.at("/vigil/revision").asLong() ? a : b);
      }
    }
    return lines;
  }

  /** The same documents as in files; a second run changes nothing. */
  @Test
  void everyFormat() throws IOException {
    setUp();
    String[] arguments = {"--input=" + logs(), "--output=" + directory.resolve("out")};
    for (int time = 0; time < 2; time++) {
      ProgramRun run = run(arguments);
      run.assertDone();
      assertThat(run.out()).contains("Local warehouse, not BigQuery: local:" + dataset);
      assertThat(rows("events")).isEqualTo(lines(Products.EVENTS)).isNotEmpty();
      assertThat(rows("suspicious_logins"))
          .isEqualTo(lines(Products.SUSPICIOUS_LOGINS))
          .isNotEmpty();
      assertThat(rows("alerts")).isEqualTo(lines(Products.ALERTS)).isNotEmpty();
      assertThat(rows("failures")).isEqualTo(lines(Products.FAILURES)).isNotEmpty();
      assertThat(rows("late")).isEmpty();
    }
    assertThat(
            rows("events").values().stream()
                .map(event -> event.at("/event/dataset").asText())
                .distinct())
        .hasSizeGreaterThanOrEqualTo(11);
  }

  /** The same on Flink, and the program ends when the job has. */
  @Test
  void onFlink() throws Exception {
    setUp();
    String input = "--input=" + logs();
    ProgramRun.ofVigil("--targetParallelism=2", input, "--output=" + directory.resolve("out"))
        .assertDone();
    try (FlinkJob job =
        FlinkJob.start(
            directory, warehouse.clientArguments(), List.of(with(input, "--parallelism=2")))) {
      job.assertEnds(PATIENCE);
    }
    assertThat(rows("events")).isEqualTo(lines(Products.EVENTS)).isNotEmpty();
    assertThat(rows("suspicious_logins")).isEqualTo(lines(Products.SUSPICIOUS_LOGINS));
    assertThat(rows("alerts")).isEqualTo(lines(Products.ALERTS)).isNotEmpty();
    assertThat(rows("failures")).isEqualTo(lines(Products.FAILURES)).isNotEmpty();
  }

  /**
   * A row that is refused is among the failures, with its place and the server's word; all others
   * are written. A failure that is itself refused ends nothing, but the exit code tells.
   */
  @Test
  void rowsThatAreRefused() throws IOException {
    setUp();
    Path logins = logins(2_000);
    try {
      warehouse.refuseRows("AppendRows", "source_ip", "10.0.1.7");
      warehouse.refuseRows("AppendRows", "source_ip", "10.0.2.7");
      ProgramRun run = run("--input=" + logins);
      run.assertDone();
      assertThat(run.out()).contains("  2 refused by BigQuery\n");
    } finally {
      warehouse.heal();
    }
    assertThat(WarehouseContent.count(warehouse, dataset, "events")).isEqualTo(1_998);
    assertThat(query("SELECT source_ip FROM " + dataset + ".events WHERE source_ip LIKE '%.7'"))
        .hasSize(6)
        .doesNotContain("{\"source_ip\":\"10.0.1.7\"}", "{\"source_ip\":\"10.0.2.7\"}");
    List<String> lines = Files.readAllLines(logins);
    long offset = lines.subList(0, 263).stream().mapToLong(line -> line.length() + 1L).sum();
    assertThat(rows("failures")).hasSize(2);
    JsonNode failure =
        rows("failures").values().stream()
            .filter(node -> node.at("/event/original").asText().contains("10.0.1.7"))
            .findFirst()
            .orElseThrow();
    assertThat(failure.at("/vigil/stage").asText()).isEqualTo("write to BigQuery");
    assertThat(failure.at("/error/type").asText()).isEqualTo("refused by BigQuery");
    assertThat(failure.at("/error/message").asText())
        .startsWith("refused by BigQuery: ")
        .contains("source_ip is 10.0.1.7: refused on purpose");
    assertThat(failure.at("/log/file/path").asText()).isEqualTo(logins.toString());
    assertThat(failure.at("/log/offset").asLong()).isEqualTo(offset);
    assertThat(failure.at("/@timestamp").asText())
        .isEqualTo(START.plusNanos(263 * 10_001_000L).toString());
    assertThat(JSON.readTree(failure.at("/event/original").asText()).at("/user/name").asText())
        .isEqualTo("u263");

    String id = rows("failures").keySet().iterator().next();
    try {
      warehouse.refuseRows("AppendRows", "source_ip", "10.0.1.7");
      warehouse.refuseRows("AppendRows", "source_ip", "10.0.2.7");
      warehouse.refuseRows("AppendRows", "id", id);
      ProgramRun run = run("--input=" + logins);
      assertThat(run.err())
          .isEqualTo("vigil: failures could not be written, and are in the log alone: 1\n");
      assertThat(run.code()).isEqualTo(1);
      assertThat(run.out())
          .contains(
              "  3 refused by BigQuery\n  1 of these were failures themselves: see the log\n");
    } finally {
      warehouse.heal();
    }
    assertThat(rows("failures")).hasSize(2);
  }

  /** Quotas that are used up, and a server that is away for a while, are waited out. */
  @Test
  void quotas() throws IOException {
    setUp();
    Path logins = logins(500);
    long before = warehouse.calls().getOrDefault("AppendRows", 0L);
    warehouse.fail("QUOTA", "AppendRows", 3);
    warehouse.fail("UNAVAILABLE", "AppendRows", 2);
    run("--input=" + logins).assertDone();
    assertThat(warehouse.pendingFaults()).isEmpty();
    assertThat(warehouse.calls().get("AppendRows") - before).isGreaterThanOrEqualTo(6);
    assertThat(rows("events")).hasSize(500);
    assertThat(rows("failures")).isEmpty();
  }

  /** Answers that get lost double nothing. */
  @Test
  void answersThatAreLost() throws IOException {
    setUp();
    long before = warehouse.calls().getOrDefault("AppendRows", 0L);
    warehouse.fail("DROP_REPLY", "AppendRows", 3);
    run("--input=" + logs(), "--output=" + directory.resolve("out")).assertDone();
    assertThat(warehouse.pendingFaults()).isEmpty();
    assertThat(warehouse.calls().get("AppendRows") - before).isGreaterThan(3);
    assertThat(rows("events")).isEqualTo(lines(Products.EVENTS)).isNotEmpty();
    assertThat(rows("alerts")).isEqualTo(lines(Products.ALERTS)).isNotEmpty();
  }

  private static final String HUNDRED_THOUSAND =
      "--seed 505 --logins 95000 --ids 5000 --keys 2000 --attackers 200 --hot 0.01 --dup 0.02"
          + " --bad 0.01 --late 0 --ooo-max 8 --rate 100";

  private void assertEqualsTheReference(Reference reference, Path in) throws Exception {
    Path logins = in.resolve("logins.jsonl");
    Path ids = in.resolve("ids.jsonl");
    Reference.Lines lines = Reference.lines(in);
    assertThat(Reference.counts(List.copyOf(rows("suspicious_logins").values())))
        .isEqualTo(normalized(reference.counts(logins, List.of())))
        .isNotEmpty();
    assertThat(Reference.pairs(List.copyOf(rows("alerts").values())))
        .isEqualTo(reference.pairs(logins, ids, JOIN_WINDOW_SECONDS, List.of()))
        .isNotEmpty();
    assertThat(query("SELECT count(*) AS n, count(DISTINCT id) AS ids FROM " + dataset + ".events"))
        .containsExactly(
            "{\"n\":"
                + (lines.all() - lines.malformed())
                + ",\"ids\":"
                + (lines.all() - lines.malformed())
                + "}");
    assertThat(WarehouseContent.count(warehouse, dataset, "failures")).isEqualTo(lines.malformed());
    assertThat(WarehouseContent.count(warehouse, dataset, "late")).isZero();
  }

  /** Times as documents have them here. */
  private static List<String> normalized(List<String> counts) {
    return counts.stream()
        .map(
            row ->
                Arrays.stream(row.split(" "))
                    .map(word -> word.endsWith("Z") ? Instant.parse(word).toString() : word)
                    .collect(Collectors.joining(" ")))
        .sorted()
        .toList();
  }

  @Test
  void aHundredThousandLines() throws Exception {
    Reference reference = Reference.find();
    Path in = directory.resolve("in");
    reference.generate(in, Arrays.asList(HUNDRED_THOUSAND.split(" ")));
    setUp();
    run("--input=" + in.resolve("logins.jsonl") + "," + in.resolve("ids.jsonl")).assertDone();
    assertEqualsTheReference(reference, in);
  }

  /** Appended exactly once, while replies get lost, by a job without an end. */
  @Test
  void aHundredThousandLinesWithoutEnd() throws Exception {
    Reference reference = Reference.find();
    Path in = directory.resolve("in");
    reference.generate(in, Arrays.asList(HUNDRED_THOUSAND.split(" ")));
    setUp();
    String loginTopic = TestBroker.freshTopic("Logins", 3);
    String idsTopic = TestBroker.freshTopic("IDS", 3);
    ProgramRun.ofShipLogs(
            "--input="
                + in.resolve("logins.jsonl")
                + "="
                + loginTopic
                + ","
                + in.resolve("ids.jsonl")
                + "="
                + idsTopic,
            "--bootstrapServers=" + TestBroker.bootstrapServers(),
            "--state=" + directory.resolve("state"),
            "--once=true")
        .assertDone();
    Reference.Lines lines = Reference.lines(in);
    long flushes = warehouse.calls().getOrDefault("FlushRows", 0L);
    try (FlinkJob job =
        FlinkJob.start(
            directory,
            warehouse.clientArguments(),
            List.of(
                with(
                    "--input=kafka:" + loginTopic + "," + idsTopic,
                    "--bootstrapServers=" + TestBroker.bootstrapServers(),
                    // Lines that are sent again are up to 250 s old.
                    "--maxDisorder=300s",
                    "--idleAfter=5s",
                    "--parallelism=2")))) {
      warehouse.fail("DROP_REPLY", "AppendRows", 2);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() - deadline < 0
          && !(WarehouseContent.count(warehouse, dataset, "events")
                  >= lines.all() - lines.malformed()
              && Reference.counts(List.copyOf(rows("suspicious_logins").values()))
                  .equals(normalized(reference.counts(in.resolve("logins.jsonl"), List.of()))))) {
        job.assertRuns();
        LockSupport.parkNanos(POLL.toNanos());
      }
      long until = System.nanoTime() + PATIENCE.toNanos();
      Map<String, Long> pairs =
          reference.pairs(
              in.resolve("logins.jsonl"), in.resolve("ids.jsonl"), JOIN_WINDOW_SECONDS, List.of());
      while (System.nanoTime() - until < 0
          && !Reference.pairs(List.copyOf(rows("alerts").values())).equals(pairs)) {
        job.assertRuns();
        LockSupport.parkNanos(POLL.toNanos());
      }
    }
    assertThat(warehouse.pendingFaults()).isEmpty();
    assertThat(warehouse.calls().get("FlushRows"))
        .as("appended, not upserted")
        .isGreaterThan(flushes);
    assertEqualsTheReference(reference, in);
  }
}
