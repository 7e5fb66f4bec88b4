package dev.vigil.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One Flink cluster for all tests of a run: started when the first test asks for it, gone with
 * everything that it kept when the run ends. Tests share it one after the other: each may kill what
 * it likes, and leaves it running and without jobs.
 */
public final class TestFlinkCluster {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a cluster has, or a job never needs. */
  private static final Pattern NOT_STAGED =
      Pattern.compile(
          ".*/(org/(apache/flink|slf4j|junit|assertj|opentest4j)|com/tngtech|junit)/.*"
              + "|.*/(test-classes|src/test/target/classes|local-stack/target)/.*"
              + "|.*/beam-runners-(direct|google-cloud-dataflow)-java-.*");

  private TestFlinkCluster() {}

  private static final class Running {
    static final LocalFlink CLUSTER;

    static {
      try {
        Path home = Files.createTempDirectory("vigil-test-flink");
        CLUSTER = LocalFlink.start(home, 0, TestWarehouse.clientArguments());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(home), "stop Flink"));
      } catch (IOException e) {
        throw new UncheckedIOException("there is no place for a cluster", e);
      }
    }

    private static void end(Path home) {
      // Nothing of it is wanted any more: no need to wait until it has put everything in order.
      CLUSTER.kill();
      try (Stream<Path> all = Files.walk(home)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("a test cluster's directory is left: " + home, e);
      }
    }
  }

  /** The cluster. Starts it if need be. */
  public static LocalFlink get() {
    return Running.CLUSTER;
  }

  /**
   * What a job needs besides what the cluster has: the bundle, if it is of the classes as they are
   * built now, and else these and all libraries, which takes longer.
   */
  public static List<String> jobJars() throws IOException {
    Path bundle = bundle();
    return bundle != null
        ? List.of(bundle.toString())
        : Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(
                entry ->
                    !NOT_STAGED.matcher(entry.endsWith(".jar") ? entry : entry + "/").matches())
            .toList();
  }

  /** The job's jar, if it is of the classes as they are built now; otherwise null. */
  public static @Nullable Path bundle() throws IOException {
    return RunnerBundle.of("flink");
  }

  /**
   * What the cluster's REST address answers.
   *
   * @param path with a slash in front, and the query
   */
  public static JsonNode get(String path) {
    return send(request(path).build());
  }

  /** The same, of something that it is told to do. */
  public static JsonNode post(String path, String json) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json))
            .build());
  }

  private static Optional<String> find(String name) {
    return running().stream()
        .filter(job -> job.get("name").asText().equals(name))
        .map(job -> job.get("jid").asText())
        .findFirst();
  }

  /** Whether the cluster has that job, and knows all that there is to know of it. */
  public static boolean runs(String name) {
    return running().stream()
        .anyMatch(
            job ->
                job.get("name").asText().equals(name)
                    && job.get("state").asText().equals("RUNNING"));
  }

  /** The id of the job of that name that runs. */
  public static String idOf(String name) {
    return find(name).orElseThrow(() -> new IllegalStateException("no job " + name + " runs"));
  }

  /** Why a job has begun again, each time that it has; nothing if there is no such job yet. */
  public static List<String> failures(String name) {
    return find(name)
        .filter(id -> runs(name))
        .map(id -> get("/jobs/" + id + "/exceptions").at("/exceptionHistory/entries"))
        .map(entries -> entries.findValuesAsText("stacktrace"))
        .orElse(List.of());
  }

  /** How many checkpoints of a job are complete. */
  public static int completedCheckpoints(String id) {
    return get("/jobs/" + id + "/checkpoints").at("/counts/completed").asInt();
  }

  /** Stops a job with a savepoint; where that is. */
  public static String stop(String id) throws Exception {
    String trigger = post("/jobs/" + id + "/stop", "{\"drain\":false}").get("request-id").asText();
    String path = "/jobs/" + id + "/savepoints/" + trigger;
    Waiting.until(
        "the savepoint is done",
        PATIENCE,
        () -> get(path).at("/status/id").asText().equals("COMPLETED"));
    JsonNode operation = get(path).get("operation");
    if (operation.get("location") == null) {
      throw new IllegalStateException("no savepoint: " + operation);
    }
    return operation.get("location").asText();
  }

  /** Cancels all jobs, and waits until none is left. */
  public static void cancelAll() throws Exception {
    for (JsonNode job : running()) {
      send(
          request("/jobs/" + job.get("jid").asText())
              .method("PATCH", BodyPublishers.noBody())
              .build());
    }
    Waiting.until("no job runs", PATIENCE, () -> running().isEmpty());
  }

  private static List<JsonNode> running() {
    List<JsonNode> running = new ArrayList<>();
    for (JsonNode job : get("/jobs/overview").get("jobs")) {
      if (job.get("end-time").asLong() < 0) {
        running.add(job);
      }
    }
    return running;
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + get().rest() + path)).timeout(PATIENCE);
  }

  private static JsonNode send(HttpRequest request) {
    try {
      var response = CLIENT.send(request, BodyHandlers.ofString());
      if (response.statusCode() / 100 != 2) {
        throw new IllegalStateException(
            request.uri() + " answered " + response.statusCode() + ": " + response.body());
      }
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
