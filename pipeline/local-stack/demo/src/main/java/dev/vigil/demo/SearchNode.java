package dev.vigil.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The results in Elasticsearch or OpenSearch, without passwords.
 *
 * @param logs the directory of the logs: failures without a time are told from others by it
 */
record SearchNode(String url, Path logs) implements Sink {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int MOST = 10_000;
  private static final int OK = 200;
  private static final int BUSY = 429;
  private static final int NOT_FOUND = 404;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  @Override
  public String name() {
    return url;
  }

  @Override
  public Findings read(Period period) throws IOException, InterruptedException {
    ObjectNode within = JSON.createObjectNode();
    within
        .putObject("range")
        .putObject("@timestamp")
        .put("gte", period.start().toString())
        // A window may end after the period in which its events were.
        .put("lte", period.end().plus(DetectionReport.LONGEST_WINDOW).toString());
    ObjectNode ofLogs = JSON.createObjectNode();
    ofLogs.putObject("prefix").put("log.file.path", logs + "/");
    return new Findings(
        search("vigil-alerts", within, FoundAlert::of),
        search("vigil-failures", ofLogs, FoundFailure::of));
  }

  private <T> List<T> search(String alias, JsonNode query, Function<JsonNode, T> type)
      throws IOException, InterruptedException {
    send("POST", "/" + alias + "/_refresh", "");
    JsonNode hits =
        send(
                "POST",
                "/" + alias + "/_search?size=" + MOST,
                "{\"track_total_hits\":true,\"query\":" + query + "}")
            .at("/hits");
    if (hits.at("/total/value").asLong() > MOST) {
      throw new IOException(
          url + " has more than " + MOST + " documents in " + alias + ": take a shorter period");
    }
    List<T> found = new ArrayList<>();
    hits.path("hits").forEach(hit -> found.add(type.apply(hit.get("_source"))));
    return found;
  }

  /** The answer; nothing if there is no such index. */
  private JsonNode send(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    HttpResponse<byte[]> answer = CLIENT.send(request, BodyHandlers.ofByteArray());
    while (answer.statusCode() == BUSY && System.nanoTime() - deadline < 0) {
      Thread.sleep(500);
      answer = CLIENT.send(request, BodyHandlers.ofByteArray());
    }
    if (answer.statusCode() != OK && answer.statusCode() != NOT_FOUND) {
      throw new IOException(url + path + " answered with status " + answer.statusCode());
    }
    return answer.statusCode() == OK ? JSON.readTree(answer.body()) : JSON.createObjectNode();
  }
}
