package dev.vigil.stack;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Stands between a client and a server of HTTP, and does to requests what networks, balancers and
 * busy servers do. Without orders it passes everything on. The latest order that a request matches
 * is the one that counts.
 */
public final class FaultProxy implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** What belongs to one connection, or is set by whoever sends. */
  private static final Set<String> NOT_PASSED_ON =
      Set.of("connection", "content-length", "expect", "host", "transfer-encoding", "upgrade");

  private final URI target;
  private final SSLContext tls;
  private final Path caFile;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "fault proxy");
            thread.setDaemon(true);
            return thread;
          });
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  private final List<Request> requests = new ArrayList<>();
  private final List<Order> orders = new ArrayList<>();
  private String credentials;
  private String prefix = "";
  private HttpServer server;
  private final int port;

  /**
   * What a client asked for.
   *
   * @param path with the query
   * @param body as text; unpacked, if it was packed
   * @param authorization the header, or null
   */
  public record Request(String method, String path, String body, String authorization) {}

  /**
   * @param location the header, or null
   */
  private record Reply(int status, String body, String location) {
    Reply(int status, String body) {
      this(status, body, null);
    }
  }

  /** What to do with so many of the requests that match: reply, or (null) lose the node's reply. */
  private static final class Order {
    final Predicate<Request> which;
    final Reply reply;
    long left;

    Order(long times, Predicate<Request> which, Reply reply) {
      this.left = times;
      this.which = which;
      this.reply = reply;
    }
  }

  private FaultProxy(String target, SSLContext tls, Path caFile) {
    this.target = URI.create(target);
    this.tls = tls;
    this.caFile = caFile;
    this.server = listen(0);
    this.port = server.getAddress().getPort();
  }

  /** A proxy in front of a server, on any free port of loopback. */
  public static FaultProxy of(String url) {
    return new FaultProxy(url, null, null);
  }

  /**
   * The same, but clients must speak TLS with it. Its certificate is for 127.0.0.1 and localhost.
   *
   * @param directory where its key, and {@link #caFile}, are made
   */
  public static FaultProxy withTls(String url, Path directory) {
    Path key = directory.resolve("proxy.p12");
    Path ca = directory.resolve("ca.pem");
    keytool(
        key,
        "-genkeypair -keyalg EC -dname CN=localhost -validity 30 -ext bc:c=ca:true"
            + " -ext san=dns:localhost,ip:127.0.0.1");
    keytool(key, "-exportcert -rfc -file " + ca);
    try (InputStream in = Files.newInputStream(key)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, "secret".toCharArray());
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, "secret".toCharArray());
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(keys.getKeyManagers(), null, null);
      return new FaultProxy(url, tls, ca);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Where clients reach it; the same for ever. */
  public String url() {
    return (tls == null ? "http" : "https") + "://127.0.0.1:" + port;
  }

  /** The certificate, in PEM form, that clients must trust; null without TLS. */
  public Path caFile() {
    return caFile;
  }

  /** All requests that came, also those that were refused, in the order in which they came. */
  public synchronized List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Answers the next so many requests that match; the server does not see them. */
  public void answer(int times, Predicate<Request> which, int status, String body) {
    order(new Order(times, which, new Reply(status, body)));
  }

  /** The same, until {@link #passOn}. */
  public void answerAll(Predicate<Request> which, int status, String body) {
    order(new Order(Long.MAX_VALUE, which, new Reply(status, body)));
  }

  /** Sends requests that match elsewhere, until {@link #passOn}. */
  public void redirectAll(Predicate<Request> which, int status, String location) {
    order(new Order(Long.MAX_VALUE, which, new Reply(status, "", location)));
  }

  /**
   * From now on, the server is under this path alone, such as {@code /search}, and nothing beside.
   */
  public synchronized void moveUnder(String path) {
    prefix = path;
  }

  /**
   * Passes the next so many requests that match on, but closes the connection instead of replying.
   */
  public void loseReplies(int times, Predicate<Request> which) {
    order(new Order(times, which, null));
  }

  private synchronized void order(Order order) {
    orders.add(0, order);
  }

  /** Forgets all orders: from now on everything is passed on. */
  public synchronized void passOn() {
    orders.clear();
  }

  /** From now on, answers 401 to requests whose {@code Authorization} is another; null: to none. */
  public synchronized void require(String authorization) {
    credentials = authorization;
  }

  /** Stops listening, and cuts all connections: nobody can connect until {@link #accept}. */
  public synchronized void refuse() {
    if (server != null) {
      server.stop(0);
      server = null;
    }
  }

  /** Listens again at the same place. */
  public synchronized void accept() {
    if (server == null) {
      server = listen(port);
    }
  }

  @Override
  public void close() {
    refuse();
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Request request = understand(exchange, body);
      Reply refusal;
      Order order;
      synchronized (this) {
        requests.add(request);
        refusal = refusal(request);
        order = refusal == null ? take(request) : null;
      }
      if (refusal != null) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"security\"");
        reply(exchange, refusal);
      } else if (order != null && order.reply != null) {
        reply(exchange, order.reply);
      } else {
        HttpResponse<byte[]> answer = ask(exchange, body);
        // Closed without a reply, the connection is cut.
        if (order == null) {
          reply(exchange, answer);
        }
      }
    }
  }

  private static Request understand(HttpExchange exchange, byte[] body) throws IOException {
    boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    InputStream raw = new ByteArrayInputStream(body);
    String text;
    try (InputStream in = packed ? new GZIPInputStream(raw) : raw) {
      text = new String(in.readAllBytes(), UTF_8);
    }
    return new Request(
        exchange.getRequestMethod(),
        exchange.getRequestURI().toString(),
        text,
        exchange.getRequestHeaders().getFirst("Authorization"));
  }

  private Reply refusal(Request request) {
    if (!request.path().startsWith(prefix + "/")) {
      return new Reply(404, "{}");
    }
    if (credentials == null || credentials.equals(request.authorization())) {
      return null;
    }
    String why =
        request.authorization() == null
            ? "missing authentication credentials for REST request [" + request.path() + "]"
            : "unable to authenticate for REST request [" + request.path() + "]";
    String error = "{\"type\":\"security_exception\",\"reason\":\"" + why + "\"";
    return new Reply(
        401, "{\"error\":" + error + ",\"root_cause\":[" + error + "}]},\"status\":401}");
  }

  private Order take(Request request) {
    for (Iterator<Order> all = orders.iterator(); all.hasNext(); ) {
      Order order = all.next();
      if (order.which.test(request)) {
        if (--order.left == 0) {
          all.remove();
        }
        return order;
      }
    }
    return null;
  }

  /** Fails, which cuts the client's connection, if the server cannot be reached. */
  private HttpResponse<byte[]> ask(HttpExchange exchange, byte[] body) throws IOException {
    String path;
    synchronized (this) {
      path = exchange.getRequestURI().toString().substring(prefix.length());
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target.resolve(path))
            .timeout(PATIENCE)
            .method(
                exchange.getRequestMethod(),
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              // The server behind has no passwords.
              if (!NOT_PASSED_ON.contains(name.toLowerCase())
                  && !name.equalsIgnoreCase("Authorization")) {
                values.forEach(value -> request.header(name, value));
              }
            });
    try {
      return client.send(request.build(), BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the proxy ends", e);
    }
  }

  private static void reply(HttpExchange exchange, HttpResponse<byte[]> answer) throws IOException {
    answer
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!NOT_PASSED_ON.contains(name.toLowerCase())) {
                exchange.getResponseHeaders().put(name, values);
              }
            });
    reply(exchange, answer.statusCode(), answer.body());
  }

  private static void reply(HttpExchange exchange, Reply reply) throws IOException {
    if (reply.location != null) {
      exchange.getResponseHeaders().set("Location", reply.location);
    }
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    reply(exchange, reply.status, reply.body.getBytes(UTF_8));
  }

  private static void reply(HttpExchange exchange, int status, byte[] body) throws IOException {
    boolean none = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, none ? -1 : body.length);
    if (!none) {
      exchange.getResponseBody().write(body);
    }
  }

  /**
   * @param port 0 for any free one below those that systems give to outgoing connections: a client
   *     that knocks while nobody listens could be given that very port, and connect to itself
   */
  private HttpServer listen(int port) {
    try {
      while (true) {
        int one = port == 0 ? ThreadLocalRandom.current().nextInt(20_000, 32_000) : port;
        try {
          return listen(new InetSocketAddress("127.0.0.1", one));
        } catch (BindException e) {
          if (port != 0) {
            throw e;
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpServer listen(InetSocketAddress address) throws IOException {
    HttpServer listening;
    if (tls == null) {
      listening = HttpServer.create(address, 0);
    } else {
      HttpsServer secure = HttpsServer.create(address, 0);
      secure.setHttpsConfigurator(new HttpsConfigurator(tls));
      listening = secure;
    }
    listening.setExecutor(threads);
    listening.createContext("/", this::handle);
    listening.start();
    return listening;
  }

  private static void keytool(Path store, String arguments) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    words.addAll(List.of(arguments.split(" ")));
    words.addAll(List.of("-alias", "proxy", "-storetype", "PKCS12", "-storepass", "secret"));
    words.addAll(List.of("-keystore", store.toString()));
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("keytool: " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
