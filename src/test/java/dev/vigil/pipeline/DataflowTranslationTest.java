package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job, endless, with all that it can read without an end and all that it can write, as it
 * goes to Dataflow.
 *
 * <p>What another job on Dataflow could go on from is kept in {@code dataflow/steps.txt}, and what
 * is gone from there, by release, in {@code dataflow/breaking.txt}. With {@code
 * -Dvigil.golden.update=true} the first is written anew, unless something is gone that the second
 * does not list; with {@code -Dvigil.golden.breaking=true} as well, it is listed.
 */
class DataflowTranslationTest {
  private static final Path RECORDS =
      Path.of(System.getProperty("vigil.root"), "src/test/resources/dataflow");

  private static final Path STEPS = RECORDS.resolve("steps.txt");
  private static final Path BREAKING = RECORDS.resolve("breaking.txt");

  /** The one that is being made. */
  private static final String RELEASE =
      System.getProperty("vigil.version").replaceFirst("-SNAPSHOT$", "");

  /** Of a request that creates a job. */
  private static final long MOST_BYTES = 10_000_000;

  /** Less than any reader takes of it. */
  private static final long LEAST_READER_BYTES = 10_000;

  private static final Map<String, Integer> PARTITIONS = Map.of("Logins", 2, "IDS", 2);

  private static final String[] ALL_SINKS = {
    "--input=kafka:Logins,IDS",
    "--bootstrapServers=127.0.0.1:1",
    "--outputTopics=events,suspicious-logins,alerts,late,failures",
    "--elasticsearch=http://127.0.0.1:1",
    "--bigQueryDataset=my-project:security",
    "--output=gs://bucket/results"
  };

  @TempDir private static Path directory;

  private static DataflowTranslation job;

  @BeforeAll
  static void translate() throws IOException, UsageException {
    job = DataflowTranslation.of(directory, PARTITIONS, ALL_SINKS);
  }

  private static List<String> names(String prefix) {
    return job.stepNames().stream().filter(name -> name.startsWith(prefix)).toList();
  }

  @Test
  void itIsAStreamingJob() {
    assertThat(job.request().at("/environment/version/job_type").asText()).isEqualTo("STREAMING");
    assertThat(job.request().at("/environment/sdkPipelineOptions/options/streaming").asBoolean())
        .isTrue();
  }

  /** Dataflow shows the names of steps, and finds a running job's by them. */
  @Test
  void itsStepsHaveTheProgramsNames() {
    assertThat(names("ReadLogs/Kafka/ReadTopics/")).isNotEmpty();
    assertThat(names("ParseLogs/Parse")).isNotEmpty();
    for (String step :
        List.of("DetectSuspiciousLogins", "JoinAttacksWithLogins", "CorrelateAttacksWithLogins")) {
      assertThat(names(step + "/")).as(step).isNotEmpty();
    }
    for (String product : List.of("Events", "SuspiciousLogins", "Alerts", "Late", "Failures")) {
      for (String sink : List.of("ToFiles", "ToKafka", "ToSearch", "ToBigQuery")) {
        assertThat(names("Write" + product + "/" + sink + "/")).as(product + sink).isNotEmpty();
      }
    }
    assertThat(new TreeSet<>(job.stepNames())).hasSameSizeAs(job.stepNames());
  }

  /** Events exactly once, in streams; the rest upserted, in the default stream. */
  @Test
  void rowsGoByTheStorageWriteApi() {
    assertThat(names("WriteEvents/ToBigQuery/WriteTable/"))
        .anyMatch(name -> name.contains("/StorageApiWriteSharded/"));
    assertThat(names("WriteAlerts/ToBigQuery/WriteTable/"))
        .noneMatch(name -> name.contains("/StorageApiWriteSharded/"));
    assertThat(job.stepNames()).noneMatch(name -> name.contains("StreamingInserts"));
    assertThat(job.stepNames()).noneMatch(name -> name.contains("BatchLoads"));
  }

  /** The runner refuses the first two; the others end a job that is long under way. */
  @Test
  void nothingThatStreamingDataflowDoesNotHave() {
    List<JobSteps.ParDoStep> steps = JobSteps.parDos(job.built());
    assertThat(steps)
        .filteredOn(JobSteps.ParDoStep::isStateful)
        .extracting(JobSteps.ParDoStep::name)
        .contains("DetectSuspiciousLogins/CountWindow", "CorrelateAttacksWithLogins/Correlate");
    assertSupported(steps);
  }

