package dev.vigil.stack;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The servers that a whole deployment needs, on free loopback ports: started together, watched, and
 * stopped together. What they keep lies below one directory, where the next start finds it again,
 * and the ports, too, as far as they are still free.
 */
public final class LocalStack implements AutoCloseable {
  private static final String PORTS = "ports.properties";
  private static final String LOCK = "lock";
  private static final int SIGNAL = 128;
  private static final double NANOS_PER_SECOND = 1e9;

  /** What a stack can consist of, in the order in which it is told of. */
  public enum Server {
    KAFKA,
    OPENSEARCH,
    WAREHOUSE,
    FLINK;

    /** The directory of what it keeps. */
    private String directory() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Path home;
  private final FileChannel lock;
  private final Map<Server, Started> started =
      Collections.synchronizedMap(new EnumMap<>(Server.class));
  private boolean closed;

  /** A server that runs, and the processes that it consists of. */
  private record Started(AutoCloseable server, int port, List<ServerProcess> processes) {}

  private LocalStack(Path home, FileChannel lock) {
    this.home = home;
    this.lock = lock;
  }

  /**
   * Starts servers at the same time, and waits until all of them are ready.
   *
   * @param home directory of all that they keep: made if it is not there; for one stack at a time
   * @param servers those that are wanted
   * @param told gets a line whenever something has come about
   * @throws StackException if the directory cannot be used, or a server does not start: none is
   *     left running then
   */
  public static LocalStack start(Path home, Set<Server> servers, Consumer<String> told) {
    Path directory = home.toAbsolutePath().normalize();
    LocalStack stack = new LocalStack(directory, lock(directory));
    try {
      Properties ports = stack.ports();
      CompletableFuture.allOf(
              servers.stream()
                  .map(
                      server ->
                          CompletableFuture.runAsync(
                              () -> stack.start(server, port(ports, server), servers, told),
                              // A thread for each: they do nothing but wait.
                              task -> new Thread(task, "start " + server).start()))
                  .toArray(CompletableFuture[]::new))
          .join();
      stack.keepPorts(ports);
      return stack;
    } catch (CompletionException e) {
      stack.close();
      throw new StackException(e.getCause().getMessage(), e.getCause());
    } catch (IOException e) {
      stack.close();
      throw new StackException(directory + " cannot be used: " + e.getMessage(), e);
    }
  }

  /**
   * Removes what the servers of an earlier stack have kept.
   *
   * @throws StackException if another stack uses it, or if there is a directory that no stack has
   *     made
   */
  public static void clear(Path home) {
    Path directory = home.toAbsolutePath().normalize();
    if (!Files.exists(directory)) {
      return;
    }
    FileChannel held = lock(directory);
    try {
      try {
        for (Server server : Server.values()) {
          delete(directory.resolve(server.directory()));
        }
        Files.deleteIfExists(directory.resolve(PORTS));
      } finally {
        held.close();
      }
    } catch (IOException e) {
      throw new StackException(directory + " cannot be emptied: " + e.getMessage(), e);
    }
  }

