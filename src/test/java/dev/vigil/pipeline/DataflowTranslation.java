package dev.vigil.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.api.services.dataflow.model.DataflowPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.beam.runners.dataflow.util.PackageUtil.StagedFile;
import org.apache.beam.runners.dataflow.util.Stager;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.apache.beam.sdk.extensions.gcp.storage.NoopPathValidator;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * The main job as Dataflow's runner would send it to Dataflow, made without any network: the graph
 * is the program's, and nothing that it names is asked for.
 *
 * @param built the graph as it was built
 * @param submitted the graph with the runner's own steps in place of those that it replaces
 * @param request what would be sent
 * @param bytes how much that is
 */
record DataflowTranslation(Pipeline built, Pipeline submitted, JsonNode request, long bytes) {

  /** Keeps what would be staged to itself. */
  public static final class NoStager implements Stager {
    @SuppressWarnings("unused") // called by Beam
    public static NoStager fromOptions(PipelineOptions options) {
      return new NoStager();
    }

    @Override
    public List<DataflowPackage> stageFiles(List<StagedFile> files) {
      return files.stream().map(file -> named(file.getDestination())).toList();
    }

    @Override
    public DataflowPackage stageToFile(byte[] bytes, String baseName) {
      return named(baseName);
    }

    private static DataflowPackage named(String name) {
      return new DataflowPackage().setName(name).setLocation("gs://bucket/staging/" + name);
    }
  }

  /** What the runner must be told to keep to itself. */
  static final List<String> OFFLINE =
      List.of(
          "--runner=DataflowRunner",
          "--project=my-project",
          "--region=europe-west1",
          "--tempLocation=gs://bucket/temp",
          "--gcpTempLocation=gs://bucket/temp",
          "--stagingLocation=gs://bucket/staging",
          "--credentialFactoryClass=" + NoopCredentialFactory.class.getName(),
          "--pathValidatorClass=" + NoopPathValidator.class.getName(),
          "--stagerClass=" + NoStager.class.getName());

  /**
   * @param directory where the job is written to
   * @param partitions the number of partitions of each topic that is read, which is not asked for
   * @param arguments of the job
   */
  static DataflowTranslation of(
      Path directory, Map<String, Integer> partitions, String... arguments)
      throws IOException, UsageException {
    Path file = Files.createTempFile(directory, "job", ".json");
    VigilOptions options =
        PipelineOptionsFactory.fromArgs(
                Stream.of(
                        OFFLINE.stream(),
                        Stream.of(
                            "--filesToStage=" + file,
                            "--templateLocation=" + file,
                            "--jobName=vigil"),
                        Stream.of(arguments))
                    .flatMap(all -> all)
                    .toArray(String[]::new))
            .as(VigilOptions.class);
    Settings settings = DataflowJob.settings(options, Map.of());
    settings = settings.withKafka(settings.kafka().withPartitions(partitions));
    if (settings.bigQuery().connection() != null) {
      settings.bigQuery().connection().prepare(options);
    }
    Pipeline built = build(options, settings);
    Pipeline submitted = build(options, settings);
    submitted.run();
    return new DataflowTranslation(
        built, submitted, new ObjectMapper().readTree(file.toFile()), Files.size(file));
  }

  private static Pipeline build(VigilOptions options, Settings settings) {
    Pipeline pipeline = Pipeline.create(options);
    Vigil.build(pipeline, settings);
    return pipeline;
  }

  /** The steps' names in the request. */
  List<String> stepNames() {
    List<String> names = new ArrayList<>();
    request
        .get("steps")
        .forEach(step -> names.add(step.at("/properties/user_name/value").asText()));
    return names;
  }
}
