package dev.vigil.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is in a warehouse, in the form of the documents that other sinks get. */
public final class WarehouseContent {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The columns that are there for the table's sake, and say what others say. */
  private static final List<String> LEADING = List.of("id", "source_ip", "rule_id");

  private WarehouseContent() {}

  /**
   * The rows of a table as documents, by id.
   *
   * @throws IllegalStateException if there are two with one id
   */
  public static Map<String, JsonNode> documents(
      LocalWarehouse warehouse, String dataset, String table) {
    Map<String, JsonNode> documents = new TreeMap<>();
    for (String line : warehouse.query("SELECT * FROM " + dataset + "." + table)) {
      ObjectNode row = (ObjectNode) read(line);
      String id = row.get("id").asText();
      if (documents.put(id, document(row)) != null) {
        throw new IllegalStateException("there are two rows with the id " + id);
      }
    }
    return documents;
  }

  public static long count(LocalWarehouse warehouse, String dataset, String table) {
    return read(warehouse.query("SELECT count(*) AS n FROM " + dataset + "." + table).get(0))
        .get("n")
        .asLong();
  }

  /** The same document with its times in one form, and without what is empty. */
  public static JsonNode normalized(JsonNode document) {
    if (document.isObject()) {
      ObjectNode normalized = JSON.createObjectNode();
      document
          .fields()
          .forEachRemaining(
              field -> {
                JsonNode value = normalized(field.getValue());
                if (!value.isNull() && !(value.isContainerNode() && value.isEmpty())) {
                  normalized.set(field.getKey(), value);
                }
              });
      return normalized;
    }
    if (document.isArray()) {
      ArrayNode normalized = JSON.createArrayNode();
      document.forEach(element -> normalized.add(normalized(element)));
      return normalized;
    }
    if (document.isTextual()
        && document.asText().matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z")) {
      return JSON.getNodeFactory().textNode(Instant.parse(document.asText()).toString());
    }
    return document;
  }

  private static JsonNode document(ObjectNode row) {
    for (String nested : new String[] {"source", "rule"}) {
      String leading = nested.equals("source") ? "source_ip" : "rule_id";
      String field = nested.equals("source") ? "/source/ip" : "/rule/id";
      if (row.has(leading) && !row.get(leading).asText().equals(row.at(field).asText("null"))) {
        throw new IllegalStateException(leading + " is another than " + field + " in " + row);
      }
    }
    row.remove(LEADING);
    row.set("@timestamp", row.remove("timestamp"));
    if (row.has("labels") && row.get("labels").isTextual()) {
      row.set("labels", read(row.get("labels").asText()));
    }
    row.putObject("ecs").put("version", dev.vigil.event.Ecs.VERSION);
    return normalized(row);
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
