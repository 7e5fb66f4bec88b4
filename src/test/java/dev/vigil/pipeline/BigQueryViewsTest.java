package dev.vigil.pipeline;

import static java.util.Comparator.naturalOrder;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.event.Alert;
import dev.vigil.event.EcsJson;
import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.event.RecordSchemaProvider;
import dev.vigil.event.SecurityEvent;
import dev.vigil.event.SuspiciousLogins;
import dev.vigil.parse.LogParser;
import dev.vigil.stack.LocalGoogleSql;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The views for BigQuery, and what BigQuery ML is to learn from them, in Google's own SQL engine:
 * on a few lines whose results are written out here, and on all that comes of the sample logs,
 * whose results are computed here in another way.
 */
class BigQueryViewsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SQL =
      Path.of(
          System.getProperty("vigil.root"),
          "pipeline/src/main/resources/dev/vigil/pipeline/bigquery");
  private static final String DATASET = "a-project.security";
  private static final Pattern REFERENCE = Pattern.compile("`\\$\\{dataset}\\.(\\w+)`");
  private static final Pattern MODEL = Pattern.compile("MODEL `\\$\\{dataset}\\.(\\w+)`");

  /** The query in a CREATE MODEL statement, or in the arguments of a function. */
  private static final Pattern QUERY =
      Pattern.compile("(?s)(?:\\nAS\\n|, *\\n *\\(\\n)( *SELECT.*?)(?:\\n *\\)\\)|$)");

  private static final Map<String, Class<? extends Record>> TABLES =
      Map.of(
          "events", SecurityEvent.class,
          "alerts", Alert.class,
          "suspicious_logins", SuspiciousLogins.class);

  private static LocalGoogleSql engine;

  @BeforeAll
  static void startEngine() throws IOException {
    engine = LocalGoogleSql.start();
  }

  @AfterAll
  static void endEngine() throws IOException {
    engine.close();
  }

  /** A table or a view: the type of its rows, and the rows. */
  private record Table(String type, ArrayNode rows) {}

  /** In the order in which they are made: of their names. */
  static List<String> views() throws IOException {
    return names("views");
  }

  static List<String> statements() throws IOException {
    return names("ml");
  }

  private static List<String> names(String kind) throws IOException {
    try (Stream<Path> files = Files.list(SQL.resolve(kind))) {
      return files
          .map(file -> file.getFileName().toString().replaceAll("\\.sql$", ""))
          .sorted()
          .toList();
    }
  }

  private static String sql(String kind, String name) throws IOException {
    return Files.readString(SQL.resolve(kind).resolve(name + ".sql"));
  }

  @Test
  void theShippedFiles() throws IOException {
    assertThat(views())
        .containsExactly(
            "latest_alerts",
            "latest_events",
            "latest_suspicious_logins",
            "logins_per_user_and_hour",
            "series_of_failed_logins",
            "source_features");
    assertThat(statements())
        .containsExactly(
            "detect_unusual_hours",
            "detect_unusual_sources_by_autoencoder",
            "detect_unusual_sources_by_clusters",
            "train_failed_logins",
            "train_source_autoencoder",
            "train_source_clusters");
    for (String view : views()) {
      assertThat(sql("views", view)).as(view).startsWith("-- ");
    }
    for (String statement : statements()) {
      assertThat(sql("ml", statement)).as(statement).contains("itself was not.\n");
    }
  }

  /** BigQuery refuses a view on what is not there yet. */
  @Test
  void aViewNamesOnlyTablesAndViewsThatAreMadeBeforeIt() throws IOException {
    Set<String> there = new HashSet<>(TABLES.keySet());
    for (String view : views()) {
      assertThat(references(sql("views", view))).as(view).isNotEmpty().isSubsetOf(there);
      there.add(view);
    }
  }

  private static Set<String> references(String sql) {
    return REFERENCE
        .matcher(sql)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theEngineRefusesWhatIsNotThere() {
    Map<String, Table> tables = new TreeMap<>(Map.of("events", table(SecurityEvent.class)));
    assertThat(
            ask(tables, "SELECT source.no_such_field FROM `${dataset}.events`", true).get("error"))
        .asString()
        .contains("no_such_field");
    assertThat(ask(tables, "SELECT APPROX_NO_SUCH(id) FROM `${dataset}.events`", true).get("error"))
        .asString()
        .contains("Function not found");
    assertThat(ask(tables, "SELECT * FROM `${dataset}.no_such_table`", true).get("error"))
        .asString()
        .contains("no_such_table");
  }

  private static final String LOGINS =
      """
      {"login_time":"2026-01-15T08:00:00.000001Z","username":"root","source_ip":"203.0.113.5","status":"failure"}
      {"login_time":"2026-01-15T08:00:02.000001Z","username":"root","source_ip":"203.0.113.5","status":"failure"}
      {"login_time":"2026-01-15T08:00:06.000001Z","username":"admin","source_ip":"203.0.113.5","status":"failure"}
      {"login_time":"2026-01-15T08:59:59.999999Z","username":"root","source_ip":"203.0.113.5","status":"success"}
      {"login_time":"2026-01-15T10:00:00Z","username":"root","source_ip":"203.0.113.5","status":"failure"}
      {"login_time":"2026-01-15T08:30:00Z","source_ip":"2001:DB8:0:0::1","status":"failure"}
      {"login_time":"2026-01-15T08:30:00.5Z","source_ip":"2001:db8::1","status":"unknown"}
      {"event_time":"2026-01-15T08:10:00Z","source_ip":"198.51.100.7","destination_ip":"10.0.0.5","severity":"Medium","attack_classification":"scan","action":"allowed"}
      {"event_time":"2026-01-15T08:10:01Z","source_ip":"198.51.100.7","destination_ip":"10.0.0.6","severity":"dire","attack_classification":"scan","action":"blocked"}
      {"event_time":"2026-01-15T08:20:00Z","source_ip":"198.51.100.9","source_port":1,"destination_ip":"10.0.0.5","destination_port":23,"protocol":"TCP","action":"deny","bytes":700}
      {"event_time":"2026-01-15T08:40:00Z","source_ip":"192.0.2.8","method":"GET","path":"/","status":404,"bytes":12,"user_agent":"x"}
      """;

  private static Map<String, Table> fewLines;

  /** The views of these lines, some of them replayed. */
  private static synchronized Map<String, Table> fewLines() throws IOException {
    if (fewLines == null) {
      Table events = table(SecurityEvent.class);
      List<String> lines = LOGINS.lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        SecurityEvent event = event(lines.get(i), i);
        add(events, EcsJson.of(event));
        if (i % 3 == 0) {
          add(events, EcsJson.of(event));
        }
      }
      fewLines = run(events, table(Alert.class), table(SuspiciousLogins.class));
    }
    return fewLines;
  }

  @Test
  void aFewLines() throws IOException {
    Map<String, Table> tables = fewLines();
    assertThat(tables.get("events").rows).hasSize(15);
    assertThat(tables.get("latest_events").rows).hasSize(11);
    assertThat(rows(tables, "logins_per_user_and_hour"))
        .containsExactly(
            "2026-01-15T08:00:00Z admin 1 1 0 1 2026-01-15T08:00:06.000001Z 2026-01-15T08:00:06.000001Z",
            "2026-01-15T08:00:00Z null 2 1 0 1 2026-01-15T08:30:00Z 2026-01-15T08:30:00.500Z",
            "2026-01-15T08:00:00Z root 3 2 1 1 2026-01-15T08:00:00.000001Z 2026-01-15T08:59:59.999999Z",
            "2026-01-15T10:00:00Z root 1 1 0 1 2026-01-15T10:00:00Z 2026-01-15T10:00:00Z");
    assertThat(rows(tables, "series_of_failed_logins"))
        .containsExactly(
            "2026-01-15T08:00:00Z 4", "2026-01-15T09:00:00Z 0", "2026-01-15T10:00:00Z 1");
    assertThat(rows(tables, "source_features"))
        .containsExactly(
            // events, attempts, failed, ratio; users; mean, stddev; IDS events, signatures,
            // severity;
            // denied, destinations, ports, HTTP errors, bytes out, bytes in
            "192.0.2.8 2026-01-15T08:00:00Z 1 0 0 null 0 null null 0 0 0 0 0 0 1 0 0",
            "198.51.100.7 2026-01-15T08:00:00Z 2 0 0 null 0 1.0 null 2 0 4 1 2 0 0 0 0",
            "198.51.100.9 2026-01-15T08:00:00Z 1 0 0 null 0 null null 0 0 0 1 1 1 0 0 0",
            "2001:db8::1 2026-01-15T08:00:00Z 2 2 1 0.5 0 0.5 null 0 0 0 0 0 0 0 0 0",
            "203.0.113.5 2026-01-15T08:00:00Z 4 4 3 0.75 2 1199.999999 2073.265057 0 0 0 0 0 0 0 0 0",
            "203.0.113.5 2026-01-15T10:00:00Z 1 1 1 1.0 1 null null 0 0 0 0 0 0 0 0 0");
  }

  @Test
  void noRows() throws IOException {
    Map<String, Table> tables =
        run(table(SecurityEvent.class), table(Alert.class), table(SuspiciousLogins.class));
    for (String view : views()) {
      assertThat(tables.get(view).rows).as(view).isEmpty();
    }
  }

  /** All that comes of the sample logs, and once more as by a replay. */
  @Test
  void theSampleLogs(@TempDir Path directory) throws IOException {
    ProgramRun.ofVigil("--output=" + directory).assertDone();
    List<JsonNode> events = new ArrayList<>();
    Map<String, Long> revisions = new TreeMap<>();
    Table eventTable = table(SecurityEvent.class);
    Table alertTable = table(Alert.class);
    Table loginTable = table(SuspiciousLogins.class);
    for (String line : lines(directory, Products.EVENTS)) {
      add(eventTable, line);
      add(eventTable, line);
      events.add(JSON.readTree(line));
    }
    for (String line : lines(directory, Products.ALERTS)) {
      add(alertTable, line);
      JsonNode alert = JSON.readTree(line);
      revisions.merge(
          alert.at("/event/id").asText(), alert.at("/vigil/revision").asLong(), Math::max);
    }
    Set<String> loginIds = new TreeSet<>();
    for (String line : lines(directory, Products.SUSPICIOUS_LOGINS)) {
      add(loginTable, line);
      add(loginTable, line);
      loginIds.add(JSON.readTree(line).at("/event/id").asText());
    }
    assertThat(revisions.size()).isLessThan(alertTable.rows.size());

    Map<String, Table> tables = run(eventTable, alertTable, loginTable);

    assertThat(cells(tables, "latest_events", "/id"))
        .isEqualTo(events.stream().map(event -> event.at("/event/id").asText()).sorted().toList())
        .hasSize(652)
        .doesNotHaveDuplicates();
    assertThat(cells(tables, "latest_alerts", "/id", "/vigil/revision"))
        .isEqualTo(
            revisions.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
    assertThat(cells(tables, "latest_suspicious_logins", "/id"))
        .isEqualTo(List.copyOf(loginIds))
        .hasSize(10);
    assertThat(rows(tables, "logins_per_user_and_hour"))
        .isEqualTo(loginsPerUserAndHour(events))
        .hasSizeGreaterThan(20);
    assertThat(rows(tables, "series_of_failed_logins")).isEqualTo(failedLogins(events)).hasSize(3);
    assertThat(rows(tables, "source_features"))
        .isEqualTo(sourceFeatures(events))
        .hasSizeGreaterThan(50);
  }

  private static List<String> lines(Path output, String product) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String file : Products.files(output.toString(), product)) {
      lines.addAll(Files.readAllLines(Path.of(file)));
    }
    return lines;
  }

  private static List<String> cells(Map<String, Table> tables, String name, String... paths) {
    List<String> rows = new ArrayList<>();
    for (JsonNode row : tables.get(name).rows) {
      rows.add(
          Stream.of(paths).map(path -> row.at(path).asText()).collect(Collectors.joining(" ")));
    }
    rows.sort(null);
    return rows;
  }

  private static boolean has(JsonNode event, String list, String word) {
    for (JsonNode each : event.at(list)) {
      if (each.asText().equals(word)) {
        return true;
      }
    }
    return false;
  }

  private static Instant time(JsonNode event) {
    return Instant.parse(event.get("@timestamp").asText());
  }

  private static Instant hour(JsonNode event) {
    return time(event).truncatedTo(ChronoUnit.HOURS);
  }

  private static long attempts(JsonNode event) {
    return has(event, "/event/category", "authentication") && has(event, "/event/type", "start")
        ? event.at("/vigil/login_attempts").asLong(1)
        : 0;
  }

  private static boolean outcome(JsonNode event, String outcome) {
    return event.at("/event/outcome").asText().equals(outcome);
  }

  private static boolean isIntrusion(JsonNode event) {
    return event.at("/event/kind").asText().equals("alert")
        && has(event, "/event/category", "intrusion_detection");
  }

  /** How many different values there are of a field, where it is. */
  private static long distinct(List<JsonNode> events, Predicate<JsonNode> which, String path) {
    return events.stream()
        .filter(which)
        .map(event -> event.at(path))
        .filter(value -> !value.isMissingNode())
        .distinct()
        .count();
  }

  private static Map<String, List<JsonNode>> grouped(
      List<JsonNode> events, Predicate<JsonNode> which, Function<JsonNode, String> key) {
    Map<String, List<JsonNode>> groups = new TreeMap<>();
    events.stream()
        .filter(event -> !event.at("/source/address").isMissingNode())
        .filter(which)
        .forEach(
            event -> groups.computeIfAbsent(key.apply(event), k -> new ArrayList<>()).add(event));
    return groups;
  }

  private static long sum(List<JsonNode> events, Predicate<JsonNode> which) {
    return events.stream().filter(which).mapToLong(BigQueryViewsTest::attempts).sum();
  }

  private static List<String> loginsPerUserAndHour(List<JsonNode> events) {
    List<String> rows = new ArrayList<>();
    grouped(
            events,
            event -> attempts(event) > 0,
            event -> hour(event) + " " + event.at("/user/name").asText("null"))
        .forEach(
            (group, logins) ->
                rows.add(
                    "%s %d %d %d %d %s %s"
                        .formatted(
                            group,
                            sum(logins, login -> true),
                            sum(logins, login -> outcome(login, "failure")),
                            sum(logins, login -> outcome(login, "success")),
                            distinct(logins, login -> true, "/source/address"),
                            logins.stream().map(BigQueryViewsTest::time).min(naturalOrder()).get(),
                            logins.stream()
                                .map(BigQueryViewsTest::time)
                                .max(naturalOrder())
                                .get())));
    rows.sort(null);
    return rows;
  }

  private static List<String> failedLogins(List<JsonNode> events) {
    TreeMap<Instant, Long> hours = new TreeMap<>();
    for (JsonNode event : events) {
      if (attempts(event) > 0 && !event.at("/source/address").isMissingNode()) {
        hours.merge(hour(event), outcome(event, "failure") ? attempts(event) : 0, Long::sum);
      }
    }
    List<String> rows = new ArrayList<>();
    for (Instant hour = hours.firstKey();
        !hour.isAfter(hours.lastKey());
        hour = hour.plus(1, ChronoUnit.HOURS)) {
      rows.add(hour + " " + hours.getOrDefault(hour, 0L));
    }
    return rows;
  }

  private static List<String> sourceFeatures(List<JsonNode> events) {
    List<String> rows = new ArrayList<>();
    grouped(
            events,
            event -> true,
            event -> event.at("/source/address").asText() + " " + hour(event))
        .forEach((group, ofSource) -> rows.add(group + " " + features(ofSource)));
    rows.sort(null);
    return rows;
  }

  private static String features(List<JsonNode> events) {
    long attempts = sum(events, event -> true);
    long failed = sum(events, event -> outcome(event, "failure"));
    List<Instant> times = events.stream().map(BigQueryViewsTest::time).sorted().toList();
    List<Double> gaps = new ArrayList<>();
    for (int i = 1; i < times.size(); i++) {
      gaps.add(ChronoUnit.MICROS.between(times.get(i - 1), times.get(i)) / 1e6);
    }
    Double mean =
        gaps.isEmpty() ? null : gaps.stream().mapToDouble(gap -> gap).average().getAsDouble();
    Double deviation =
        gaps.size() < 2
            ? null
            : Math.sqrt(
                gaps.stream().mapToDouble(gap -> (gap - mean) * (gap - mean)).sum()
                    / (gaps.size() - 1));
    Map<String, Integer> ranks =
        Map.of("critical", 6, "high", 5, "medium", 4, "low", 3, "informational", 2);
    return Stream.of(
            events.size(),
            attempts,
            failed,
            cell(attempts == 0 ? null : (double) failed / attempts),
            distinct(events, event -> attempts(event) > 0, "/user/name"),
            cell(mean),
            cell(deviation),
            events.stream().filter(BigQueryViewsTest::isIntrusion).count(),
            distinct(events, BigQueryViewsTest::isIntrusion, "/rule/name"),
            events.stream()
                .filter(BigQueryViewsTest::isIntrusion)
                .mapToInt(event -> ranks.getOrDefault(event.at("/vigil/severity").asText(), 1))
                .max()
                .orElse(0),
            events.stream().filter(event -> has(event, "/event/type", "denied")).count(),
            distinct(events, event -> true, "/destination/address"),
            distinct(events, event -> true, "/destination/port"),
            events.stream()
                .filter(event -> event.at("/http/response/status_code").asInt() >= 400)
                .count(),
            events.stream().mapToLong(event -> event.at("/source/bytes").asLong()).sum(),
            events.stream().mapToLong(event -> event.at("/destination/bytes").asLong()).sum())
        .map(String::valueOf)
        .collect(Collectors.joining(" "));
  }

  /** Compiled as a whole; the query that it learns from, or is to judge, is run. */
  @ParameterizedTest
  @MethodSource("statements")
  void machineLearning(String name) throws IOException {
    Map<String, Table> tables = fewLines();
    String sql = sql("ml", name);
    assertThat(ask(tables, sql, false))
        .isEqualTo(
            JSON.createObjectNode()
                .put("compiled", name.startsWith("train_") ? "CreateModelStmt" : "QueryStmt"));
    assertThat(ask(tables, sql.replaceAll("SELECT\\s+\\w+", "SELECT no_such_column"), false))
        .asString()
        .contains("no_such_column");

    Matcher query = QUERY.matcher(sql);
    assertThat(query.find()).isTrue();
    Table learned = query(tables, query.group(1));
    List<String> columns = new ArrayList<>();
    learned.rows.get(0).fieldNames().forEachRemaining(columns::add);
    List<String> rows = rows(Map.of(name, learned), name);
    if (columns.contains("failed")) {
      assertThat(rows).isEqualTo(rows(tables, "series_of_failed_logins")).hasSize(3);
      return;
    }
    if (name.startsWith("detect_")) {
      assertThat(columns).startsWith("source_address", "hour");
      columns.subList(0, 2).clear();
      rows.replaceAll(row -> row.replaceFirst("\\S+ \\S+ ", ""));
    }
    assertThat(columns)
        .containsExactly(
            "events",
            "attempts",
            "failure_ratio",
            "distinct_users",
            "mean_interval_seconds",
            "stddev_interval_seconds",
            "ids_events",
            "distinct_signatures",
            "max_severity",
            "denied",
            "distinct_destinations",
            "distinct_destination_ports",
            "http_errors",
            "log_bytes_out",
            "log_bytes_in");
    assertThat(rows)
        .containsExactlyInAnyOrder(
            "1 0 0.0 0 3600.0 0.0 0 0 0 0 0 0 1 0.0 0.0",
            "2 0 0.0 0 1.0 0.0 2 0 4 1 2 0 0 0.0 0.0",
            "1 0 0.0 0 3600.0 0.0 0 0 0 1 1 1 0 0.0 0.0",
            "2 2 0.5 0 0.5 0.0 0 0 0 0 0 0 0 0.0 0.0",
            "4 4 0.75 2 1199.999999 2073.265057 0 0 0 0 0 0 0 0.0 0.0",
            "1 1 1.0 1 3600.0 0.0 0 0 0 0 0 0 0 0.0 0.0");
  }

  private static SecurityEvent event(String line, int offset) {
    return LogParser.ofAllFormats()
        .parse(
            LogLine.of(
                line.getBytes(StandardCharsets.UTF_8), Provenance.ofKafka("logs", 0, offset)))
        .event();
  }

  /** The columns' type as set-up makes the table of a kind of record. */
  private static Table table(Class<? extends Record> type) {
    Schema schema = new RecordSchemaProvider().schemaFor(TypeDescriptor.of(type));
    String fields = struct(schema).substring("STRUCT<".length());
    return new Table(
        "STRUCT<id STRING, source_ip STRING, rule_id STRING, " + fields, JSON.createArrayNode());
  }

  private static String struct(Schema schema) {
    return schema.getFields().stream()
        .map(field -> "`" + field.getName() + "` " + type(field.getType()))
        .collect(Collectors.joining(", ", "STRUCT<", ">"));
  }

  private static String type(Schema.FieldType type) {
    return switch (type.getTypeName()) {
      case STRING -> "STRING";
      case INT32, INT64 -> "INT64";
      case BOOLEAN -> "BOOL";
      case LOGICAL_TYPE -> "TIMESTAMP";
      case ROW -> struct(type.getRowSchema());
      case ARRAY -> "ARRAY<" + type(type.getCollectionElementType()) + ">";
      case MAP -> "JSON";
      default -> throw new IllegalArgumentException("no column has " + type);
    };
  }

  /** A row as the pipeline writes it. */
  private static void add(Table table, String json) throws JsonProcessingException {
    ObjectNode row = (ObjectNode) JSON.readTree(json);
    row.set("timestamp", row.remove("@timestamp"));
    row.remove("ecs");
    row.set("id", row.at("/event/id"));
    row.set("source_ip", present(row.at("/source/ip")));
    row.set("rule_id", present(row.at("/rule/id")));
    table.rows.add(row);
  }

  private static JsonNode present(JsonNode node) {
    return node.isMissingNode() ? JSON.nullNode() : node;
  }

  /** All views on these tables, with the tables. */
  private static Map<String, Table> run(Table events, Table alerts, Table suspiciousLogins)
      throws IOException {
    Map<String, Table> tables =
        new TreeMap<>(
            Map.of("events", events, "alerts", alerts, "suspicious_logins", suspiciousLogins));
    for (String view : views()) {
      tables.put(view, query(tables, sql("views", view)));
    }
    return tables;
  }

  private static Table query(Map<String, Table> tables, String query) {
    JsonNode answer = ask(tables, query, true);
    assertThat(answer.path("error").asText()).as(query).isEmpty();
    List<String> fields = new ArrayList<>();
    for (JsonNode column : answer.get("columns")) {
      fields.add("`" + column.get("name").asText() + "` " + column.get("type").asText());
    }
    return new Table("STRUCT<" + String.join(", ", fields) + ">", (ArrayNode) answer.get("rows"));
  }

  private static JsonNode ask(Map<String, Table> tables, String statement, boolean run) {
    ObjectNode request = JSON.createObjectNode();
    ObjectNode named = request.putObject("tables");
    references(statement).stream()
        .filter(tables::containsKey)
        .forEach(
            name ->
                named
                    .putObject(DATASET + "." + name)
                    .put("type", tables.get(name).type)
                    .set("rows", tables.get(name).rows));
    ArrayNode models = request.putArray("models");
    MODEL.matcher(statement).results().forEach(match -> models.add(DATASET + "." + match.group(1)));
    request.put("statement", statement.replace("${dataset}", DATASET));
    request.put("run", run);
    return engine.ask(request);
  }

  /** A line for each row, in order; numbers with seven digits. */
  private static List<String> rows(Map<String, Table> tables, String name) {
    List<String> rows = new ArrayList<>();
    for (JsonNode row : tables.get(name).rows) {
      List<String> cells = new ArrayList<>();
      row.forEach(cell -> cells.add(cell(cell)));
      rows.add(String.join(" ", cells));
    }
    rows.sort(null);
    return rows;
  }

  private static String cell(JsonNode cell) {
    return cell.isDouble() ? cell(cell.doubleValue()) : cell.asText();
  }

  private static String cell(@Nullable Double number) {
    return number == null ? "null" : Double.toString(Math.round(number * 1e6) / 1e6);
  }
}
