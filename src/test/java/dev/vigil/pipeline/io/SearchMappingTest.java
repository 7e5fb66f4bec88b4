package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.event.Alert;
import dev.vigil.event.EcsDocument;
import dev.vigil.event.EcsJson;
import dev.vigil.event.Failure;
import dev.vigil.event.LateEvent;
import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.event.SecurityEvent;
import dev.vigil.event.SuspiciousLogins;
import dev.vigil.parse.LogParser;
import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestSearchNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every field of every record is in the mapping, and is taken by real servers. */
class SearchMappingTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant TIME = Instant.parse("2026-01-15T08:00:00.123Z");

  private static final Map<Class<? extends Record>, SearchIndex> INDICES =
      Map.of(
          SecurityEvent.class,
          SearchIndex.EVENTS,
          SuspiciousLogins.class,
          SearchIndex.ALERTS,
          Alert.class,
          SearchIndex.ALERTS,
          LateEvent.class,
          SearchIndex.LATE,
          Failure.Document.class,
          SearchIndex.FAILURES);

  /** Of what somebody else wrote: like a date, a number, a truth value, and like none of them. */
  private static final Map<String, String> LABELS =
      Map.of(
          "day", "2026-01-15",
          "slashes", "2026/01/15 08:00:00",
          "moment", "2026-01-15T08:00:00.123Z",
          "number", "42",
          "fraction", "0.5",
          "truth", "true",
          "text", "some text");

  /** A record with a value in each field. */
  private static <T> T filled(Class<T> type) throws ReflectiveOperationException {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = value(components[i].getGenericType(), components[i].getName());
    }
    Constructor<T> constructor = type.getDeclaredConstructor(types);
    constructor.setAccessible(true);
    return constructor.newInstance(values);
  }

  private static Object value(Type type, String name) throws ReflectiveOperationException {
    if (type == String.class) {
      return name.equals("ip") ? "2001:db8::1" : "some text";
    } else if (type == long.class || type == Long.class) {
      return Long.MAX_VALUE;
    } else if (type == int.class || type == Integer.class) {
      return Integer.MAX_VALUE;
    } else if (type == boolean.class) {
      return true;
    } else if (type == Instant.class) {
      return TIME;
    } else if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
      return List.of(value(generic.getActualTypeArguments()[0], name));
    } else if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
      return LABELS;
    }
    return filled((Class<?>) type);
  }

  /** The paths of all that is no object. */
  private static void leaves(String path, JsonNode node, Map<String, JsonNode> leaves) {
    if (node.isObject()) {
      node.fields()
          .forEachRemaining(
              field ->
                  leaves(
                      path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                      field.getValue(),
                      leaves));
    } else {
      leaves.put(path, node);
    }
  }

  /** The types of all fields of a mapping. */
  private static void types(String path, JsonNode properties, Map<String, String> types) {
    properties
        .fields()
        .forEachRemaining(
            field -> {
              String name = path + field.getKey();
              if (field.getValue().has("properties")) {
                types(name + ".", field.getValue().get("properties"), types);
              } else {
                types.put(name, field.getValue().get("type").asText());
              }
            });
  }

  private static void setUp(SearchConnection connection) throws Exception {
    try (SearchCluster cluster = SearchCluster.at(connection)) {
      SearchSetUp setUp = SearchSetUp.of(cluster, cluster.backend());
      for (SearchSetUp.Step step : setUp.steps()) {
        setUp.apply(step);
      }
    }
  }

  private static <T extends Record & EcsDocument> List<BulkWriter.Refusal<T>> write(
      SearchConnection connection, T document, SearchIndex index) throws Exception {
    try (RestClient client = connection.open()) {
      return new BulkWriter(client, "the server")
          .write(List.of(BulkItem.of(document, index.at(document.timestamp()))));
    }
  }

  private static <T extends Record & EcsDocument> void writeFilled(
      SearchConnection connection, Class<T> type) throws Exception {
    assertThat(write(connection, filled(type), INDICES.get(type))).as(type.getName()).isEmpty();
  }

  /** What is not in the mapping would not be found; what is refused would not be there. */
  @ParameterizedTest
  @EnumSource
  void everyFieldOfEveryRecord(TestSearchNode node) throws Exception {
    SearchContent.clear(node.url());
    SearchConnection connection = SearchConnection.to(List.of(node.url()));
    setUp(connection);
    assertThat(INDICES.keySet()).containsExactlyInAnyOrderElementsOf(SearchMapping.RECORDS);
    Map<String, JsonNode> leaves = new TreeMap<>();
    for (Class<? extends Record> type : SearchMapping.RECORDS) {
      JsonNode json = JSON.readTree(EcsJson.of(filled(type)));
      leaves("", json, leaves);
      SearchContent.clear(node.url());
      setUp(connection);
      if (type == SecurityEvent.class) {
        writeFilled(connection, SecurityEvent.class);
      } else if (type == SuspiciousLogins.class) {
        writeFilled(connection, SuspiciousLogins.class);
      } else if (type == Alert.class) {
        writeFilled(connection, Alert.class);
      } else if (type == LateEvent.class) {
        writeFilled(connection, LateEvent.class);
      } else {
        writeFilled(connection, Failure.Document.class);
      }
      String alias = INDICES.get(type).alias();
      assertThat(SearchContent.documents(node.url(), alias).values()).containsExactly(json);
      JsonNode hit = node.request("GET", "/" + alias + "/_search", null).body().at("/hits/hits/0");
      assertThat(hit.has("_ignored")).as(hit::toString).isFalse();
      String index = hit.get("_index").asText();
      assertThat(index).isEqualTo(INDICES.get(type).at(TIME));
      Map<String, String> types = new TreeMap<>();
      types(
          "",
          node.request("GET", "/" + index + "/_mapping", null)
              .body()
              .at("/" + index + "/mappings/properties"),
          types);
      Map<String, JsonNode> own = new TreeMap<>();
      leaves("", json, own);
      assertThat(types.keySet()).containsAll(own.keySet());
    }
    Map<String, String> all = new TreeMap<>();
    types("", SearchMapping.create().get("properties"), all);
    all.remove("labels");
    leaves.keySet().removeIf(path -> path.startsWith("labels."));
    assertThat(all.keySet()).isEqualTo(leaves.keySet());
  }

  /** As ECS has them. */
  @Test
  void types() {
    Map<String, String> types = new HashMap<>();
    types("", SearchMapping.create().get("properties"), types);
    assertThat(types)
        .containsEntry("@timestamp", "date")
        .containsEntry("event.start", "date")
        .containsEntry("event.duration", "long")
        .containsEntry("event.severity", "long")
        .containsEntry("event.category", "keyword")
        .containsEntry("event.original", "keyword")
        .containsEntry("source.address", "keyword")
        .containsEntry("source.port", "long")
        .containsEntry("http.response.status_code", "long")
        .containsEntry("message", "text")
        .containsEntry("error.message", "text")
        .containsEntry("vigil.logins.attempts", "long")
        .containsEntry("vigil.logins.distinct_users_estimated", "boolean")
        .containsEntry("vigil.window.start", "date")
        .containsEntry("ecs.version", "keyword");
    types.forEach(
        (path, type) -> {
          boolean ip = path.equals("ip") || path.endsWith(".ip");
          assertThat(type.equals("ip")).as(path).isEqualTo(ip);
        });
  }

  private static SecurityEvent login(String time, String user) {
    String line =
        "{\"login_time\":\""
            + time
            + "\",\"username\":\""
            + user
            + "\",\"source_ip\":\"10.0.0.1\",\"status\":\"failed\"}";
    return LogParser.ofAllFormats()
        .parse(
            LogLine.of(
                line.getBytes(StandardCharsets.UTF_8), Provenance.ofFile("/logs/test.log", 0)))
        .event();
  }

  /** Longer than a server's index takes, in the largest characters: kept all the same. */
  @ParameterizedTest
  @EnumSource
  void longTexts(TestSearchNode node) throws Exception {
    SearchContent.clear(node.url());
    SearchConnection connection = SearchConnection.to(List.of(node.url()));
    setUp(connection);
    for (String character : List.of("x", "\u20ac", "\ud83d\ude00")) {
      for (int count : new int[] {8_191, 8_192, 100_000}) {
        SecurityEvent event = login("2026-01-15T08:00:00Z", character.repeat(count));
        assertThat(write(connection, event, SearchIndex.EVENTS)).isEmpty();
        JsonNode found =
            SearchContent.documents(node.url(), "vigil-events").values().iterator().next();
        assertThat(found.at("/user/name").asText()).hasSize(count * character.length());
      }
    }
  }

  /** Who can write a date into a label must not decide that only dates are taken from then on. */
  @ParameterizedTest
  @EnumSource
  void labelsThatLookLikeSomethingElse(TestSearchNode node) throws Exception {
    SearchContent.clear(node.url());
    SearchConnection connection = SearchConnection.to(List.of(node.url()));
    setUp(connection);
    writeFilled(connection, SecurityEvent.class);
    SecurityEvent plain = withLabels(filled(SecurityEvent.class), "plain");
    assertThat(write(connection, plain, SearchIndex.EVENTS)).isEmpty();
    String index = SearchIndex.EVENTS.at(TIME);
    JsonNode labels =
        node.request("GET", "/" + index + "/_mapping", null)
            .body()
            .at("/" + index + "/mappings/properties/labels/properties");
    Map<String, String> types = new TreeMap<>();
    types("", labels, types);
    assertThat(types.keySet()).isEqualTo(LABELS.keySet());
    assertThat(types.values()).containsOnly("keyword");
  }

  /** The same event with other labels. */
  private static SecurityEvent withLabels(SecurityEvent event, String value)
      throws ReflectiveOperationException {
    RecordComponent[] components = SecurityEvent.class.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = components[i].getAccessor().invoke(event);
      if (components[i].getName().equals("labels")) {
        Map<String, String> labels = new HashMap<>(LABELS);
        labels.replaceAll((name, old) -> value);
        values[i] = labels;
      }
    }
    return SecurityEvent.class.getDeclaredConstructor(types).newInstance(values);
  }

  /** Times that servers do not take are a refusal, and not the end of the job. */
  @ParameterizedTest
  @EnumSource
  void timesAtTheEdge(TestSearchNode node) throws Exception {
    SearchContent.clear(node.url());
    SearchConnection connection = SearchConnection.to(List.of(node.url()));
    setUp(connection);
    for (String time : List.of("1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z")) {
      Failure failure = failure(Instant.parse(time));
      assertThat(write(connection, failure.document(), SearchIndex.FAILURES)).isEmpty();
    }
    Failure.Document undated = failure(null).document();
    assertThat(write(connection, undated, SearchIndex.FAILURES)).isEmpty();
    assertThat(SearchContent.indices(node.url(), "vigil-failures"))
        .containsOnlyKeys(
            "vigil-failures-1970.01", "vigil-failures-0001.01", "vigil-failures-undated");

    List<BulkWriter.Refusal<Failure.Document>> refused = new ArrayList<>();
    for (String time : List.of("+12345-01-01T00:00:00Z", "-0044-03-15T00:00:00Z")) {
      refused.addAll(
          write(connection, failure(Instant.parse(time)).document(), SearchIndex.FAILURES));
    }
    List<String> times =
        refused.stream().map(refusal -> refusal.document().timestamp().toString()).toList();
    Map<String, Integer> indices = SearchContent.indices(node.url(), "vigil-failures");
    assertThat(indices).containsEntry("vigil-failures--0044.03", 1);
    if (node == TestSearchNode.OPENSEARCH) {
      assertThat(times).isEmpty();
      assertThat(indices).containsEntry("vigil-failures-+12345.01", 1);
    } else {
      assertThat(times).containsExactly("+12345-01-01T00:00:00Z");
      assertThat(refused.get(0).reason()).contains("failed to parse field [@timestamp]");
    }
  }

  private static Failure failure(Instant time) {
    return new Failure(
        time, "parse", "why", null, new byte[] {'x'}, Provenance.ofFile("/logs/a", 0));
  }
}
