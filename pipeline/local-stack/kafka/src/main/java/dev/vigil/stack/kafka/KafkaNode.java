package dev.vigil.stack.kafka;

import dev.vigil.stack.LoopbackPorts;
import dev.vigil.stack.NodeMain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * A Kafka cluster of one: broker and controller in this JVM, on loopback only. {@link NodeMain}
 * says how it is started and stopped.
 */
public final class KafkaNode {
  private static final String HOST = "127.0.0.1";

  private KafkaNode() {}

  public static void main(String[] args) {
    NodeMain.run(args, KafkaNode::start);
  }

  private static String start(Path home, int port) throws IOException {
    int controllerPort;
    do {
      controllerPort = LoopbackPorts.free();
    } while (controllerPort == port);

    Path log = home.resolve("log");
    Properties settings = settings(log, port, controllerPort);
    // Written down for the storage tool, and for whoever wonders what runs here.
    Path file = home.resolve("server.properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      settings.store(out, null);
    }
    // Formatting writes this file last: without it, an earlier one was cut short.
    if (!Files.exists(log.resolve("meta.properties"))) {
      format(file);
    }

    KafkaRaftServer server =
        new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
    // Comes back when the controller has let the broker in, and its port takes requests.
    server.startup();
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "stop"));
    endWith(server);
    return HOST + ":" + port;
  }

  /** A broker that gives up is not to leave a JVM that serves nobody. */
  private static void endWith(KafkaRaftServer server) {
    Thread thread =
        new Thread(
            () -> {
              server.awaitShutdown();
              System.exit(1);
            },
            "end with the broker");
    thread.setDaemon(true);
    thread.start();
  }

  private static Properties settings(Path log, int port, int controllerPort) {
    String broker = HOST + ":" + port;
    String controller = HOST + ":" + controllerPort;
    Properties settings = new Properties();
    settings.setProperty("process.roles", "broker,controller");
    settings.setProperty("node.id", "1");
    settings.setProperty("controller.quorum.voters", "1@" + controller);
    settings.setProperty("listeners", "PLAINTEXT://" + broker + ",CONTROLLER://" + controller);
    settings.setProperty("advertised.listeners", "PLAINTEXT://" + broker);
    settings.setProperty("controller.listener.names", "CONTROLLER");
    settings.setProperty(
        "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.setProperty("log.dirs", log.toString());

    // Retention goes by the records' own time: a replay of old logs would be deleted at once.
    settings.setProperty("log.retention.ms", "-1");
    settings.setProperty("offsets.retention.minutes", Integer.toString(Integer.MAX_VALUE));
    // A misspelt topic is an error, not a new topic.
    settings.setProperty("auto.create.topics.enable", "false");

    // One broker can hold one replica.
    settings.setProperty("offsets.topic.replication.factor", "1");
    settings.setProperty("transaction.state.log.replication.factor", "1");
    settings.setProperty("transaction.state.log.min.isr", "1");
    settings.setProperty("share.coordinator.state.topic.replication.factor", "1");
    settings.setProperty("share.coordinator.state.topic.min.isr", "1");

    // Soon up and soon of use: dozens of internal partitions serve only large clusters.
    settings.setProperty("offsets.topic.num.partitions", "1");
    settings.setProperty("transaction.state.log.num.partitions", "1");
    settings.setProperty("share.coordinator.state.topic.num.partitions", "1");
    settings.setProperty("group.initial.rebalance.delay.ms", "0");
    // A killed broker is let in again only when the controller has given up the one before.
    settings.setProperty("broker.session.timeout.ms", "3000");
    settings.setProperty("broker.heartbeat.interval.ms", "250");
    // By default 128 MB, taken at the start.
    settings.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
    return settings;
  }

  private static void format(Path settings) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int status =
        StorageTool.execute(
            new String[] {
              "format",
              "--cluster-id",
              Uuid.randomUuid().toString(),
              "--config",
              settings.toString()
            },
            new PrintStream(said, true, StandardCharsets.UTF_8));
    if (status != 0) {
      throw new IllegalStateException(
          "the storage could not be formatted: " + said.toString(StandardCharsets.UTF_8));
    }
  }
}
