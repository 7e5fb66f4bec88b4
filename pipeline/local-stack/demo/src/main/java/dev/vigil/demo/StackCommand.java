package dev.vigil.demo;

import dev.vigil.stack.LocalStack;
import dev.vigil.stack.LocalStack.Server;
import dev.vigil.stack.LocalStack.StackException;
import dev.vigil.stack.LocalWarehouse;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Starts the local stack, and runs until it is stopped (SIGINT, SIGTERM) or one of the servers
 * ends.
 *
 * <p>Exit code 1: a server did not start, or ended by itself; 2: the command line, or what it
 * names, is wrong. One message on standard error says which and why.
 */
public final class StackCommand {
  private static final List<String> OPTIONS = List.of("home", "fresh", "flink");
  private static final String HOME = "vigil-stack";

  /** How long servers take to end that get the same signal as this process. */
  private static final long SAME_SIGNAL_MILLIS = 500;

  private StackCommand() {}

  /**
   * @param args {@code --home=DIR} (what is kept; {@code vigil-stack} by default), {@code
   *     --fresh=true} (without what an earlier stack has kept), {@code --flink=true} (with a Flink
   *     cluster)
   */
  public static void main(String[] args) throws InterruptedException {
    int code = run(args, System.out, System.err);
    if (code != 0) {
      System.exit(code);
    }
  }

  private static int run(String[] args, PrintStream out, PrintStream err)
      throws InterruptedException {
    Path home;
    boolean fresh;
    Set<Server> servers = EnumSet.of(Server.KAFKA, Server.OPENSEARCH, Server.WAREHOUSE);
    try {
      Arguments arguments = Arguments.of(args, OPTIONS);
      home = Path.of(arguments.text("home", HOME));
      fresh = arguments.flag("fresh");
      if (arguments.flag("flink")) {
        servers.add(Server.FLINK);
      }
    } catch (UsageException e) {
      err.println("vigil-stack: " + e.getMessage());
      return 2;
    }
    try {
      if (fresh) {
        LocalStack.clear(home);
      }
      out.println("Starting the local stack; what it keeps is in " + home.toAbsolutePath());
      LocalStack stack = LocalStack.start(home, servers, out::println);
      AtomicBoolean stopping = new AtomicBoolean();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stack, stopping, out), "stop"));
      out.print(addresses(stack, servers));
      String death = stack.awaitDeath();
      // Who presses Ctrl-C reaches the servers as well as us.
      Thread.sleep(SAME_SIGNAL_MILLIS);
      if (!stopping.get()) {
        err.println("vigil-stack: " + death);
      }
      return 1;
    } catch (StackException e) {
      err.println("vigil-stack: " + e.getMessage());
      return e.isUsage() ? 2 : 1;
    }
  }

  private static void stop(LocalStack stack, AtomicBoolean stopping, PrintStream out) {
    stopping.set(true);
    out.println("Stopping the local stack");
    stack.close();
    out.println("Stopped. The next start finds the same data, or without it by --fresh=true");
  }

  /** Where the servers are, and how the main job is told so. */
  static String addresses(LocalStack stack, Set<Server> servers) {
    StringBuilder text = new StringBuilder("\n");
    line(text, "Kafka", stack.kafka().bootstrapServers());
    line(text, "", "--bootstrapServers=" + stack.kafka().bootstrapServers());
    line(text, "OpenSearch", stack.search().url());
    line(text, "", "--elasticsearch=" + stack.search().url());
    LocalWarehouse warehouse = stack.warehouse();
    line(text, "Warehouse", warehouse.url());
    line(text, "", "--bigQueryDataset=local:vigil --bigQueryEndpoint=" + warehouse.url());
    line(
        text,
        "",
        "by a JVM with -Djavax.net.ssl.trustStore="
            + warehouse.trustStore()
            + " -Djavax.net.ssl.trustStorePassword="
            + LocalWarehouse.TRUST_STORE_PASSWORD);
    if (servers.contains(Server.FLINK)) {
      line(text, "Flink", "http://" + stack.flink().rest());
      line(text, "", "--flinkMaster=" + stack.flink().rest());
    }
    return text.append("\nStop with Ctrl-C\n").toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format("  %-12s%s%n", name, value));
  }
}
