package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What the Flink Kubernetes operator is given fits the job, its jar and its Flink. */
class FlinkDeploymentTest {
  private static final Path PROFILE =
      Path.of(System.getProperty("vigil.root"), "runner-profiles/flink");

  private static String text;
  private static JsonNode spec;

  @BeforeAll
  static void read() throws Exception {
    text = Files.readString(PROFILE.resolve("flink-deployment.yaml"));
    Object yaml = new Load(LoadSettings.builder().build()).loadFromString(text);
    JsonNode deployment = new ObjectMapper().valueToTree(yaml);
    assertThat(deployment.get("kind").asText()).isEqualTo("FlinkDeployment");
    spec = deployment.get("spec");
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  @Test
  void theJobTakesItsArguments() throws Exception {
    List<String> args = texts(spec.at("/job/args"));
    List<String> presets =
        Files.readAllLines(PROFILE.resolve("default.args")).stream()
            .filter(line -> line.startsWith("--"))
            .toList();
    VigilOptions options =
        CommandLine.parse(VigilOptions.class, args.toArray(String[]::new), presets);
    assertThat(Settings.of(options).toString())
        .contains("TopicInput[topic=Logins,", "outputs={suspicious-logins=SuspiciousLogins,");
    assertThat(options.getRunner()).isEqualTo(FlinkRunner.class);
    assertThat(options.as(FlinkPipelineOptions.class).getCheckpointingInterval())
        .isEqualTo(10_000L);
    // What a job on any cluster is told, and this one must be told here.
    assertThat(args).containsAll(ClusterDefaults.of(List.of("--flinkMaster=host:8081"), null));
    assertThatThrownBy(
            () ->
                CommandLine.parse(
                    VigilOptions.class, new String[] {"--inputs=kafka:Logins"}, presets))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void theJarIsTheBundle() throws Exception {
    assertThat(spec.at("/job/entryClass").asText()).isEqualTo(Vigil.class.getName());
    String jar = spec.at("/job/jarURI").asText();
    assertThat(jar).isEqualTo("local:///opt/flink/usrlib/vigil-flink.jar");
    assertThat(text).contains("#   COPY pipeline/target/vigil-flink.jar /opt/flink/usrlib/\n");
  }

  @Test
  void flinkIsTheOneThatItIsBuiltWith() {
    String version = EnvironmentInformation.getVersion();
    assertThat(version).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(spec.get("flinkVersion").asText())
        .isEqualTo("v" + version.substring(0, version.lastIndexOf('.')).replace('.', '_'));
    assertThat(text).contains("#   FROM flink:" + version + "-java17\n");
    JsonNode container = spec.at("/podTemplate/spec/containers/0");
    // By this name the operator knows where Flink runs.
    assertThat(container.get("name").asText()).isEqualTo("flink-main-container");
    assertThat(container.at("/env/0/name").asText()).isEqualTo("ENABLE_BUILT_IN_PLUGINS");
    assertThat(container.at("/env/0/value").asText())
        .isEqualTo("flink-s3-fs-presto-" + version + ".jar");
    assertThat(spec.at("/flinkConfiguration/env.java.opts.all").asText().split(" "))
        .containsExactly(System.getProperty("jvm.opens").split(" "));
  }
}
