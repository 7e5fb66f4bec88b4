package dev.vigil.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/**
 * Stands in for Dataflow's service: takes jobs, runs none of them, and says of each that it has
 * come to the state that it is told to. Source of the messages: Dataflow's REST API, v1b3.
 */
public final class PretendedDataflow implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The id of every job. */
  public static final String JOB_ID = "2026-01-15_00_00_00-1234567890";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final String state;
  private final Map<String, Long> counters;
  private final List<ObjectNode> jobs = new CopyOnWriteArrayList<>();

  private PretendedDataflow(HttpServer server, String state, Map<String, Long> counters) {
    this.server = server;
    this.state = state;
    this.counters = counters;
  }

  /**
   * @param state of all jobs, such as {@code JOB_STATE_DONE}
   * @param counters what jobs have counted: {@code namespace/name} of counters of {@code
   *     ParseLogs/Parse}
   */
  public static PretendedDataflow start(String state, Map<String, Long> counters)
      throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    PretendedDataflow dataflow = new PretendedDataflow(server, state, counters);
    server.createContext("/v1b3/projects/my-project/locations/europe-west1/jobs", dataflow::answer);
    server.setExecutor(dataflow.threads);
    server.start();
    return dataflow;
  }

  /** What the runner must be told to come here. */
  public List<String> arguments() {
    return List.of(
        "--apiRootUrl=http://127.0.0.1:" + server.getAddress().getPort() + "/",
        "--dataflowEndpoint=");
  }

  /** The jobs that were submitted. */
  public List<JsonNode> jobs() {
    return List.copyOf(jobs);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().replaceFirst(".*/jobs", "");
      JsonNode answer =
          switch (exchange.getRequestMethod() + " " + path) {
            case "POST " -> submitted(exchange);
            case "GET " -> JSON.createObjectNode().set("jobs", JSON.valueToTree(jobs));
            case "GET /" + JOB_ID -> jobs.get(jobs.size() - 1).deepCopy().without("steps");
            case "GET /" + JOB_ID + "/messages" -> JSON.createObjectNode();
            case "GET /" + JOB_ID + "/metrics" -> metrics();
            default -> null;
          };
      byte[] body = answer == null ? new byte[0] : JSON.writeValueAsBytes(answer);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private ObjectNode submitted(HttpExchange exchange) throws IOException {
    boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    try (InputStream in =
        zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      ObjectNode job = (ObjectNode) JSON.readTree(in);
      // A job of that name that runs already is answered with.
      for (ObjectNode running : jobs) {
        if (running.get("name").equals(job.get("name")) && !job.has("replaceJobId")) {
          return running;
        }
      }
      job.put("id", JOB_ID).put("currentState", state).put("projectId", "my-project");
      jobs.add(job);
      return job;
    }
  }

  private ObjectNode metrics() {
    String step = "";
    for (JsonNode each : jobs.get(jobs.size() - 1).get("steps")) {
      if (each.at("/properties/user_name/value").asText().startsWith("ParseLogs/Parse")) {
        step = each.get("name").asText();
      }
    }
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode metrics = answer.putArray("metrics");
    for (Map.Entry<String, Long> counter : counters.entrySet()) {
      String[] name = counter.getKey().split("/", 2);
      for (boolean tentative : new boolean[] {false, true}) {
        ObjectNode metric = metrics.addObject().put("scalar", counter.getValue());
        ObjectNode context =
            metric
                .putObject("name")
                .put("origin", "user")
                .put("name", name[1])
                .putObject("context")
                .put("namespace", name[0])
                .put("step", step);
        if (tentative) {
          context.put("tentative", "true");
        }
      }
    }
    return answer;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
