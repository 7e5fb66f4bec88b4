package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.api.services.bigquery.model.Table;
import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.TestSearchNode;
import dev.vigil.stack.TestWarehouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.beam.sdk.extensions.gcp.util.Transport;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The Terraform module: that its tables are those that the job writes to, and, as far as this can
 * be told without Google's provider, that it says what it means. With {@code
 * -Dvigil.golden.update=true} its tables are written anew.
 */
class TerraformTest {
  private static final Path MODULE = Terraform.MODULE;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  @TempDir private Path directory;

  private static List<String> tables() throws IOException {
    ArrayNode tables = JSON.createArrayNode();
    for (BigQueryTable each : BigQueryTable.values()) {
      Table table = BigQueryColumns.create().table(each);
      ObjectNode described =
          tables.addObject().put("id", each.id()).put("description", table.getDescription());
      described.set("clustering", json(table.getClustering().getFields()));
      described.set("partition", json(table.getTimePartitioning()));
      described.set("primary_key", json(table.getTableConstraints().getPrimaryKey().getColumns()));
      described.set("schema", json(table.getSchema().getFields()));
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tables).lines().toList();
  }

  private static JsonNode json(Object value) throws IOException {
    return JSON.readTree(Transport.getJsonFactory().toString(value));
  }

  @Test
  void theTablesAreMadeFromTheRecords() throws IOException {
    Path kept = MODULE.resolve("tables.json");
    List<String> lines = tables();
    if (Boolean.getBoolean("vigil.golden.update")) {
      Files.write(kept, lines);
    }
    assertThat(Files.readAllLines(kept)).isEqualTo(lines);
  }

  /** Made as the provider makes them, they are what a job wants, and what {@code --setup} makes. */
  @Test
  void theJobTakesTheTables() throws Exception {
    LocalWarehouse warehouse = TestWarehouse.get();
    String name = TestWarehouse.freshDataset();
    for (JsonNode table : JSON.readTree(MODULE.resolve("tables.json").toFile())) {
      ObjectNode request = JSON.createObjectNode().set("description", table.get("description"));
      request
          .putObject("tableReference")
          .put("projectId", TestWarehouse.PROJECT)
          .put("datasetId", name)
          .set("tableId", table.get("id"));
      request.putObject("schema").set("fields", table.get("schema"));
      request.putObject("clustering").set("fields", table.get("clustering"));
      request.set("timePartitioning", table.get("partition"));
      request
          .putObject("tableConstraints")
          .putObject("primaryKey")
          .set("columns", table.get("primary_key"));
      assertThat(
              TestSearchNode.request(
                      warehouse.url(),
                      "POST",
                      "/bigquery/v2/projects/local/datasets/" + name + "/tables",
                      request.toString())
                  .status())
          .isEqualTo(200);
    }
    PipelineOptions options =
        PipelineOptionsFactory.fromArgs("--bigQueryEndpoint=" + warehouse.url()).create();
    BigQueryConnection connection = BigQueryConnection.of(TestWarehouse.PROJECT, name, options);
    connection.prepare(options);
    BigQueryDataset dataset = BigQueryDataset.at(connection, options);
    assertThat(dataset.obstacles()).isEmpty();
    Map<String, SetUpState> states = new TreeMap<>();
    for (BigQuerySetUp.Step step : BigQuerySetUp.of(dataset, null).steps()) {
      states.put(
          step.path().replaceFirst(Pattern.quote(dataset.name()) + "\\.?", ""), step.state());
    }
    for (BigQueryTable table : BigQueryTable.values()) {
      assertThat(states).containsEntry(table.id(), SetUpState.THERE);
    }
  }

  @Test
  void isFormatted() throws Exception {
    assertThat(Terraform.unformatted(directory)).isEmpty();
  }

