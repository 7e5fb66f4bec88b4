package dev.vigil.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.stack.TestSearchNode.Answer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** What is in the indices of a search node that are the main job's. */
public final class SearchContent {
  private static final int PAGE = 10_000;

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int BUSY = 429;

  private SearchContent() {}

  /** Asks until the node is not too busy: it may still be at work on what a test wrote. */
  private static Answer request(String url, String method, String path, String body) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Answer answer = TestSearchNode.request(url, method, path, body);
    while (answer.status() == BUSY && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(POLL.toNanos());
      answer = TestSearchNode.request(url, method, path, body);
    }
    return answer;
  }

  /** Removes all of them, and their templates. */
  public static void clear(String url) {
    // One by one: not every node lets anyone delete by a pattern.
    for (JsonNode index : request(url, "GET", "/_cat/indices/vigil-*?format=json", null).body()) {
      remove(url, "/" + index.get("index").asText());
    }
    for (JsonNode each :
        request(url, "GET", "/_index_template", null).body().at("/index_templates")) {
      if (each.get("name").asText().startsWith("vigil-")) {
        remove(url, "/_index_template/" + each.get("name").asText());
      }
    }
    for (JsonNode each :
        request(url, "GET", "/_component_template", null).body().at("/component_templates")) {
      if (each.get("name").asText().startsWith("vigil-")) {
        remove(url, "/_component_template/" + each.get("name").asText());
      }
    }
  }

  private static void remove(String url, String path) {
    assertThat(request(url, "DELETE", path, null).status()).as(path).isEqualTo(200);
  }

  /** The names of the indices behind an alias, in order, with how many documents each has. */
  public static Map<String, Integer> indices(String url, String alias) {
    Map<String, Integer> indices = new TreeMap<>();
    request(url, "POST", "/_refresh", null);
    for (JsonNode each :
        request(url, "GET", "/_cat/aliases/" + alias + "?format=json", null).body()) {
      String index = each.get("index").asText();
      indices.put(
          index, request(url, "GET", "/" + index + "/_count", null).body().at("/count").intValue());
    }
    return indices;
  }

  /** How many documents an index or an alias has; 0 if it is not there. */
  public static long count(String url, String name) {
    request(url, "POST", "/_refresh", null);
    return request(url, "GET", "/" + name + "/_count", null).body().at("/count").longValue();
  }

  /** All documents of an index or an alias by their ids; none if it is not there. */
  public static Map<String, JsonNode> documents(String url, String name) {
    request(url, "POST", "/_refresh", null);
    Map<String, JsonNode> documents = new TreeMap<>();
    String query = "/_search?sort=_doc&scroll=1m&size=" + PAGE;
    JsonNode page = request(url, "GET", "/" + name + query, null).body();
    while (!page.at("/hits/hits").isEmpty()) {
      for (JsonNode hit : page.at("/hits/hits")) {
        documents.put(hit.get("_id").asText(), hit.get("_source"));
      }
      page = request(url, "POST", "/_search/scroll", scroll(page, "\"scroll\":\"1m\",")).body();
    }
    if (page.has("_scroll_id")) {
      request(url, "DELETE", "/_search/scroll", scroll(page, ""));
    }
    return documents;
  }

  private static String scroll(JsonNode page, String more) {
    return "{%s\"scroll_id\":\"%s\"}".formatted(more, page.get("_scroll_id").asText());
  }
}
