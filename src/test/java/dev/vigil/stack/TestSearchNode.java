package dev.vigil.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * One search node of each kind for all tests of a run: started when the first test asks for it,
 * gone with everything that it kept when the run ends. Tests share it, so each makes indices of its
 * own. A test that stops or kills a node starts a {@link LocalSearch} of its own.
 */
public enum TestSearchNode {
  OPENSEARCH(LocalSearch::startOpenSearch),
  ELASTICSEARCH(LocalSearch::startElasticsearch);

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BiFunction<Path, Integer, LocalSearch> kind;
  private final AtomicInteger indices = new AtomicInteger();
  private LocalSearch node;

  TestSearchNode(BiFunction<Path, Integer, LocalSearch> kind) {
    this.kind = kind;
  }

  /**
   * What a node answered.
   *
   * @param status of HTTP
   * @param body empty, of type missing, if there was none
   */
  public record Answer(int status, JsonNode body) {}

  /** Where clients reach the node. Starts it if need be. */
  public synchronized String url() {
    if (node == null) {
      try {
        Path home = Files.createTempDirectory("vigil-test-search");
        LocalSearch started = start(home);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(started, home), "stop " + this));
        node = started;
      } catch (IOException e) {
        throw new UncheckedIOException("there is no place for a node", e);
      }
    }
    return node.url();
  }

  /** A node of this kind for the caller alone, on any free port. */
  public LocalSearch start(Path home) {
    return start(home, 0);
  }

  /** The same on a port where it may have been before. */
  public LocalSearch start(Path home, int port) {
    return kind.apply(home, port);
  }

  /** The name of an index that no other test has; it is not there yet. */
  public String freshIndex(String prefix) {
    // The node is this run's alone: counting is enough.
    return prefix + "-" + indices.incrementAndGet();
  }

  /** The same as {@link #request(String, String, String, String)}, of the shared node. */
  public Answer request(String method, String path, String body) {
    return request(url(), method, path, body);
  }

  /**
   * Asks a node once.
   *
   * @param path with a slash in front, and the query
   * @param body JSON, or lines of it; null for none
   * @return the answer, whatever its status
   */
  public static Answer request(String url, String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      var response = CLIENT.send(request, BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), JSON.readTree(response.body()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void end(LocalSearch node, Path home) {
    // Nothing of it is wanted any more: no need to wait until it has put everything in order.
    node.kill();
    try (Stream<Path> all = Files.walk(home)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a test node's directory is left: " + home, e);
    }
  }
}