  /** So that no two stacks write to the same data, and none to what is not a stack's. */
  private static FileChannel lock(Path home) {
    try {
      if (Files.isDirectory(home) && !Files.exists(home.resolve(LOCK)) && !isEmpty(home)) {
        throw new StackException(
            home + " is not empty, and not the directory of a local stack: name another one");
      }
      Files.createDirectories(home);
      FileChannel channel =
          FileChannel.open(home.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock held = null;
      try {
        held = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        // Held by this very JVM: the same to whoever asks.
      }
      if (held == null) {
        channel.close();
        throw new StackException(
            home + " is in use by another local stack: stop that one, or name another directory");
      }
      return channel;
    } catch (IOException e) {
      throw new StackException(home + " cannot be used: " + e.getMessage(), e);
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> all = Files.walk(directory)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private Properties ports() throws IOException {
    Properties ports = new Properties();
    Path file = home.resolve(PORTS);
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        ports.load(reader);
      }
    }
    return ports;
  }

  /** The port that a server had, if it is free; else 0. */
  private static int port(Properties ports, Server server) {
    String known = ports.getProperty(server.directory(), "0");
    try {
      int port = known.matches("\\d{1,5}") ? Integer.parseInt(known) : 0;
      return port > 0 && port <= 65_535 && LoopbackPorts.isFree(port) ? port : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void keepPorts(Properties ports) throws IOException {
    started.forEach(
        (server, running) ->
            ports.setProperty(server.directory(), Integer.toString(running.port())));
    try (Writer writer = Files.newBufferedWriter(home.resolve(PORTS))) {
      ports.store(writer, null);
    }
  }

  private void start(Server server, int port, Set<Server> servers, Consumer<String> told) {
    Path directory = directory(server);
    long begin = System.nanoTime();
    Started running =
        switch (server) {
          case KAFKA -> {
            LocalKafka kafka = LocalKafka.start(directory, port);
            yield new Started(kafka, kafka.port(), List.of(kafka.process()));
          }
          case OPENSEARCH -> {
            LocalSearch search = LocalSearch.startOpenSearch(directory, port);
            yield new Started(search, search.port(), List.of(search.process()));
          }
          case WAREHOUSE -> {
            LocalWarehouse warehouse = LocalWarehouse.start(directory, port);
            yield new Started(warehouse, warehouse.port(), List.of(warehouse.process()));
          }
          case FLINK -> {
            LocalFlink flink =
                LocalFlink.start(
                    directory,
                    port,
                    servers.contains(Server.WAREHOUSE)
                        ? LocalWarehouse.clientArguments(directory(Server.WAREHOUSE))
                        : List.of());
            yield new Started(
                flink, flink.port(), List.of(flink.jobManager(), flink.taskManager()));
          }
        };
    started.put(server, running);
    for (ServerProcess process : running.processes()) {
      told.accept(
          String.format(
              Locale.ROOT,
              "%s is ready after %.1f s",
              process.name(),
              (System.nanoTime() - begin) / NANOS_PER_SECOND));
    }
  }

  private Path directory(Server server) {
    return home.resolve(server.directory());
  }

  /** Whether a server is part of this stack. */
  public boolean has(Server server) {
    return started.containsKey(server);
  }

  /** Where all is kept. */
  public Path home() {
    return home;
  }

  /** The broker. */
  public LocalKafka kafka() {
    return (LocalKafka) server(Server.KAFKA);
  }

  /** The search node. */
  public LocalSearch search() {
    return (LocalSearch) server(Server.OPENSEARCH);
  }

  /** The warehouse. */
  public LocalWarehouse warehouse() {
    return (LocalWarehouse) server(Server.WAREHOUSE);
  }

  /** The Flink cluster. */
  public LocalFlink flink() {
    return (LocalFlink) server(Server.FLINK);
  }

  private AutoCloseable server(Server server) {
    Started running = started.get(server);
    if (running == null) {
      throw new IllegalStateException("a stack without " + server);
    }
    return running.server();
  }

  /**
   * Waits until one of the servers ends that nobody has stopped.
   *
   * @return which one it was, how it ended, and what it said last
   */
  public String awaitDeath() throws InterruptedException {
    List<ServerProcess> all = processes();
    try {
      CompletableFuture.anyOf(
              all.stream().map(ServerProcess::end).toArray(CompletableFuture[]::new))
          .get();
    } catch (ExecutionException e) {
      throw new AssertionError("an end is never a failure", e);
    }
    ServerProcess dead =
        all.stream().filter(process -> !process.isAlive()).findFirst().orElseThrow();
    int status = dead.exitStatus().orElseThrow();
    String how =
        status > SIGNAL
            ? "was ended by signal " + (status - SIGNAL)
            : "ended with status " + status;
    String words = dead.lastWords();
    return dead.name() + " " + how + (words.isEmpty() ? "" : ". Its last words:\n" + words);
  }

  private List<ServerProcess> processes() {
    return started.values().stream().flatMap(running -> running.processes().stream()).toList();
  }

  /** Stops all servers, each in good order; returns when none runs. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<Thread> stopping = new ArrayList<>();
    started.forEach(
        (server, running) -> {
          Thread thread = new Thread(() -> close(running), "stop " + server);
          thread.start();
          stopping.add(thread);
        });
    boolean interrupted = false;
    for (Thread thread : stopping) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(Started running) {
    try {
      running.server().close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Why there is no stack, for people: what is wrong, and how to put it right. */
  public static final class StackException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean usage;

    /** The directory that was named cannot be used. */
    private StackException(String message) {
      super(message);
      this.usage = true;
    }

    /** A server or the system is at fault. */
    private StackException(String message, Throwable cause) {
      super(message, cause);
      this.usage = false;
    }

    /** Whether another directory would put it right. */
    public boolean isUsage() {
      return usage;
    }
  }
}
