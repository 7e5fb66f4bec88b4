package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.TestSearchNode;
import dev.vigil.stack.TestWarehouse;
import dev.vigil.stack.WarehouseContent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a dataset is named, found and set up; and what is refused. */
class BigQueryCommandLineTest {
  private static final String DATASET = "--bigQueryDataset=local:security";

  @TempDir Path directory;

  private Path input;

  @BeforeEach
  void writeInput() throws IOException {
    input =
        Files.writeString(
            directory.resolve("in.json"),
            "{\"login_time\":\"2026-01-15T08:00:00Z\",\"source_ip\":\"192.0.2.1\"}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--bigQueryDataset=security | --bigQueryDataset=security is no dataset: give a project and a"
            + " dataset, as in my-project:security",
        "--bigQueryDataset=p.security | --bigQueryDataset=p.security is no dataset: give a project and a"
            + " dataset, as in my-project:security",
        "--bigQueryDataset=p:with-dash | --bigQueryDataset=p:with-dash is no dataset: give a project and"
            + " a dataset, as in my-project:security",
        "--bigQueryDataset=p:d.events | --bigQueryDataset=p:d.events is no dataset: give a project and"
            + " a dataset, as in my-project:security",
        "--bigQueryDataset= | --bigQueryDataset= is no dataset: give a project and a dataset, as in"
            + " my-project:security",
        "--bigQueryDataset=p:d --bigQueryEvents=twice | --bigQueryEvents=twice: give exactly-once or"
            + " upsert",
        "--bigQueryRegion=EU | options of BigQuery are given, but no dataset: give"
            + " --bigQueryDataset=PROJECT:DATASET",
        "--bigQueryEndpoint=http://127.0.0.1:1 | options of BigQuery are given, but no dataset: give"
            + " --bigQueryDataset=PROJECT:DATASET",
        "--bigQueryDataset=p:d --setup=perhaps | --setup=perhaps: give show, install or replace",
      })
  void whatIsRefused(String arguments, String message) {
    ProgramRun.ofVigil(arguments.split(" ")).assertRefused(message);
  }

  /** Rows go there in clear, and without a question of who it is. */
  @ParameterizedTest
  @CsvSource({
    "http://bigquery.example.com:9050",
    "http://10.0.0.1:9050",
    "http://[2001:db8::1]:9050",
    "http://0.0.0.0:9050",
    "http://127.0.0.1.example.com:9050",
    "http://127.0.0.1@example.com:9050",
    "https://127.0.0.1:9050",
    "http://127.0.0.1",
    "http://127.0.0.1:9050/",
    "http://127.0.0.1:9050?x",
    "127.0.0.1:9050",
    "http://user@127.0.0.1:9050",
  })
  void endpointsThatAreNotOfThisMachine(String endpoint) {
    ProgramRun.ofVigil(DATASET, "--bigQueryEndpoint=" + endpoint, "--input=" + input)
        .assertRefused(
            "--bigQueryEndpoint="
                + endpoint
                + " is for a local warehouse alone, at an address such as http://127.0.0.1:9050: leave"
                + " it out to use BigQuery");
  }

