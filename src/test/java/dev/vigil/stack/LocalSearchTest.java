package dev.vigil.stack;

import static dev.vigil.stack.TestSearchNode.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.stack.TestSearchNode.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LocalSearchTest {
  @Test
  void nodesTellWhatTheyAre() {
    Answer open = TestSearchNode.OPENSEARCH.request("GET", "/", null);
    assertThat(open.status()).isEqualTo(200);
    assertThat(open.body().at("/version/distribution").textValue()).isEqualTo("opensearch");
    assertThat(open.body().at("/version/number").textValue()).startsWith("2.19.");

    Answer elastic = TestSearchNode.ELASTICSEARCH.request("GET", "/", null);
    assertThat(elastic.status()).isEqualTo(200);
    assertThat(elastic.body().at("/version/distribution").isMissingNode()).isTrue();
    assertThat(elastic.body().at("/version/number").textValue()).startsWith("8.19.");
    assertThat(TestSearchNode.ELASTICSEARCH.request("HEAD", "/", null).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource
  void oneDocumentComesBackAsItWasWritten(TestSearchNode node) {
    String index = node.freshIndex("exact");
    String document = "{\"text\":\"grüße \\u0000\",\"number\":9007199254740993,\"none\":null}";

    assertThat(node.request("PUT", "/" + index + "/_doc/a%2Fb", document).status()).isEqualTo(201);
    assertThat(node.request("PUT", "/" + index + "/_doc/a%2Fb", document).status()).isEqualTo(200);

    JsonNode found = node.request("GET", "/" + index + "/_doc/a%2Fb", null).body();
    assertThat(found.at("/_version").intValue()).isEqualTo(2);
    assertThat(found.at("/_source").toString()).isEqualTo(document);
    assertThat(node.request("GET", "/" + index + "/_doc/c", null).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @EnumSource
  void manyDocumentsAreWrittenOnceEachAndFound(TestSearchNode node) {
    String index = node.freshIndex("many");
    node.request(
        "PUT",
        "/" + index,
        """
        {"mappings": {"properties": {
          "n": {"type": "long"}, "ip": {"type": "ip"}, "when": {"type": "date"}}}}
        """);
    String lines =
        IntStream.range(0, 1000)
            .mapToObj(
                n ->
                    """
                    {"index":{"_id":"%d"}}
                    {"n":%d,"ip":"10.0.%d.%d","when":"2026-03-01T00:00:00Z"}
                    """
                        .formatted(n, n, n / 256, n % 256))
            .collect(Collectors.joining());

    for (int time = 0; time < 2; time++) {
      Answer written = node.request("POST", "/" + index + "/_bulk?refresh=true", lines);
      assertThat(written.status()).isEqualTo(200);
      assertThat(written.body().at("/errors").booleanValue()).isFalse();
      assertThat(written.body().at("/items")).hasSize(1000);
    }

    assertThat(numbers(node.url(), index)).isEqualTo(IntStream.range(0, 1000).boxed().toList());
    JsonNode subnet =
        node.request(
                "POST",
                "/" + index + "/_search",
                """
                {"size": 0, "query": {"term": {"ip": "10.0.3.0/24"}},
                 "aggs": {"sum": {"sum": {"field": "n"}}}}
                """)
            .body();
    assertThat(subnet.at("/hits/total/value").intValue()).isEqualTo(232);
    assertThat(subnet.at("/aggregations/sum/value").intValue())
        .isEqualTo(IntStream.range(768, 1000).sum());
  }

  @ParameterizedTest
  @EnumSource
  void onlyWhatCannotBeUnderstoodIsRefused(TestSearchNode node) {
    String index = node.freshIndex("refused");
    node.request("PUT", "/" + index, "{\"mappings\":{\"properties\":{\"n\":{\"type\":\"long\"}}}}");

    Answer written =
        node.request(
            "POST",
            "/" + index + "/_bulk?refresh=true",
            """
            {"index":{"_id":"good"}}
            {"n":1}
            {"index":{"_id":"bad"}}
            {"n":"many"}
            """);

    assertThat(written.status()).isEqualTo(200);
    assertThat(written.body().at("/errors").booleanValue()).isTrue();
    assertThat(written.body().at("/items/0/index/status").intValue()).isEqualTo(201);
    assertThat(written.body().at("/items/1/index/status").intValue()).isEqualTo(400);
    assertThat(written.body().at("/items/1/index/error/reason").textValue())
        .contains("failed to parse field [n] of type [long]");
    assertThat(numbers(node.url(), index)).containsExactly(1);
  }

  @ParameterizedTest
  @EnumSource
  void templatesAndAliasesApply(TestSearchNode node) {
    String index = node.freshIndex("templated");
    node.request(
        "PUT",
        "/_index_template/" + index,
        """
        {"index_patterns": ["%s"], "priority": 500, "template": {
          "aliases": {"%s-all": {}},
          "mappings": {"dynamic": false, "properties": {"word": {"type": "keyword"}}}}}
        """
            .formatted(index, index));
    node.request("PUT", "/" + index + "/_doc/1?refresh=true", "{\"word\":\"a\",\"other\":\"b\"}");

    assertThat(
            node.request("GET", "/" + index + "/_mapping", null)
                .body()
                .at("/" + index + "/mappings/properties")
                .toString())
        .isEqualTo("{\"word\":{\"type\":\"keyword\"}}");
    assertThat(
            node.request("GET", "/" + index + "-all/_search?q=word:a", null)
                .body()
                .at("/hits/hits/0/_source/other")
                .textValue())
        .isEqualTo("b");
  }

  @ParameterizedTest
  @EnumSource
  void aRestartAndACrashKeepWhatWasConfirmed(TestSearchNode kind, @TempDir Path home) {
    LocalSearch first = kind.start(home);
    String place = first.url();
    write(place, 0, 100);
    first.close();
    assertThat(first.process().exitStatus()).hasValue(0);
    assertThatThrownBy(() -> request(place, "GET", "/", null))
        .hasMessageContaining("ConnectException");

    LocalSearch second = kind.start(home, first.port());
    assertThat(second.url()).isEqualTo(place);
    assertThat(numbers(place, "numbers")).isEqualTo(IntStream.range(0, 100).boxed().toList());
    write(place, 100, 200);
    second.kill();
    assertThat(second.process().exitStatus().orElseThrow()).isNotZero();

    try (LocalSearch third = kind.start(home, first.port())) {
      assertThat(third.url()).isEqualTo(place);
      assertThat(numbers(place, "numbers")).isEqualTo(IntStream.range(0, 200).boxed().toList());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPortThatIsTakenIsAFailedStartThatSaysSo(TestSearchNode kind, @TempDir Path home)
      throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> kind.start(home, other.getLocalPort()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("ended with status 1 instead of becoming ready")
          .hasMessageContaining("BindHttpException")
          .hasMessageContaining("Address already in use");
    }
  }

  private static void write(String url, int from, int to) {
    String lines =
        IntStream.range(from, to)
            .mapToObj(n -> "{\"index\":{\"_id\":\"%d\"}}\n{\"n\":%d}\n".formatted(n, n))
            .collect(Collectors.joining());
    Answer written = request(url, "POST", "/numbers/_bulk", lines);
    assertThat(written.body().at("/errors").booleanValue()).isFalse();
  }

  /** The values of {@code n} of every document, in order. */
  private static List<Integer> numbers(String url, String index) {
    request(url, "POST", "/" + index + "/_refresh", null);
    Answer found = request(url, "GET", "/" + index + "/_search?size=10000&sort=n:asc", null);
    assertThat(found.status()).isEqualTo(200);
    List<Integer> numbers = new ArrayList<>();
    found.body().at("/hits/hits").forEach(hit -> numbers.add(hit.at("/_source/n").intValue()));
    return numbers;
  }
}
