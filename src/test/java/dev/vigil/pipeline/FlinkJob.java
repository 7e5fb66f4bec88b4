package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.stack.TestFlinkCluster;
import dev.vigil.stack.Waiting;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The main job in a JVM of its own, which can be killed: on an embedded Flink, or as the client of
 * the tests' cluster.
 */
final class FlinkJob implements AutoCloseable {
  private static final Path ROOT = Path.of(System.getProperty("vigil.root")).normalize();
  private static final long LONGEST_DEATH_SECONDS = 60;

  private final Process process;
  private final Path errors;

  private FlinkJob(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
  }

  /**
   * Starts it, with the presets of the runner's profile.
   *
   * @param directory where it writes what it has to say
   */
  static FlinkJob start(Path directory, List<String> arguments) throws IOException {
    return start(directory, List.of(), arguments);
  }

  /** The same with more arguments of the JVM. */
  static FlinkJob start(Path directory, List<String> jvm, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of(System.getProperty("jvm.opens").split(" ")));
    command.addAll(jvm);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Vigil.class.getName());
    command.addAll(arguments);
    try (Stream<String> presets = Files.lines(ROOT.resolve("runner-profiles/flink/default.args"))) {
      presets
          .filter(line -> line.startsWith("--"))
          .filter(
              line ->
                  arguments.stream()
                      .noneMatch(a -> a.startsWith(line.substring(0, line.indexOf('=') + 1))))
          .forEach(command::add);
    }
    Path errors = Files.createTempFile(directory, "job", ".err");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(true).redirectOutput(errors.toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    FlinkJob job = new FlinkJob(builder.start(), errors);
    // A test that is stopped leaves nothing behind.
    Runtime.getRuntime().addShutdownHook(new Thread(job::kill, "kill job"));
    return job;
  }

  /**
   * Submits it to the tests' cluster, where it goes on without the client.
   *
   * @param name by which it is found there
   */
  static FlinkJob submit(Path directory, String name, List<String> arguments) throws IOException {
    return submit(directory, List.of(), name, arguments);
  }

  /** The same with more arguments of the client's JVM. */
  static FlinkJob submit(Path directory, List<String> jvm, String name, List<String> arguments)
      throws IOException {
    List<String> all = new ArrayList<>(arguments);
    all.add("--flinkMaster=" + TestFlinkCluster.get().rest());
    all.add("--filesToStage=" + String.join(",", TestFlinkCluster.jobJars()));
    all.add("--jobName=" + name);
    return start(directory, jvm, all);
  }

  /** What it has said so far. */
  String said() throws IOException {
    return Files.readString(errors);
  }

  void assertRuns() throws IOException {
    assertThat(process.isAlive()).as("the job runs; it said: %s", said()).isTrue();
  }

  /** It ends by itself, and well. */
  void assertEnds(Duration patience) throws Exception {
    assertThat(process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS))
        .as("the job has ended; it said: %s", said())
        .isTrue();
    assertThat(process.exitValue()).as("it said: %s", said()).isZero();
  }

  /** Waits for what it brings about, as long as it runs. */
  void await(String what, Duration patience, Waiting.Condition condition) throws Exception {
    Waiting.until(
        what,
        patience,
        () -> {
          assertRuns();
          return condition.holds();
        });
  }

  /** Waits until it ends by itself; its exit code. */
  int awaitEnd(Duration patience) throws InterruptedException {
    assertThat(process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /** Ends it at once, without a chance to put anything in order. */
  void kill() {
    process.destroyForcibly().onExit().orTimeout(LONGEST_DEATH_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    kill();
  }
}