  @Test
  void nobodyThere() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    String endpoint = "--bigQueryEndpoint=http://127.0.0.1:" + port;
    for (String what : new String[] {"--input=" + input, "--setup"}) {
      ProgramRun.ofVigil(DATASET, endpoint, what)
          .assertRefused(endpoint + " cannot be reached (Connection refused): check it");
    }
  }

  private static VigilOptions options(String... arguments) {
    return PipelineOptionsFactory.fromArgs(arguments).as(VigilOptions.class);
  }

  /** Not even where the user, or the machine, has some. */
  @Test
  void noCredentialsGoToALocalWarehouse() throws UsageException {
    VigilOptions options =
        options(
            DATASET,
            "--bigQueryEndpoint=http://127.0.0.1:9050",
            "--credentialFactoryClass=org.apache.beam.sdk.extensions.gcp.auth.GcpCredentialFactory");
    BigQuerySettings.of(options).connection().prepare(options);
    assertThat(options.as(GcpOptions.class).getCredentialFactoryClass())
        .isEqualTo(NoopCredentialFactory.class);
    assertThat(options.as(GcpOptions.class).getGcpCredential().getClass().getName())
        .startsWith(NoopCredentialFactory.class.getName());
  }

  @Test
  void theDatasetOfAProjectWithADomain() throws UsageException {
    BigQuerySettings settings =
        BigQuerySettings.of(options("--bigQueryDataset=example.com:my-project:security_logs"));
    assertThat(settings.connection().project()).isEqualTo("example.com:my-project");
    assertThat(settings.connection().dataset()).isEqualTo("security_logs");
    assertThat(settings.connection().isLocal()).isFalse();
  }

  /** Every product goes there, and nothing of it needs anything when the graph is built. */
  @Test
  void theGraph() throws UsageException {
    VigilOptions options = options("--input=" + input, DATASET);
    Pipeline pipeline = Pipeline.create(options);
    Vigil.build(pipeline, Settings.of(options));
    List<String> shown = JobDescription.of(pipeline);
    for (String product : List.of("Events", "SuspiciousLogins", "Alerts", "Late", "Failures")) {
      assertThat(shown)
          .anyMatch(text -> text.contains("Write" + product + "/ToBigQuery/WriteTable"));
    }
    assertThat(shown).noneMatch(text -> text.contains("ToFiles"));
  }

  private final LocalWarehouse warehouse = TestWarehouse.get();
  private final String fresh = TestWarehouse.freshName();
  private final String[] there = {
    "--bigQueryDataset=local:" + fresh, "--bigQueryEndpoint=" + warehouse.url()
  };

  private ProgramRun run(String... arguments) {
    return ProgramRun.ofVigil(
        Stream.concat(Arrays.stream(there), Arrays.stream(arguments)).toArray(String[]::new));
  }

  /** A table's definition. */
  private ObjectNode table(String name) {
    return (ObjectNode)
        TestSearchNode.request(warehouse.url(), "GET", path() + "/" + name, null).body();
  }

  private String path() {
    return "/bigquery/v2/projects/local/datasets/" + fresh + "/tables";
  }

  /** Makes a table again, without rows. */
  private void remake(ObjectNode table) {
    String name = table.at("/tableReference/tableId").asText();
    TestSearchNode.request(warehouse.url(), "DELETE", path() + "/" + name, null);
    assertThat(TestSearchNode.request(warehouse.url(), "POST", path(), table.toString()).status())
        .isEqualTo(200);
  }

  private static ObjectNode field(JsonNode schema, String name) {
    for (JsonNode field : schema.get("fields")) {
      if (field.get("name").asText().equals(name)) {
        return (ObjectNode) field;
      }
    }
    throw new AssertionError("there is no " + name);
  }

  private static void remove(JsonNode schema, String name) {
    ArrayNode fields = (ArrayNode) schema.get("fields");
    for (int i = fields.size() - 1; i >= 0; i--) {
      if (fields.get(i).get("name").asText().equals(name)) {
        fields.remove(i);
      }
    }
  }

  private List<String> each(String word) {
    List<String> names = new ArrayList<>(List.of("local:" + fresh));
    for (String table :
        new String[] {
          "events",
          "suspicious_logins",
          "alerts",
          "late",
          "failures",
          "latest_alerts",
          "latest_events",
          "latest_suspicious_logins",
          "logins_per_user_and_hour",
          "series_of_failed_logins",
          "source_features"
        }) {
      names.add("local:" + fresh + "." + table);
    }
    return names.stream().map(name -> word + ": " + name).toList();
  }

  private String note() {
    return "This is the local warehouse at " + warehouse.url() + ", and not BigQuery.";
  }

  /** Shown, made, found, and widened only where that is said. */
  @Test
  void settingUp() {
    ProgramRun shown = run("--setup=show").assertDone();
    assertThat(shown.out().lines()).containsAll(each("missing")).contains(note());
    run("--input=" + input)
        .assertRefused(
            "--bigQueryDataset=local:"
                + fresh
                + " cannot take the rows (events: is missing; suspicious_logins: is missing; alerts: is"
                + " missing; late: is missing; failures: is missing): run once with --setup");

    ProgramRun installed = run("--setup").assertDone();
    assertThat(installed.out().lines()).containsAll(each("installed")).contains(note());
    ObjectNode events = table("events");
    assertThat(events.at("/timePartitioning/type").asText()).isEqualTo("DAY");
    assertThat(events.at("/timePartitioning/field").asText()).isEqualTo("timestamp");
    assertThat(events.at("/clustering/fields").toString())
        .isEqualTo("[\"source_ip\",\"rule_id\",\"id\"]");
    assertThat(events.at("/tableConstraints/primaryKey/columns").toString()).isEqualTo("[\"id\"]");
    assertThat(events.get("description").asText()).startsWith("Every log line");
    assertThat(field(events.get("schema"), "source_ip").get("description").asText())
        .startsWith("The same as source.ip");
    ProgramRun again = run("--setup=replace").assertDone();
    assertThat(again.out().lines())
        .containsAll(each("there"))
        .endsWith("Nothing had to be changed.");
    run("--input=" + input).assertDone();
  }

  @Test
  void widening() {
    run("--setup").assertDone();
    ObjectNode events = table("events");
    remove(events.get("schema"), "labels");
    remove(field(events.get("schema"), "source"), "mac");
    field(events.get("schema"), "message").remove("description");
    remake(events);
    run("--input=" + input)
        .assertRefused(
            "--bigQueryDataset=local:"
                + fresh
                + " cannot take the rows (events: source.mac: is missing; events: labels: is missing):"
                + " run once with --setup");
    List<String> differences =
        List.of(
            "different: local:" + fresh + ".events",
            "  source.mac: is missing, should be STRING",
            "  message: is not described",
            "  labels: is missing, should be JSON");
    assertThat(run("--setup=show").assertDone().out().lines())
        .containsSubsequence(differences)
        .contains("there: local:" + fresh + ".alerts");
    ProgramRun refused = run("--setup");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .isEqualTo(
            "vigil: nothing is changed, because there is another local:"
                + fresh
                + ".events: give --setup=replace to replace it"
                + System.lineSeparator());

    ProgramRun replaced = run("--setup=replace").assertDone();
    assertThat(replaced.out().lines())
        .containsSubsequence(differences)
        .endsWith("replaced: local:" + fresh + ".events");
    assertThat(field(table("events").get("schema"), "labels").get("type").asText())
        .isEqualTo("JSON");
    run("--input=" + input).assertDone();
    assertThat(WarehouseContent.count(warehouse, fresh, "events")).isEqualTo(1);
  }

  /** What only new tables can have is refused, and nothing is changed then. */
  @Test
  void breakingChanges() {
    run("--setup").assertDone();
    ObjectNode events = table("events");
    field(events.get("schema"), "message").put("type", "INTEGER");
    ((ArrayNode) events.get("schema").get("fields"))
        .addObject()
        .put("name", "gone")
        .put("type", "STRING");
    remake(events);
    ObjectNode alerts = table("alerts");
    ((ObjectNode) alerts.get("timePartitioning")).put("type", "HOUR");
    remake(alerts);
    ObjectNode late = table("late");
    late.remove("clustering");
    remake(late);
    for (String how : new String[] {"--setup", "--setup=replace"}) {
      ProgramRun run = run(how);
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err())
          .isEqualTo(
              "vigil: nothing is changed, because there is what cannot be changed without its rows:"
                  + " local:"
                  + fresh
                  + ".events (message: is INTEGER, should be STRING; gone: is there, and nothing is"
                  + " written to it), local:"
                  + fresh
                  + ".alerts (partitions: are by HOUR of timestamp, should be by DAY of timestamp):"
                  + " give another dataset, or rename it there"
                  + System.lineSeparator());
      assertThat(run.out().lines()).contains("incompatible: local:" + fresh + ".events");
    }
    assertThat(table("late").has("clustering")).isFalse();
    run("--input=" + input)
        .assertRefused(
            "--bigQueryDataset=local:"
                + fresh
                + " cannot take the rows (events: message: is INTEGER, should be STRING): run once with"
                + " --setup");
  }

  /** Without it, BigQueryIO would wait for ever, and say nothing. */
  @Test
  void aWarehouseThatJavaDoesNotTrust() {
    run("--setup").assertDone();
    String store = System.clearProperty("javax.net.ssl.trustStore");
    try {
      run("--input=" + input)
          .assertRefused(
              "--bigQueryEndpoint="
                  + warehouse.url()
                  + ": Java does not trust the certificate there: start Java with"
                  + " -Djavax.net.ssl.trustStore=FILE and -Djavax.net.ssl.trustStorePassword=PASSWORD of"
                  + " the store that the warehouse names");
    } finally {
      System.setProperty("javax.net.ssl.trustStore", store);
    }
    run("--input=" + input).assertDone();
  }
}
