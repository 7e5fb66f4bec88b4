package dev.vigil.demo;

import dev.vigil.demo.Arguments.Option;
import dev.vigil.stack.LocalWarehouse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How to run the demo.
 *
 * @param deployment null for a local stack that is to be started
 * @param stays whether that stack is there until it is stopped
 * @param topicPrefix what the names of all topics begin with
 * @param patience in live mode: how long to wait for alerts after the last line
 * @param passedOn more options for the main job
 */
record DemoOptions(
    GenerationOptions generation,
    Path directory,
    @Nullable Deployment deployment,
    Runner runner,
    boolean stays,
    String topicPrefix,
    Duration patience,
    List<String> passedOn) {
  static final List<Option> OPTIONS =
      Stream.concat(
              Stream.of(
                  new Option(
                      "broker",
                      "a Kafka broker, HOST:PORT, without passwords; by default there is a local"
                          + " stack for the demo alone"),
                  new Option("search", "an Elasticsearch or OpenSearch node, http://HOST:9200"),
                  new Option("stay", "false to stop the local stack after the report"),
                  new Option("runner", "direct (by default), or flink for an embedded Flink"),
                  new Option("topicPrefix", "what the names of all topics begin with"),
                  new Option(
                      "patience", "in live mode: how long to wait for alerts; 10m by default"),
                  new Option(Arguments.PASSES_ON, "any option of the main job")),
              GenerationOptions.OPTIONS.stream())
          .toList();

  /**
   * Where what is deployed can be reached.
   *
   * @param broker HOST:PORT
   * @param search the URL of an Elasticsearch or OpenSearch; null to do without
   * @param warehouse null to do without
   */
  record Deployment(String broker, @Nullable String search, @Nullable LocalWarehouse warehouse) {}

  /** On what the main job runs, with the arguments that its profile presets. */
  enum Runner {
    DIRECT,
    FLINK
  }

  static DemoOptions of(String[] args, Instant now) throws UsageException {
    Arguments arguments = Arguments.of(args, OPTIONS);
    String broker = arguments.text("broker");
    String search = arguments.text("search");
    if (broker == null && search != null) {
      throw new UsageException("--search without --broker: give --broker=HOST:PORT, too");
    }
    if (broker != null && arguments.text("stay") != null) {
      throw new UsageException("--stay is about the demo's own stack: leave it, or --broker, out");
    }
    return new DemoOptions(
        GenerationOptions.of(arguments, now),
        Path.of(arguments.text("directory", "vigil-demo")).toAbsolutePath().normalize(),
        broker == null ? null : new Deployment(broker, search, null),
        runner(arguments),
        arguments.text("stay") == null || arguments.flag("stay"),
        arguments.text("topicPrefix", ""),
        arguments.minutes("patience", "10m"),
        arguments.passedOn());
  }

  private static Runner runner(Arguments arguments) throws UsageException {
    String name = arguments.text("runner", "direct");
    for (Runner runner : Runner.values()) {
      if (runner.name().toLowerCase(Locale.ROOT).equals(name)) {
        return runner;
      }
    }
    throw arguments.wrong("runner", "neither direct nor flink");
  }
}
