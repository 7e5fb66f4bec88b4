package dev.vigil.stack;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A search node on loopback, a cluster of its own, without passwords: OpenSearch, or for tests
 * Elasticsearch. What it has confirmed is still there after it was stopped or killed.
 */
public final class LocalSearch implements AutoCloseable {
  private static final Duration LONGEST_START = Duration.ofMinutes(2);

  private final ServerProcess server;

  private LocalSearch(ServerProcess server) {
    this.server = server;
  }

  /** The same as {@link #startOpenSearch(Path, int)}, on any free port. */
  public static LocalSearch startOpenSearch(Path home) {
    return startOpenSearch(home, 0);
  }

  /**
   * Starts an OpenSearch node and waits until clients can use it, and all that it keeps.
   *
   * @param home directory of all that it keeps: made if it is not there, found again if it is; for
   *     one node at a time
   * @param port where clients reach it; 0 is any free one
   * @throws IllegalStateException if it does not start, or is not built; the message says why
   */
  public static LocalSearch startOpenSearch(Path home, int port) {
    return start(
        "OpenSearch", "opensearch", "dev.vigil.stack.opensearch.OpenSearchNode", home, port);
  }

  /** The same as {@link #startElasticsearch(Path, int)}, on any free port. */
  public static LocalSearch startElasticsearch(Path home) {
    return startElasticsearch(home, 0);
  }

  /**
   * Starts an Elasticsearch node, as {@link #startOpenSearch(Path, int)} does. For tests alone: its
   * licence is not an open one, so it is not part of what Vigil brings.
   */
  public static LocalSearch startElasticsearch(Path home, int port) {
    return start(
        "Elasticsearch",
        "elasticsearch",
        "dev.vigil.stack.elasticsearch.ElasticsearchNode",
        home,
        port);
  }

  private static LocalSearch start(
      String name, String module, String mainClass, Path home, int port) {
    return new LocalSearch(
        ServerProcess.start(
            new ServerCommand(
                name,
                NodeClassPath.of(module),
                mainClass,
                List.of("-Xmx256m"),
                List.of(home.toString(), Integer.toString(port))),
            LONGEST_START));
  }

  /** Where clients reach it: {@code http://127.0.0.1:PORT}. */
  public String url() {
    return server.address();
  }

  /** The port alone: another start with it comes back at the same place. */
  public int port() {
    return URI.create(server.address()).getPort();
  }

  /** The process, to see whether it lives and what it said. */
  public ServerProcess process() {
    return server;
  }

  /** Ends the node at once, as a crash would. */
  public void kill() {
    server.kill();
  }

  /** Stops the node in good order. */
  @Override
  public void close() {
    server.close();
  }
}
