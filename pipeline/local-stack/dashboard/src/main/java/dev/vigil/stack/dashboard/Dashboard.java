package dev.vigil.stack.dashboard;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The dashboard: a page on loopback that shows what the pipeline wrote to a search node. It needs
 * no password and asks for none, so it is for a node on a laptop.
 *
 * <p>The browser talks to this server alone. It serves the page's files, and puts a fixed set of
 * searches to the node: see {@link SearchQueries}.
 */
public final class Dashboard implements AutoCloseable {
  private static final int DEFAULT_PORT = 8480;
  private static final int THREADS = 4;
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;

  private static final String USAGE = "arguments: SEARCH_URL [PORT [FLINK_URL]]";

  private final HttpServer server;
  private final ExecutorService threads;
  private final PageFiles files = PageFiles.load();
  private final Upstream search;
  private final Optional<Upstream> flink;

  private Dashboard(
      HttpServer server, ExecutorService threads, Upstream search, Optional<Upstream> flink) {
    this.server = server;
    this.threads = threads;
    this.search = search;
    this.flink = flink;
  }

  /**
   * Serves the page until {@link #close}. The node need not be there: the page says so, and shows
   * data as soon as it is.
   *
   * @param searchUrl of Elasticsearch or OpenSearch: {@code http://HOST:PORT}
   * @param port on loopback; 0 is any free one
   * @throws IllegalArgumentException if that is no such URL; the message says why
   * @throws UncheckedIOException if the port is taken; the message says which
   */
  public static Dashboard start(String searchUrl, int port) {
    return start(searchUrl, port, Optional.empty());
  }

  /**
   * The same, and shows the watermarks of the jobs that run on a Flink cluster.
   *
   * @param flinkUrl of its REST interface: {@code http://HOST:PORT}
   */
  public static Dashboard start(String searchUrl, int port, String flinkUrl) {
    return start(searchUrl, port, Optional.of(flinkUrl));
  }

  private static Dashboard start(String searchUrl, int port, Optional<String> flinkUrl) {
    InstantSource clock = InstantSource.system();
    Upstream search = new Upstream(httpUrl(searchUrl), clock);
    Optional<Upstream> flink = flinkUrl.map(url -> new Upstream(httpUrl(url), clock));
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    } catch (BindException e) {
      throw new UncheckedIOException("port " + port + " is taken: choose another", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "dashboard");
              thread.setDaemon(true);
              return thread;
            });
    Dashboard dashboard = new Dashboard(server, threads, search, flink);
    server.setExecutor(threads);
    server
        .createContext("/", dashboard::answer)
        .getFilters()
        .add(new LoopbackGate(server.getAddress().getPort()));
    server.start();
    return dashboard;
  }

  private static URI httpUrl(String text) {
    URI url;
    try {
      url = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(text + " is no URL: give http://HOST:PORT", e);
    }
    boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    boolean bare = url.getPath() == null || url.getPath().isEmpty() || url.getPath().equals("/");
    if (!http || url.getHost() == null || !bare || url.getRawUserInfo() != null) {
      throw new IllegalArgumentException(text + " is not what is needed: give http://HOST:PORT");
    }
    return URI.create(url.getScheme() + "://" + url.getRawAuthority());
  }

  /** Where browsers find the page. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  /** Stops serving at once. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try {
      URI uri = exchange.getRequestURI();
      PageFiles.PageFile file = files.get(uri.getRawPath());
      if (file != null) {
        send(exchange, OK, file.type(), file.content());
        return;
      }
      Upstream.Reply reply = data(uri.getRawPath(), uri.getRawQuery());
      send(
          exchange,
          reply.status(),
          "application/json; charset=utf-8",
          reply.json().getBytes(StandardCharsets.UTF_8));
    } catch (BadRequest e) {
      refuse(exchange, e.status(), e.getMessage());
    } catch (InterruptedException e) {
      // Closed while it waited for the node: the client gets nothing.
      Thread.currentThread().interrupt();
      exchange.close();
    }
  }

  /** All that can be asked. */
  private Upstream.Reply data(String path, String query) throws BadRequest, InterruptedException {
    switch (path) {
      case "/data/bounds" -> {
        Parameters.of(query, Set.of());
        return search.search(
            SearchQueries.bounds(), "\"flink\":" + (flink.isPresent() ? "true" : "false") + ",");
      }
      case "/data/panels" -> {
        TimeRange range = Parameters.of(query, Set.of("from", "to")).range();
        return search.search(SearchQueries.panels(range), "\"interval\":" + range.interval() + ",");
      }
      case "/data/alert" -> {
        return search.search(SearchQueries.alert(Parameters.of(query, Set.of("id")).id("id")), "");
      }
      case "/data/events" -> {
        return search.search(
            SearchQueries.events(Parameters.of(query, Set.of("ids")).ids("ids")), "");
      }
      case "/data/failures" -> {
        Parameters given = Parameters.of(query, Set.of("from", "to", "reason"));
        return search.search(SearchQueries.failures(given.range(), given.text("reason")), "");
      }
      case "/data/flink/jobs" -> {
        Parameters.of(query, Set.of());
        return flink().get("/jobs/overview");
      }
      case "/data/flink/job" -> {
        Parameters given = Parameters.of(query, Set.of("job"));
        return flink().get("/jobs/" + given.id("job"));
      }
      case "/data/flink/watermarks" -> {
        Parameters given = Parameters.of(query, Set.of("job", "vertex"));
        return flink()
            .get("/jobs/" + given.id("job") + "/vertices/" + given.id("vertex") + "/watermarks");
      }
      default -> throw new BadRequest(NOT_FOUND, "there is nothing here");
    }
  }

  private Upstream flink() throws BadRequest {
    return flink.orElseThrow(() -> new BadRequest(NOT_FOUND, "no Flink was named"));
  }

  static void refuse(HttpExchange exchange, int status, String message) throws IOException {
    send(
        exchange,
        status,
        "text/plain; charset=utf-8",
        (message + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] content)
      throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.sendResponseHeaders(status, -1);
      } else {
        exchange.sendResponseHeaders(status, content.length);
        exchange.getResponseBody().write(content);
      }
    }
  }

  /**
   * Serves the page until the process is ended. Arguments: {@code SEARCH_URL [PORT [FLINK_URL]]}.
   * Exits with 2 if they are wrong or the port is taken.
   */
  public static void main(String[] args) {
    try {
      if (args.length < 1 || args.length > 3) {
        throw new IllegalArgumentException(USAGE);
      }
      int port = args.length > 1 ? port(args[1]) : DEFAULT_PORT;
      Optional<String> flink = Arrays.stream(args).skip(2).findFirst();
      System.out.println("The dashboard is at " + start(args[0], port, flink).url());
    } catch (IllegalArgumentException | UncheckedIOException e) {
      System.err.println("vigil-dashboard: " + e.getMessage());
      System.exit(2);
    }
  }

  private static int port(String text) {
    int port;
    try {
      port = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      port = -1;
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("the port " + text + " is no number from 0 to 65535");
    }
    return port;
  }
}
