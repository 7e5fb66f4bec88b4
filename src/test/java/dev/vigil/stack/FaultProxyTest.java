package dev.vigil.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.vigil.stack.FaultProxy.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultProxyTest {
  private static final Predicate<Request> ALL = request -> true;

  private final HttpClient client = HttpClient.newHttpClient();

  /** What the server behind got, in order. */
  private final List<String> arrived = new CopyOnWriteArrayList<>();

  private HttpServer server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          arrived.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          exchange.getResponseHeaders().set("X-Kind", "echo");
          exchange.sendResponseHeaders(201, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    proxy = FaultProxy.of(target());
  }

  @AfterEach
  void stop() {
    proxy.close();
    server.stop(0);
  }

  private String target() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Test
  void passesEverythingOnAsItIs() throws Exception {
    HttpResponse<String> answer = send("POST", "/a%2Fb/_bulk?refresh=true", "grüße\n");

    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(answer.body()).isEqualTo("grüße\n");
    assertThat(answer.headers().firstValue("x-kind")).hasValue("echo");
    assertThat(send("HEAD", "/", "").statusCode()).isEqualTo(201);
    assertThat(arrived).containsExactly("POST /a%2Fb/_bulk?refresh=true", "HEAD /");
    assertThat(proxy.requests())
        .containsExactly(
            new Request("POST", "/a%2Fb/_bulk?refresh=true", "grüße\n", null),
            new Request("HEAD", "/", "", null));
  }

  @Test
  void aPackedBodyIsPassedOnPackedAndSeenUnpacked() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write("text".getBytes(UTF_8));
    }
    HttpResponse<byte[]> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(proxy.url()))
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(packed.toByteArray()))
                .build(),
            BodyHandlers.ofByteArray());
    assertThat(answer.body()).isEqualTo(packed.toByteArray());
    assertThat(proxy.requests()).extracting(Request::body).containsExactly("text");
  }

  @Test
  void answersSoManyOfThoseThatMatch() throws Exception {
    proxy.answer(2, request -> request.path().startsWith("/busy"), 429, "{\"status\":429}");

    assertThat(send("POST", "/busy", "1").statusCode()).isEqualTo(429);
    assertThat(send("POST", "/other", "2").statusCode()).isEqualTo(201);
    HttpResponse<String> second = send("POST", "/busy", "3");
    assertThat(second.statusCode()).isEqualTo(429);
    assertThat(second.body()).isEqualTo("{\"status\":429}");
    assertThat(send("POST", "/busy", "4").statusCode()).isEqualTo(201);
    assertThat(arrived).containsExactly("POST /other", "POST /busy");
    assertThat(proxy.requests()).extracting(Request::body).containsExactly("1", "2", "3", "4");
  }

  @Test
  void theLatestOrderCountsUntilAllAreForgotten() throws Exception {
    proxy.answerAll(ALL, 503, "");
    proxy.answer(1, ALL, 400, "{}");

    assertThat(send("POST", "/", "x").statusCode()).isEqualTo(400);
    assertThat(send("POST", "/", "x").statusCode()).isEqualTo(503);
    assertThat(send("POST", "/", "x").statusCode()).isEqualTo(503);
    proxy.passOn();
    assertThat(send("POST", "/", "x").statusCode()).isEqualTo(201);
    assertThat(arrived).hasSize(1);
  }

  @Test
  void aLostReplyIsOfARequestThatWasApplied() throws Exception {
    proxy.loseReplies(1, ALL);

    assertThatThrownBy(() -> send("POST", "/once", "x")).isInstanceOf(IOException.class);
    assertThat(arrived).containsExactly("POST /once");
    assertThat(send("POST", "/again", "x").statusCode()).isEqualTo(201);
  }

  @Test
  void isGoneAndComesBackAtTheSamePlace() throws Exception {
    String url = proxy.url();
    send("GET", "/", "");
    proxy.refuse();
    assertThatThrownBy(() -> send("GET", "/", "")).isInstanceOf(ConnectException.class);
    proxy.accept();
    assertThat(proxy.url()).isEqualTo(url);
    assertThat(send("POST", "/", "back").body()).isEqualTo("back");
  }

  @Test
  void aServerThatIsGoneCutsTheConnection() {
    server.stop(0);
    assertThatThrownBy(() -> send("POST", "/", "x"))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(ConnectException.class);
  }

  @Test
  void onlyTheRightCredentialsAreLetIn() throws Exception {
    proxy.require("ApiKey secret");

    HttpResponse<String> refused = send("POST", "/", "x");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.body()).contains("security_exception", "missing authentication credentials");
    assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
    assertThat(send("POST", "/", "x", "ApiKey wrong").body()).contains("unable to authenticate");
    assertThat(arrived).isEmpty();
    assertThat(send("POST", "/", "x", "ApiKey secret").statusCode()).isEqualTo(201);
  }

  @Test
  void speaksTlsWithThoseThatTrustItsCertificate(@TempDir Path directory) throws Exception {
    try (FaultProxy secure = FaultProxy.withTls(target(), directory)) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(secure.url())).build();
      assertThatThrownBy(() -> client.send(request, BodyHandlers.discarding()))
          .isInstanceOf(SSLHandshakeException.class);

      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      try (InputStream in = Files.newInputStream(secure.caFile())) {
        trusted.setCertificateEntry(
            "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      HttpClient trusting = HttpClient.newBuilder().sslContext(context).build();
      assertThat(trusting.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(201);
    }
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return send(method, path, body, null);
  }

  private HttpResponse<String> send(String method, String path, String body, String authorization)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(proxy.url() + path))
            .method(method, BodyPublishers.ofString(body));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }
}
