package dev.vigil.pipeline;

import dev.vigil.pipeline.io.Storage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** From the command line to the finished job. */
final class CommandLine {
  private static final int OK = 0;
  private static final int JOB_FAILED = 1;
  private static final int USAGE = 2;

  private static final org.joda.time.Duration PROGRESS_INTERVAL =
      org.joda.time.Duration.millis(500);

  private CommandLine() {}

  /** Runs the main job; the exit codes are told at {@link Vigil}. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    try {
      List<String> defaults = runnerDefaults();
      if (Stream.of(args).anyMatch(a -> a.equals("--help") || a.equals("-h"))) {
        Help.print(out, defaults);
        return OK;
      }
      VigilOptions options = parse(args, defaults);
      Storage.open(options);
      if (options.getInput() == null) {
        options.setInput(SampleLogs.unpack(options.getOutput()));
      }
      Settings settings = Settings.of(options);
      Places.check(settings);
      Pipeline pipeline = Pipeline.create(options);
      Vigil.build(pipeline, settings);
      return run(pipeline, settings, out, err);
    } catch (UsageException e) {
      err.println(
          "vigil: " + e.getMessage().lines().map(String::strip).collect(Collectors.joining(" ")));
      return USAGE;
    }
  }

  private static int run(Pipeline pipeline, Settings settings, PrintStream out, PrintStream err) {
    long start = System.nanoTime();
    PipelineResult result = pipeline.run();
    Progress progress = Progress.on(err);
    PipelineResult.State state = null;
    while (state == null || !state.isTerminal()) {
      state = result.waitUntilFinish(PROGRESS_INTERVAL);
      progress.show(result);
    }
    progress.clear();
    if (state != PipelineResult.State.DONE) {
      err.println("vigil: the job ended " + state);
      return JOB_FAILED;
    }
    Summary.of(result, settings, Duration.ofNanos(System.nanoTime() - start)).print(out);
    return OK;
  }

  /** The user's arguments, and those defaults of the runner that the user does not set. */
  private static VigilOptions parse(String[] args, List<String> defaults) throws UsageException {
    List<String> all = new ArrayList<>(Arrays.asList(args));
    for (String preset : defaults) {
      String name = preset.substring(0, preset.indexOf('=') + 1);
      if (Stream.of(args).noneMatch(arg -> arg.startsWith(name))) {
        all.add(preset);
      }
    }
    try {
      return PipelineOptionsFactory.fromArgs(all.toArray(String[]::new))
          .withValidation()
          .as(VigilOptions.class);
    } catch (IllegalArgumentException e) {
      throw new UsageException(Help.explain(e, all));
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
