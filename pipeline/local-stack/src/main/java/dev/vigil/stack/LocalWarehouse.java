package dev.vigil.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A warehouse on loopback to which clients speak as to BigQuery, without passwords. What it has
 * confirmed is still there after it was stopped or killed. Its own package says what it does not
 * imitate.
 *
 * <p>Clients of the Storage Write API always speak TLS: their JVM must believe {@link
 * #trustStore()}. Without it they wait for ever.
 */
public final class LocalWarehouse implements AutoCloseable {
  /** The password of the trust store, which is no secret. */
  public static final String TRUST_STORE_PASSWORD = "changeit";

  private static final Duration LONGEST_START = Duration.ofMinutes(2);
  private static final Duration LONGEST_ANSWER = Duration.ofMinutes(1);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ServerProcess server;
  private final Path home;

  private LocalWarehouse(ServerProcess server, Path home) {
    this.server = server;
    this.home = home;
  }

  /** The same as {@link #start(Path, int)}, on any free port. */
  public static LocalWarehouse start(Path home) {
    return start(home, 0);
  }

  /**
   * Starts a warehouse and waits until clients can use it, and all that it keeps.
   *
   * @param home directory of all that it keeps: made if it is not there, found again if it is; for
   *     one warehouse at a time
   * @param port where clients reach it; 0 is any free one
   * @throws IllegalStateException if it does not start, or is not built; the message says why
   */
  public static LocalWarehouse start(Path home, int port) {
    return new LocalWarehouse(
        ServerProcess.start(
            new ServerCommand(
                "Warehouse",
                NodeClassPath.of("warehouse"),
                "dev.vigil.stack.warehouse.WarehouseNode",
                List.of("-Duser.timezone=UTC"),
                List.of(home.toString(), Integer.toString(port))),
            LONGEST_START),
        home);
  }

  /** Where clients reach it: {@code http://127.0.0.1:PORT}, for both of BigQuery's APIs. */
  public String url() {
    return server.address();
  }

  /** The port alone: another start with it comes back at the same place. */
  public int port() {
    return URI.create(server.address()).getPort();
  }

  /**
   * The certificates that a client's JVM must believe, in PKCS #12: the warehouse's, and those of
   * the public authorities.
   */
  public Path trustStore() {
    return trustStore(home);
  }

  /** Options of a JVM whose programs believe it. */
  public List<String> clientArguments() {
    return clientArguments(home);
  }

  /**
   * The same for the warehouse of a directory, which may be started later: a JVM reads the
   * certificates when a program first needs any.
   */
  public static List<String> clientArguments(Path home) {
    return List.of(
        "-Djavax.net.ssl.trustStore=" + trustStore(home),
        "-Djavax.net.ssl.trustStorePassword=" + TRUST_STORE_PASSWORD);
  }

  private static Path trustStore(Path home) {
    return home.resolve("trust.p12");
  }

  /**
   * Asks a question.
   *
   * @param sql one query in DuckDB's SQL, where a dataset is a schema
   * @return the rows, each a JSON object with the columns in their order: timestamps in ISO 8601 to
   *     the microsecond, bytes in Base64
   * @throws IllegalArgumentException if it cannot be answered; the message says why
   */
  public List<String> query(String sql) {
    return ask("POST", "/vigil/query", sql).lines().toList();
  }

  /**
   * Makes calls go wrong.
   *
   * @param kind {@code DROP_REPLY}: what is asked is done, but the connection breaks before the
   *     reply. {@code QUOTA}, {@code UNAVAILABLE}: nothing is done. {@code SCHEMA_MISMATCH}: an
   *     append is refused, as if the table were narrower
   * @param method as {@link #calls()} names it
   * @param times how many of the next calls
   */
  public void fail(String kind, String method, long times) {
    ask(
        "POST",
        "/vigil/faults?" + form(Map.of("kind", kind, "method", method, "times", "" + times)),
        "");
  }

  /**
   * Makes rows be refused that have a given value in a given column.
   *
   * @param method as {@link #calls()} names it
   * @param value as text
   */
  public void refuseRows(String method, String column, String value) {
    ask(
        "POST",
        "/vigil/faults?"
            + form(
                Map.of(
                    "kind", "ROW_ERROR",
                    "method", method,
                    "column", column,
                    "value", value,
                    "times", Long.toString(Long.MAX_VALUE))),
        "");
  }

  /** What was asked for by {@link #fail} and {@link #refuseRows}, and is still to happen. */
  public List<String> pendingFaults() {
    return ask("GET", "/vigil/faults", "").lines().toList();
  }

  /** From now on nothing goes wrong any more. */
  public void heal() {
    ask("DELETE", "/vigil/faults", "");
  }

  /**
   * How often each method was called since the start, also when it went wrong: methods of the REST
   * API are named as in {@code tabledata.insertAll}, those of the Storage Write API as in {@code
   * AppendRows}, of which each request counts.
   */
  public Map<String, Long> calls() {
    Map<String, Long> calls = new TreeMap<>();
    ask("GET", "/vigil/calls", "")
        .lines()
        .map(line -> line.split(" "))
        .forEach(words -> calls.put(words[0], Long.parseLong(words[1])));
    return calls;
  }

  private static String form(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(
            entry ->
                entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  private String ask(String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + path))
            .timeout(LONGEST_ANSWER)
            .method(method, BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      if (response.statusCode() >= 300) {
        throw new IllegalArgumentException(response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The process, to see whether it lives and what it said. */
  public ServerProcess process() {
    return server;
  }

  /** Ends the warehouse at once, as a crash would. */
  public void kill() {
    server.kill();
  }

  /** Stops the warehouse in good order. */
  @Override
  public void close() {
    server.close();
  }
}
