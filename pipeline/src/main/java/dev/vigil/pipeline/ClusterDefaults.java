package dev.vigil.pipeline;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a job on a Flink cluster is told unless the user tells it otherwise.
 *
 * <p>Checkpoints every ten seconds, where the cluster keeps them: without, a TaskManager that is
 * lost is lost with all that it had counted, the job does not start again, and Kafka's consumer
 * group is never moved on. They outlive the job. How often a failed job is started again is the
 * cluster's to say; by Flink's defaults, where there are checkpoints, without end, with pauses that
 * grow up to a minute.
 */
final class ClusterDefaults {
  private static final String MASTER = "--flinkMaster=";

  private ClusterDefaults() {}

  /**
   * Nothing for a job that is for no cluster.
   *
   * @param given the arguments of the job
   * @param jar where the job's classes are; null if they are not in one
   */
  static List<String> of(List<String> given, @Nullable Path jar) {
    if (!isForCluster(given)) {
      return List.of();
    }
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--checkpointingInterval=10000",
                "--externalizedCheckpointsEnabled=true",
                "--retainExternalizedCheckpointsOnCancellation=true"));
    if (jar != null) {
      // By itself Beam would add what lies beside the jar: Flink, which the cluster has.
      arguments.add("--filesToStage=" + jar);
    }
    return arguments;
  }

  /** Whether the job is sent to a Flink that does not run in this JVM. */
  static boolean isForCluster(List<String> given) {
    return given.stream()
        .anyMatch(argument -> argument.startsWith(MASTER) && !argument.startsWith(MASTER + "["));
  }

  /** The jar that this class is in; null if it is not in one. */
  static @Nullable Path ownJar() {
    try {
      Path place =
          Path.of(
              ClusterDefaults.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return Files.isRegularFile(place) ? place : null;
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