  @Test
  void theJobsParameters() throws Exception {
    Terraform terraform =
        Terraform.in(directory)
            .with("bootstrap_servers", "kafka:9092")
            .with("secrets", "{kafkaProperties=\"projects/my-project/secrets/kafka/versions/3\"}")
            .with("parameters", "{memory=\"2h\"}");
    terraform.validate();
    assertThat(terraform.refusal()).isEmpty();
    JsonNode parameters = terraform.evaluate("local.parameters");
    assertThat(JSON.convertValue(parameters, TEXTS))
        .isEqualTo(
            Map.of(
                "input", "kafka:Logins,IDS",
                "bootstrapServers", "kafka:9092",
                "bigQueryDataset", "my-project:security",
                "kafkaProperties", "secret:projects/my-project/secrets/kafka/versions/3",
                "memory", "2h"));
    JsonNode template = JSON.readTree(terraform.evaluate("local.template").asText());
    assertThat(template.get("metadata"))
        .isEqualTo(JSON.readTree(MODULE.resolveSibling("metadata.json").toFile()));
    for (JsonNode asked : template.at("/metadata/parameters")) {
      JsonNode value = parameters.get(asked.get("name").asText());
      if (value != null) {
        assertThat(value.asText()).matches(asked.at("/regexes/0").asText());
      }
    }
    assertThat(template.at("/metadata/parameters"))
        .extracting(asked -> asked.get("name").asText())
        .containsAll(JSON.convertValue(parameters, TEXTS).keySet());
    assertThat(terraform.evaluate("keys(local.tables)"))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(
            Stream.of(BigQueryTable.values()).map(BigQueryTable::id).sorted().toList());
    // Expressions that are not RE2's end the evaluation.
    assertThat(
            terraform.evaluate("{ for name, form in local.forms : name => regexall(form, \"\") }"))
        .hasSameSizeAs(template.at("/metadata/parameters"));
  }

  /** The domain of a project is before a colon, but in the name of an image before a slash. */
  @Test
  void projects() throws Exception {
    Terraform terraform = Terraform.in(directory);
    assertThat(JSON.convertValue(terraform.evaluate("local.image"), TEXTS))
        .isEqualTo(
            Map.of("region", "europe-west1", "project", "my-project", "repository", "images"));
    assertThat(terraform.evaluate("local.bucket").asText()).isEqualTo("my-project-vigil");
    Terraform ofDomain =
        terraform
            .with("project", "example.com:my-project")
            .with("image", "us-docker.pkg.dev/example.com/my-project/images/team/vigil:0.1.0");
    assertThat(ofDomain.refusal()).isEmpty();
    assertThat(JSON.convertValue(ofDomain.evaluate("local.image"), TEXTS))
        .isEqualTo(
            Map.of("region", "us", "project", "example.com:my-project", "repository", "images"));
    assertThat(ofDomain.evaluate("local.bucket").asText())
        .isEqualTo("example-com-my-project-vigil");
    assertThat(ofDomain.evaluate("local.parameters.bigQueryDataset").asText())
        .isEqualTo("example.com:my-project:security");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "project | My Project | Give a project's id, such as my-project",
        "region | europe-west1-b | Give a region, such as europe-west1: not a zone of it.",
        "name | Vigil | Give 3 to 22 small letters, digits and dashes",
        "image | vigil:0.1.0 | Give an image of Artifact Registry with its tag or digest",
        "image | us-docker.pkg.dev/example.com:my-project/images/vigil | Give an image of",
        "input | /var/log/auth.log | Give topics, as kafka:Logins,IDS, or files of buckets",
        "bootstrap_servers | kafka | Give each broker with its port, as kafka:9092.",
        "dataset | my-project:security | Give letters, digits and underscores",
        "secrets | {password=\"projects/p/secrets/s/versions/1\"} | Give kafkaProperties or",
        "parameters | {memroy=\"2h\"} | The template has no parameter memroy",
        "parameters | {memory=\"2 hours\"} | does not take memory=2 hours",
      })
  void variablesThatAreRefused(String variable, String value, String message) throws Exception {
    assertThat(Terraform.in(directory).with(variable, value).refusal())
        .contains("Invalid value for variable", message);
  }
}
