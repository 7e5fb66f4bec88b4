package dev.vigil.stack.warehouse;

import static dev.vigil.stack.TestWarehouse.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQuery.DatasetDeleteOption;
import com.google.cloud.bigquery.BigQuery.TableDataListOption;
import com.google.cloud.bigquery.BigQueryError;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.Clustering;
import com.google.cloud.bigquery.Dataset;
import com.google.cloud.bigquery.DatasetId;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.FieldList;
import com.google.cloud.bigquery.FieldValue;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.InsertAllRequest;
import com.google.cloud.bigquery.InsertAllResponse;
import com.google.cloud.bigquery.PrimaryKey;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.Table;
import com.google.cloud.bigquery.TableConstraints;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.TableResult;
import com.google.cloud.bigquery.TimePartitioning;
import com.google.cloud.bigquery.ViewDefinition;
import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.TestWarehouse;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The REST API, as Google's own client sees it. */
class RestApiTest {
  private static final Schema SMALL =
      Schema.of(
          Field.newBuilder("id", StandardSQLTypeName.STRING).setMode(Field.Mode.REQUIRED).build(),
          Field.of("n", StandardSQLTypeName.INT64));

  private static LocalWarehouse warehouse;
  private static BigQuery bigQuery;

  @BeforeAll
  static void start() {
    warehouse = TestWarehouse.get();
    bigQuery = TestWarehouse.bigQuery(warehouse);
  }

  private static TableId table(Schema schema) {
    TableId id = TableId.of(TestWarehouse.freshDataset(), "t");
    bigQuery.create(TableInfo.of(id, StandardTableDefinition.of(schema)));
    return id;
  }

  @Test
  void datasetsAreMadeListedAndDeleted() {
    String name = TestWarehouse.freshName();
    assertThat(bigQuery.getDataset(name)).isNull();

    bigQuery.create(DatasetInfo.newBuilder(name).setDescription("of this test").build());
    assertThat(bigQuery.getDataset(name).getDescription()).isEqualTo("of this test");
    assertThat(bigQuery.getDataset(name).getDatasetId()).isEqualTo(DatasetId.of(PROJECT, name));
    assertThat(bigQuery.listDatasets().iterateAll())
        .extracting(Dataset::getDatasetId)
        .contains(DatasetId.of(PROJECT, name));
    assertThatThrownBy(() -> bigQuery.create(DatasetInfo.of(name)))
        .isInstanceOfSatisfying(
            BigQueryException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(409);
              assertThat(e.getReason()).isEqualTo("duplicate");
            });

