package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.api.services.bigquery.model.Table;
import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.TestSearchNode;
import dev.vigil.stack.TestWarehouse;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.beam.sdk.extensions.gcp.util.Transport;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Terraform module: that its tables are those that the job writes to, and, as far as this can
 * be told without Google's provider, that it says what it means. With {@code
 * -Dvigil.golden.update=true} its tables are written anew.
 */
class TerraformTest {
  private static final Path MODULE =
      Path.of(System.getProperty("vigil.root"), "runner-profiles/dataflow/terraform").normalize();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};
  private static final long PATIENCE_SECONDS = 120;

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
    assertThat(terraform(MODULE, "", "fmt", "-check", "-diff")).isEmpty();
  }

  /** What needs no provider, alone: types, references, the conditions of variables. */
  @Test
  void theJobsParameters() throws Exception {
    Path module = Files.createDirectory(directory.resolve("terraform"));
    for (String file : List.of("variables.tf", "parameters.tf", "tables.json")) {
      Files.copy(MODULE.resolve(file), module.resolve(file));
    }
    Files.copy(MODULE.resolveSibling("metadata.json"), directory.resolve("metadata.json"));
    List<String> given =
        List.of(
            "-var=project=my-project",
            "-var=region=europe-west1",
            "-var=input=kafka:Logins,IDS",
            "-var=bootstrap_servers=kafka:9092",
            "-var=image=europe-west1-docker.pkg.dev/my-project/images/vigil:0.1.0",
            "-var=secrets={\"kafkaProperties\":\"projects/my-project/secrets/kafka/versions/3\"}",
            "-var=parameters={\"memory\":\"2h\"}");
    List<String> command = new ArrayList<>(List.of("console"));
    command.addAll(given);
    String[] arguments = command.toArray(String[]::new);

    terraform(module, "", "validate");
    JsonNode parameters = evaluate(module, "local.parameters", arguments);
    assertThat(JSON.convertValue(parameters, TEXTS))
        .isEqualTo(
            Map.of(
                "input", "kafka:Logins,IDS",
                "bootstrapServers", "kafka:9092",
                "bigQueryDataset", "my-project:security",
                "kafkaProperties", "secret:projects/my-project/secrets/kafka/versions/3",
                "memory", "2h"));
    JsonNode template = JSON.readTree(evaluate(module, "local.template", arguments).asText());
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
    assertThat(JSON.convertValue(evaluate(module, "local.image", arguments), TEXTS))
        .isEqualTo(
            Map.of("region", "europe-west1", "project", "my-project", "repository", "images"));
    assertThat(evaluate(module, "keys(local.tables)", arguments))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(
            Stream.of(BigQueryTable.values()).map(BigQueryTable::id).sorted().toList());
  }

  private JsonNode evaluate(Path module, String expression, String... arguments) throws Exception {
    String answer = terraform(module, "jsonencode(" + expression + ")\n", arguments);
    // A text in quotes, as HCL writes it, which for JSON is as JSON does.
    return JSON.readTree(JSON.readTree(answer).asText());
  }

  private String terraform(Path module, String input, String... arguments) throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "terraform"))),
        "there is no terraform");
    List<String> command = new ArrayList<>(List.of("terraform"));
    command.addAll(List.of(arguments));
    Path in = Files.writeString(directory.resolve("in"), input);
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(module.toFile())
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    // It asks nobody whether there is a newer one, and goes by no settings of the user's.
    builder.environment().put("CHECKPOINT_DISABLE", "1");
    builder.environment().put("TF_CLI_CONFIG_FILE", "/dev/null");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(out) + Files.readString(err)).isZero();
    return Files.readString(out);
  }
}
