package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.stack.TestBroker;
import dev.vigil.stack.TestFlinkCluster;
import dev.vigil.stack.Waiting;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job goes on from a savepoint of an earlier build, which is kept beside the tests: what
 * clusters hold must stay readable. Kept with it is what that build had written until then.
 *
 * <p>With {@code -Dvigil.savepoint.update=true} both are written anew, for a change of the state
 * that is meant: it parts with every running job's.
 */
class SavepointTest {
  private static final Path KEPT =
      Path.of(System.getProperty("vigil.root"), "src/test/resources/savepoint").normalize();

  private static final Path STATE = KEPT.resolve("state.zip");
  private static final Path WRITTEN = KEPT.resolve("written.txt");

  /** The records' places are part of the state, and of the ids of what is found. */
  private static final String TOPIC = "logins-of-the-savepoint";

  private static final Instant START = Instant.parse("2026-01-15T08:00:00Z");
  private static final Duration LENGTH = Duration.ofMinutes(12);
  private static final int RECORDS = 800;

  /** So many come before the savepoint: it falls into a window in which one source has many. */
  private static final int BEFORE = 566;

  /**
   * Where the broker is, which is part of the state, too, and has another port in each run: so the
   * state names a place where that is told. From the directory that this JVM runs in, and with it
   * the cluster's.
   */
  private static final Path BROKER = Path.of("target", "savepoint-broker.properties");

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final long QUIET_NANOS = 2_000_000_000L;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LoginTraffic traffic = LoginTraffic.of(RECORDS, LENGTH, TOPIC, START);

  @TempDir Path directory;

  @AfterEach
  void cancel() throws Exception {
    TestFlinkCluster.cancelAll();
  }

  @Test
  void goesOnFromWhatAnEarlierBuildHasSummedUp() throws Exception {
    Files.createDirectories(BROKER.toAbsolutePath().getParent());
    Files.writeString(BROKER, "servers=" + TestBroker.bootstrapServers() + "\n");
    traffic.load(BEFORE);
    if (Boolean.getBoolean("vigil.savepoint.update")) {
      keep();
    }
    traffic.loadTheRest();
    Map<String, Long> before = written();
    ProductTopics undisturbed = ProductTopics.fresh();
    Map<String, String> expected;
    ProductTopics outputs = ProductTopics.fresh();
    try (FlinkJob job = submit(outputs, "--savepointPath=" + unpacked().toUri())) {
      expected =
          undisturbed.undisturbed(
              traffic.arguments(
                  "undisturbed", undisturbed, "--stopAt=end", "--targetParallelism=2"));
      await(job, "everything is read", () -> traffic.isReadBy(TOPIC));
      await(
          job,
          "everything is there",
          () -> with(before, outputs.latest()).equals(revisions(expected)));
      LockSupport.parkNanos(QUIET_NANOS);
    }
    Map<String, String> after = outputs.latest();
    assertThat(with(before, after)).isEqualTo(revisions(expected));
    assertThat(expected).containsAllEntriesOf(after);
    Set<String> events = ids(Products.EVENTS, before.keySet());
    assertThat(ids(Products.EVENTS, after.keySet())).doesNotContainAnyElementsOf(events);
    // Otherwise there would be nothing to go on from.
    for (String product : List.of(Products.SUSPICIOUS_LOGINS, Products.ALERTS)) {
      assertThat(after)
          .anySatisfy(
              (id, document) -> {
                assertThat(id).startsWith(product + " ");
                assertThat(events).anyMatch(document::contains);
              });
    }
  }

  private FlinkJob submit(ProductTopics outputs, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(traffic.arguments(TOPIC, outputs, more));
    arguments.replaceAll(
        argument ->
            argument.startsWith("--bootstrapServers=")
                ? "--bootstrapServers=${file:" + BROKER + ":servers}"
                : argument);
    arguments.add("--kafka.config.providers=file");
    arguments.add("--kafka.config.providers.file.class=" + FileConfigProvider.class.getName());
    arguments.add("--replay=true");
    arguments.add("--parallelism=1");
    arguments.add("--checkpointingInterval=500");
    return FlinkJob.submit(directory, TOPIC, arguments);
  }

  /** Fails as soon as the job does, which else would try again for ever. */
  private static void await(FlinkJob job, String what, Waiting.Condition condition)
      throws Exception {
    job.await(
        what,
        PATIENCE,
        () -> {
          assertThat(TestFlinkCluster.failures(TOPIC)).as("what kept it from going on").isEmpty();
          return condition.holds();
        });
  }

  private void keep() throws Exception {
    ProductTopics outputs = ProductTopics.fresh();
    try (FlinkJob job = submit(outputs)) {
      await(job, "what there is is read", () -> traffic.isReadBy(TOPIC));
      Path savepoint = Path.of(URI.create(TestFlinkCluster.stop(TestFlinkCluster.idOf(TOPIC))));
      assertThat(job.awaitEnd(PATIENCE)).as(job.said()).isZero();
      Files.createDirectories(KEPT);
      Files.deleteIfExists(STATE);
      try (FileSystem zip = FileSystems.newFileSystem(STATE, Map.of("create", "true"))) {
        copy(savepoint, zip.getPath("/"));
      }
    }
    Files.write(
        WRITTEN,
        revisions(outputs.latest()).entrySet().stream()
            .map(each -> each.getKey() + " " + each.getValue())
            .toList());
  }

  private Path unpacked() throws IOException {
    Path savepoint = Files.createDirectory(directory.resolve("savepoint"));
    try (FileSystem zip = FileSystems.newFileSystem(STATE)) {
      copy(zip.getPath("/"), savepoint);
    }
    return savepoint;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.sorted().toList()) {
        Files.copy(file, to.resolve(file.getFileName().toString()));
      }
    }
  }

  /** The revision of each record of each product that was written before the savepoint. */
  private static Map<String, Long> written() throws IOException {
    Map<String, Long> written = new TreeMap<>();
    for (String line : Files.readAllLines(WRITTEN)) {
      int space = line.lastIndexOf(' ');
      written.put(line.substring(0, space), Long.valueOf(line.substring(space + 1)));
    }
    return written;
  }

  private static Map<String, Long> with(Map<String, Long> before, Map<String, String> after)
      throws IOException {
    Map<String, Long> all = new TreeMap<>(before);
    all.putAll(revisions(after));
    return all;
  }

  private static Map<String, Long> revisions(Map<String, String> documents) throws IOException {
    Map<String, Long> revisions = new TreeMap<>();
    for (Map.Entry<String, String> document : documents.entrySet()) {
      revisions.put(
          document.getKey(), JSON.readTree(document.getValue()).at("/vigil/revision").asLong());
    }
    return revisions;
  }

  private static Set<String> ids(String product, Set<String> all) {
    return all.stream()
        .filter(id -> id.startsWith(product + " "))
        .map(id -> id.substring(product.length() + 1))
        .collect(Collectors.toSet());
  }
}
