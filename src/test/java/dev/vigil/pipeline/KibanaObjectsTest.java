package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestSearchNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The saved objects for Kibana: what can be said of them without a Kibana. That one imports them is
 * not tested.
 */
class KibanaObjectsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** By type and id, which must not be there twice. */
  private static Map<String, JsonNode> objects() throws IOException {
    Map<String, JsonNode> objects = new LinkedHashMap<>();
    try (InputStream in = Vigil.class.getResourceAsStream("elasticsearch/kibana.ndjson")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        JsonNode object = JSON.readTree(line);
        assertThat(objects.put(key(object), object)).isNull();
      }
    }
    return objects;
  }

  private static String key(JsonNode object) {
    return object.get("type").textValue() + "/" + object.get("id").textValue();
  }

  private static List<JsonNode> ofType(String type) throws IOException {
    return objects().values().stream()
        .filter(object -> object.get("type").textValue().equals(type))
        .toList();
  }

  /** JSON that stands in JSON as a text. */
  private static JsonNode inner(JsonNode object, String pointer) throws IOException {
    return JSON.readTree(object.at(pointer).textValue());
  }

  private static String reference(JsonNode object, String name) {
    for (JsonNode reference : object.get("references")) {
      if (reference.get("name").textValue().equals(name)) {
        return key(reference);
      }
    }
    throw new AssertionError(key(object) + " has no reference " + name);
  }

  private static String index(JsonNode visualization) throws IOException {
    String name =
        inner(visualization, "/attributes/kibanaSavedObjectMeta/searchSourceJSON")
            .get("indexRefName")
            .textValue();
    return objects().get(reference(visualization, name)).at("/attributes/title").textValue();
  }

  @Test
  void everyReferenceHasItsObject() throws IOException {
    Map<String, JsonNode> objects = objects();
    assertThat(objects).hasSizeGreaterThan(10);
    for (JsonNode object : objects.values()) {
      for (JsonNode reference : object.get("references")) {
        assertThat(objects).as(key(object)).containsKey(key(reference));
      }
    }
    assertThat(ofType("dashboard")).hasSize(1);
    JsonNode dashboard = ofType("dashboard").get(0);
    List<String> shown = new ArrayList<>();
    for (JsonNode panel : inner(dashboard, "/attributes/panelsJSON")) {
      shown.add(reference(dashboard, panel.get("panelRefName").textValue()));
    }
    assertThat(shown)
        .containsExactlyInAnyOrderElementsOf(
            ofType("visualization").stream().map(KibanaObjectsTest::key).toList());
  }

  /** Kibana 7.6 and OpenSearch Dashboards take nothing newer. */
  @Test
  void versions() throws IOException {
    for (JsonNode object : objects().values()) {
      String type = object.get("type").textValue();
      assertThat(type).isIn("index-pattern", "visualization", "dashboard");
      assertThat(object.at("/migrationVersion/" + type).textValue()).isBetween("7.0.0", "7.6.0");
      assertThat(object.get("migrationVersion")).hasSize(1);
    }
  }

  private static void index(TestSearchNode node) {
    SearchContent.clear(node.url());
    String logs = System.getProperty("vigil.root") + "/src/test/resources/golden/in/*";
    String address = "--elasticsearch=" + node.url();
    ProgramRun.ofVigil("--setup", address).assertDone();
    ProgramRun.ofVigil("--input=" + logs, address, "--targetParallelism=2").assertDone();
    node.request("POST", "/_refresh", null);
  }

  /** What each panel asks for is there: its fields are in the template, and it finds something. */
  @ParameterizedTest
  @EnumSource
  void everyPanelShowsSomething(TestSearchNode node) throws IOException {
    index(node);
    JsonNode properties =
        node.request("GET", "/_component_template/vigil-mappings", null)
            .body()
            .at("/component_templates/0/component_template/template/mappings/properties");
    assertThat(properties.isObject()).isTrue();
    for (JsonNode visualization : ofType("visualization")) {
      JsonNode aggs = inner(visualization, "/attributes/visState").get("aggs");
      ObjectNode search = search(visualization, aggs, properties);
      JsonNode found =
          node.request("POST", "/" + index(visualization) + "/_search", search.toString()).body();
      assertThat(found.at("/hits/total/value").asInt())
          .as("%s: %s", key(visualization), found)
          .isPositive();
      JsonNode level = found.get("aggregations");
      for (JsonNode agg : aggs) {
        if (isBucket(agg)) {
          level = level.at("/buckets/buckets/0");
          assertThat(level.path("doc_count").asInt())
              .as("%s: %s", key(visualization), found)
              .isPositive();
        }
      }
      for (JsonNode agg : aggs) {
        if (!isBucket(agg) && agg.at("/params/field").isTextual()) {
          assertThat(level.at("/metric-" + agg.get("id").textValue() + "/value").isNumber())
              .as("%s: %s", key(visualization), found)
              .isTrue();
        }
      }
    }
  }

  private static boolean isBucket(JsonNode agg) {
    return !agg.get("schema").textValue().equals("metric");
  }

  /** The search that Kibana would make of it. */
  private static ObjectNode search(JsonNode visualization, JsonNode aggs, JsonNode properties)
      throws IOException {
    ObjectNode search = JSON.createObjectNode().put("size", 0).put("track_total_hits", true);
    JsonNode query =
        inner(visualization, "/attributes/kibanaSavedObjectMeta/searchSourceJSON").get("query");
    assertThat(query.get("language").textValue()).isEqualTo("lucene");
    if (!query.get("query").textValue().isEmpty()) {
      search
          .putObject("query")
          .putObject("query_string")
          .put("query", query.get("query").textValue());
    }
    ObjectNode level = search;
    for (JsonNode agg : aggs) {
      if (isBucket(agg)) {
        level = level.putObject("aggs").putObject("buckets");
        fill(level, agg, properties);
      }
    }
    ObjectNode metrics = level.putObject("aggs");
    for (JsonNode agg : aggs) {
      // The count is there without being asked for.
      if (!isBucket(agg) && !agg.get("type").textValue().equals("count")) {
        fill(metrics.putObject("metric-" + agg.get("id").textValue()), agg, properties);
      }
    }
    return search;
  }

  private static void fill(ObjectNode into, JsonNode agg, JsonNode properties) {
    String type = agg.get("type").textValue();
    String field = agg.at("/params/field").textValue();
    JsonNode mapped = properties.at("/" + field.replace(".", "/properties/"));
    assertThat(mapped.path("type").isTextual()).as(field).isTrue();
    ObjectNode asked = into.putObject(type).put("field", field);
    switch (type) {
      case "terms" -> asked.put("size", agg.at("/params/size").intValue());
      case "date_histogram" -> {
        assertThat(mapped.get("type").textValue()).isEqualTo("date");
        // Kibana makes this of "auto", by the time that is looked at.
        asked.put("fixed_interval", "1d").put("min_doc_count", 1);
      }
      default -> assertThat(type).isEqualTo("sum");
    }
  }
}
