package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.pipeline.io.SearchBackend;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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
    return value.matches(parameter.at("/regexes/0").asText());
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

  /** The job takes what the form takes, and refuses what it refuses here. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "allowedLateness | 90s | true",
        "allowedLateness | 90 | false",
        "bigQueryDataset | my-project:security | true",
        "bigQueryDataset | example.com:my-project:security | true",
        "bigQueryDataset | my-project.security | false",
        "bigQueryDataset | security | false",
        "bigQueryEvents | upsert | true",
        "bigQueryEvents | twice | false",
        "bootstrapServers | kafka-1:9092,[2001:db8::1]:9093 | true",
        "createTopics | true | true",
        "createTopics | yes | false",
        "delivery | exactly-once | true",
        "delivery | at-most-once | false",
        "elasticsearch | https://a:9200,https://b:9200 | true",
        "elasticsearch | user@a:9200 | false",
        "elasticsearch | https://a:9200,b:9200 | false",
        "elasticsearchBackend | opensearch-2 | true",
        "elasticsearchBackend | solr | false",
        "elasticsearchCa | ca.pem | false",
        "elasticsearchProperties | secret:search | false",
        "idleAfter | 0s | true",
        "idleAfter | never | false",
        "input | kafka:Logins,IDS=ids | true",
        "input | gs://bucket/logs/*.json,kafka:Logins | true",
        "input | kafka:Logins,IDS,gs://bucket/a.log=sshd,gs://bucket/{a,b}/*.gz | true",
        "input | /var/log/auth.log | false",
        "input | gs://bucket/a.log,/var/log/auth.log | false",
        "input | kafka:Logins,/var/log/auth.log | false",
        "input | gs://bucket/a.log,Logins | false",
        "input | kafka:Log ins | false",
        "input | kafka: | false",
        "joinWindow | 5m | true",
        "joinWindow | 5 m | false",
        "joinWindow | 0m | false",
        "kafkaProperties | secret:kafka | false",
        "kafkaProperties | client.properties | false",
        "loginThreshold | 7 | true",
        "loginThreshold | 0 | true",
        "loginThreshold | seven | false",
        "loginThreshold | -1 | false",
        "loginWindow | 500ms | true",
        "loginWindow | 0s | false",
        "maxAhead | 0s | true",
        "maxAhead | -1s | false",
        "maxDisorder | 300s | true",
        "maxDisorder | 5min | false",
        "maxLineBytes | 65536 | true",
        "maxLineBytes | 0 | false",
        "maxLineBytes | 4294967296 | false",
        "memory | 2h | true",
        "memory | 500ms | false",
        "memory | 0s | false",
        "output | gs://bucket/results | true",
        "output | results | false",
        "outputTopics | events,alerts=soc-alerts | true",
        "outputTopics | alert | false",
        "outputTopics | alerts,login | false",
        "outputTopics | alerts=soc alerts | false",
        "rangeBytes | 1000000 | true",
        "rangeBytes | 0 | false",
        "replay | true | true",
        "replay | yes | false",
        "shown | 1 | true",
        "shown | 100 | true",
        "shown | 0 | false",
        "shown | 101 | false",
        "startFrom | latest | true",
        "startFrom | 2026-01-15T08:00:00Z | true",
        "startFrom | yesterday | false",
        "stopAt | end | true",
        "stopAt | 2026-01-15T08:00:00.250Z | true",
        "stopAt | never | false",
        "timeZone | Europe/Berlin | true",
        "timeZone | +02:00 | true",
        "timeZone | UTC | true",
        "timeZone | Europe Berlin | false",
        "timeZone | 2 | false",
        "timeZone | +19:00 | false",
        "year | 2026 | true",
        "year | last | false",
        "year | 1969 | false",
        "year | 26 | false",
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

  /** Brokers, what is in buckets, and secrets are asked for later, and then told of. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bootstrapServers | kafka | false",
        "bootstrapServers | kafka-1:9092,kafka-2 | false",
        "elasticsearchCa | gs://bucket/ca.pem | true",
        "elasticsearchProperties | secret:projects/p/secrets/search/versions/1 | true",
        "kafkaProperties | secret:projects/p/secrets/kafka/versions/latest | true",
        "kafkaProperties | gs://bucket/client.properties | true",
      })
  void theFormTakesPlaces(String name, String value, boolean taken) throws IOException {
    assertThat(isTaken(parameters().get(name), value)).isEqualTo(taken);
  }

  /** Of each parameter above: a value that the form takes, and one that it does not. */
  @Test
  void everyFormIsTried() throws IOException {
    Map<String, Set<Boolean>> tried = new TreeMap<>();
    for (Method test : FlexTemplateTest.class.getDeclaredMethods()) {
      CsvSource examples = test.getAnnotation(CsvSource.class);
      if (examples != null) {
        for (String example : examples.value()) {
          String[] columns = example.split(" \\| ");
          tried
              .computeIfAbsent(columns[0], name -> new TreeSet<>())
              .add(Boolean.parseBoolean(columns[2]));
        }
      }
    }
    assertThat(tried.keySet()).isEqualTo(parameters().keySet());
    assertThat(tried)
        .allSatisfy((name, taken) -> assertThat(taken).as(name).containsExactly(false, true));
  }

  /**
   * A form has no command line; workers have neither files of who fills it in, nor that person's
   * environment, nor what is for other runners.
   */
  @Test
  void noHelpNamesWhatIsNotThere() throws IOException {
    Map<String, JsonNode> parameters = parameters();
    Set<String> known = new TreeSet<>(parameters.keySet());
    known.addAll(Set.of("apiKey", "caFile"));
    Pattern elsewhere =
        Pattern.compile(
            "--|[A-Z]+_[A-Z]+|vigil-output|sample logs|(?<![a-zA-Z:/])/[a-z]|(?i:environment|machine"
                + "|gcloud|checkpoint|flink|dataflow|\\b(?:"
                + String.join("|", FlexTemplateMetadata.others())
                + ")\\b)");
    Pattern option = Pattern.compile("\\b[a-z]+[A-Z]\\w*");
    parameters.forEach(
        (name, parameter) -> {
          String help = parameter.get("helpText").asText();
          assertThat(elsewhere.matcher(help).results().map(MatchResult::group)).as(name).isEmpty();
          assertThat(known)
              .as(name)
              .containsAll(option.matcher(help).results().map(MatchResult::group).toList());
        });
  }

  /** The form lists them, too. */
  @Test
  void allProductsCanGoToTopics() throws IOException {
    JsonNode outputTopics = parameters().get("outputTopics");
    assertThat(isTaken(outputTopics, String.join(",", Products.ALL))).isTrue();
    assertThat(Products.ALL).allMatch(product -> isTaken(outputTopics, product));
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
        "gcloud is not on the PATH: nobody but these tests looks at the template's metadata");
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
