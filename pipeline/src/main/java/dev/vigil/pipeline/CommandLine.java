package dev.vigil.pipeline;

import dev.vigil.pipeline.io.Storage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the command line to the finished job. */
final class CommandLine {
  private static final Logger LOG = LoggerFactory.getLogger(CommandLine.class);

  private static final int OK = 0;
  private static final int JOB_FAILED = 1;
  static final int USAGE = 2;

  private static final org.joda.time.Duration PROGRESS_INTERVAL =
      org.joda.time.Duration.millis(500);

  private CommandLine() {}

  /** Runs the main job; the exit codes are told at {@link Vigil}. */
  static int run(String[] arguments, PrintStream out, PrintStream err) {
    try {
      List<String> defaults = runnerDefaults();
      if (Stream.of(arguments).anyMatch(a -> a.equals("--help") || a.equals("-h"))) {
        Help.print(out, defaults);
        return OK;
      }
      // Kafka's properties hold secrets: they become no options, which runners show.
      Map<String, String> properties = KafkaSettings.properties(List.of(arguments));
      String[] args =
          Stream.of(arguments)
              .filter(arg -> !arg.startsWith(KafkaSettings.PROPERTY))
              .toArray(String[]::new);
      List<String> given = withPresets(List.of(args), defaults);
      try (Checkpoints checkpoints = Checkpoints.of(given)) {
        List<String> presets =
            withPresets(
                withPresets(
                    withPresets(
                        checkpoints.arguments(),
                        ClusterDefaults.of(given, ClusterDefaults.ownJar())),
                    EmbeddedFlink.of(given, CommandLine.class.getClassLoader())),
                defaults);
        return run(args, properties, parse(VigilOptions.class, args, presets), out, err);
      }
    } catch (UsageException e) {
      err.println("vigil: " + oneLine(e.getMessage()));
      return USAGE;
    } catch (InvalidPathException e) {
      err.println("vigil: " + e.getInput() + " is no file name here: set LC_ALL=C.UTF-8");
      return USAGE;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int run(
      String[] args,
      Map<String, String> properties,
      VigilOptions options,
      PrintStream out,
      PrintStream err)
      throws UsageException {
    Storage.open(options);
    BigQuerySettings bigQuery = BigQuerySettings.of(options);
    if (bigQuery.connection() != null) {
      bigQuery.connection().prepare(options);
    }
    if (options.getSetup() != null) {
      SetUp.run(options, ElasticsearchSettings.of(options, System.getenv()), bigQuery, out);
      return OK;
    }
    Settings settings = settings(args, properties, options);
    Pipeline pipeline = asTheRunnerTakesThem(args, () -> Pipeline.create(options));
    Vigil.build(pipeline, settings);
    long start = System.nanoTime();
    try {
      PipelineResult result = asTheRunnerTakesThem(args, pipeline::run);
      if (!DataflowJob.is(options)) {
        return ended(await(result, err), result, settings, start, out, err);
      }
      return DataflowJob.isLeftAlone(args, settings, out)
          ? OK
          : ended(result.waitUntilFinish(), result, settings, start, out, err);
    } catch (RuntimeException e) {
      LOG.debug("the job failed", e);
      err.println("vigil: the job failed: " + JobFailure.reason(e));
      return JOB_FAILED;
    }
  }

  /** What the options say, once all that they name has been looked at. */
  private static Settings settings(
      String[] args, Map<String, String> properties, VigilOptions options) throws UsageException {
    if (DataflowJob.is(options)) {
      Settings settings = DataflowJob.settings(options, properties);
      DataflowJob.checkPlace(args, options);
      return Places.check(settings, options, DataflowJob.oldResults(args, settings));
    }
    if (options.getInput() == null) {
      options.setInput(SampleLogs.NAME);
      String output = Settings.of(options, properties).sampleOutput(); // checks all options
      options.setInput(SampleLogs.unpack(output));
    }
    return Places.check(Settings.of(options, properties), options);
  }

  static String oneLine(String message) {
    return message.lines().map(String::strip).collect(Collectors.joining(" "));
  }

  /** Options of the runner are checked when it gets the pipeline, or begins to run it. */
  private static <T> T asTheRunnerTakesThem(String[] args, Supplier<T> step) throws UsageException {
    try {
      return step.get();
    } catch (IllegalArgumentException e) {
      String given =
          Stream.of(args)
              .filter(
                  arg ->
                      Help.names(VigilOptions.class).stream()
                          .noneMatch(n -> arg.startsWith("--" + n + "=")))
              .collect(Collectors.joining(" "));
      throw new UsageException(
          "the runner does not take these options"
              + (e.getMessage() == null ? "" : " (" + e.getMessage() + ")")
              + ": check "
              + (given.isEmpty() ? "the runner's profile" : given));
    }
  }

  private static PipelineResult.State await(PipelineResult result, PrintStream err) {
    Progress progress = Progress.on(err);
    PipelineResult.State state = null;
    try {
      while (state == null || !state.isTerminal()) {
        state = result.waitUntilFinish(PROGRESS_INTERVAL);
        progress.show(result);
      }
    } finally {
      progress.clear();
    }
    return state;
  }

  private static int ended(
      PipelineResult.State state,
      PipelineResult result,
      Settings settings,
      long start,
      PrintStream out,
      PrintStream err) {
    if (state != PipelineResult.State.DONE) {
      err.println("vigil: the job ended " + state);
      return JOB_FAILED;
    }
    Summary summary = Summary.of(result, settings, Duration.ofNanos(System.nanoTime() - start));
    summary.print(out);
    if (summary.lost() > 0) {
      err.println(
          "vigil: failures could not be written, and are in the log alone: " + summary.lost());
      return JOB_FAILED;
    }
    return OK;
  }

  /** The arguments, and those presets that are not among them. */
  private static List<String> withPresets(List<String> args, List<String> presets) {
    List<String> all = new ArrayList<>(args);
    for (String preset : presets) {
      String name = preset.substring(0, preset.indexOf('=') + 1);
      if (args.stream().noneMatch(arg -> arg.startsWith(name))) {
        all.add(preset);
      }
    }
    return all;
  }

  /**
   * The user's arguments, and those defaults that the user does not set.
   *
   * @param type the interface of Vigil's own options
   */
  static <T extends PipelineOptions> T parse(Class<T> type, String[] args, List<String> defaults)
      throws UsageException {
    for (String name : Help.names(type)) {
      if (Stream.of(args).filter(arg -> arg.startsWith("--" + name + "=")).count() > 1) {
        throw new UsageException("--" + name + " is given twice: give it once");
      }
    }
    List<String> all = withPresets(List.of(args), defaults);
    try {
      return PipelineOptionsFactory.fromArgs(all.toArray(String[]::new)).withValidation().as(type);
    } catch (IllegalArgumentException e) {
      throw new UsageException(Help.explain(type, e, all));
    }
  }

  /** The arguments that the runner's profile presets. */
  private static List<String> runnerDefaults() {
    try (InputStream resource = CommandLine.class.getResourceAsStream("default.args");
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
      return reader.lines().map(String::strip).filter(line -> line.startsWith("--")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
