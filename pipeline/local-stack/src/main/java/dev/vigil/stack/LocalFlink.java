package dev.vigil.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A standalone Apache Flink session cluster on loopback: a JobManager and a TaskManager, a JVM
 * each. Each of them can be killed and started again, as it happens to clusters.
 *
 * <p>Without high availability: a JobManager that is started again has forgotten its jobs; their
 * checkpoints and savepoints are still below the home directory.
 */
public final class LocalFlink implements AutoCloseable {
  private static final Duration LONGEST_START = Duration.ofMinutes(2);
  private static final String HOST = "127.0.0.1";

  /** Enough for two jobs of two threads. */
  private static final int SLOTS = 4;

  /** What Flink and Beam reach into. */
  private static final List<String> JVM_ARGUMENTS =
      List.of(
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/java.net=ALL-UNNAMED",
          "--add-opens=java.base/java.time=ALL-UNNAMED",
          "--add-exports=java.base/sun.net.util=ALL-UNNAMED");

  private final Path home;
  private final int port;
  private final List<String> workerArguments;
  private ServerProcess jobManager;
  private ServerProcess taskManager;

  private LocalFlink(Path home, int port, List<String> workerArguments) {
    this.home = home;
    this.port = port;
    this.workerArguments = List.copyOf(workerArguments);
  }

  /** The same as {@link #start(Path, int)}, on any free port. */
  public static LocalFlink start(Path home) {
    return start(home, 0);
  }

  /** The same as {@link #start(Path, int, List)}, with nothing more for jobs. */
  public static LocalFlink start(Path home, int port) {
    return start(home, port, List.of());
  }

  /**
   * Starts a cluster and waits until it takes jobs and has slots for them.
   *
   * @param home directory of all that it keeps, {@code checkpoints} and {@code savepoints} among
   *     it: made if it is not there; for one cluster at a time
   * @param port where clients reach it, and people its pages; 0 is any free one
   * @param workerArguments options of the JVM in which jobs run, for what they need there, such as
   *     {@link LocalWarehouse#clientArguments(Path)}
   * @throws IllegalStateException if it does not start, or is not built; the message says why
   */
  public static LocalFlink start(Path home, int port, List<String> workerArguments) {
    LocalFlink cluster;
    try {
      Path directory = Files.createDirectories(home).toAbsolutePath().normalize();
      cluster = new LocalFlink(directory, port == 0 ? LoopbackPorts.free() : port, workerArguments);
      cluster.configure();
    } catch (IOException e) {
      throw new UncheckedIOException("a cluster cannot be kept in " + home, e);
    }
    try {
      cluster.startJobManager();
      // Not at the same time: one that knocks in vain waits long before it knocks again.
      cluster.startTaskManager();
    } catch (IllegalStateException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  private void configure() throws IOException {
    Path conf = Files.createDirectories(home.resolve("conf"));
    Files.createDirectories(home.resolve("tmp"));
    int rpcPort;
    do {
      rpcPort = LoopbackPorts.free();
    } while (rpcPort == port);
    Files.write(conf.resolve("config.yaml"), settings(rpcPort));
  }

  private List<String> settings(int rpcPort) {
    return List.of(
        "jobmanager.bind-host: " + HOST,
        "jobmanager.rpc.address: " + HOST,
        "jobmanager.rpc.port: " + rpcPort,
        "rest.address: " + HOST,
        "rest.bind-address: " + HOST,
        "rest.port: " + port,
        "rest.bind-port: " + port,
        "taskmanager.bind-host: " + HOST,
        "taskmanager.host: " + HOST,
        "taskmanager.numberOfTaskSlots: " + SLOTS,
        "io.tmp.dirs: " + quoted(home.resolve("tmp").toString()),
        "state.checkpoints.dir: " + quoted(uri("checkpoints")),
        "state.savepoints.dir: " + quoted(uri("savepoints")),
        // By default only the newest: it may be the one that is being removed when someone asks.
        "state.checkpoints.num-retained: 2",
        // A killed process is missed within seconds; one that is merely slow is not given up.
        "heartbeat.interval: 1000",
        "heartbeat.timeout: 20000",
        "slot.request.timeout: 60000",
        // Scripts of a distribution would work these out from the size of the process.
        "taskmanager.cpu.cores: 2",
        "taskmanager.memory.task.heap.size: 640m",
        "taskmanager.memory.task.off-heap.size: 64m",
        "taskmanager.memory.framework.heap.size: 128m",
        "taskmanager.memory.framework.off-heap.size: 128m",
        "taskmanager.memory.network.min: 128m",
        "taskmanager.memory.network.max: 128m",
        // For bounded jobs, which hold hundreds by default for each step that sends to others.
        "taskmanager.network.sort-shuffle.min-buffers: 64",
        // Bounded jobs sort in it; endless ones leave it alone.
        "taskmanager.memory.managed.size: 256m",
        "taskmanager.memory.jvm-metaspace.size: 256m",
        "taskmanager.memory.jvm-overhead.min: 64m",
        "taskmanager.memory.jvm-overhead.max: 64m");
  }

  private String uri(String directory) {
    return "file://" + home.resolve(directory);
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private ServerProcess start(
      String name, String mainClass, int ownPort, List<String> jvmArguments) {
    List<String> all = new ArrayList<>(JVM_ARGUMENTS);
    all.addAll(jvmArguments);
    return ServerProcess.start(
        new ServerCommand(
            name,
            NodeClassPath.of("flink"),
            "dev.vigil.stack.flink." + mainClass,
            all,
            List.of(home.toString(), Integer.toString(ownPort))),
        LONGEST_START);
  }

  /** Host and port, as clients take them; with {@code http://} in front, its pages. */
  public String rest() {
    return HOST + ":" + port;
  }

  /** The port alone: another start with it comes back at the same place. */
  public int port() {
    return port;
  }

  /** Where its jobs' checkpoints are, a directory each. */
  public Path checkpoints() {
    return home.resolve("checkpoints");
  }

  /** Where savepoints are put, unless it is told otherwise. */
  public Path savepoints() {
    return home.resolve("savepoints");
  }

  /** The JobManager's process, to see whether it lives and what it said. */
  public ServerProcess jobManager() {
    return jobManager;
  }

  /** The TaskManager's process, to see whether it lives and what it said. */
  public ServerProcess taskManager() {
    return taskManager;
  }

  /** Ends the JobManager at once, as a crash would; all jobs end with it. */
  public void killJobManager() {
    jobManager.kill();
  }

  /** Starts a JobManager, at the same place, and waits until it takes jobs. */
  public void startJobManager() {
    jobManager = start("Flink's JobManager", "JobManagerNode", port, List.of());
  }

  /** Ends the TaskManager at once, as a crash would. */
  public void killTaskManager() {
    taskManager.kill();
  }

  /** Starts a TaskManager and waits until the JobManager has its slots. */
  public void startTaskManager() {
    List<String> arguments = new ArrayList<>(List.of("-Xmx768m"));
    arguments.addAll(workerArguments);
    taskManager = start("Flink's TaskManager", "TaskManagerNode", 0, arguments);
  }

  /** Ends the cluster at once: both processes, and with them all jobs. */
  public void kill() {
    if (taskManager != null) {
      taskManager.kill();
    }
    if (jobManager != null) {
      jobManager.kill();
    }
  }

  /** Stops the cluster in good order; jobs that still run end, and their checkpoints stay. */
  @Override
  public void close() {
    if (taskManager != null) {
      taskManager.close();
    }
    if (jobManager != null) {
      jobManager.close();
    }
  }
}
