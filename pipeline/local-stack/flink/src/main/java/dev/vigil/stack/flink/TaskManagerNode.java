package dev.vigil.stack.flink;

import dev.vigil.stack.NodeMain;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;

/**
 * A TaskManager of the cluster whose JobManager runs by {@code HOME/conf/config.yaml}: ready when
 * it offers its slots there. {@link NodeMain} says how it is started and stopped.
 */
public final class TaskManagerNode {
  private static final long POLL_NANOS = 50_000_000L;

  private TaskManagerNode() {}

  public static void main(String[] args) {
    NodeMain.run(args, TaskManagerNode::start);
  }

  private static String start(Path home, int port) throws IOException, InterruptedException {
    Configuration settings = GlobalConfiguration.loadConfiguration(home.resolve("conf").toString());
    String id = "taskmanager-" + ProcessHandle.current().pid();
    settings.set(TaskManagerOptions.TASK_MANAGER_RESOURCE_ID, id);
    settings.set(TaskManagerOptions.RPC_PORT, Integer.toString(port));
    // Ends this JVM when the TaskManager ends.
    Thread main =
        new Thread(() -> TaskManagerRunner.runTaskManagerProcessSecurely(settings), "taskmanager");
    main.setDaemon(true);
    main.start();
    awaitSlots(settings.get(RestOptions.ADDRESS) + ":" + settings.get(RestOptions.PORT), id);
    return id;
  }

  private static void awaitSlots(String rest, String id) throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + rest + "/taskmanagers/" + id)).build();
    // Unknown until it is registered, and without slots for another moment.
    String slots = "\"slotsNumber\":0,";
    while (true) {
      var answer = client.send(request, BodyHandlers.ofString());
      if (answer.statusCode() == 200 && !answer.body().contains(slots)) {
        return;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