    bigQuery.create(TableInfo.of(TableId.of(name, "t"), StandardTableDefinition.of(SMALL)));
    assertThatThrownBy(() -> bigQuery.delete(name)).isInstanceOf(BigQueryException.class);
    assertThat(bigQuery.delete(name, DatasetDeleteOption.deleteContents())).isTrue();
    assertThat(bigQuery.getDataset(name)).isNull();
    assertThat(bigQuery.delete(name)).isFalse();
  }

  @Test
  void tablesComeBackAsTheyWereDefined() {
    TableId id = TableId.of(TestWarehouse.freshDataset(), "alerts");
    assertThat(bigQuery.getTable(id)).isNull();
    Schema schema =
        Schema.of(
            Field.newBuilder("alert_id", StandardSQLTypeName.STRING)
                .setMode(Field.Mode.REQUIRED)
                .setDescription("what identifies it")
                .build(),
            Field.of("time", StandardSQLTypeName.TIMESTAMP),
            Field.newBuilder(
                    "source",
                    StandardSQLTypeName.STRUCT,
                    Field.of("ip", StandardSQLTypeName.STRING),
                    Field.newBuilder("ports", StandardSQLTypeName.INT64)
                        .setMode(Field.Mode.REPEATED)
                        .build())
                .build());
    bigQuery.create(
        TableInfo.newBuilder(
                id,
                StandardTableDefinition.newBuilder()
                    .setSchema(schema)
                    .setTimePartitioning(
                        TimePartitioning.newBuilder(TimePartitioning.Type.DAY)
                            .setField("time")
                            .build())
                    .setClustering(Clustering.newBuilder().setFields(List.of("alert_id")).build())
                    .setTableConstraints(
                        TableConstraints.newBuilder()
                            .setPrimaryKey(
                                PrimaryKey.newBuilder().setColumns(List.of("alert_id")).build())
                            .build())
                    .build())
            .setDescription("what was found")
            .setLabels(Map.of("team", "soc"))
            .build());

    Table found = bigQuery.getTable(id);
    StandardTableDefinition definition = found.getDefinition();
    assertThat(found.getDescription()).isEqualTo("what was found");
    assertThat(found.getLabels()).containsExactly(Map.entry("team", "soc"));
    assertThat(found.getNumRows()).isZero();
    assertThat(definition.getSchema()).isEqualTo(schema);
    assertThat(definition.getTimePartitioning().getField()).isEqualTo("time");
    assertThat(definition.getClustering().getFields()).containsExactly("alert_id");
    assertThat(definition.getTableConstraints().getPrimaryKey().getColumns())
        .containsExactly("alert_id");
    assertThat(bigQuery.listTables(id.getDataset()).iterateAll())
        .extracting(table -> table.getTableId().getTable())
        .containsExactly("alerts");

    found.toBuilder().setDescription("another").build().update();
    assertThat(bigQuery.getTable(id).getDescription()).isEqualTo("another");
    assertThat(bigQuery.getTable(id).<StandardTableDefinition>getDefinition().getClustering())
        .isEqualTo(definition.getClustering());

    assertThat(bigQuery.delete(id)).isTrue();
    assertThat(bigQuery.getTable(id)).isNull();
    assertThat(bigQuery.delete(id)).isFalse();
  }

  @Test
  void viewsAreKeptAndNotRun() {
    TableId id = TableId.of(TestWarehouse.freshDataset(), "latest");
    String sql = "SELECT * FROM `p.d.t` QUALIFY ROW_NUMBER() OVER (PARTITION BY id) = 1";
    bigQuery.create(
        TableInfo.of(id, ViewDefinition.newBuilder(sql).setUseLegacySql(false).build()));

    assertThat(bigQuery.getTable(id).<ViewDefinition>getDefinition().getQuery()).isEqualTo(sql);
    assertThatThrownBy(() -> warehouse.query("SELECT * FROM %s.latest".formatted(id.getDataset())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("latest does not exist");
    assertThatThrownBy(() -> bigQuery.insertAll(row(id, "a", Map.of("id", "a"))))
        .isInstanceOf(BigQueryException.class)
        .hasMessageContaining("Not found: Table " + id.getDataset() + ".latest");
  }

  @Test
  void everyTypeComesBackExactly() {
    List<Field> scalars =
        List.of(
            Field.of("text", StandardSQLTypeName.STRING),
            Field.of("bytes", StandardSQLTypeName.BYTES),
            Field.of("integer", StandardSQLTypeName.INT64),
            Field.of("float", StandardSQLTypeName.FLOAT64),
            Field.of("bool", StandardSQLTypeName.BOOL),
            Field.of("number", StandardSQLTypeName.NUMERIC),
            Field.of("stamp", StandardSQLTypeName.TIMESTAMP),
            Field.of("day", StandardSQLTypeName.DATE),
            Field.of("clock", StandardSQLTypeName.TIME),
            Field.of("civil", StandardSQLTypeName.DATETIME),
            Field.of("json", StandardSQLTypeName.JSON));
    Field nested =
        Field.newBuilder(
                "nested",
                StandardSQLTypeName.STRUCT,
                Field.of("name", StandardSQLTypeName.STRING),
                Field.newBuilder("stamps", StandardSQLTypeName.TIMESTAMP)
                    .setMode(Field.Mode.REPEATED)
                    .build(),
                Field.newBuilder("deep", StandardSQLTypeName.STRUCT, FieldList.of(scalars))
                    .setMode(Field.Mode.REPEATED)
                    .build())
            .build();
    List<Field> fields = new ArrayList<>(scalars);
    fields.add(nested);
    TableId id = table(Schema.of(fields));
    Map<String, Object> scalar =
        Map.ofEntries(
            Map.entry("text", "grüße \u0000\"\n"),
            Map.entry("bytes", "AAH/"),
            Map.entry("integer", "-9223372036854775808"),
            Map.entry("float", 0.1),
            Map.entry("bool", true),
            Map.entry("number", "12345678901234567890123456789.123456789"),
            Map.entry("stamp", "2026-03-01T01:02:03.123456+02:00"),
            Map.entry("day", "0001-01-01"),
            Map.entry("clock", "23:59:59.999999"),
            Map.entry("civil", "9999-12-31T23:59:59.999999"),
            Map.entry("json", "{\"a\": [1, null]}"));
    Map<String, Object> all = new HashMap<>(scalar);
    all.put(
        "nested",
        Map.of(
            "name",
            "outer",
            "stamps",
            List.of("1969-12-31 23:59:59.999999 UTC", "0001-01-01 00:00:00 UTC"),
            "deep",
            List.of(scalar, Map.of("text", "half"))));

    assertThat(
            bigQuery
                .insertAll(InsertAllRequest.newBuilder(id).addRow(all).addRow(Map.of()).build())
                .hasErrors())
        .isFalse();

    String line =
        """
        "text":"grüße \\u0000\\"\\n","bytes":"AAH/","integer":-9223372036854775808,"float":0.1,\
        "bool":true,"number":12345678901234567890123456789.123456789,\
        "stamp":"2026-02-28T23:02:03.123456Z","day":"0001-01-01","clock":"23:59:59.999999",\
        "civil":"9999-12-31T23:59:59.999999","json":{"a": [1, null]}""";
    String nulls =
        """
        "bytes":null,"integer":null,"float":null,"bool":null,"number":null,"stamp":null,\
        "day":null,"clock":null,"civil":null,"json":null""";
    assertThat(warehouse.query("SELECT * FROM %s.t".formatted(id.getDataset())))
        .containsExactly(
            "{"
                + line
                + """
                ,"nested":{"name":"outer",\
                "stamps":["1969-12-31T23:59:59.999999Z","0001-01-01T00:00:00Z"],"deep":[{"""
                + line
                + "},{\"text\":\"half\","
                + nulls
                + "}]}}",
            "{\"text\":null," + nulls + ",\"nested\":null}");

    FieldValueList row =
        bigQuery.listTableData(id, Schema.of(fields)).iterateAll().iterator().next();
    assertThat(row.get("text").getStringValue()).isEqualTo("grüße \u0000\"\n");
    assertThat(row.get("bytes").getBytesValue()).containsExactly(0, 1, 255);
    assertThat(row.get("integer").getLongValue()).isEqualTo(Long.MIN_VALUE);
    assertThat(row.get("float").getDoubleValue()).isEqualTo(0.1);
    assertThat(row.get("bool").getBooleanValue()).isTrue();
    assertThat(row.get("number").getNumericValue())
        .isEqualTo(new BigDecimal("12345678901234567890123456789.123456789"));
    assertThat(row.get("stamp").getTimestampInstant())
        .isEqualTo(Instant.parse("2026-02-28T23:02:03.123456Z"));
    assertThat(row.get("day").getStringValue()).isEqualTo("0001-01-01");
    assertThat(row.get("clock").getStringValue()).isEqualTo("23:59:59.999999");
    assertThat(row.get("civil").getStringValue()).isEqualTo("9999-12-31T23:59:59.999999");
    assertThat(row.get("json").getStringValue()).isEqualTo("{\"a\": [1, null]}");
    FieldValueList struct = row.get("nested").getRecordValue();
    assertThat(struct.get("name").getStringValue()).isEqualTo("outer");
    assertThat(struct.get("stamps").getRepeatedValue())
        .extracting(FieldValue::getTimestampInstant)
        .containsExactly(
            Instant.parse("1969-12-31T23:59:59.999999Z"), Instant.parse("0001-01-01T00:00:00Z"));
    assertThat(struct.get("deep").getRepeatedValue()).hasSize(2);
    assertThat(struct.get("deep").getRepeatedValue().get(1).getRecordValue().get(0).getValue())
        .isEqualTo("half");
  }

  @Test
  void aBadRowIsNamedAndStopsTheOthers() {
    TableId id = table(SMALL);
    InsertAllResponse refused =
        bigQuery.insertAll(
            InsertAllRequest.newBuilder(id)
                .addRow(Map.of("id", "good", "n", 1))
                .addRow(Map.of("id", "bad", "n", "1.5"))
                .addRow(Map.of("n", 2))
                .addRow(Map.of("id", "wide", "more", 1))
                .build());
    assertThat(refused.getErrorsFor(0))
        .extracting(BigQueryError::getReason)
        .containsExactly("stopped");
    assertThat(refused.getErrorsFor(1))
        .extracting(BigQueryError::getReason, BigQueryError::getLocation, BigQueryError::getMessage)
        .containsExactly(tuple("invalid", "n", "Cannot convert value to integer: 1.5"));
    assertThat(refused.getErrorsFor(2).get(0).getMessage())
        .isEqualTo("Missing required field: id.");
    assertThat(refused.getErrorsFor(3).get(0).getMessage()).isEqualTo("no such field: more.");
    assertThat(ids(id)).isEmpty();

    InsertAllResponse skipped =
        bigQuery.insertAll(
            InsertAllRequest.newBuilder(id)
                .addRow(Map.of("id", "good", "n", 1))
                .addRow(Map.of("id", "bad", "n", "x"))
                .addRow(Map.of("id", "wide", "more", 1))
                .setSkipInvalidRows(true)
                .setIgnoreUnknownValues(true)
                .build());
    assertThat(skipped.getInsertErrors().keySet()).containsExactly(1L);
    assertThat(ids(id)).containsExactly("good", "wide");
  }

  @Test
  void anInsertIdIsInsertedOnce() {
    TableId id = table(SMALL);
    bigQuery.insertAll(row(id, "same", Map.of("id", "a")));
    bigQuery.insertAll(row(id, "same", Map.of("id", "a")));
    bigQuery.insertAll(row(id, "other", Map.of("id", "a")));
    assertThat(ids(id)).containsExactly("a", "a");
  }

  @Test
  void aSchemaCanOnlyBecomeWider() {
    TableId id =
        table(
            Schema.of(
                SMALL.getFields().get(0),
                SMALL.getFields().get(1),
                Field.of(
                    "s", StandardSQLTypeName.STRUCT, Field.of("x", StandardSQLTypeName.STRING))));
    bigQuery.insertAll(row(id, "1", Map.of("id", "old", "n", 1, "s", Map.of("x", "y"))));

    Schema wider =
        Schema.of(
            Field.of("id", StandardSQLTypeName.STRING),
            Field.of("n", StandardSQLTypeName.INT64),
            Field.of(
                "s",
                StandardSQLTypeName.STRUCT,
                Field.of("x", StandardSQLTypeName.STRING),
                Field.of("z", StandardSQLTypeName.INT64)),
            Field.newBuilder("tags", StandardSQLTypeName.STRING)
                .setMode(Field.Mode.REPEATED)
                .build());
    bigQuery.update(TableInfo.of(id, StandardTableDefinition.of(wider)));
    bigQuery.insertAll(row(id, "2", Map.of("s", Map.of("z", 7), "tags", List.of("a"))));

    assertThat(warehouse.query("SELECT * FROM %s.t".formatted(id.getDataset())))
        .containsExactly(
            "{\"id\":\"old\",\"n\":1,\"s\":{\"x\":\"y\",\"z\":null},\"tags\":[]}",
            "{\"id\":null,\"n\":null,\"s\":{\"x\":null,\"z\":7},\"tags\":[\"a\"]}");
    assertThatThrownBy(() -> bigQuery.update(TableInfo.of(id, StandardTableDefinition.of(SMALL))))
        .isInstanceOf(BigQueryException.class)
        .hasMessageContaining("Field id has changed mode from NULLABLE to REQUIRED");
    assertThat(bigQuery.getTable(id).<StandardTableDefinition>getDefinition().getSchema())
        .isEqualTo(wider);
  }

  @Test
  void queriesAreAnsweredPageByPage() throws Exception {
    TableId id = table(SMALL);
    InsertAllRequest.Builder rows = InsertAllRequest.newBuilder(id);
    IntStream.range(0, 25).forEach(n -> rows.addRow(Map.of("id", "row " + n, "n", n)));
    bigQuery.insertAll(rows.build());

    TableResult result =
        bigQuery.query(
            QueryJobConfiguration.newBuilder("SELECT n, sum(n) OVER () AS s FROM t ORDER BY n")
                .setDefaultDataset(id.getDataset())
                .setMaxResults(10L)
                .build());
    assertThat(result.getTotalRows()).isEqualTo(25);
    assertThat(result.getSchema())
        .isEqualTo(
            Schema.of(
                Field.newBuilder("n", StandardSQLTypeName.INT64)
                    .setMode(Field.Mode.NULLABLE)
                    .build(),
                Field.newBuilder("s", StandardSQLTypeName.INT64)
                    .setMode(Field.Mode.NULLABLE)
                    .build()));
    assertThat(result.getValues()).hasSize(10);
    assertThat(longs(result.iterateAll(), "n")).isEqualTo(IntStream.range(0, 25).boxed().toList());
    assertThat(longs(result.getValues(), "s")).containsOnly(300);

    assertThat(
            longs(
                bigQuery.listTableData(id, SMALL, TableDataListOption.pageSize(7)).iterateAll(),
                "n"))
        .isEqualTo(IntStream.range(0, 25).boxed().toList());
  }

  @Test
  void sqlCannotWriteOrReadFiles() {
    TableId id = table(SMALL);
    bigQuery.insertAll(row(id, "1", Map.of("id", "a")));
    for (String sql :
        List.of(
            "DELETE FROM " + id.getDataset() + ".t",
            "DROP TABLE " + id.getDataset() + ".t",
            "SELECT * FROM read_text('" + warehouse.trustStore() + "')",
            "COPY (SELECT 1) TO '" + warehouse.trustStore() + ".csv'",
            "SET enable_external_access = true",
            "SELEC 1")) {
      assertThatThrownBy(() -> bigQuery.query(QueryJobConfiguration.of(sql)), sql)
          .isInstanceOfSatisfying(
              BigQueryException.class, e -> assertThat(e.getReason()).isEqualTo("invalidQuery"));
    }
    assertThat(ids(id)).containsExactly("a");
  }

  @Test
  void whatIsNotImitatedIsRefused() {
    String dataset = TestWarehouse.freshDataset();
    assertThatThrownBy(
            () ->
                bigQuery.create(
                    TableInfo.of(
                        TableId.of(dataset, "t"),
                        StandardTableDefinition.of(
                            Schema.of(Field.of("g", StandardSQLTypeName.GEOGRAPHY))))))
        .hasMessageContaining("the local warehouse does not imitate columns of type GEOGRAPHY");
    assertThat(bigQuery.getTable(TableId.of(dataset, "t"))).isNull();
  }

  @Test
  void browsersAreTurnedAway() throws Exception {
    URI uri = URI.create(warehouse.url() + "/vigil/query");
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Origin", "http://example.com")
            .POST(HttpRequest.BodyPublishers.ofString("SELECT 1"))
            .build();
    assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode())
        .isEqualTo(403);
  }

  private static InsertAllRequest row(TableId id, String insertId, Map<String, ?> row) {
    return InsertAllRequest.newBuilder(id).addRow(insertId, row).build();
  }

  private static List<String> ids(TableId id) {
    return StreamSupport.stream(bigQuery.listTableData(id, SMALL).iterateAll().spliterator(), false)
        .map(row -> row.get("id").getStringValue())
        .toList();
  }

  private static List<Integer> longs(Iterable<FieldValueList> rows, String column) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> (int) row.get(column).getLongValue())
        .toList();
  }
}
