package dev.vigil.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestBroker;
import dev.vigil.stack.TestSearchNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo with a real broker and a real search node; the programs are processes of their own. */
class DemoTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-03-01T12:00:30Z"));

  @TempDir Path directory;

  private record Run(int code, String out, String err) {}

  private Run run(String... arguments) throws IOException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Demo.run(
            Stream.concat(
                    Stream.of("--directory=" + directory.resolve("demo")), Stream.of(arguments))
                .toArray(String[]::new),
            CLOCK,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Run(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void fromLogFilesToWhatWasFound() throws Exception {
    String url = TestSearchNode.OPENSEARCH.url();
    SearchContent.clear(url);
    String[] arguments = {
      "--broker=" + TestBroker.bootstrapServers(),
      "--search=" + url,
      "--topicPrefix=demo-",
      "--period=3h",
      "--lines=2_000",
      "--seed=5"
    };
    Run run = run(arguments);
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    Labels labels = Labels.read(directory.resolve("demo/logs").resolve(Labels.FILE));
    Period period = Period.upTo(Instant.parse("2026-03-01T12:00:00Z"), Duration.ofHours(3));

    // Every sink has what the definitions of the rules demand.
    Findings inNode = new SearchNode(url, directory.resolve("demo/logs")).read(period);
    Findings inFiles = new ResultFiles(directory.resolve("demo/results")).read(period);
    List<ExpectedAlert> demanded =
        labels.attacks().stream().flatMap(label -> label.alerts().stream()).sorted().toList();
    assertThat(demanded).hasSizeGreaterThan(20);
    assertThat(inNode.alerts().stream().map(FoundAlert::asExpected).sorted().toList())
        .isEqualTo(demanded);
    assertThat(inFiles.alerts()).containsExactlyInAnyOrderElementsOf(inNode.alerts());
    assertThat(inFiles.failures()).containsExactlyInAnyOrderElementsOf(inNode.failures());
    long inTopics =
        Stream.of("demo-SuspiciousLogins", "demo-Alerts")
            .flatMap(topic -> TestBroker.readAll(topic).stream())
            .map(record -> new String(record.key(), StandardCharsets.UTF_8))
            .distinct()
            .count();
    assertThat(inTopics).isEqualTo(demanded.size());

    // The report is what was read back.
    assertThat(run.out())
        .contains("17 attacks, 3 that only look like one, 4 malformed lines\n")
        .containsPattern("\nshipped \\d+ records to demo-Firewall, \\d+ records to demo-IDS, ")
        .contains("\n  4 failures: ")
        .endsWith("\nRead back from " + url + ":\n" + DetectionReport.of(labels, inNode).text())
        .contains("Attacks that a rule is made for: 6, found: 6\n")
        .contains("Malformed lines: 4, among the failures: 4, other failures: 0\n");

    // A second run would count the lines of the first one again.
    assertThat(run(arguments))
        .isEqualTo(
            new Run(
                2,
                "",
                "vigil-demo: the broker has the topic demo-Firewall, demo-IDS, demo-Logins,"
                    + " demo-WebLog already: give --topicPrefix=NAME, or start with an empty"
                    + " broker\n"));
    arguments[2] = "--topicPrefix=demo2-";
    assertThat(run(arguments))
        .isEqualTo(
            new Run(
                2,
                "",
                "vigil-demo: "
                    + url
                    + " has "
                    + demanded.size()
                    + " alerts of that period, and 4 failures of logs in that directory, of an earlier"
                    + " run: start with an empty one, or delete the indices vigil-alerts-* and"
                    + " vigil-failures-*\n"));
  }

  @Test
  void aProgramThatFailsEndsIt() throws Exception {
    Run run =
        run(
            "--broker=" + TestBroker.bootstrapServers(),
            "--topicPrefix=demo-fails-",
            "--lines=10",
            "--attacks=0",
            "--vigil.loginWindow=soon");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .startsWith(
            "vigil-demo: vigil ended with status 2; its last lines, of "
                + directory.resolve("demo/vigil.log")
                + ":\nvigil: --loginWindow=soon");
  }

  @Test
  void whatCannotBeUsedIsRefused() throws Exception {
    assertThat(run("--search=http://127.0.0.1:1"))
        .isEqualTo(
            new Run(
                2, "", "vigil-demo: --search without --broker: give --broker=HOST:PORT, too\n"));
    assertThat(run("--broker=127.0.0.1:1", "--stay=true"))
        .isEqualTo(
            new Run(
                2,
                "",
                "vigil-demo: --stay is about the demo's own stack: leave it, or --broker, out\n"));
    assertThat(run("--broker=127.0.0.1:1", "--runner=spark"))
        .isEqualTo(
            new Run(
                2, "", "vigil-demo: --runner=spark is neither direct nor flink: give another\n"));
    Files.createDirectory(directory.resolve("demo"));
    Files.writeString(directory.resolve("demo/thesis.txt"), "precious");
    assertThat(run("--broker=127.0.0.1:1"))
        .isEqualTo(
            new Run(
                2,
                "",
                "vigil-demo: --directory="
                    + directory.resolve("demo")
                    + " has other things in it (thesis.txt): give one that is empty, or not"
                    + " there\n"));
    assertThat(directory.resolve("demo/thesis.txt")).hasContent("precious");
  }
}
