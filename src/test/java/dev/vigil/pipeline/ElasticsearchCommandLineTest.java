package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.pipeline.io.SearchBackend;
import dev.vigil.pipeline.io.SearchCluster;
import dev.vigil.stack.FaultProxy;
import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestSearchNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How search nodes are named, found, let us in, and are set up; and what is refused. */
class ElasticsearchCommandLineTest {
  private static final String SECRET = "s3cret-and-hidden";
  private static final TestSearchNode NODE = TestSearchNode.OPENSEARCH;

  @TempDir Path directory;

  private Path input;

  @BeforeEach
  void writeInput() throws IOException {
    input =
        Files.writeString(
            directory.resolve("in.json"),
            "{\"login_time\":\"2026-01-15T08:00:00Z\",\"source_ip\":\"192.0.2.1\"}\n");
  }

  private String properties(String... lines) throws IOException {
    Path file = Files.write(directory.resolve("search.properties"), List.of(lines));
    return "--elasticsearchProperties=" + file;
  }

  private static String basic(String user, String password) {
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--elasticsearch=localhost:9200 | --elasticsearch: give addresses such as"
            + " http://localhost:9200, separated by commas",
        "--elasticsearch=http://localhost: | --elasticsearch: give addresses such as"
            + " http://localhost:9200, separated by commas",
        "--elasticsearch=http://localhost:99999 | --elasticsearch: give addresses such as"
            + " http://localhost:9200, separated by commas",
        "--elasticsearch=http://localhost:0 | --elasticsearch: give addresses such as"
            + " http://localhost:9200, separated by commas",
        "--elasticsearch=http://[::1 | --elasticsearch: give addresses such as"
            + " http://localhost:9200, separated by commas",
        "--elasticsearch=http://[::1]x | --elasticsearch: give addresses such as"
            + " http://localhost:9200, separated by commas",
        "--elasticsearch=http://a:9200/?q | --elasticsearch: give addresses such as"
            + " http://localhost:9200, separated by commas",
        "--elasticsearch=http://a:9200, | --elasticsearch: give addresses such as"
            + " http://localhost:9200, separated by commas",
        "--elasticsearch=http://a/es,nothing | --elasticsearch: give addresses such as"
            + " http://localhost:9200, separated by commas",
        "--elasticsearch=http://a:9200/x,http://b:9200 | --elasticsearch: give addresses with the same"
            + " path, of one cluster",
        "--elasticsearchBackend=opensearch-2 | options of Elasticsearch are given, but no address: give"
            + " --elasticsearch=http://HOST:9200",
        "--elasticsearch= | --elasticsearch: give addresses such as http://localhost:9200, separated by"
            + " commas",
        "--elasticsearch=http://a:9200,ftp://b | --elasticsearch: give addresses such as"
            + " http://localhost:9200, separated by commas",
        "--elasticsearch=http://u:p@a:9200 | --elasticsearch: others can see what is in an address: give"
            + " the user and the password by VIGIL_ELASTICSEARCH_USER and VIGIL_ELASTICSEARCH_PASSWORD",
        "--elasticsearch=http://a:9200 --elasticsearchBackend=solr | --elasticsearchBackend=solr: give"
            + " auto, or one of elasticsearch-8, elasticsearch-9, opensearch-2, opensearch-3",
        "--elasticsearchCa=ca.pem | options of Elasticsearch are given, but no address: give"
            + " --elasticsearch=http://HOST:9200",
        "--elasticsearch=http://a:9200 --elasticsearchProperties=none |"
            + " --elasticsearchProperties=none cannot be read as a file of properties: check it",
        "--elasticsearch=https://a:9200 --elasticsearchCa=none | --elasticsearchCa=none cannot be read as"
            + " a file of certificates: give one in PEM form",
        "--elasticsearch=https://a:9200 --elasticsearchCa=pom.xml | --elasticsearchCa=pom.xml cannot be"
            + " read as a file of certificates: give one in PEM form",
        "--setup | --setup needs --elasticsearch=http://HOST:9200 or"
            + " --bigQueryDataset=PROJECT:DATASET",
        "--setup=perhaps --elasticsearch=http://a:9200 | --setup=perhaps: give show, install or replace",
      })
  void whatIsRefused(String arguments, String message) {
    ProgramRun.ofVigil(arguments.split(" ")).assertRefused(message);
  }

  @Test
  void propertiesThatAreWrong() throws IOException {
    String address = "--elasticsearch=http://a:9200";
    ProgramRun.ofVigil(address, properties("user=me"))
        .assertRefused(
            "for Elasticsearch there is a user or a password alone: give both, by"
                + " VIGIL_ELASTICSEARCH_USER and VIGIL_ELASTICSEARCH_PASSWORD");
    ProgramRun.ofVigil(address, properties("user=me", "password=" + SECRET, "apiKey=" + SECRET))
        .assertRefused("for Elasticsearch there is a password and an API key: give one of them");
    String wrong = properties("pasword=" + SECRET);
    ProgramRun.ofVigil(address, wrong)
        .assertRefused(
            wrong + ": there is no property pasword: give some of user, password, apiKey, caFile");
  }

  private ProgramRun runAgainst(String url, String... more) {
    List<String> args = new ArrayList<>(List.of("--input=" + input, "--elasticsearch=" + url));
    args.addAll(List.of(more));
    return ProgramRun.ofVigil(args.toArray(String[]::new));
  }

  @Test
  void nobodyThere() {
    String url;
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      url = proxy.url();
    }
    runAgainst(url)
        .assertRefused(
            url
                + " cannot be reached (Connection refused): check --elasticsearch, the network, and"
                + " whether it is http:// or https:// there");
  }

  /** Addresses that are some, of whatever form: it is only that nobody answers there. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://[::1]:1",
        "HTTP://127.0.0.1:1",
        "https://127.0.0.1:1/path",
        "http://no_such_node:1",
        "http://no-such-node.invalid",
        "http://127.0.0.1:1,http://127.0.0.1:2",
      })
  void nobodyThereEither(String addresses) {
    ProgramRun run = runAgainst(addresses);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err())
        .startsWith("vigil: " + addresses.replace("HTTP", "http") + " cannot be reached (");
    assertThat(run.code()).isEqualTo(2);
  }

  /** Nobody is followed: who sends us on would get the password to wherever that is. */
  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308})
  void aServerThatSendsUsOn(int status) throws IOException {
    try (FaultProxy proxy = FaultProxy.of(NODE.url());
        FaultProxy other = FaultProxy.of(NODE.url())) {
      String secrets = properties("user=me", "password=" + SECRET);
      proxy.redirectAll(request -> request.path().equals("/"), status, other.url() + "/");
      proxy.redirectAll(
          request -> request.path().startsWith("/_index_template"),
          status,
          other.url() + "/_index_template/vigil-events");
      String message =
          proxy.url()
              + " answers "
              + status
              + " and sends us to "
              + other.url()
              + ": give that address";
      runAgainst(proxy.url(), secrets).assertRefused(message);
      runAgainst(proxy.url(), secrets, "--elasticsearchBackend=opensearch-2")
          .assertRefused(message);
      assertThat(other.requests()).isEmpty();
    }
  }

  @Test
  void aServerUnderAPath() {
    SearchContent.clear(NODE.url());
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.moveUnder("/search/es");
      ProgramRun.ofVigil("--setup", "--elasticsearch=" + proxy.url() + "/search/es").assertDone();
      ProgramRun run = runAgainst(proxy.url() + "/search/es/");
      run.assertDone();
      assertThat(run.out()).contains("Elasticsearch: " + proxy.url() + "/search/es");
      runAgainst(proxy.url()).assertRefused(proxy.url() + " answers 404: check --elasticsearch");
    }
    assertThat(SearchContent.count(NODE.url(), "vigil-events")).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "200 | <html>hello</html> | ` is neither Elasticsearch nor OpenSearch: check --elasticsearch`",
        "200 | {} | ` is neither Elasticsearch nor OpenSearch: check --elasticsearch`",
        "503 | busy | ` answers 503: check --elasticsearch`",
        "404 | {} | ` answers 404: check --elasticsearch`",
        "403 | {} | ` does not allow GET /: give the user the right to it, or say by"
            + " --elasticsearchBackend what is there`",
        "403 | {\"error\":{\"type\":\"s\",\"reason\":\"not for you\"}} | ` does not allow GET / (not for"
            + " you): give the user the right to it, or say by --elasticsearchBackend what is there`",
        "200 | {\"tagline\":\"You Know, for Search\",\"version\":{\"number\":\"7.17.22\"}} | ` is Elasticsearch 7.17.22:"
            + " use one of elasticsearch-8, elasticsearch-9, opensearch-2, opensearch-3, or say by"
            + " --elasticsearchBackend that it is like one of them`",
        "200 | {\"version\":{\"number\":\"1.3.1\",\"distribution\":\"opensearch\"}} |"
            + " ` is OpenSearch 1.3.1: use one of elasticsearch-8, elasticsearch-9, opensearch-2,"
            + " opensearch-3, or say by --elasticsearchBackend that it is like one of them`",
      })
  void serversThatAreNone(int status, String answer, String message) {
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answer(1, request -> request.path().equals("/"), status, answer);
      runAgainst(proxy.url()).assertRefused(proxy.url() + message);
    }
  }

  /** Who is told what the server is does not ask it. */
  @Test
  void aServerThatIsLikeOneOfThem() {
    SearchContent.clear(NODE.url());
    ProgramRun.ofVigil("--setup", "--elasticsearch=" + NODE.url()).assertDone();
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answerAll(request -> request.path().equals("/"), 403, "{}");
      runAgainst(proxy.url(), "--elasticsearchBackend=opensearch-2").assertDone();
    }
    assertThat(SearchContent.count(NODE.url(), "vigil-events")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void withoutTemplates(TestSearchNode node) {
    SearchContent.clear(node.url());
    runAgainst(node.url())
        .assertRefused(
            "--elasticsearch: there is no index template vigil-events, vigil-alerts, vigil-late,"
                + " vigil-failures, without which fields get types by chance: run once with --setup");
    assertThat(SearchContent.count(node.url(), "vigil-*")).isZero();
  }

  /** New fields would be kept and not found; what its owner has made other is left alone. */
  @ParameterizedTest
  @EnumSource
  void templatesOfAnotherVersion(TestSearchNode node) {
    SearchContent.clear(node.url());
    ProgramRun.ofVigil("--setup", "--elasticsearch=" + node.url()).assertDone();
    String path = "/_component_template/vigil-mappings";
    ObjectNode template =
        (ObjectNode)
            node.request("GET", path, null).body().at("/component_templates/0/component_template");
    ObjectNode message = (ObjectNode) template.at("/template/mappings/properties/message");
    message.put("type", "keyword");
    assertThat(node.request("PUT", path, template.toString()).status()).isEqualTo(200);
    runAgainst(node.url()).assertDone();

    ((ObjectNode) template.at("/template/mappings/properties/user/properties")).remove("name");
    assertThat(node.request("PUT", path, template.toString()).status()).isEqualTo(200);
    runAgainst(node.url())
        .assertRefused(
            "--elasticsearch: the templates are of another version, without"
                + " /template/mappings/properties/user/properties/name: run once with"
                + " --setup=replace");
    ((ObjectNode) template.at("/template/mappings")).remove("date_detection");
    assertThat(node.request("PUT", path, template.toString()).status()).isEqualTo(200);
    runAgainst(node.url())
        .assertRefused(
            "--elasticsearch: the templates are of another version, without"
                + " /template/mappings/date_detection and 1 more: run once with --setup=replace");
  }

  private static final List<String> NEEDED =
      List.of(
          "/_component_template/vigil-settings",
          "/_component_template/vigil-mappings",
          "/_index_template/vigil-events",
          "/_index_template/vigil-alerts",
          "/_index_template/vigil-late",
          "/_index_template/vigil-failures");

  private static List<String> each(String word) {
    return NEEDED.stream().map(path -> word + ": " + path).toList();
  }

  /** Shown, made, found, different, and replaced only where that is said. */
  @ParameterizedTest
  @EnumSource
  void settingUp(TestSearchNode node) {
    SearchContent.clear(node.url());
    String address = "--elasticsearch=" + node.url();
    String none = "This server has no lifecycle policies: nothing deletes old indices.";

    ProgramRun shown = ProgramRun.ofVigil("--setup=show", address);
    shown.assertDone();
    assertThat(shown.out().lines()).containsAll(each("missing")).contains(none).hasSize(7);
    assertThat(node.request("GET", "/_index_template/vigil-events", null).status()).isEqualTo(404);

    ProgramRun installed = ProgramRun.ofVigil("--setup", address);
    installed.assertDone();
    assertThat(installed.out().lines()).containsAll(each("installed")).contains(none);

    ProgramRun again = ProgramRun.ofVigil("--setup=replace", address);
    again.assertDone();
    assertThat(again.out().lines())
        .containsAll(each("there"))
        .endsWith("Nothing had to be changed.")
        .hasSize(8);

    String other =
        "{\"index_patterns\":[\"vigil-late-*\"],\"priority\":7,\"composed_of\":[\"vigil-mappings\"]}";
    assertThat(node.request("PUT", "/_index_template/vigil-late", other).status()).isEqualTo(200);
    node.request("DELETE", "/_index_template/vigil-alerts", null);
    ProgramRun refused = ProgramRun.ofVigil("--setup", address);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.out())
        .contains(
            "different: /_index_template/vigil-late",
            "  /priority: is 7, should be 500",
            "missing: ");
    assertThat(refused.err())
        .isEqualTo(
            "vigil: nothing is changed, because there is another /_index_template/vigil-late: give"
                + " --setup=replace to replace it"
                + System.lineSeparator());
    assertThat(node.request("GET", "/_index_template/vigil-alerts", null).status()).isEqualTo(404);

    ProgramRun replaced = ProgramRun.ofVigil("--setup=replace", address);
    replaced.assertDone();
    assertThat(replaced.out().lines())
        .contains(
            "replaced: /_index_template/vigil-late", "installed: /_index_template/vigil-alerts");
    assertThat(ProgramRun.ofVigil("--setup=show", address).out().lines())
        .containsAll(each("there"));
  }

  private static final String NONE = "{\"error\":{\"type\":\"none\",\"reason\":\"not found\"}}";

  /** The policies that were put, by their paths. */
  private static Map<String, String> put(FaultProxy proxy, String paths) {
    return proxy.requests().stream()
        .filter(r -> r.method().equals("PUT") && r.path().startsWith(paths))
        .collect(Collectors.toMap(FaultProxy.Request::path, FaultProxy.Request::body));
  }

  /** The nodes here know no policies: what is asked of servers that do. */
  @Test
  void policiesOfOpenSearch() {
    SearchContent.clear(NODE.url());
    String policies = "/_plugins/_ism/policies/";
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answerAll(r -> r.path().startsWith(policies) && r.method().equals("PUT"), 201, "{}");
      proxy.answerAll(r -> r.path().startsWith(policies) && r.method().equals("GET"), 404, NONE);
      ProgramRun run = ProgramRun.ofVigil("--setup", "--elasticsearch=" + proxy.url());
      run.assertDone();
      assertThat(run.out())
          .contains("installed: " + policies + "vigil-events")
          .contains("installed: " + policies + "vigil-late")
          .doesNotContain("no lifecycle policies");
      String delete = "{\"name\":\"delete\",\"actions\":[{\"delete\":{}}],\"transitions\":[]}";
      assertThat(put(proxy, policies))
          .isEqualTo(
              Map.of(
                  policies + "vigil-events",
                  "{\"policy\":{\"description\":\"Vigil: a day's events are deleted 90 days after they"
                      + " began to come in\",\"default_state\":\"hot\",\"states\":[{\"name\":\"hot\","
                      + "\"actions\":[],\"transitions\":[{\"state_name\":\"warm\",\"conditions\":"
                      + "{\"min_index_age\":\"3d\"}}]},{\"name\":\"warm\",\"actions\":[{\"force_merge\":"
                      + "{\"max_num_segments\":1}}],\"transitions\":[{\"state_name\":\"delete\","
                      + "\"conditions\":{\"min_index_age\":\"90d\"}}]},"
                      + delete
                      + "],\"ism_template\":[{\"index_patterns\":[\"vigil-events-*\"],"
                      + "\"priority\":500}]}}",
                  policies + "vigil-late",
                  "{\"policy\":{\"description\":\"Vigil: a month's late events are deleted 120 days after"
                      + " they began to come in\",\"default_state\":\"hot\",\"states\":[{\"name\":\"hot\","
                      + "\"actions\":[],\"transitions\":[{\"state_name\":\"delete\",\"conditions\":"
                      + "{\"min_index_age\":\"120d\"}}]},"
                      + delete
                      + "],\"ism_template\":[{\"index_patterns\":[\"vigil-late-*\"],"
                      + "\"priority\":500}]}}"));
    }
  }

  @Test
  void policiesOfElasticsearch() {
    SearchContent.clear(NODE.url());
    String policies = "/_ilm/policy/";
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answerAll(r -> r.path().startsWith(policies), 404, NONE);
      // What is behind knows no such setting.
      proxy.answerAll(r -> r.method().equals("PUT"), 200, "{}");
      String[] arguments = {
        "--elasticsearch=" + proxy.url(), "--elasticsearchBackend=elasticsearch-9", "--setup"
      };
      ProgramRun.ofVigil(arguments).assertDone();
      assertThat(put(proxy, policies))
          .isEqualTo(
              Map.of(
                  policies + "vigil-events",
                  "{\"policy\":{\"phases\":{\"hot\":{\"actions\":{}},\"warm\":{\"min_age\":\"3d\","
                      + "\"actions\":{\"forcemerge\":{\"max_num_segments\":1}}},\"delete\":"
                      + "{\"min_age\":\"90d\",\"actions\":{\"delete\":{}}}}}}",
                  policies + "vigil-late",
                  "{\"policy\":{\"phases\":{\"hot\":{\"actions\":{}},\"delete\":{\"min_age\":\"120d\","
                      + "\"actions\":{\"delete\":{}}}}}}"));
      Map<String, String> templates = put(proxy, "/_index_template/");
      for (String index : List.of("vigil-events", "vigil-late")) {
        assertThat(templates.get("/_index_template/" + index))
            .contains("\"settings\":{\"index\":{\"lifecycle\":{\"name\":\"" + index + "\"}}}");
      }
      for (String index : List.of("vigil-alerts", "vigil-failures")) {
        assertThat(templates.get("/_index_template/" + index)).doesNotContain("lifecycle");
      }

      String old = "{\"vigil-late\":{\"policy\":{\"phases\":{\"delete\":{\"min_age\":\"1d\"}}}}}";
      proxy.answer(1, r -> r.path().equals(policies + "vigil-late"), 200, old);
      arguments[2] = "--setup=show";
      assertThat(ProgramRun.ofVigil(arguments).assertDone().out())
          .contains(
              "different: " + policies + "vigil-late",
              "/policy/phases/delete/min_age: is \"1d\", should be \"120d\"");
    }
  }

  /** Only who has no policies is said to have none. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "400 | {\"error\":\"no handler found\"} |",
        "405 | {\"error\":\"Incorrect HTTP method\"} |",
        "410 | {\"error\":{\"type\":\"api_not_available_exception\"}} |",
        "400 | {\"error\":{\"type\":\"t\",\"reason\":\"bad\"}} | ` answers 400 to GET"
            + " /_plugins/_ism/policies/vigil-events: bad`",
        "500 | {\"error\":\"oops\"} | ` answers 500 to GET /_plugins/_ism/policies/vigil-events: oops`",
        "503 | busy | ` answers 503 to GET /_plugins/_ism/policies/vigil-events`",
        "429 | {} | ` answers 429 to GET /_plugins/_ism/policies/vigil-events`",
      })
  void whatServersAnswerWhoAreAskedForAPolicy(int status, String answer, String message) {
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answerAll(r -> r.path().startsWith("/_plugins/_ism/"), status, answer);
      String[] arguments = {"--setup=show", "--elasticsearch=" + proxy.url()};
      if (message == null) {
        assertThat(ProgramRun.ofVigil(arguments).assertDone().out())
            .contains("This server has no lifecycle policies: nothing deletes old indices.");
      } else {
        ProgramRun.ofVigil(arguments).assertRefused(proxy.url() + message);
      }
    }
  }

  /** Newer servers say of a template since when it is there: that is no difference. */
  @Test
  void templatesWithDates() {
    SearchContent.clear(NODE.url());
    ProgramRun.ofVigil("--setup", "--elasticsearch=" + NODE.url()).assertDone();
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      for (String path : NEEDED) {
        ObjectNode answer = (ObjectNode) NODE.request("GET", path, null).body();
        JsonNode list = answer.elements().next();
        boolean component = path.startsWith("/_component_template/");
        ObjectNode template =
            (ObjectNode) list.at(component ? "/0/component_template" : "/0/index_template");
        template.put("created_date_millis", 1).put("created_date", "2026-01-15T08:00:00.000Z");
        template.put("modified_date_millis", 1).put("modified_date", "2026-01-15T08:00:00.000Z");
        proxy.answerAll(r -> r.path().equals(path), 200, answer.toString());
      }
      assertThat(
              ProgramRun.ofVigil("--setup", "--elasticsearch=" + proxy.url())
                  .assertDone()
                  .out()
                  .lines())
          .containsAll(each("there"))
          .endsWith("Nothing had to be changed.");
    }
  }

  @Test
  void passwordsAndKeys() throws IOException {
    SearchContent.clear(NODE.url());
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.require(basic("me", SECRET));
      String wrong =
          proxy.url()
              + " does not let us in: check VIGIL_ELASTICSEARCH_USER and"
              + " VIGIL_ELASTICSEARCH_PASSWORD, or VIGIL_ELASTICSEARCH_API_KEY";
      runAgainst(proxy.url()).assertRefused(wrong);
      runAgainst(proxy.url(), properties("user=me", "password=" + SECRET + "x"))
          .assertRefused(wrong);
      // Who need not ask what is there asks all the same.
      runAgainst(
              proxy.url(),
              properties("user=me", "password=" + SECRET + "x"),
              "--elasticsearchBackend=opensearch-2")
          .assertRefused(wrong);
      String right = properties("user=me", "password=" + SECRET);
      ProgramRun.ofVigil("--setup", "--elasticsearch=" + proxy.url(), right).assertDone();
      runAgainst(proxy.url(), right).assertDone();

      proxy.require("ApiKey " + SECRET);
      runAgainst(proxy.url(), properties("apiKey=" + SECRET)).assertDone();
    }
    assertThat(SearchContent.count(NODE.url(), "vigil-events")).isEqualTo(1);
  }

  @Test
  void theEnvironmentKeepsSecrets() throws UsageException {
    VigilOptions options =
        PipelineOptionsFactory.fromArgs("--elasticsearch=http://127.0.0.1:1/")
            .as(VigilOptions.class);
    ElasticsearchSettings settings =
        ElasticsearchSettings.of(
            options,
            Map.of("VIGIL_ELASTICSEARCH_USER", "me", "VIGIL_ELASTICSEARCH_PASSWORD", SECRET));
    assertThat(settings.connection()).hasToString("http://127.0.0.1:1 with a password");
    settings = ElasticsearchSettings.of(options, Map.of("VIGIL_ELASTICSEARCH_API_KEY", SECRET));
    assertThat(settings.connection()).hasToString("http://127.0.0.1:1 with an API key");
    assertThat(ElasticsearchSettings.of(options, Map.of()).connection())
        .hasToString("http://127.0.0.1:1");
  }

  /** What is empty is not there, and what has the end of a file's line at its end has none. */
  @Test
  void secretsAsFilesHaveThem() throws Exception {
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.require(basic("me", SECRET));
      String address = "--elasticsearch=" + proxy.url();
      VigilOptions options = PipelineOptionsFactory.fromArgs(address).as(VigilOptions.class);
      Map<String, String> environment =
          Map.of(
              "VIGIL_ELASTICSEARCH_USER",
              "me\n",
              "VIGIL_ELASTICSEARCH_PASSWORD",
              SECRET + "\r\n",
              "VIGIL_ELASTICSEARCH_API_KEY",
              " ");
      try (SearchCluster cluster =
          SearchCluster.at(ElasticsearchSettings.of(options, environment).connection())) {
        assertThat(cluster.backend()).isEqualTo(SearchBackend.OPENSEARCH_2);
      }
      options =
          PipelineOptionsFactory.fromArgs(
                  address, properties("user=me\\n", "password=" + SECRET + "\\r\\n ", "apiKey="))
              .as(VigilOptions.class);
      try (SearchCluster cluster =
          SearchCluster.at(ElasticsearchSettings.of(options, Map.of()).connection())) {
        assertThat(cluster.backend()).isEqualTo(SearchBackend.OPENSEARCH_2);
      }
    }
  }

  @Test
  void tls() throws IOException {
    SearchContent.clear(NODE.url());
    try (FaultProxy proxy = FaultProxy.withTls(NODE.url(), directory)) {
      String ca = "--elasticsearchCa=" + proxy.caFile();
      ProgramRun.ofVigil("--setup", "--elasticsearch=" + proxy.url(), ca).assertDone();
      runAgainst(proxy.url(), ca).assertDone();
      runAgainst(proxy.url(), properties("caFile=" + proxy.caFile())).assertDone();
      runAgainst(proxy.url())
          .assertRefused(
              proxy.url()
                  + ": its certificate is not trusted: give its authority's by --elasticsearchCa=FILE,"
                  + " and the name that it is for");
      ProgramRun plain = runAgainst(proxy.url().replace("https", "http"), ca);
      assertThat(plain.code()).isEqualTo(2);
      assertThat(plain.err().lines()).hasSize(1);
      ProgramRun tlsToPlain = runAgainst(NODE.url().replace("http", "https"), ca);
      assertThat(tlsToPlain.code()).isEqualTo(2);
      assertThat(tlsToPlain.err().lines()).hasSize(1);
    }
    assertThat(SearchContent.count(NODE.url(), "vigil-events")).isEqualTo(1);
  }

  /** Runners show options and display data. */
  @Test
  void whatRunnersShowHasNoSecrets() throws Exception {
    VigilOptions options =
        PipelineOptionsFactory.fromArgs(
                "--input=" + input,
                "--elasticsearch=http://127.0.0.1:1",
                properties("user=me", "password=" + SECRET))
            .as(VigilOptions.class);
    Settings settings = Settings.of(options);
    String encoded = basic("me", SECRET).substring("Basic ".length());
    assertThat(settings.toString())
        .contains("http://127.0.0.1:1 with a password")
        .doesNotContain(SECRET, encoded);
    Pipeline pipeline = Pipeline.create(options);
    Vigil.build(pipeline, settings);
    List<String> shown = JobDescription.of(pipeline);
    assertThat(shown).hasSizeGreaterThan(50);
    assertThat(shown).noneMatch(text -> text.contains(SECRET) || text.contains(encoded));
    assertThat(shown).anyMatch(text -> text.contains("ToSearch"));
    assertThat(options.toString()).doesNotContain(SECRET, encoded);
    assertThat(SerializableUtils.clone(settings.elasticsearch().connection()))
        .hasToString("http://127.0.0.1:1 with a password");
  }
}
