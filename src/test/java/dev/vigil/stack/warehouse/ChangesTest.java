package dev.vigil.stack.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.PrimaryKey;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableConstraints;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.storage.v1.Exceptions;
import com.google.cloud.bigquery.storage.v1.JsonStreamWriter;
import com.google.cloud.bigquery.storage.v1.TableFieldSchema;
import com.google.cloud.bigquery.storage.v1.TableName;
import com.google.cloud.bigquery.storage.v1.TableSchema;
import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.TestWarehouse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Change data capture through the default stream. */
class ChangesTest {
  private static final TableSchema ROWS =
      TableSchema.newBuilder()
          .addAllFields(
              Stream.of("tenant", "id", "name", "_CHANGE_TYPE", "_CHANGE_SEQUENCE_NUMBER")
                  .map(
                      name ->
                          TableFieldSchema.newBuilder()
                              .setName(name)
                              .setType(
                                  name.equals("id")
                                      ? TableFieldSchema.Type.INT64
                                      : TableFieldSchema.Type.STRING)
                              .setMode(TableFieldSchema.Mode.NULLABLE)
                              .build())
                  .toList())
          .build();

  private static LocalWarehouse shared;
  private static TestWarehouse.Writer writer;

  @BeforeAll
  static void start() {
    shared = TestWarehouse.get();
    writer = TestWarehouse.writer(shared);
  }

  @AfterAll
  static void stop() {
    writer.close();
  }

  private static String table(LocalWarehouse warehouse, String dataset, String... key) {
    StandardTableDefinition.Builder table =
        StandardTableDefinition.newBuilder()
            .setSchema(
                Schema.of(
                    Field.of("tenant", StandardSQLTypeName.STRING),
                    Field.of("id", StandardSQLTypeName.INT64),
                    Field.newBuilder("name", StandardSQLTypeName.STRING)
                        .setMode(Field.Mode.REQUIRED)
                        .build()));
    if (key.length > 0) {
      table.setTableConstraints(
          TableConstraints.newBuilder()
              .setPrimaryKey(PrimaryKey.newBuilder().setColumns(List.of(key)).build())
              .build());
    }
    TestWarehouse.bigQuery(warehouse).create(TableInfo.of(TableId.of(dataset, "t"), table.build()));
    return TableName.of(TestWarehouse.PROJECT, dataset, "t").toString();
  }

  private static JSONObject upsert(Object id, String name, String sequence) {
    return new JSONObject(
        Map.of(
            "id", id, "name", name, "_CHANGE_TYPE", "UPSERT", "_CHANGE_SEQUENCE_NUMBER", sequence));
  }

  private static JSONObject delete(Object id, String sequence) {
    return new JSONObject(
        Map.of("id", id, "_CHANGE_TYPE", "DELETE", "_CHANGE_SEQUENCE_NUMBER", sequence));
  }

  private static void append(TestWarehouse.Writer writer, String table, JSONObject... rows)
      throws Exception {
    try (JsonStreamWriter stream =
        JsonStreamWriter.newBuilder(table, ROWS, writer.client()).build()) {
      stream.append(new JSONArray(List.of(rows))).get();
    }
  }

  private static List<String> rows(LocalWarehouse warehouse, String dataset) {
    return warehouse.query("SELECT id, name FROM %s.t ORDER BY ALL".formatted(dataset));
  }

  @Test
  void theNewestChangeOfAKeyDecidesInWhateverOrderTheyCome() throws Exception {
    String dataset = TestWarehouse.freshDataset();
    String table = table(shared, dataset, "id");

    // Within a request, and from request to request.
    append(
        writer, table, upsert(1, "second", "2"), upsert(1, "first", "1"), upsert(2, "only", "0"));
    assertThat(rows(shared, dataset))
        .containsExactly("{\"id\":1,\"name\":\"second\"}", "{\"id\":2,\"name\":\"only\"}");
    append(writer, table, upsert(1, "zeroth", "0"), upsert(3, "new", "FF"));
    append(writer, table, upsert(1, "third", "3"));
    append(writer, table, upsert(1, "second", "2"));
    assertThat(rows(shared, dataset))
        .containsExactly(
            "{\"id\":1,\"name\":\"third\"}",
            "{\"id\":2,\"name\":\"only\"}",
            "{\"id\":3,\"name\":\"new\"}");

    // Of equals the later one.
    append(writer, table, upsert(1, "third, too", "3"));
    assertThat(rows(shared, dataset)).contains("{\"id\":1,\"name\":\"third, too\"}");
  }

  @Test
  void anOlderChangeDoesNotBringBackADeletedRow() throws Exception {
    String dataset = TestWarehouse.freshDataset();
    String table = table(shared, dataset, "id");
    append(writer, table, upsert(1, "there", "1"));
    append(writer, table, delete(1, "3"), delete(2, "3"));
    assertThat(rows(shared, dataset)).isEmpty();
    append(writer, table, upsert(1, "late", "2"), upsert(2, "late", "2"));
    assertThat(rows(shared, dataset)).isEmpty();
    append(writer, table, upsert(1, "back", "4"));
    assertThat(rows(shared, dataset)).containsExactly("{\"id\":1,\"name\":\"back\"}");
  }

