package dev.vigil.pipeline.io;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The servers that can be written to: what they are, and in which major version. */
public enum SearchBackend {
  ELASTICSEARCH_8,
  ELASTICSEARCH_9,
  OPENSEARCH_2,
  OPENSEARCH_3;

  /** What OpenSearch says of itself; Elasticsearch says nothing there. */
  private static final String OPENSEARCH = "opensearch";

  /** By which Elasticsearch is known, to its own clients, too. */
  private static final String TAGLINE = "You Know, for Search";

  /** As an option has it: {@code elasticsearch-8}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The names of all, as options have them. */
  public static List<String> texts() {
    return Stream.of(values()).map(SearchBackend::text).toList();
  }

  /** Null if there is none of that name. */
  public static @Nullable SearchBackend of(String text) {
    return Stream.of(values())
        .filter(backend -> backend.text().equals(text))
        .findFirst()
        .orElse(null);
  }

  /** Whether it is a version of OpenSearch. */
  public boolean isOpenSearch() {
    return this == OPENSEARCH_2 || this == OPENSEARCH_3;
  }

  /**
   * What a server is.
   *
   * @param root its answer to {@code GET /}
   * @return such as {@code OpenSearch 2.19.6}; null if it is neither
   */
  static @Nullable String product(JsonNode root) {
    String number = root.at("/version/number").asText();
    boolean open = root.at("/version/distribution").asText().equals(OPENSEARCH);
    if (number.isEmpty() || !(open || root.path("tagline").asText().equals(TAGLINE))) {
      return null;
    }
    return (open ? "OpenSearch " : "Elasticsearch ") + number;
  }

  /**
   * @param product as {@link #product(JsonNode)} gives it
   * @return null if that version is not supported
   */
  static @Nullable SearchBackend ofProduct(String product) {
    return of(product.replace(' ', '-').replaceFirst("\\..*", "").toLowerCase(Locale.ROOT));
  }
}
