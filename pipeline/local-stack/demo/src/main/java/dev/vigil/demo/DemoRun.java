package dev.vigil.demo;

import dev.vigil.demo.ChildProcess.FailedException;
import dev.vigil.demo.DemoOptions.Deployment;
import dev.vigil.pipeline.ShipLogs;
import dev.vigil.pipeline.Vigil;
import dev.vigil.pipeline.io.KafkaConnection;
import dev.vigil.pipeline.io.KafkaTopics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run of the demo: makes logs, ships them to Kafka, runs the main job from there to its sinks,
 * and reads back from those what was found. The shipper and the main job are processes of their
 * own; what they say is in files of the demo's directory.
 */
final class DemoRun {
  /** The directory of the demo's own stack, which is not a part of a run. */
  static final String STACK = "stack";

  private static final List<String> PARTS = List.of("logs", "ship-state", "results", "checkpoints");
  private static final long POLL_MILLIS = 5_000;

  private final DemoOptions options;
  private final Deployment deployment;
  private final InstantSource clock;
  private final PrintStream out;
  private final Path logs;
  private final Path results;

  DemoRun(DemoOptions options, Deployment deployment, InstantSource clock, PrintStream out) {
    this.options = options;
    this.deployment = deployment;
    this.clock = clock;
    this.out = out;
    this.logs = options.directory().resolve("logs");
    this.results = options.directory().resolve("results");
  }

  /**
   * Prints what is going on, and the report.
   *
   * @throws UsageException if what is deployed cannot be used, or has results already
   * @throws FailedException if a program of Vigil's fails
   */
  DetectionReport run() throws IOException, InterruptedException, UsageException, FailedException {
    prepareDirectory();
    prepareTopics();
    if (deployment.search() != null) {
      start("setup", Vigil.class, List.of("--setup", "--elasticsearch=" + deployment.search()))
          .await();
      checkEmpty();
    }
    if (deployment.warehouse() != null) {
      List<String> setUp = new ArrayList<>(warehouseArguments());
      setUp.add("--setup");
      start("setup-warehouse", Vigil.class, setUp).await();
    }
    LogGenerator.Written written = options.generation().live() ? runLive() : runAtOnce();
    return report(written.labels());
  }

  private LogGenerator.Written runAtOnce()
      throws IOException, InterruptedException, FailedException {
    LogGenerator.Written written = generate();
    List<String> ship = shipArguments();
    ship.add("--once=true");
    start("ship-logs", ShipLogs.class, ship).await().forEach(this::tell);
    List<String> vigil = vigilArguments();
    vigil.add("--stopAt=end");
    start("vigil", Vigil.class, vigil).await().forEach(this::tell);
    return written;
  }

  /** The shipper follows the files, and the main job the topics, while lines are written. */
  private LogGenerator.Written runLive() throws IOException, InterruptedException, FailedException {
    List<String> vigilArguments = vigilArguments();
    if (options.runner() == DemoOptions.Runner.FLINK) {
      vigilArguments.add("--checkpoints=" + options.directory().resolve("checkpoints"));
    }
    // Files that are not there yet have no permissions to check.
    for (LogFile file : LogFile.values()) {
      Files.createDirectories(logs.resolve(file.path()).getParent());
    }
    try (ChildProcess shipper = start("ship-logs", ShipLogs.class, shipArguments());
        ChildProcess vigil = start("vigil", Vigil.class, vigilArguments)) {
      LogGenerator.Written written = generate();
      Instant deadline = clock.instant().plus(options.patience());
      tell(
          "all lines are written; waiting for alerts until "
              + deadline.truncatedTo(ChronoUnit.SECONDS)
              + " at the latest");
      while (clock.instant().isBefore(deadline)
          && !DetectionReport.of(written.labels(), read(sink())).isExact()) {
        shipper.checkAlive();
        vigil.checkAlive();
        Thread.sleep(POLL_MILLIS);
      }
      return written;
    }
  }

  private LogGenerator.Written generate() throws IOException, InterruptedException {
    GenerationOptions generation = options.generation();
    if (generation.live()) {
      tell("writing logs in " + logs + " as time goes by, until " + generation.period().end());
    }
    LogGenerator.Written written = generation.generator().write(logs, generation.pace(clock));
    written.describe(generation.period(), 0).lines().forEach(this::tell);
    return written;
  }

  private void tell(String line) {
    out.println(line);
    out.flush();
  }

  /** Where the alerts are read back from, of the places that they go to. */
  private Sink sink() {
    return deployment.search() == null
        ? new ResultFiles(results)
        : new SearchNode(deployment.search(), logs);
  }

  private Findings read(Sink sink) throws IOException, InterruptedException {
    return sink.read(options.generation().period());
  }

  private DetectionReport report(Labels labels) throws IOException, InterruptedException {
    Findings findings = read(sink());
    DetectionReport report = DetectionReport.of(labels, findings);
    tell("");
    tell("Read back from " + sink().name() + ":");
    out.print(report.text());
    return report;
  }