  private static void assertSupported(List<JobSteps.ParDoStep> steps) {
    assertThat(steps)
        .hasSizeGreaterThan(20)
        .noneMatch(step -> step.signature().processElement().requiresTimeSortedInput());
    List<JobSteps.ParDoStep> stateful =
        steps.stream().filter(JobSteps.ParDoStep::isStateful).toList();
    assertThat(stateful).allMatch(step -> step.windowFn().isNonMerging());
    assertThat(stateful)
        .flatMap(JobSteps::stateKinds)
        .isNotEmpty()
        .allMatch(kind -> kind.matches("state \\S+: (value|bag|combined .*)|timers? .*"));
  }

  /** With state of KafkaIO's own, and nothing that Dataflow does not have. */
  @Test
  void exactlyOnceToKafka() throws IOException, UsageException {
    DataflowTranslation exactlyOnce =
        DataflowTranslation.of(
            directory,
            PARTITIONS,
            "--input=kafka:Logins,IDS",
            "--bootstrapServers=127.0.0.1:1",
            "--outputTopics=alerts",
            "--delivery=exactly-once");
    assertThat(exactlyOnce.stepNames())
        .anyMatch(name -> name.startsWith("WriteAlerts/ToKafka/WriteTopic/KafkaExactlyOnceSink/"));
    assertSupported(JobSteps.parDos(exactlyOnce.built()));
  }

  /** Files of a bucket, to their end: a batch job, whose rows are all upserted. */
  @Test
  void aBoundedJob() throws IOException, UsageException {
    DataflowTranslation bounded =
        DataflowTranslation.of(
            directory,
            Map.of(),
            "--input=gs://bucket/logs/*",
            "--bigQueryDataset=my-project:security",
            "--output=gs://bucket/results");
    assertThat(bounded.request().at("/environment/version/job_type").asText())
        .isEqualTo("JAVA_BATCH_AUTOSCALING");
    assertThat(bounded.stepNames())
        .anyMatch(name -> name.startsWith("ReadLogs/Files/"))
        .anyMatch(name -> name.startsWith("WriteEvents/ToBigQuery/WriteTable/"))
        .noneMatch(name -> name.contains("/StorageApiWriteSharded/"));
  }

  @Test
  void itIsNotTooLargeForDataflow() {
    assertThat(job.bytes()).isLessThan(MOST_BYTES / 2);
  }

  /**
   * The request has a reader for each worker that there may be, if there are as many partitions: a
   * hundred here, where the other job has four.
   */
  @Test
  void norWithManyPartitionsAndWorkers() throws IOException, UsageException {
    DataflowTranslation large =
        DataflowTranslation.of(
            directory,
            Map.of("Logins", 200, "IDS", 200),
            Stream.concat(Stream.of(ALL_SINKS), Stream.of("--maxNumWorkers=100"))
                .toArray(String[]::new));
    assertThat(large.bytes())
        .isGreaterThan(job.bytes() + 96 * LEAST_READER_BYTES)
        .isLessThan(MOST_BYTES * 3 / 4);
  }

  /**
   * A job that runs can be replaced by one whose steps have the same names, coders, windows and
   * state, and by none that lacks one of them.
   */
  @Test
  void aRunningJobCanBeUpdated() throws IOException {
    List<String> lines = JobSteps.lines(job.built(), job.submitted());
    Set<String> gone = BreakingChanges.gone(Files.readAllLines(STEPS), lines);
    if (Boolean.getBoolean("vigil.golden.breaking") && !gone.isEmpty()) {
      BreakingChanges.read(BREAKING).with(RELEASE, gone).write(BREAKING);
    }
    Set<String> listed = BreakingChanges.read(BREAKING).of(RELEASE);
    assertThat(listed)
        .as(
            "A job that runs cannot be updated to this one: what it has is gone, or encoded in another"
                + " way. If that is meant, %s must list it under %s, which -Dvigil.golden.update=true"
                + " -Dvigil.golden.breaking=true does",
            BREAKING.getFileName(), RELEASE)
        .containsAll(gone);
    if (Boolean.getBoolean("vigil.golden.update")) {
      Files.write(STEPS, lines);
    }
    assertThat(lines)
        .as("Write %s anew: -Dvigil.golden.update=true", STEPS.getFileName())
        .isEqualTo(Files.readAllLines(STEPS));
    assertThat(BreakingChanges.facts(lines))
        .as("What %s lists under %s is there", BREAKING.getFileName(), RELEASE)
        .noneMatch(listed::contains);
    assertThat(lines).containsAll(job.stepNames());
  }
}
