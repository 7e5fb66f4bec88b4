package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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
        "--elasticsearch=http://a:9200/path | --elasticsearch: give addresses such as"
            + " http://localhost:9200, separated by commas",
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "200 | <html>hello</html> | ` is neither Elasticsearch nor OpenSearch: check --elasticsearch`",
        "200 | {} | ` is neither Elasticsearch nor OpenSearch: check --elasticsearch`",
        "503 | busy | ` answers 503: check --elasticsearch`",
        "404 | {} | ` answers 404: check --elasticsearch`",
        "403 | {} | ` does not allow GET /: give the user the right to it`",
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

  /** The nodes here know no policies: what is asked of servers that do. */
  @Test
  void policiesWhereTheServerKnowsThem() {
    SearchContent.clear(NODE.url());
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      String open = "/_plugins/_ism/policies/vigil";
      proxy.answer(1, r -> r.path().equals(open) && r.method().equals("PUT"), 201, "{}");
      proxy.answer(
          1, r -> r.path().equals(open) && r.method().equals("GET"), 404, "{\"error\":{}}");
      ProgramRun run = ProgramRun.ofVigil("--setup", "--elasticsearch=" + proxy.url());
      run.assertDone();
      assertThat(run.out()).contains("installed: " + open).doesNotContain("no lifecycle policies");

      String elastic = "/_ilm/policy/vigil";
      String old = "{\"vigil\":{\"policy\":{\"phases\":{\"delete\":{\"min_age\":\"1d\"}}}}}";
      proxy.answer(1, r -> r.path().equals(elastic), 200, old);
      ProgramRun shown =
          ProgramRun.ofVigil(
              "--setup=show",
              "--elasticsearch=" + proxy.url(),
              "--elasticsearchBackend=elasticsearch-9");
      shown.assertDone();
      assertThat(shown.out())
          .contains(
              "different: " + elastic,
              "/policy/phases/delete/min_age: is \"1d\", should be \"90d\"",
              "/template/settings: is missing, should be"
                  + " {\"index\":{\"lifecycle\":{\"name\":\"vigil\"}}}");
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
  void secretsAreInNoDescriptionOfTheJob() throws Exception {
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
