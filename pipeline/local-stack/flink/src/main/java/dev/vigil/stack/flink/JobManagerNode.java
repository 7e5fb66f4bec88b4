package dev.vigil.stack.flink;

import dev.vigil.stack.NodeMain;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.entrypoint.ClusterEntrypoint;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;

/**
 * The JobManager of a session cluster, by {@code HOME/conf/config.yaml}. {@link NodeMain} says how
 * it is started and stopped.
 */
public final class JobManagerNode {
  private JobManagerNode() {}

  public static void main(String[] args) {
    NodeMain.run(args, JobManagerNode::start);
  }

  private static String start(Path home, int port) throws Exception {
    Configuration settings = GlobalConfiguration.loadConfiguration(home.resolve("conf").toString());
    settings.set(RestOptions.BIND_PORT, Integer.toString(port));
    settings.set(RestOptions.PORT, port);
    ClusterEntrypoint cluster = new StandaloneSessionClusterEntrypoint(settings);
    // Comes back when its REST address takes requests; it brings a shutdown hook of its own.
    cluster.startCluster();
    endWith(cluster);
    return settings.get(RestOptions.ADDRESS) + ":" + port;
  }

  /** A JobManager that gives up is not to leave a JVM that serves nobody. */
  private static void endWith(ClusterEntrypoint cluster) {
    cluster.getTerminationFuture().whenComplete((status, failure) -> System.exit(1));
  }
}
