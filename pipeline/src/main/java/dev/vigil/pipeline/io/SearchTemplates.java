package dev.vigil.pipeline.io;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The templates that new indices are made by: two component templates, and one index template for
 * each {@link SearchIndex} that is composed of them and gives its indices their alias. Only
 * settings and types that Elasticsearch 8 and 9 and OpenSearch 2 and 3 have in common.
 */
final class SearchTemplates {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static final String SETTINGS = "vigil-settings";
  private static final String MAPPINGS = "vigil-mappings";

  /** Above the servers' own, of which one is for every {@code logs-*-*}. */
  private static final int PRIORITY = 500;

  /** Alerts and failures are few, and somebody has to look at them: they stay. */
  private static final Set<SearchIndex> EXPIRING = EnumSet.of(SearchIndex.EVENTS, SearchIndex.LATE);

  private SearchTemplates() {}

  /**
   * The paths of all, each with its content, in the order in which they must be made.
   *
   * @param policy the lifecycle policy that {@link #EXPIRING} indices name as theirs; null where
   *     the policy itself names them
   */
  static Map<String, ObjectNode> create(@Nullable String policy) {
    Map<String, ObjectNode> all = new LinkedHashMap<>();
    ObjectNode settings = JSON.objectNode();
    settings
        .putObject("template")
        .putObject("settings")
        .putObject("index")
        .put("number_of_shards", "1")
        .put("refresh_interval", "5s");
    all.put("/_component_template/" + SETTINGS, settings);
    ObjectNode mappings = JSON.objectNode();
    mappings.putObject("template").set("mappings", SearchMapping.create());
    all.put("/_component_template/" + MAPPINGS, mappings);
    for (SearchIndex index : SearchIndex.values()) {
      all.put(path(index), indexTemplate(index, EXPIRING.contains(index) ? policy : null));
    }
    return all;
  }

  /** Of the template that indices of this kind are made by. */
  static String path(SearchIndex index) {
    return "/_index_template/" + index.alias();
  }

  private static ObjectNode indexTemplate(SearchIndex index, @Nullable String policy) {
    ObjectNode template = JSON.objectNode();
    template.putArray("index_patterns").add(index.pattern());
    template.putArray("composed_of").add(SETTINGS).add(MAPPINGS);
    template.put("priority", PRIORITY);
    ObjectNode own = template.putObject("template");
    own.putObject("aliases").putObject(index.alias());
    if (policy != null) {
      ObjectNode settings = own.putObject("settings").putObject("index");
      settings.putObject("lifecycle").put("name", policy);
    }
    return template;
  }
}
