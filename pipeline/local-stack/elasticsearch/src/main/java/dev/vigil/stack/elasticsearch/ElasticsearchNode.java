package dev.vigil.stack.elasticsearch;

import dev.vigil.stack.NodeMain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.node.NodeValidationException;
import org.elasticsearch.plugins.ClassPathPlugins;
import org.elasticsearch.transport.netty4.Netty4Plugin;

/**
 * An Elasticsearch cluster of one node in this JVM, on loopback only, without passwords. {@link
 * NodeMain} says how it is started and stopped.
 */
public final class ElasticsearchNode {
  private static final String HOST = "127.0.0.1";
  private static final Duration LONGEST_RECOVERY = Duration.ofMinutes(1);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

  private ElasticsearchNode() {}

  public static void main(String[] args) {
    NodeMain.run(args, ElasticsearchNode::start);
  }

  private static String start(Path home, int port) throws IOException, NodeValidationException {
    LogConfigurator.configureESLogging();
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(
            settings(home, port), Map.of(), null, () -> HOST);
    Node node =
        new Node(
            environment, new ClassPathPlugins(home, List.of(Netty4Plugin.class, RootPlugin.class)));
    node.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node), "stop"));

    // What an earlier start left is found a moment after the node answers.
    boolean late =
        node.client()
            .admin()
            .cluster()
            .prepareHealth(TimeValue.timeValueMillis(LONGEST_RECOVERY.toMillis()))
            .setWaitForYellowStatus()
            .setTimeout(TimeValue.timeValueMillis(LONGEST_RECOVERY.toMillis()))
            .get()
            .isTimedOut();
    if (late) {
      throw new IllegalStateException(
          "what lies in %s could not be opened within %d s"
              .formatted(home, LONGEST_RECOVERY.toSeconds()));
    }
    return "http://" + HOST + ":" + port;
  }

  private static Settings settings(Path home, int port) {
    return Settings.builder()
        .put("path.home", home.toString())
        .put("cluster.name", "vigil")
        .put("node.name", HOST)
        .put("discovery.type", "single-node")
        .put("http.host", HOST)
        .put("http.port", port)
        .put("http.type", "netty4")
        .put("transport.host", HOST)
        .put("transport.port", 0)
        .put("transport.type", "netty4")
        // Garbage that nobody has collected yet is no reason to refuse requests: in a small heap
        // there
        // is always some.
        .put("indices.breaker.total.use_real_memory", false)
        // A laptop's disk is often nearly full: no reason to refuse writing.
        .put("cluster.routing.allocation.disk.threshold_enabled", false)
        .build();
  }

  private static void stop(Node node) {
    try {
      node.close();
      node.awaitClose(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
