package dev.vigil.stack.opensearch;

import dev.vigil.stack.NodeMain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.index.mapper.MapperExtrasPlugin;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.ingest.common.IngestCommonPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.node.NodeValidationException;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.transport.Netty4Plugin;

/**
 * An OpenSearch cluster of one node in this JVM, on loopback only, without passwords. {@link
 * NodeMain} says how it is started and stopped.
 */
public final class OpenSearchNode {
  private static final String HOST = "127.0.0.1";
  private static final Duration LONGEST_RECOVERY = Duration.ofMinutes(1);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

  private OpenSearchNode() {}

  /** The constructor that takes plugins from the class path is for subclasses alone. */
  private static final class NodeWithPlugins extends Node {
    NodeWithPlugins(Settings settings) {
      super(
          InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> HOST),
          List.of(
              Netty4Plugin.class,
              CommonAnalysisPlugin.class,
              IngestCommonPlugin.class,
              MapperExtrasPlugin.class,
              PainlessPlugin.class,
              ReindexPlugin.class),
          false);
    }
  }

  public static void main(String[] args) {
    NodeMain.run(args, OpenSearchNode::start);
  }

  private static String start(Path home, int port) throws NodeValidationException {
    Node node = new NodeWithPlugins(settings(home, port));
    node.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node), "stop"));

    // What an earlier start left is found a moment after the node answers.
    boolean late =
        node.client()
            .admin()
            .cluster()
            .prepareHealth()
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
        .put("path.home", home)
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
