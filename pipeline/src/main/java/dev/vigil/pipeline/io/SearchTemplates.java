package dev.vigil.pipeline.io;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The templates that new indices are made by: two component templates, and one index template for
 * each {@link SearchIndex} that is composed of them and gives its indices their alias. Only
 * settings and types that Elasticsearch 8 and 9 and OpenSearch 2 and 3 have in common.
 */
final class SearchTemplates {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static final String SETTINGS = "vigil-settings";
  private static final String MAPPINGS = "vigil-mappings";

  /** Of the template that has the types of all fields. */
  static final String MAPPINGS_PATH = "/_component_template/" + MAPPINGS;

  /** Above the servers' own, of which one is for every {@code logs-*-*}. */
  private static final int PRIORITY = 500;

  /**
   * The indices with a lifecycle policy, each of its own under the alias's name: of an index for a
   * month other ages count than of one for a day. Alerts and failures are few, and somebody has to
   * look at them: they stay.
   */
  static final Set<SearchIndex> EXPIRING =
      Collections.unmodifiableSet(EnumSet.of(SearchIndex.EVENTS, SearchIndex.LATE));

  private SearchTemplates() {}

  /**
   * The paths of all, each with its content, in the order in which they must be made.
   *
   * @param naming whether {@link #EXPIRING} indices name their policies, and not these the indices
   */
  static Map<String, ObjectNode> create(boolean naming) {
    Map<String, ObjectNode> all = new LinkedHashMap<>();
    ObjectNode settings = JSON.objectNode();
    settings
        .putObject("template")
        .putObject("settings")
        .putObject("index")
        .put("number_of_shards", "1")
        .put("refresh_interval", "5s");
    all.put("/_component_template/" + SETTINGS, settings);
    all.put(MAPPINGS_PATH, mappings());
    for (SearchIndex index : SearchIndex.values()) {
      all.put(path(index), indexTemplate(index, naming && EXPIRING.contains(index)));
    }
    return all;
  }

  /** What is at {@link #MAPPINGS_PATH}. */
  static ObjectNode mappings() {
    ObjectNode mappings = JSON.objectNode();
    mappings.putObject("template").set("mappings", SearchMapping.create());
    return mappings;
  }

  /** Of the template that indices of this kind are made by. */
  static String path(SearchIndex index) {
    return "/_index_template/" + index.alias();
  }

  private static ObjectNode indexTemplate(SearchIndex index, boolean naming) {
    ObjectNode template = JSON.objectNode();
    template.putArray("index_patterns").add(index.pattern());
    template.putArray("composed_of").add(SETTINGS).add(MAPPINGS);
    template.put("priority", PRIORITY);
    ObjectNode own = template.putObject("template");
    own.putObject("aliases").putObject(index.alias());
    if (naming) {
      ObjectNode settings = own.putObject("settings").putObject("index");
      settings.putObject("lifecycle").put("name", index.alias());
    }
    return template;
  }
}