  /** What an earlier run left goes; of anything else hands off. */
  private void prepareDirectory() throws IOException, UsageException {
    Path directory = options.directory();
    if (Files.isDirectory(directory)) {
      try (Stream<Path> entries = Files.list(directory)) {
        List<String> others =
            entries
                .map(entry -> entry.getFileName().toString())
                .filter(
                    name -> !PARTS.contains(name) && !name.equals(STACK) && !name.endsWith(".log"))
                .sorted()
                .toList();
        if (!others.isEmpty()) {
          throw new UsageException(
              "--directory="
                  + directory
                  + " has other things in it ("
                  + others.get(0)
                  + "): give one that is empty, or not there");
        }
      }
    }
    for (String part : PARTS) {
      delete(directory.resolve(part));
    }
    Files.createDirectories(directory);
  }

  private static void delete(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      try (Stream<Path> all = Files.walk(directory)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  /** Makes the topics of the lines; those that are there have other lines. */
  private void prepareTopics() throws UsageException {
    Collection<String> names = new TreeSet<>();
    for (LogFile file : LogFile.values()) {
      names.add(topic(file));
    }
    try (KafkaTopics topics =
        KafkaTopics.of(KafkaConnection.of(Map.of("bootstrap.servers", deployment.broker())))) {
      Collection<String> there = new TreeSet<>(names);
      there.removeAll(topics.missing(names));
      if (!there.isEmpty()) {
        throw new UsageException(
            "the broker has the topic "
                + String.join(", ", there)
                + " already: give --topicPrefix=NAME, or start with an empty broker");
      }
      topics.create(names);
    } catch (KafkaTopics.UnusableException e) {
      throw new UsageException(e.getMessage().replace("--bootstrapServers", "--broker"));
    }
  }

  private void checkEmpty() throws IOException, InterruptedException, UsageException {
    Findings earlier = read(sink());
    if (!earlier.alerts().isEmpty() || !earlier.failures().isEmpty()) {
      throw new UsageException(
          deployment.search()
              + " has "
              + earlier.alerts().size()
              + " alerts of that period, and "
              + earlier.failures().size()
              + " failures of logs in that directory, of an earlier run: start with an empty one, or"
              + " delete the indices vigil-alerts-* and vigil-failures-*");
    }
  }

  private String topic(LogFile file) {
    return options.topicPrefix() + file.topic();
  }

  private ChildProcess start(String name, Class<?> program, List<String> arguments)
      throws IOException {
    List<String> flags =
        deployment.warehouse() == null ? List.of() : deployment.warehouse().clientArguments();
    return ChildProcess.start(name, flags, program, arguments, options.directory());
  }

  private List<String> shipArguments() {
    return new ArrayList<>(
        List.of(
            "--bootstrapServers=" + deployment.broker(),
            "--state=" + options.directory().resolve("ship-state"),
            "--input="
                + Stream.of(LogFile.values())
                    .map(file -> logs.resolve(file.path()) + "=" + topic(file))
                    .collect(Collectors.joining(","))));
  }

  private List<String> vigilArguments() throws IOException {
    String prefix = options.topicPrefix();
    List<String> arguments = new ArrayList<>(presets());
    arguments.addAll(
        List.of(
            "--bootstrapServers=" + deployment.broker(),
            "--input=kafka:"
                + Stream.of(LogFile.values())
                    .map(this::topic)
                    .distinct()
                    .collect(Collectors.joining(",")),
            "--startFrom=earliest",
            "--kafka.group.id=" + prefix + "vigil-demo",
            "--outputTopics=suspicious-logins="
                + prefix
                + "SuspiciousLogins,alerts="
                + prefix
                + "Alerts,late="
                + prefix
                + "Late,failures="
                + prefix
                + "Failures",
            "--createTopics=true",
            "--output=" + results));
    if (deployment.search() != null) {
      arguments.add("--elasticsearch=" + deployment.search());
    }
    arguments.addAll(warehouseArguments());
    arguments.addAll(options.passedOn());
    return arguments;
  }

  private List<String> warehouseArguments() {
    return deployment.warehouse() == null
        ? List.of()
        : List.of(
            "--bigQueryDataset=" + RunningStack.DATASET,
            "--bigQueryEndpoint=" + deployment.warehouse().url());
  }

  /** What the runner's profile presets: the one that was built with may be another. */
  private List<String> presets() throws IOException {
    String name = options.runner().name().toLowerCase(Locale.ROOT) + "/default.args";
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                DemoRun.class.getResourceAsStream(name), StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .filter(line -> line.startsWith("--"))
          .filter(
              line ->
                  options.passedOn().stream()
                      .noneMatch(o -> o.startsWith(line.substring(0, line.indexOf('=') + 1))))
          .toList();
    }
  }
}
