package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.pipeline.io.SearchBackend;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the Flex Template asks for, and what becomes of the answers. With {@code
 * -Dvigil.golden.update=true} the kept file is written anew.
 */
class FlexTemplateTest {
  private static final Path KEPT =
      Path.of(System.getProperty("vigil.root"), "runner-profiles/dataflow/metadata.json")
          .normalize();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_SECONDS = 120;

  /** The parameters by name, as they are kept. */
  private static Map<String, JsonNode> parameters() throws IOException {
    Map<String, JsonNode> parameters = new TreeMap<>();
    for (JsonNode parameter : JSON.readTree(KEPT.toFile()).get("parameters")) {
      assertThat(parameters.put(parameter.get("name").asText(), parameter)).isNull();
    }
    return parameters;
  }

  private static boolean isTaken(JsonNode parameter, String value) {
    return parameter.at("/regexes/0").isMissingNode()
        || value.matches(parameter.at("/regexes/0").asText());
  }

  @Test
  void isMadeFromTheOptions() throws IOException {
    List<String> lines = FlexTemplateMetadata.lines();
    if (Boolean.getBoolean("vigil.golden.update")) {
      Files.write(KEPT, lines);
    }
    assertThat(Files.readAllLines(KEPT)).isEqualTo(lines);
  }

  /** What is not asked for is for one machine, for Flink, or for setting up. */
  @Test
  void asksForAllThatIsOfUse() throws IOException {
    assertThat(FlexTemplateMetadata.others())
        .containsExactly("bigQueryRegion", "checkpoints", "setup", "watch");
    assertThat(parameters().values().stream().filter(p -> !p.get("isOptional").asBoolean()))
        .extracting(parameter -> parameter.get("name").asText())
        .containsExactly("input");
  }

  @Test
  void everyParameterIsExplained() throws IOException {
    parameters()
        .forEach(
            (name, parameter) -> {
              assertThat(parameter.get("label").asText()).as(name).hasSizeBetween(5, 60);
              assertThat(parameter.get("helpText").asText()).as(name).endsWith(".");
              JsonNode preset = parameter.get("defaultValue");
              if (preset != null) {
                assertThat(isTaken(parameter, preset.asText())).as(name).isTrue();
              }
            });
  }

  /** The form and the job agree on what a value can be. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "input | kafka:Logins,IDS=ids | true",
        "input | gs://bucket/logs/*.json,kafka:Logins | true",
        "input | /var/log/auth.log | false",
        "output | gs://bucket/results | true",
        "output | results | false",
        "allowedLateness | 90s | true",
        "allowedLateness | 90 | false",
        "idleAfter | 0s | true",
        "joinWindow | 5 m | false",
        "loginThreshold | 7 | true",
        "loginThreshold | seven | false",
        "replay | true | true",
        "replay | yes | false",
        "startFrom | latest | true",
        "startFrom | 2026-01-15T08:00:00Z | true",
        "startFrom | yesterday | false",
        "stopAt | end | true",
        "stopAt | never | false",
        "bigQueryDataset | my-project:security | true",
        "bigQueryDataset | example.com:my-project:security | true",
        "bigQueryDataset | my-project.security | false",
        "bigQueryEvents | upsert | true",
        "bigQueryEvents | twice | false",
        "elasticsearch | https://a:9200,https://b:9200 | true",
        "elasticsearch | user@a:9200 | false",
        "elasticsearchBackend | opensearch-2 | true",
        "elasticsearchBackend | solr | false",
        "year | 2026 | true",
        "year | last | false",
      })
  void theFormTakesWhatTheJobTakes(String name, String value, boolean taken) throws IOException {
    assertThat(isTaken(parameters().get(name), value)).isEqualTo(taken);

    Map<String, String> arguments =
        new TreeMap<>(
            Map.of(
                "runner",
                "DataflowRunner",
                "credentialFactoryClass",
                NoopCredentialFactory.class.getName(),
                "input",
                "kafka:Logins",
                "bootstrapServers",
                "127.0.0.1:1",
                "outputTopics",
                "alerts",
                "elasticsearch",
                "http://127.0.0.1:1",
                "bigQueryDataset",
                "my-project:security"));
    arguments.put(name, value);
    Throwable refusal =
        catchThrowable(
            () ->
                DataflowJob.settings(
                    PipelineOptionsFactory.fromArgs(
                            arguments.entrySet().stream()
                                .map(entry -> "--" + entry.getKey() + "=" + entry.getValue())
                                .toArray(String[]::new))
                        .as(VigilOptions.class),
                    Map.of()));
    if (taken) {
      assertThat(refusal).isNull();
    } else {
      assertThat(refusal).isInstanceOfAny(UsageException.class, IllegalArgumentException.class);
    }
  }

  @Test
  void theChoicesAreAllThatThereAre() throws IOException {
    assertThat(parameters().get("elasticsearchBackend").get("enumOptions"))
        .extracting(option -> option.get("value").asText())
        .containsExactlyElementsOf(
            Stream.concat(Stream.of("auto"), SearchBackend.texts().stream()).toList());
  }

  /**
   * Google's own tool makes a template of it, and finds all parameters; it needs no cloud for that.
   */
  @Test
  void gcloudTakesIt(@TempDir Path directory) throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "gcloud"))),
        "there is no gcloud");
    Path said = directory.resolve("said");
    ProcessBuilder gcloud =
        new ProcessBuilder(
                "gcloud",
                "dataflow",
                "flex-template",
                "build",
                "gs://bucket/templates/vigil.json",
                "--image=europe-west1-docker.pkg.dev/my-project/vigil/vigil:1",
                "--sdk-language=JAVA",
                "--metadata-file=" + KEPT,
                "--print-only")
            .redirectOutput(said.toFile())
            .redirectError(directory.resolve("err").toFile());
    gcloud.environment().put("CLOUDSDK_CONFIG", directory.resolve("config").toString());
    gcloud.environment().put("CLOUDSDK_CORE_DISABLE_PROMPTS", "1");
    gcloud.environment().put("CLOUDSDK_CORE_PROJECT", "my-project");
    Process process = gcloud.start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(directory.resolve("err"))).isZero();
    String output = Files.readString(said);
    JsonNode template = JSON.readTree(output.substring(output.indexOf('{')));
    assertThat(template.at("/metadata/parameters"))
        .isEqualTo(JSON.readTree(KEPT.toFile()).get("parameters"));
    assertThat(template.at("/sdkInfo/language").asText()).isEqualTo("JAVA");
  }
}
