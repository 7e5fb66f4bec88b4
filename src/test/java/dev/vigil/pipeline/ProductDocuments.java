package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestBroker;
import dev.vigil.stack.WarehouseContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a sink holds of each product, by id: of an alert's revisions the newest. */
record ProductDocuments(Map<String, Map<String, JsonNode>> byProduct) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofSeconds(1);

  private interface Source {
    List<JsonNode> documents(String product) throws IOException;
  }

  private static ProductDocuments of(Collection<String> products, Source source)
      throws IOException {
    Map<String, Map<String, JsonNode>> byProduct = new TreeMap<>();
    for (String product : products) {
      byProduct.put(product, newest(source.documents(product)));
    }
    return new ProductDocuments(byProduct);
  }

  /**
   * What is in topics now.
   *
   * @param topics by product
   */
  static ProductDocuments inTopics(String bootstrapServers, Map<String, String> topics)
      throws IOException {
    return of(topics.keySet(), product -> inTopic(bootstrapServers, topics.get(product)));
  }

  /** What is in the files of an output directory. */
  static ProductDocuments inFiles(Path output) throws IOException {
    return of(
        Products.ALL,
        product -> {
          List<JsonNode> documents = new ArrayList<>();
          for (String file : Products.files(output.toString(), product)) {
            for (String line : Files.readAllLines(Path.of(file))) {
              documents.add(JSON.readTree(line));
            }
          }
          return documents;
        });
  }

  private static List<JsonNode> inTopic(String bootstrapServers, String topic) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : TestBroker.readAll(bootstrapServers, topic)) {
      documents.add(JSON.readTree(record.value()));
    }
    return documents;
  }

  private static Map<String, JsonNode> newest(List<JsonNode> documents) {
    Map<String, JsonNode> newest = new TreeMap<>();
    for (JsonNode document : documents) {
      newest.merge(
          document.at("/event/id").asText(),
          document,
          (one, other) -> revision(other) >= revision(one) ? other : one);
    }
    return newest;
  }

  private static long revision(JsonNode document) {
    return document.at("/vigil/revision").asLong();
  }

  Map<String, JsonNode> get(String product) {
    return byProduct.get(product);
  }

  List<JsonNode> all(String product) {
    return List.copyOf(get(product).values());
  }

  /** A search node holds the same, in the indices of each product, sooner or later. */
  void assertAreIn(String searchUrl) {
    Map<String, JsonNode> found = new TreeMap<>(get(Products.SUSPICIOUS_LOGINS));
    found.putAll(get(Products.ALERTS));
    assertAreIn(searchUrl, "vigil-events", get(Products.EVENTS));
    assertAreIn(searchUrl, "vigil-alerts", found);
    assertAreIn(searchUrl, "vigil-failures", get(Products.FAILURES));
  }

  /** A warehouse holds the same, in the table of each product. */
  void assertAreIn(LocalWarehouse warehouse, String dataset) {
    for (String product : Products.ALL) {
      Map<String, JsonNode> expected = new TreeMap<>();
      get(product)
          .forEach((id, document) -> expected.put(id, WarehouseContent.normalized(document)));
      assertThat(WarehouseContent.documents(warehouse, dataset, Products.table(product).id()))
          .as(product)
          .isEqualTo(expected);
    }
  }

  private static void assertAreIn(String searchUrl, String alias, Map<String, JsonNode> expected) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Map<String, JsonNode> actual = SearchContent.documents(searchUrl, alias);
    while (!actual.equals(expected) && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(POLL.toNanos());
      actual = SearchContent.documents(searchUrl, alias);
    }
    assertThat(actual).as(alias).isEqualTo(expected);
  }
}