  @Test
  void sequencesAreNumbersInSections() throws Exception {
    String dataset = TestWarehouse.freshDataset();
    String table = table(shared, dataset, "id");
    // Each pair: the older one comes last, and would win as text.
    append(writer, table, upsert(1, "new", "ABC"), upsert(1, "old", "FF"));
    append(writer, table, upsert(2, "new", "1/10"), upsert(2, "old", "1/9"));
    append(writer, table, upsert(3, "new", "2/0"), upsert(3, "old", "1/FFFFFFFFFFFFFFFF"));
    append(
        writer,
        table,
        upsert(4, "new", "ffffffffffffffff/0/0/1"),
        upsert(4, "old", "7FFFFFFFFFFFFFFF/F/F/F"));
    append(writer, table, upsert(5, "new", "1/1"), upsert(5, "old", "1"));
    assertThat(
            shared.query(
                "SELECT DISTINCT name, count(*) AS n FROM %s.t GROUP BY 1".formatted(dataset)))
        .containsExactly("{\"name\":\"new\",\"n\":5}");
  }

  @Test
  void aKeyCanHaveSeveralColumns() throws Exception {
    String dataset = TestWarehouse.freshDataset();
    String table = table(shared, dataset, "tenant", "id");
    append(
        writer,
        table,
        upsert(1, "a1", "1").put("tenant", "a"),
        upsert(1, "b1", "1").put("tenant", "b"),
        upsert(2, "a2", "1").put("tenant", "a"),
        upsert(1, "none", "1"));
    append(writer, table, delete(1, "2").put("tenant", "b"), upsert(1, "none, new", "2"));
    assertThat(shared.query("SELECT * FROM %s.t ORDER BY ALL".formatted(dataset)))
        .containsExactly(
            "{\"tenant\":\"a\",\"id\":1,\"name\":\"a1\"}",
            "{\"tenant\":\"a\",\"id\":2,\"name\":\"a2\"}",
            "{\"tenant\":null,\"id\":1,\"name\":\"none, new\"}");
  }

  @Test
  void badChangesAreNamed() throws Exception {
    String dataset = TestWarehouse.freshDataset();
    String table = table(shared, dataset, "id");
    try (JsonStreamWriter stream =
        JsonStreamWriter.newBuilder(table, ROWS, writer.client()).build()) {
      assertThat(
              failure(
                  stream,
                  upsert(1, "x", "1/2/3/4/5"),
                  upsert(2, "x", "1").put("_CHANGE_TYPE", "INSERT"),
                  upsert(3, "good", "1")))
          .isInstanceOfSatisfying(
              Exceptions.AppendSerializationError.class,
              e ->
                  assertThat(e.getRowIndexToErrorMessage())
                      .containsExactly(
                          Map.entry(
                              0,
                              "_CHANGE_SEQUENCE_NUMBER must be up to four hexadecimal numbers"
                                  + " separated by /, and is: 1/2/3/4/5"),
                          Map.entry(1, "_CHANGE_TYPE must be UPSERT or DELETE, and is: INSERT")));
    }
    assertThat(rows(shared, dataset)).isEmpty();
  }

  @Test
  void changesNeedAPrimaryKey() throws Exception {
    String dataset = TestWarehouse.freshDataset();
    String table = table(shared, dataset);
    try (JsonStreamWriter stream =
        JsonStreamWriter.newBuilder(table, ROWS, writer.client()).build()) {
      assertThat(failure(stream, upsert(1, "x", "1")))
          .hasMessageContaining(
              "_CHANGE_TYPE needs the default stream of a table with a primary key");
    }
  }

  private static Throwable failure(JsonStreamWriter stream, JSONObject... rows) throws Exception {
    try {
      stream.append(new JSONArray(List.of(rows))).get();
    } catch (ExecutionException e) {
      return e.getCause();
    }
    throw new AssertionError("the rows were taken");
  }

  @Test
  void aCrashForgetsNoChange(@TempDir Path home) throws Exception {
    LocalWarehouse first = LocalWarehouse.start(home);
    TestWarehouse.bigQuery(first).create(DatasetInfo.of("d"));
    String table = table(first, "d", "id");
    try (TestWarehouse.Writer own = TestWarehouse.writer(first)) {
      append(own, table, upsert(1, "new", "5"), upsert(2, "there", "1"));
      append(own, table, delete(2, "5"));
    } finally {
      first.kill();
    }

    try (LocalWarehouse second = LocalWarehouse.start(home, first.port());
        TestWarehouse.Writer own = TestWarehouse.writer(second)) {
      assertThat(rows(second, "d")).containsExactly("{\"id\":1,\"name\":\"new\"}");
      append(own, table, upsert(1, "old", "4"), upsert(2, "old", "4"));
      assertThat(rows(second, "d")).containsExactly("{\"id\":1,\"name\":\"new\"}");
      append(own, table, upsert(1, "newer", "6"), upsert(2, "back", "6"));
      assertThat(rows(second, "d"))
          .containsExactly("{\"id\":1,\"name\":\"newer\"}", "{\"id\":2,\"name\":\"back\"}");
    }
  }
}
