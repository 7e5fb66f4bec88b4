package dev.vigil.pipeline;

import com.google.auth.oauth2.GoogleCredentials;
import dev.vigil.pipeline.io.FileInput;
import dev.vigil.pipeline.io.Storage;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.beam.sdk.extensions.gcp.auth.GcpCredentialFactory;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.StreamingOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What is different about a job on Dataflow: its workers see nothing of the machine that submits
 * it, and it goes on without it.
 */
final class DataflowJob {
  private static final String RUNNER = "DataflowRunner";
  private static final String TEMPLATE = "--templateLocation=";
  private static final String STAGED = "--gcpTempLocation=";
  private static final List<String> UPDATE = List.of("--update", "--update=true");

  private DataflowJob() {}

  /** Whether Dataflow shall run it. The runner's class is not there when this is compiled. */
  static boolean is(PipelineOptions options) {
    return options.getRunner().getSimpleName().equals(RUNNER);
  }

  /**
   * A job that goes on until it is stopped may still do so when the next one is submitted, and
   * takes its results for its own in an update.
   */
  static Places.OldResults oldResults(String[] arguments, Settings settings) {
    if (Stream.of(arguments).anyMatch(UPDATE::contains)) {
      return Places.OldResults.KEPT;
    }
    return settings.isBounded() ? Places.OldResults.REMOVED : Places.OldResults.REFUSED;
  }

  /** Where a job is written to, and not run: so does the launcher of a Flex Template. */
  private static @Nullable String template(String[] arguments) {
    return Stream.of(arguments)
        .filter(argument -> argument.startsWith(TEMPLATE))
        .map(argument -> argument.substring(TEMPLATE.length()))
        .findFirst()
        .orElse(null);
  }

  /**
   * Refuses a job without a place: the runner names none of what it lacks, or makes a bucket of its
   * own. Project and region may also come from the environment or gcloud's configuration; for the
   * bucket of a template, its launcher answers.
   */
  static void checkPlace(String[] arguments, PipelineOptions options) throws UsageException {
    GcpOptions google = options.as(GcpOptions.class);
    require(google.getProject(), "there is no Google Cloud project: give --project=PROJECT");
    require(region(options), "there is no region to run in: give one, as in --region=europe-west1");
    boolean staged =
        template(arguments) != null
            || options.getTempLocation() != null
            || Stream.of(arguments).anyMatch(argument -> argument.startsWith(STAGED));
    require(
        staged ? STAGED : null,
        "there is no bucket for what is staged: give " + STAGED + "gs://BUCKET/temp");
  }

  private static void require(@Nullable String value, String message) throws UsageException {
    if (value == null || value.isBlank()) {
      throw new UsageException(message);
    }
  }

  /** An option of the runner's, which is not there when this is compiled. */
  private static @Nullable String region(PipelineOptions options) {
    for (Class<? extends PipelineOptions> type : PipelineOptionsFactory.getRegisteredOptions()) {
      for (Method method : type.getMethods()) {
        if (method.getName().equals("getRegion") && method.getReturnType() == String.class) {
          try {
            return (String) method.invoke(options.as(type));
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("every option can be asked for", e);
          }
        }
      }
    }
    throw new IllegalStateException("the runner has no region");
  }

  /**
   * The settings, if they name nothing that only this machine can see; the runner is told whether
   * the job has an end.
   *
   * @param kafkaProperties the Kafka client properties on the command line
   */
  static Settings settings(VigilOptions options, Map<String, String> kafkaProperties)
      throws UsageException {
    if (options.getInput() == null) {
      throw new UsageException(
          "the sample logs are on this machine, which Dataflow's workers cannot see: give"
              + " --input=gs://BUCKET/FILES, or kafka:TOPIC");
    }
    Settings settings = Settings.of(options, kafkaProperties);
    for (FileInput input : settings.files()) {
      if (Storage.isLocal(input.glob())) {
        throw new UsageException(
            "--input="
                + input.glob()
                + " is on this machine, which Dataflow's workers cannot see: give"
                + " gs://BUCKET/FILES, or kafka:TOPIC");
      }
    }
    if (settings.output() != null && Storage.isLocal(settings.output())) {
      throw new UsageException(
          options.getOutput() == null
              ? "the results would stay on Dataflow's workers: give --output=gs://BUCKET/DIRECTORY,"
                  + " --outputTopics, --elasticsearch or --bigQueryDataset"
              : "--output="
                  + settings.output()
                  + " is on this machine, which Dataflow's workers cannot see: give"
                  + " gs://BUCKET/DIRECTORY");
    }
    if (settings.bigQuery().connection() != null && settings.bigQuery().connection().isLocal()) {
      throw new UsageException(
          "--bigQueryEndpoint="
              + settings.bigQuery().connection().endpoint()
              + " is on this machine, which Dataflow's workers cannot see: leave it out");
    }
    checkCredentials(options);
    // Where nobody says so, the runner finds out, and warns.
    options.as(StreamingOptions.class).setStreaming(!settings.isBounded());
    return settings;
  }

  /** Beam goes on without, asks Google many times, and takes minutes for it. */
  private static void checkCredentials(PipelineOptions options) throws UsageException {
    if (options.as(GcpOptions.class).getCredentialFactoryClass() != GcpCredentialFactory.class) {
      return;
    }
    try {
      GoogleCredentials.getApplicationDefault();
    } catch (IOException e) {
      throw new UsageException(
          "there are no credentials for Google Cloud ("
              + e.getMessage().lines().findFirst().orElse("")
              + "): run \"gcloud auth application-default login\", or name a file of them in"
              + " GOOGLE_APPLICATION_CREDENTIALS");
    }
  }

  /**
   * Tells what became of a job that need not be waited for: one that is only written, or one that
   * goes on until it is stopped.
   *
   * @return whether it is such a job
   */
  static boolean isLeftAlone(String[] arguments, Settings settings, PrintStream out) {
    String template = template(arguments);
    if (template != null) {
      out.println("The job is written, and not run: " + template);
    } else if (!settings.isBounded()) {
      out.println("The job is submitted, and goes on until it is drained or cancelled.");
    }
    return template != null || !settings.isBounded();
  }
}
