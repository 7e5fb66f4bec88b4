package dev.vigil.demo;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of Vigil's in a JVM of its own, with this one's class path; what it says is in a file.
 */
final class ChildProcess implements AutoCloseable {
  private static final List<String> OPENS =
      List.of("java.lang", "java.util", "java.net", "java.time");
  private static final int LAST_LINES = 20;
  private static final long LONGEST_STOP_SECONDS = 30;

  private final String name;
  private final Process process;
  private final Path said;
  private final Thread atExit;

  private ChildProcess(String name, Process process, Path said) {
    this.name = name;
    this.process = process;
    this.said = said;
    // Whoever stops the demo stops all of it.
    this.atExit = new Thread(process::destroy, "stop " + name);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** The program has ended when it should not have, or not as it should have. */
  static final class FailedException extends Exception {
    private static final long serialVersionUID = 1L;

    FailedException(String message) {
      super(message);
    }
  }

  /**
   * @param flags of its JVM, besides those that all get
   * @param directory where the file is, named after the program
   */
  static ChildProcess start(
      String name, List<String> flags, Class<?> program, List<String> arguments, Path directory)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx2g");
    for (String opened : OPENS) {
      command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
    }
    command.add("--add-exports=java.base/sun.net.util=ALL-UNNAMED");
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(program.getName());
    command.addAll(arguments);
    Path said = directory.resolve(name + ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    return new ChildProcess(name, process, said);
  }

  /** Waits until it has done its work; returns the lines that it said. */
  List<String> await() throws IOException, InterruptedException, FailedException {
    int status = process.waitFor();
    Runtime.getRuntime().removeShutdownHook(atExit);
    if (status != 0) {
      throw failed();
    }
    return Files.readAllLines(said);
  }

  /** For a program that is to go on. */
  void checkAlive() throws IOException, FailedException {
    if (!process.isAlive()) {
      throw failed();
    }
  }

  private FailedException failed() throws IOException {
    List<String> lines = Files.readAllLines(said);
    return new FailedException(
        name
            + " ended with status "
            + process.exitValue()
            + "; its last lines, of "
            + said
            + ":\n"
            + String.join(
                "\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())));
  }

  /** Stops it if it still runs; ends it if it takes too long. */
  @Override
  public void close() {
    if (!process.isAlive()) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(LONGEST_STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    Runtime.getRuntime().removeShutdownHook(atExit);
  }
}
