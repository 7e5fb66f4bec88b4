package dev.vigil.pipeline;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A directory where a job on Flink keeps its checkpoints: what it has summed up so far, and how far
 * it has read for that. A job that is started with the same directory goes on from the newest
 * checkpoint that is complete.
 *
 * <p>One job has it at a time: two would count, each for itself, what only one of them goes on
 * counting later.
 */
final class Checkpoints implements AutoCloseable {
  private static final String OPTION = "--checkpoints=";
  private static final String RUNNER = "--runner=";
  private static final String CONFIGURATION = "--flinkConfDir=";
  private static final String RESTORE = "--savepointPath=";

  private static final String PREFIX = "chk-";

  /** Of a checkpoint's files the last: what it has is complete. */
  private static final String COMPLETE = "_metadata";

  private final List<String> arguments;
  private final @Nullable FileChannel lock;

  private Checkpoints(List<String> arguments, @Nullable FileChannel lock) {
    this.arguments = arguments;
    this.lock = lock;
  }

  /**
   * Takes the directory that the arguments name, and makes it if there is none; does nothing if
   * they name none.
   *
   * @param given the arguments of the job, the presets among them
   * @throws UsageException if the directory or the runner is not fit for it
   */
  static Checkpoints of(List<String> given) throws UsageException {
    String name = value(given, OPTION);
    if (name == null) {
      return new Checkpoints(List.of(), null);
    }
    String runner = value(given, RUNNER);
    if (runner == null || !runner.endsWith("FlinkRunner")) {
      throw new UsageException(
          OPTION + name + ": " + runner + " keeps none on disk: leave it out, or use Flink");
    }
    for (String own : new String[] {CONFIGURATION, RESTORE}) {
      if (value(given, own) != null) {
        throw new UsageException(OPTION + name + " finds the checkpoint itself: leave out " + own);
      }
    }
    if (name.isBlank() || name.contains("://")) {
      throw new UsageException(
          OPTION + name + " is no directory of this machine: give one, as in /var/lib/vigil");
    }
    Path directory = Path.of(name).toAbsolutePath().normalize();
    try {
      Files.createDirectories(directory, ownersAlone());
      FileChannel lock = lock(directory, name);
      return new Checkpoints(arguments(directory, !ClusterDefaults.isForCluster(given)), lock);
    } catch (IOException e) {
      throw new UsageException(
          OPTION + name + " cannot be used: give a directory that can be written (" + e + ")");
    }
  }

  /** What the runner must be told, besides what the user tells it. */
  List<String> arguments() {
    return arguments;
  }

  @Override
  public void close() throws IOException {
    if (lock != null) {
      lock.close();
    }
  }

  private static @Nullable String value(List<String> arguments, String option) {
    return arguments.stream()
        .filter(argument -> argument.startsWith(option))
        .map(argument -> argument.substring(option.length()))
        .findFirst()
        .orElse(null);
  }

  /** Checkpoints hold all that the job was given, secrets among it. */
  private static FileAttribute<?>[] ownersAlone() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  /** The system gives it back when this process is gone, however it went. */
  private static FileChannel lock(Path directory, String name) throws IOException, UsageException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Another job in this very process: the same answer.
    }
    channel.close();
    throw new UsageException(
        OPTION + name + " is in use by another job: stop that, or give another directory");
  }

  private static List<String> arguments(Path directory, boolean here) throws IOException {
    Path newest = newest(directory);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--checkpointingInterval=10000",
                "--stateBackend=filesystem",
                "--stateBackendStoragePath=" + uri(directory),
                "--externalizedCheckpointsEnabled=true",
                "--retainExternalizedCheckpointsOnCancellation=true"));
    if (here) {
      // There the option for it is not heeded.
      arguments.add(CONFIGURATION + configuration(directory, newest));
    } else if (newest != null) {
      arguments.add(RESTORE + uri(newest));
    }
    return arguments;
  }

  /** The newest complete checkpoint; null if there is none. */
  static @Nullable Path newest(Path directory) {
    Path newest = null;
    for (File job : entries(directory.toFile())) {
      for (File checkpoint : entries(job)) {
        if (checkpoint.getName().matches(PREFIX + "\\d{1,18}")
            && new File(checkpoint, COMPLETE).isFile()
            // A job that goes on counts on.
            && (newest == null || number(checkpoint.toPath()) > number(newest))) {
          newest = checkpoint.toPath();
        }
      }
    }
    return newest;
  }

  /** Nothing for what is no directory, or no longer: a job removes its old checkpoints. */
  private static File[] entries(File directory) {
    File[] entries = directory.listFiles();
    return entries == null ? new File[0] : entries;
  }

  /** As Flink reads it: as it is, with blanks and all. */
  private static String uri(Path path) {
    return "file://" + path;
  }

  private static long number(Path checkpoint) {
    return Long.parseLong(checkpoint.getFileName().toString().substring(PREFIX.length()));
  }

  private static Path configuration(Path directory, @Nullable Path newest) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("state.checkpoints.num-retained: 2");
    if (newest != null) {
      lines.add("execution.savepoint.path: '" + uri(newest).replace("'", "''") + "'");
      // The job removes it when it has newer ones: otherwise each start would leave one for ever.
      lines.add("execution.savepoint-restore-mode: CLAIM");
    }
    Path configuration = Files.createDirectories(directory.resolve("conf"));
    lines.addAll(EmbeddedFlink.settings(Checkpoints.class.getClassLoader(), configuration));
    Files.write(configuration.resolve("config.yaml"), lines);
    return configuration;
  }
}
