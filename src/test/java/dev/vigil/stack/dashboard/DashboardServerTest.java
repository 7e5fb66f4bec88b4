package dev.vigil.stack.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.stack.FaultProxy;
import dev.vigil.stack.TestSearchNode;
import dev.vigil.stack.TestSearchNode.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the dashboard's server answers, and what it refuses. */
class DashboardServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ALL = "from=0&to=4000000000000";
  private static final String ID = "0123456789abcdef0123456789abcdef";

  @TempDir private Path directory;

  private static Answer get(Dashboard dashboard, String path) {
    String url = dashboard.url();
    return TestSearchNode.request(url.substring(0, url.length() - 1), "GET", path, null);
  }

  /** The response of a search of that name. */
  private static JsonNode response(Answer answer, String name) {
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    JsonNode names = answer.body().get("searches");
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).asText().equals(name)) {
        return answer.body().at("/answer/responses/" + i);
      }
    }
    throw new AssertionError("no " + name + " in " + names);
  }

  private static Map<String, Long> buckets(JsonNode response, String pointer, String value) {
    Map<String, Long> counts = new TreeMap<>();
    for (JsonNode bucket : response.at("/aggregations" + pointer + "/buckets")) {
      counts.put(bucket.get("key").asText(), bucket.at(value).asLong());
    }
    return counts;
  }

  /** The same numbers as those that the main job's files give. */
  @ParameterizedTest
  @EnumSource
  void numbers(TestSearchNode node) throws IOException {
    IndexedLogs logs = IndexedLogs.write(node, directory);
    try (Dashboard dashboard = Dashboard.start(node.url(), 0)) {
      Answer panels = get(dashboard, "/data/panels?" + ALL);
      JsonNode events = response(panels, "events");
      assertThat(events.at("/hits/total/value").asLong()).isEqualTo(logs.events().size());
      assertThat(buckets(events, "/datasets", "/doc_count")).isEqualTo(logs.datasets());
      assertThat(buckets(events, "/logins/outcomes", "/attempts/value")).isEqualTo(logs.outcomes());
      JsonNode alerts = response(panels, "alerts");
      assertThat(buckets(alerts, "/rules", "/doc_count")).isEqualTo(logs.rules());
      assertThat(buckets(alerts, "/severities", "/doc_count")).isEqualTo(logs.severities());
      assertThat(buckets(alerts, "/sources", "/doc_count"))
          .isEqualTo(IndexedLogs.counts(logs.alerts(), "/source/address", ""));
      assertThat(alerts.at("/hits/hits"))
          .extracting(hit -> hit.get("_source"))
          .containsExactlyElementsOf(logs.latest());
      JsonNode failures = response(panels, "failures");
      assertThat(buckets(failures, "/reasons", "/doc_count")).isEqualTo(logs.reasons());
      assertThat(response(panels, "late").at("/error/type").asText())
          .isEqualTo("index_not_found_exception");

      JsonNode bounds = response(get(dashboard, "/data/bounds"), "events");
      assertThat(bounds.at("/aggregations/first/value_as_string").asText())
          .isEqualTo(
              logs.events().stream()
                  .map(event -> event.get("@timestamp").asText())
                  .min(String::compareTo)
                  .orElseThrow());

      JsonNode alert = logs.latest().get(0);
      String id = alert.at("/event/id").asText();
      assertThat(
              response(get(dashboard, "/data/alert?id=" + id), "alert").at("/hits/hits/0/_source"))
          .isEqualTo(alert);
      List<JsonNode> evidence = logs.evidence(alert);
      String ids =
          String.join(",", evidence.stream().map(event -> event.at("/event/id").asText()).toList());
      assertThat(response(get(dashboard, "/data/events?ids=" + ids), "events").at("/hits/hits"))
          .extracting(hit -> hit.get("_source"))
          .containsExactlyElementsOf(evidence)
          .isNotEmpty();

      for (String reason : logs.reasons().keySet()) {
        assertThat(
                response(
                        get(dashboard, "/data/failures?" + ALL + "&reason=" + encoded(reason)),
                        "failures")
                    .at("/hits/hits"))
            .extracting(hit -> hit.get("_source"))
            .containsExactlyInAnyOrderElementsOf(
                logs.failures().stream()
                    .filter(failure -> failure.at("/error/type").asText().equals(reason))
                    .toList());
      }
      String strange = "a\"}}]}} b\\\n\u0001\ud83d\ude00\ud83d";
      assertThat(
              response(
                      get(dashboard, "/data/failures?" + ALL + "&reason=" + encoded(strange)),
                      "failures")
                  .at("/hits/total/value")
                  .asLong(-1))
          .isZero();
      assertTimeCounts(dashboard, logs);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Outside of a time there is nothing but failures that have no time. */
  private static void assertTimeCounts(Dashboard dashboard, IndexedLogs logs) {
    Answer panels = get(dashboard, "/data/panels?from=0&to=1000");
    assertThat(response(panels, "events").at("/hits/total/value").asLong(-1)).isZero();
    assertThat(response(panels, "alerts").at("/hits/total/value").asLong(-1)).isZero();
    assertThat(response(panels, "failures").at("/hits/total/value").asLong(-1))
        .isEqualTo(logs.failures().stream().filter(f -> !f.has("@timestamp")).count());
    JsonNode time = logs.latest().get(0).get("@timestamp");
    long at = Instant.parse(time.asText()).toEpochMilli();
    assertThat(
            response(get(dashboard, "/data/panels?from=" + at + "&to=" + at), "alerts")
                .at("/hits/total/value")
                .asLong())
        .isEqualTo(
            logs.alerts().stream().filter(alert -> alert.get("@timestamp").equals(time)).count());
  }

  /** What a server answers to a request that may be malformed: the status line, and all behind. */
  private static String raw(Dashboard dashboard, String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", URI.create(dashboard.url()).getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String request(String method, String path, String... hosts) {
    StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    for (String host : hosts) {
      text.append("Host: ").append(host).append("\r\n");
    }
    return text.append("Connection: close\r\n\r\n").toString();
  }

  /** Nothing but the page's own searches reaches the node. */
  @Test
  void refusals() throws IOException {
    try (FaultProxy node = FaultProxy.of("http://127.0.0.1:9");
        Dashboard dashboard = Dashboard.start(node.url(), 0)) {
      String host = URI.create(dashboard.url()).getAuthority();
      int port = URI.create(dashboard.url()).getPort();
      assertThat(raw(dashboard, request("GET", "/", host))).startsWith("HTTP/1.1 200 ");
      assertThat(raw(dashboard, request("GET", "/", "localhost:" + port)))
          .startsWith("HTTP/1.1 200 ");
      for (String other :
          List.of(
              "evil.example",
              "evil.example:" + port,
              "127.0.0.1",
              "127.0.0.1:" + (port + 1),
              host + ".evil.example",
              "")) {
        assertThat(raw(dashboard, request("GET", "/data/bounds", other)))
            .as(other)
            .startsWith("HTTP/1.1 403 ");
      }
      assertThat(raw(dashboard, request("GET", "/data/bounds"))).startsWith("HTTP/1.1 403 ");
      assertThat(raw(dashboard, request("GET", "/data/bounds", host, "evil.example")))
          .startsWith("HTTP/1.1 403 ");
      for (String method : List.of("POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")) {
        assertThat(raw(dashboard, request(method, "/data/bounds", host)))
            .as(method)
            .startsWith("HTTP/1.1 405 ")
            .contains("Allow: GET");
      }
      for (String path :
          List.of(
              "/_search",
              "/vigil-events/_search",
              "/_cluster/health",
              "/data",
              "/data/",
              "/data/bounds/",
              "/data/bounds/../../_search",
              "/data/%62ounds",
              "/index.html/",
              "/../index.html",
              "/Dashboard.class",
              "/META-INF/maven/org.webjars.npm/uplot/pom.xml",
              "/data/flink/jobs")) {
        assertThat(raw(dashboard, request("GET", path, host))).as(path).startsWith("HTTP/1.1 404 ");
      }
      for (String path :
          List.of(
              "/data/bounds?pretty=true",
              "/data/panels",
              "/data/panels?from=1",
              "/data/panels?from=2&to=1",
              "/data/panels?from=now-1d&to=now",
              "/data/panels?from=1&to=2&from=1",
              "/data/panels?from=1&to=99999999999999999",
              "/data/panels?from=1&to=2&size=10000",
              "/data/panels?from=1&to=2%7D",
              "/data/panels?from&to",
              "/data/alert?id=",
              "/data/alert?id=_search",
              "/data/alert?id=" + ID.toUpperCase(Locale.ROOT),
              "/data/alert?id=%zz",
              "/data/events?ids=",
              "/data/events?ids=" + ID + ",",
              "/data/events?ids=" + ID + "%22",
              "/data/events?ids=" + (ID + ",").repeat(500) + ID,
              "/data/failures?" + ALL)) {
        assertThat(raw(dashboard, request("GET", path, host))).as(path).startsWith("HTTP/1.1 400 ");
      }
      assertThat(node.requests()).isEmpty();
    }
  }

  @Test
  void whatABrowserMayDoWithIt() throws IOException {
    try (Dashboard dashboard = Dashboard.start("http://127.0.0.1:9", 0)) {
      String host = URI.create(dashboard.url()).getAuthority();
      for (String path :
          List.of(
              "/",
              "/dashboard.js",
              "/dashboard.css",
              "/uplot.js",
              "/icon.svg",
              "/none",
              "/data/bounds")) {
        assertThat(raw(dashboard, request("GET", path, host)).lines().map(String::toLowerCase))
            .as(path)
            .contains(
                "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self';"
                    + " img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'",
                "x-content-type-options: nosniff",
                "referrer-policy: no-referrer",
                "cache-control: no-store");
      }
      String page = raw(dashboard, request("GET", "/", host));
      assertThat(page).contains("Content-type: text/html; charset=utf-8");
      assertThat(page.replaceAll("<script src=\"[a-z]+\\.js\"( [a-z=\"]+)?></script>", ""))
          .doesNotContain("<script")
          .doesNotContain("style=")
          .doesNotContainPattern(" on[a-z]+=")
          .doesNotContain("://");
    }
  }

  @Test
  void aNodeThatIsAway() throws IOException {
    TestSearchNode node = TestSearchNode.OPENSEARCH;
    try (FaultProxy proxy = FaultProxy.of(node.url());
        Dashboard dashboard = Dashboard.start(proxy.url(), 0)) {
      assertThat(get(dashboard, "/data/bounds").status()).isEqualTo(200);
      proxy.refuse();
      long before = System.currentTimeMillis();
      Answer first = get(dashboard, "/data/bounds");
      long after = System.currentTimeMillis();
      assertThat(first.status()).isEqualTo(502);
      assertThat(first.body().get("server").asText()).isEqualTo(proxy.url());
      assertThat(first.body().get("error").asText()).isEqualTo("nothing listens there");
      assertThat(first.body().get("since").asLong()).isBetween(before, after);
      Answer second = get(dashboard, "/data/panels?" + ALL);
      assertThat(second.body().get("since")).isEqualTo(first.body().get("since"));
      proxy.accept();
      assertThat(get(dashboard, "/data/bounds").status()).isEqualTo(200);

      proxy.answerAll(request -> true, 503, "{\"error\":\"no master \\\"yet\\\"\"}");
      Answer busy = get(dashboard, "/data/bounds");
      assertThat(busy.status()).isEqualTo(502);
      assertThat(busy.body().get("error").asText())
          .isEqualTo("it answers with HTTP status 503: {\"error\":\"no master \\\"yet\\\"\"}");
      assertThat(busy.body().get("since").asLong())
          .isGreaterThanOrEqualTo(first.body().get("since").asLong());
      assertThat(proxy.requests())
          .extracting(request -> request.method() + " " + request.path())
          .containsOnly("POST /_msearch");
    }
  }

  @Test
  void whatItIsTold() {
    for (String url :
        List.of(
            "localhost:9200",
            "",
            "ftp://localhost",
            "http://",
            "http://user:secret@localhost:9200",
            "http://localhost:9200/vigil",
            "http://a b")) {
      assertThatThrownBy(() -> Dashboard.start(url, 0).close())
          .as(url)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("give http://HOST:PORT");
    }
    try (Dashboard dashboard = Dashboard.start("http://localhost:9200/", 0)) {
      int port = URI.create(dashboard.url()).getPort();
      assertThatThrownBy(() -> Dashboard.start("http://localhost:9200", port).close())
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage("port " + port + " is taken: choose another");
    }
  }

  @Test
  void text() throws IOException {
    String strange = "\"\\\u0000\n\u001f\u007f\u2028é\ud83d\ude00\ud83d";
    assertThat(JSON.readTree(SearchQueries.quoted(strange)).textValue()).isEqualTo(strange);
  }
}
