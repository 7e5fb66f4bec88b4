package dev.vigil.pipeline.io;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.event.Alert;
import dev.vigil.event.Failure;
import dev.vigil.event.LateEvent;
import dev.vigil.event.RecordSchemaProvider;
import dev.vigil.event.SecurityEvent;
import dev.vigil.event.SuspiciousLogins;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * How each field of each record is indexed: made from the records' own schemas, so that no field is
 * forgotten, with the types that the <a
 * href="https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html">Elastic Common
 * Schema</a> gives them, as far as Elasticsearch and OpenSearch both have these: {@code wildcard}
 * becomes {@code keyword}, {@code match_only_text} becomes {@code text}. Fields that are not of
 * these records are kept, but not indexed.
 */
final class SearchMapping {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Every kind of record that is written. */
  static final List<Class<? extends Record>> RECORDS =
      List.of(
          SecurityEvent.class,
          SuspiciousLogins.class,
          Alert.class,
          LateEvent.class,
          Failure.Document.class);

  private static final Set<String> IPS =
      Set.of("source.ip", "source.nat.ip", "destination.ip", "destination.nat.ip", "related.ip");

  private static final Set<String> TEXTS = Set.of("message", "error.message");

  /** For those who read, and not for searching: ECS does not index the first. */
  private static final Set<String> NOT_INDEXED = Set.of("event.original", "vigil.raw_base64");

  /**
   * The longest text that a keyword field may have is 32,766 bytes, and a character up to four: a
   * longer one is kept, and not found.
   */
  private static final int LONGEST_KEYWORD = 8_191;

  private static final Map<Schema.TypeName, String> TYPES =
      Map.of(
          Schema.TypeName.INT32, "long",
          Schema.TypeName.INT64, "long",
          Schema.TypeName.DOUBLE, "double",
          Schema.TypeName.BOOLEAN, "boolean",
          // Found by the millisecond; the document has the microseconds.
          Schema.TypeName.LOGICAL_TYPE, "date");

  private SearchMapping() {}

  /** The mapping of all records, in the form of a template's {@code mappings}. */
  static ObjectNode create() {
    ObjectNode mapping = JSON.objectNode();
    // As text, which is how servers give it back.
    mapping.put("dynamic", "false");
    // Labels hold what somebody wrote into a log: the first must not say what all others are.
    mapping.put("date_detection", "false");
    mapping.put("numeric_detection", "false");
    mapping.putArray("dynamic_templates").addObject().set("labels", labels());
    ObjectNode properties = mapping.putObject("properties");
    RecordSchemaProvider schemas = new RecordSchemaProvider();
    for (Class<? extends Record> type : RECORDS) {
      add(schemas.schemaFor(TypeDescriptor.of(type)), "", properties);
    }
    properties.putObject("ecs").putObject("properties").set("version", keyword());
    return mapping;
  }

  private static void add(Schema schema, String prefix, ObjectNode properties) {
    for (Schema.Field field : schema.getFields()) {
      boolean time = prefix.isEmpty() && field.getName().equals("timestamp");
      String name = time ? "@timestamp" : field.getName();
      Schema.FieldType type = field.getType();
      // A list is indexed as what is in it.
      Schema.FieldType single =
          type.getTypeName() == Schema.TypeName.ARRAY ? type.getCollectionElementType() : type;
      if (single.getTypeName() == Schema.TypeName.ROW) {
        add(
            single.getRowSchema(),
            prefix + name + ".",
            properties.withObject("/" + name).withObject("/properties"));
        continue;
      }
      ObjectNode mapped = mapped(prefix + name, single);
      if (properties.has(name) && !properties.get(name).equals(mapped)) {
        throw new IllegalStateException(prefix + name + " has two types");
      }
      properties.set(name, mapped);
    }
  }

  private static ObjectNode mapped(String path, Schema.FieldType type) {
    if (type.getTypeName() == Schema.TypeName.MAP) {
      // Only labels: parsers give them names from a list of their own, so there are not many.
      return JSON.objectNode().put("type", "object").put("dynamic", "true");
    }
    if (type.getTypeName() != Schema.TypeName.STRING) {
      String name = TYPES.get(type.getTypeName());
      if (name == null) {
        throw new IllegalStateException("no type for " + path + " of " + type);
      }
      return JSON.objectNode().put("type", name);
    }
    if (IPS.contains(path)) {
      return JSON.objectNode().put("type", "ip");
    }
    if (TEXTS.contains(path)) {
      return JSON.objectNode().put("type", "text");
    }
    if (NOT_INDEXED.contains(path)) {
      return JSON.objectNode().put("type", "keyword").put("index", false).put("doc_values", false);
    }
    return keyword();
  }

  private static ObjectNode keyword() {
    return JSON.objectNode().put("type", "keyword").put("ignore_above", LONGEST_KEYWORD);
  }

  private static ObjectNode labels() {
    ObjectNode labels = JSON.objectNode();
    labels.put("path_match", "labels.*").put("match_mapping_type", "string");
    labels.set("mapping", keyword());
    return labels;
  }
}
