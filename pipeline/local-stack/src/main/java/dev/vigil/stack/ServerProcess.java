package dev.vigil.stack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A server in a JVM of its own.
 *
 * <p>Its main class prints the line {@code READY address} on standard output once it can be used,
 * and stops when its standard input ends. The system closes that at the latest when the process
 * that started the server is gone, so no server is ever left behind.
 */
public final class ServerProcess implements AutoCloseable {
  /** Small and soon up; none may stay half alive without memory. */
  private static final List<String> JVM_ARGUMENTS =
      List.of(
          "-Xmx512m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:+ExitOnOutOfMemoryError",
          "-Dfile.encoding=UTF-8");

  private static final String READY = "READY ";
  private static final int LINES_KEPT = 50;
  private static final Duration LONGEST_STOP = Duration.ofSeconds(20);
  private static final Duration LONGEST_DEATH = Duration.ofSeconds(5);

  private final String name;
  private final Process process;
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final CompletableFuture<String> ready = new CompletableFuture<>();
  private final List<Thread> listeners;

  private ServerProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.listeners =
        List.of(
            listen("output", process.getInputStream(), this::hear, () -> ready.complete(null)),
            listen("errors", process.getErrorStream(), this::keep, () -> {}));
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @return the running server
   * @throws IllegalStateException if it ends instead, or is not ready in time; the message has the
   *     last lines that it wrote, and nothing of it is left running
   */
  public static ServerProcess start(ServerCommand command, Duration timeout) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(JVM_ARGUMENTS);
    words.addAll(command.jvmArguments());
    words.add("-cp");
    words.add(command.classPath());
    words.add(command.mainClass());
    words.addAll(command.arguments());
    Process process;
    try {
      process = new ProcessBuilder(words).start();
    } catch (IOException e) {
      throw new UncheckedIOException(command.name() + " could not be started", e);
    }
    ServerProcess server = new ServerProcess(command.name(), process);
    server.awaitReady(timeout);
    return server;
  }

  private void awaitReady(Duration timeout) {
    String failure;
    try {
      if (ready.get(timeout.toMillis(), TimeUnit.MILLISECONDS) != null) {
        return;
      }
      failure =
          process.waitFor(LONGEST_DEATH.toMillis(), TimeUnit.MILLISECONDS)
              ? "ended with status " + process.exitValue() + " instead of becoming ready"
              : "closed its output instead of becoming ready";
    } catch (TimeoutException e) {
      failure = "was not ready within " + timeout.toSeconds() + " s";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = "was not waited for: interrupted";
    } catch (ExecutionException e) {
      throw new AssertionError("readiness is never completed by a failure", e);
    }
    kill();
    throw new IllegalStateException(name + " " + failure + ". Its last words:\n" + lastWords());
  }

  /** What the server said after {@code READY}: the address where it can be reached. */
  public String address() {
    return ready.join();
  }

  /** Whether the server's process still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** What people call the server. */
  public String name() {
    return name;
  }

  /** Done when the server's process has ended, however it did. */
  public CompletableFuture<Void> end() {
    return process.onExit().thenRun(this::awaitSilence);
  }

  /** What the system calls the server's process. */
  public long pid() {
    return process.pid();
  }

  /** The status with which the server ended, if it has ended: 0 if it stopped in good order. */
  public OptionalInt exitStatus() {
    return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }

  /** The last lines that the server wrote, apart from the one that said that it is ready. */
  public String lastWords() {
    synchronized (lastLines) {
      return String.join("\n", lastLines);
    }
  }

  /** Ends the server at once, as a crash would, and returns when it is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd(LONGEST_DEATH);
    awaitSilence();
  }

  /** Stops the server in good order; ends it like {@link #kill} if it takes too long. */
  @Override
  public void close() {
    close(LONGEST_STOP);
  }

  void close(Duration timeout) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // Nothing was ever written, so this cannot be about data: the server has ended.
      kill();
      return;
    }
    if (!awaitEnd(timeout)) {
      kill();
    }
    awaitSilence();
  }

  /** True if the server is gone within that time. An interrupted thread does not wait. */
  private boolean awaitEnd(Duration timeout) {
    try {
      return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Until everything that the server said has been heard. */
  private void awaitSilence() {
    try {
      for (Thread listener : listeners) {
        listener.join(LONGEST_DEATH.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void hear(String line) {
    if (!line.startsWith(READY) || !ready.complete(line.substring(READY.length()))) {
      keep(line);
    }
  }

  private void keep(String line) {
    synchronized (lastLines) {
      if (lastLines.size() == LINES_KEPT) {
        lastLines.removeFirst();
      }
      lastLines.addLast(line);
    }
  }

  private interface Line {
    void accept(String line);
  }

  /** Reads all there is, also what nobody asks for: a full pipe would stop the server. */
  private Thread listen(String what, InputStream stream, Line line, Runnable atEnd) {
    Thread thread =
        new Thread(
            () -> {
              try (BufferedReader reader =
                  new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String next = reader.readLine(); next != null; next = reader.readLine()) {
                  line.accept(next);
                }
              } catch (IOException e) {
                // The pipe of a process that was killed: the end, as well.
                line.accept("(its " + what + " broke off: " + e.getMessage() + ")");
              } finally {
                atEnd.run();
              }
            },
            name + " " + what);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
