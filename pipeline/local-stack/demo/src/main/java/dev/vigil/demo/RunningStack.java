package dev.vigil.demo;

import dev.vigil.stack.LocalStack;
import dev.vigil.stack.LocalStack.Server;
import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.dashboard.Dashboard;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** A local stack that a command has started, and that ends with it. */
final class RunningStack {
  /** The dataset that commands name: a warehouse has room for others. */
  static final String DATASET = "local:vigil";

  /** How long servers take to end that get the same signal as this process. */
  private static final long SAME_SIGNAL_MILLIS = 500;

  private final LocalStack stack;
  private final Dashboard dashboard;
  private final AtomicBoolean stopping = new AtomicBoolean();

  private RunningStack(LocalStack stack, Dashboard dashboard) {
    this.stack = stack;
    this.dashboard = dashboard;
  }

  /**
   * Starts servers, and a page that shows what is in the search node. They are stopped when this
   * JVM ends, unless it is killed: then they end by themselves.
   *
   * @throws LocalStack.StackException as {@link LocalStack#start} does
   */
  static RunningStack start(Path home, Set<Server> servers, PrintStream out) {
    out.println("Starting the local stack; what it keeps is in " + home.toAbsolutePath());
    LocalStack stack = LocalStack.start(home, servers, out::println);
    String search = stack.search().url();
    RunningStack running =
        new RunningStack(
            stack,
            stack.has(Server.FLINK)
                ? Dashboard.start(search, 0, "http://" + stack.flink().rest())
                : Dashboard.start(search, 0));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> running.stop(out), "stop the stack"));
    return running;
  }

  LocalStack servers() {
    return stack;
  }

  /** Waits for the end of a server that nobody has stopped; tells which, and why. */
  void await(PrintStream err) throws InterruptedException {
    String death = stack.awaitDeath();
    // Who presses Ctrl-C reaches the servers as well as us.
    Thread.sleep(SAME_SIGNAL_MILLIS);
    if (!stopping.get()) {
      err.println("vigil: " + death);
    }
  }

  private void stop(PrintStream out) {
    stopping.set(true);
    out.println("Stopping the local stack");
    dashboard.close();
    stack.close();
    out.println("Stopped; what it kept is in " + stack.home());
  }

  /** Where the servers are, and how the main job is told so. */
  String addresses() {
    TextTable table = new TextTable();
    String broker = stack.kafka().bootstrapServers();
    table.row("Kafka", broker, "--bootstrapServers=" + broker);
    String search = stack.search().url();
    table.row("OpenSearch", search, "--elasticsearch=" + search);
    LocalWarehouse warehouse = stack.warehouse();
    table.row(
        "Warehouse",
        warehouse.url(),
        "--bigQueryDataset=" + DATASET + " --bigQueryEndpoint=" + warehouse.url());
    table.row("", "", "in a JVM with " + String.join(" ", warehouse.clientArguments()));
    if (stack.has(Server.FLINK)) {
      table.row(
          "Flink",
          "http://" + stack.flink().rest(),
          "--runner=FlinkRunner --flinkMaster=" + stack.flink().rest());
    }
    table.row("Dashboard", dashboard.url());
    return "\n" + table.text() + "\nStop with Ctrl-C\n";
  }
}
