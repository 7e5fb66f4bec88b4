package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.pipeline.Places.OldResults;
import dev.vigil.stack.PretendedDataflow;
import dev.vigil.stack.TestBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program says when it submits a job to Dataflow, and what it refuses to submit. */
class DataflowCommandLineTest {
  private static final String NEW_LINE = System.lineSeparator();

  @TempDir Path directory;

  private static ProgramRun run(List<String> more, String... arguments) {
    List<String> all = new ArrayList<>(DataflowTranslation.OFFLINE);
    all.addAll(more);
    all.addAll(List.of(arguments));
    return ProgramRun.ofVigil(all.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--output=gs://bucket/results | the sample logs are on this machine, which Dataflow's workers"
            + " cannot see: give --input=gs://BUCKET/FILES, or kafka:TOPIC",
        "--input=gs://bucket/a,/var/log/auth.log | --input=/var/log/auth.log is on this machine, which"
            + " Dataflow's workers cannot see: give gs://BUCKET/FILES, or kafka:TOPIC",
        "--input=/var/log/*.log --watch=true | --input=/var/log/*.log is on this machine, which"
            + " Dataflow's workers cannot see: give gs://BUCKET/FILES, or kafka:TOPIC",
        "--input=gs://bucket/a | the results would stay on Dataflow's workers: give"
            + " --output=gs://BUCKET/DIRECTORY, --outputTopics, --elasticsearch or --bigQueryDataset",
        "--input=gs://bucket/a --output=results | --output=results is on this machine, which Dataflow's"
            + " workers cannot see: give gs://BUCKET/DIRECTORY",
        "--input=gs://bucket/a --bigQueryDataset=p:d --bigQueryEndpoint=http://127.0.0.1:9050 |"
            + " --bigQueryEndpoint=http://127.0.0.1:9050 is on this machine, which Dataflow's workers"
            + " cannot see: leave it out",
        "--input=kafka:a --outputTopics=alerts --kafkaProperties=secret:kafka | --kafkaProperties=secret:kafka"
            + " cannot be read (it is not secret:projects/P/secrets/S/versions/V): check its name, and"
            + " who may access it",
        "--input=gs://bucket/a --elasticsearch=http://a:9200 --elasticsearchProperties=secret:s |"
            + " --elasticsearchProperties=secret:s cannot be read (it is not"
            + " secret:projects/P/secrets/S/versions/V): check its name, and who may access it",
        "--input=gs://bucket/a --checkpoints=checkpoints | --checkpoints=checkpoints: DataflowRunner"
            + " keeps none on disk: leave it out, or use Flink",
      })
  void whatIsRefused(String arguments, String message) {
    run(List.of(), arguments.split(" ")).assertRefused(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--project= | there is no Google Cloud project: give --project=PROJECT",
        "--region= | there is no region to run in: give one, as in --region=europe-west1",
        "--gcpTempLocation= --tempLocation= | there is no bucket for what is staged: give"
            + " --gcpTempLocation=gs://BUCKET/temp",
      })
  void placesThatAreNotNamed(String missing, String message) {
    List<String> arguments = new ArrayList<>(DataflowTranslation.OFFLINE);
    arguments.removeIf(argument -> Stream.of(missing.split(" ")).anyMatch(argument::startsWith));
    arguments.addAll(List.of("--input=gs://bucket/a", "--output=gs://bucket/results"));
    ProgramRun.ofVigil(arguments.toArray(String[]::new)).assertRefused(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--gcpTempLocation=gs://bucket/temp",
        "--tempLocation=gs://bucket/temp",
        "--templateLocation=gs://bucket/job.json"
      })
  void bucketsForWhatIsStaged(String argument) throws UsageException {
    String[] arguments = {
      "--runner=DataflowRunner", "--project=my-project", "--region=europe-west1", argument
    };
    DataflowJob.checkPlace(arguments, PipelineOptionsFactory.fromArgs(arguments).create());
  }

  @Test
  void whatTheRunnerRefuses() throws IOException {
    List<String> arguments = new ArrayList<>(List.of(endless(TestBroker.freshTopic("logins", 1))));
    arguments.remove("--jobName=vigil");
    arguments.add("--jobName=No_Name");
    ProgramRun run = run(List.of(file()), arguments.toArray(String[]::new));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith(
            "vigil: the runner does not take these options (JobName invalid; the name must consist of"
                + " only the characters [-a-z0-9]")
        .contains(" --jobName=No_Name");
  }

  private String file() throws IOException {
    return "--filesToStage=" + Files.writeString(directory.resolve("classes.jar"), "");
  }

  private static String[] endless(String topic) {
    return new String[] {
      "--bootstrapServers=" + TestBroker.bootstrapServers(),
      "--input=kafka:" + topic,
      "--outputTopics=alerts=" + TestBroker.freshTopic("alerts", 1),
      "--jobName=vigil"
    };
  }

