package dev.vigil.stack.opensearch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.index.mapper.MapperExtrasPlugin;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.ingest.common.IngestCommonPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.node.NodeValidationException;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.transport.Netty4Plugin;

/**
 * An OpenSearch cluster of one node in this JVM, on loopback only, without passwords.
 *
 * <p>Arguments: {@code HOME [PORT]}. What it keeps lies under HOME and is found again by the next
 * start; a port of 0, or none, is any free one. It prints {@code READY http://127.0.0.1:PORT} on
 * standard output once clients can use it, warnings on standard error, and stops when standard
 * input ends: so it never outlives the process that started it, however that one ends.
 */
public final class OpenSearchNode {
  private static final String HOST = "127.0.0.1";
  private static final Duration LONGEST_RECOVERY = Duration.ofMinutes(1);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

  /**
   * Free ports are looked for here, below those that systems give to outgoing connections: a client
   * that knocks at a stopped node's port could be given that very port, and keep the node from
   * coming back.
   */
  private static final int FIRST_PORT = 20_000;

  private static final int LAST_PORT = 31_999;

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

  /** See the class. Exits with 0 when it was told to stop, 1 if it cannot run, 2 if misused. */
  public static void main(String[] args) {
    if (args.length < 1 || args.length > 2) {
      System.err.println("usage: OpenSearchNode HOME [PORT]");
      System.exit(2);
    }
    // First of all: whoever waits for us may end while we start.
    stopAtEndOf(System.in);
    try {
      run(Path.of(args[0]).toAbsolutePath(), args.length == 2 ? Integer.parseInt(args[1]) : 0);
    } catch (Throwable e) {
      // Threads of a half started node would keep the JVM alive.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void run(Path home, int port) throws IOException, NodeValidationException {
    Files.createDirectories(home);
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
    int given =
        node.injector()
            .getInstance(HttpServerTransport.class)
            .boundAddress()
            .publishAddress()
            .getPort();
    System.out.println("READY http://" + HOST + ":" + given);
  }

  private static Settings settings(Path home, int port) {
    // From anywhere in the range, so that another start does not take the port of a stopped one.
    String ports =
        port == 0
            ? ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT - 1000) + "-" + LAST_PORT
            : Integer.toString(port);
    return Settings.builder()
        .put("path.home", home)
        .put("cluster.name", "vigil")
        .put("node.name", HOST)
        .put("discovery.type", "single-node")
        .put("http.host", HOST)
        .put("http.port", ports)
        .put("http.type", "netty4")
        .put("transport.host", HOST)
        .put("transport.port", 0)
        .put("transport.type", "netty4")
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

  /** By a thread that also keeps the JVM alive: all of a node's own are daemons. */
  private static void stopAtEndOf(InputStream in) {
    new Thread(
            () -> {
              try {
                while (in.read() >= 0) {
                  // What is said does not matter.
                }
              } catch (IOException e) {
                // Whoever held the other end is gone: as good as the end.
              }
              haltWhenStoppingTakesTooLong();
              System.exit(0);
            },
            "end of input")
        .start();
  }

  /** Nobody is left who could end a node that hangs while it stops. */
  private static void haltWhenStoppingTakesTooLong() {
    Thread thread =
        new Thread(
            () -> {
              try {
                Thread.sleep(LONGEST_STOP.toMillis());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(1);
            },
            "last resort");
    thread.setDaemon(true);
    thread.start();
  }
}