  /** Those of a job that may still run are not touched. */
  @Test
  void oldResults() throws IOException, UsageException {
    Path in = Files.writeString(directory.resolve("in.log"), "");
    Path out = Files.createDirectory(directory.resolve("out"));
    Path old = Files.writeString(out.resolve("alerts-pane-000003-0-of-1.jsonl"), "{}");
    VigilOptions options =
        PipelineOptionsFactory.fromArgs("--input=" + in, "--output=" + out).as(VigilOptions.class);
    Settings settings = Settings.of(options);
    assertThatThrownBy(() -> Places.check(settings, options, OldResults.REFUSED))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--output="
                + out
                + " has results, perhaps of a job that runs: give another directory, or"
                + " --update=true to go on with that job");
    Places.check(settings, options, OldResults.KEPT);
    assertThat(old).exists();
    Places.check(settings, options, OldResults.REMOVED);
    assertThat(old).doesNotExist();
    Places.check(settings, options, OldResults.REFUSED);

    Settings endless =
        Settings.of(
            PipelineOptionsFactory.fromArgs("--input=kafka:a", "--bootstrapServers=a:1")
                .as(VigilOptions.class));
    assertThat(DataflowJob.oldResults(new String[0], settings)).isEqualTo(OldResults.REMOVED);
    assertThat(DataflowJob.oldResults(new String[0], endless)).isEqualTo(OldResults.REFUSED);
    assertThat(DataflowJob.oldResults(new String[] {"--update"}, endless))
        .isEqualTo(OldResults.KEPT);
  }

  /** As the launcher of a Flex Template does: Dataflow takes the job from there. */
  @Test
  void aJobThatIsWritten() throws IOException {
    Path job = directory.resolve("job.json");
    ProgramRun run =
        run(
            List.of(file(), "--templateLocation=" + job),
            endless(TestBroker.freshTopic("logins", 2)));
    assertThat(run)
        .isEqualTo(new ProgramRun(0, "The job is written, and not run: " + job + NEW_LINE, ""));
    assertThat(new ObjectMapper().readTree(job.toFile()).get("steps")).isNotEmpty();
  }

  @Test
  void aJobThatGoesOn() throws IOException {
    try (PretendedDataflow dataflow = PretendedDataflow.start("JOB_STATE_RUNNING", Map.of())) {
      List<String> arguments = new ArrayList<>(dataflow.arguments());
      arguments.add(file());
      String[] job = endless(TestBroker.freshTopic("logins", 2));
      assertThat(run(arguments, job))
          .isEqualTo(
              new ProgramRun(
                  0,
                  "The job is submitted, and goes on until it is drained or cancelled." + NEW_LINE,
                  ""));
      assertThat(dataflow.jobs()).hasSize(1);
      JsonNode submitted = dataflow.jobs().get(0);
      assertThat(submitted.get("name").asText()).isEqualTo("vigil");
      assertThat(submitted.get("type").asText()).isEqualTo("JOB_TYPE_STREAMING");
      assertThat(submitted.get("steps")).isNotEmpty();

      ProgramRun again = run(arguments, job);
      assertThat(again.code()).isEqualTo(1);
      assertThat(again.err()).contains("already an active job named vigil");
      assertThat(dataflow.jobs()).hasSize(1);

      arguments.add("--update=true");
      assertThat(run(arguments, job).code()).isZero();
      assertThat(dataflow.jobs()).hasSize(2);
      assertThat(dataflow.jobs().get(1).get("replaceJobId").asText())
          .isEqualTo(PretendedDataflow.JOB_ID);
    }
  }

  /** With its counters, as Dataflow tells them. */
  @Test
  void aJobThatEnds() throws IOException {
    try (PretendedDataflow dataflow =
        PretendedDataflow.start(
            "JOB_STATE_DONE",
            Map.of("vigil/events.logins", 12L, "vigil/failures.invalid JSON", 2L))) {
      List<String> arguments = new ArrayList<>(dataflow.arguments());
      arguments.add(file());
      arguments.add("--stopAt=end");
      ProgramRun run = run(arguments, endless(TestBroker.freshTopic("logins", 2)));
      assertThat(run.code()).isZero();
      assertThat(run.err()).isEmpty();
      assertThat(run.out().replaceFirst("in .*", ""))
          .startsWith("14 lines " + NEW_LINE + "  12 events: logins 12" + NEW_LINE)
          .contains("  2 failures: invalid JSON 2" + NEW_LINE);
      assertThat(dataflow.jobs().get(0).get("type").asText()).isEqualTo("JOB_TYPE_BATCH");
    }
  }

  @Test
  void aJobThatFails() throws IOException {
    try (PretendedDataflow dataflow = PretendedDataflow.start("JOB_STATE_FAILED", Map.of())) {
      List<String> arguments = new ArrayList<>(dataflow.arguments());
      arguments.add(file());
      arguments.add("--stopAt=end");
      assertThat(run(arguments, endless(TestBroker.freshTopic("logins", 2))))
          .isEqualTo(new ProgramRun(1, "", "vigil: the job ended FAILED" + NEW_LINE));
    }
  }
}
