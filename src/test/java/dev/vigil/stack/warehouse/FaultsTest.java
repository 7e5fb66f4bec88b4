package dev.vigil.stack.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.gax.retrying.RetrySettings;
import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.InsertAllRequest;
import com.google.cloud.bigquery.InsertAllResponse;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.storage.v1.Exceptions;
import com.google.cloud.bigquery.storage.v1.JsonStreamWriter;
import com.google.cloud.bigquery.storage.v1.TableName;
import com.google.cloud.bigquery.storage.v1.WriteStream;
import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.TestWarehouse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on purpose, as Google's own clients see it; they try again by themselves. */
class FaultsTest {
  private static final String INSERT_ALL = "tabledata.insertAll";
  private static final String APPEND = "AppendRows";

  @TempDir private static Path home;
  private static LocalWarehouse warehouse;
  private static TestWarehouse.Writer writer;

  private String dataset;
  private TableId table;
  private Map<String, Long> callsBefore;

  @BeforeAll
  static void start() {
    warehouse = LocalWarehouse.start(home);
    writer = TestWarehouse.writer(warehouse);
  }

  @AfterAll
  static void stop() {
    writer.close();
    warehouse.kill();
  }

  @BeforeEach
  void makeTable() {
    dataset = TestWarehouse.freshName();
    table = TableId.of(dataset, "t");
    TestWarehouse.bigQuery(warehouse).create(DatasetInfo.of(dataset));
    TestWarehouse.bigQuery(warehouse)
        .create(
            TableInfo.of(
                table,
                StandardTableDefinition.of(Schema.of(Field.of("id", StandardSQLTypeName.INT64)))));
    callsBefore = warehouse.calls();
  }

  @AfterEach
  void heal() {
    warehouse.heal();
  }

  private long calls(String method) {
    return warehouse.calls().getOrDefault(method, 0L) - callsBefore.getOrDefault(method, 0L);
  }

  private List<String> ids() {
    return warehouse.query("SELECT id FROM %s.t ORDER BY id".formatted(dataset));
  }

  private InsertAllResponse insert(BigQuery bigQuery, Map<String, Integer> ids) {
    InsertAllRequest.Builder request = InsertAllRequest.newBuilder(table);
    ids.forEach((insertId, id) -> request.addRow(insertId, Map.of("id", id)));
    return bigQuery.insertAll(request.build());
  }

  private String name() {
    return TableName.of(TestWarehouse.PROJECT, dataset, "t").toString();
  }

  private static JSONArray row(int... ids) {
    JSONArray rows = new JSONArray();
    for (int id : ids) {
      rows.put(new JSONObject(Map.of("id", id)));
    }
    return rows;
  }

  private static BigQuery withoutRetries() {
    return BigQueryOptions.newBuilder()
        .setProjectId(TestWarehouse.PROJECT)
        .setHost(warehouse.url())
        .setCredentials(NoCredentials.getInstance())
        .setRetrySettings(RetrySettings.newBuilder().setMaxAttempts(1).build())
        .build()
        .getService();
  }

  @Test
  void aLostReplyOfAnInsertionIsForgivenByItsInsertId() {
    warehouse.fail("DROP_REPLY", INSERT_ALL, 1);
    assertThat(insert(TestWarehouse.bigQuery(warehouse), Map.of("a", 1)).hasErrors()).isFalse();
    assertThat(calls(INSERT_ALL)).isEqualTo(2);
    assertThat(ids()).containsExactly("{\"id\":1}");
  }

  @Test
  void aLostReplyIsAtLeastOnceOnTheDefaultStream() throws Exception {
    warehouse.fail("DROP_REPLY", APPEND, 1);
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(name(), writer.client()).build()) {
      stream.append(row(1)).get();
    }
    assertThat(calls(APPEND)).isEqualTo(2);
    assertThat(ids()).containsExactly("{\"id\":1}", "{\"id\":1}");
  }

  @Test
  void aLostReplyIsSeenByItsOffset() throws Exception {
    WriteStream made =
        writer
            .client()
            .createWriteStream(
                name(), WriteStream.newBuilder().setType(WriteStream.Type.COMMITTED).build());
    warehouse.fail("DROP_REPLY", APPEND, 1);
    try (JsonStreamWriter stream =
        JsonStreamWriter.newBuilder(made.getName(), writer.client()).build()) {
      assertThatThrownBy(() -> stream.append(row(1), 0).get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(Exceptions.OffsetAlreadyExists.class);
    }
    assertThat(calls(APPEND)).isEqualTo(2);
    assertThat(ids()).containsExactly("{\"id\":1}");
  }

  @Test
  void refusedCallsDoNothing() {
    BigQuery once = withoutRetries();
    warehouse.fail("QUOTA", INSERT_ALL, 1);
    assertThatThrownBy(() -> insert(once, Map.of("a", 1)))
        .isInstanceOfSatisfying(
            BigQueryException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(429);
              assertThat(e.getReason()).isEqualTo("rateLimitExceeded");
            });
    warehouse.fail("UNAVAILABLE", INSERT_ALL, 1);
    assertThatThrownBy(() -> insert(once, Map.of("a", 1)))
        .isInstanceOfSatisfying(
            BigQueryException.class, e -> assertThat(e.getCode()).isEqualTo(503));
    assertThat(ids()).isEmpty();

    assertThat(insert(once, Map.of("a", 1)).hasErrors()).isFalse();
    assertThat(calls(INSERT_ALL)).isEqualTo(3);
    assertThat(ids()).containsExactly("{\"id\":1}");
  }

  @Test
  void refusedAppendsAreTriedAgain() throws Exception {
    warehouse.fail("UNAVAILABLE", APPEND, 2);
    assertThat(warehouse.pendingFaults()).containsExactly("UNAVAILABLE AppendRows 2");
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(name(), writer.client()).build()) {
      stream.append(row(1)).get();
    }
    assertThat(warehouse.pendingFaults()).isEmpty();
    assertThat(calls(APPEND)).isEqualTo(3);
    assertThat(ids()).containsExactly("{\"id\":1}");
  }

  @Test
  void quotaOfAppendsIsSaidSo() throws Exception {
    warehouse.fail("QUOTA", APPEND, 1);
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(name(), writer.client()).build()) {
      assertThatThrownBy(() -> stream.append(row(1)).get())
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("RESOURCE_EXHAUSTED: Exceeds quota, on purpose");
    }
    assertThat(ids()).isEmpty();
  }

  @Test
  void rowsWithAValueAreRefused() throws Exception {
    warehouse.refuseRows(INSERT_ALL, "id", "2");
    InsertAllResponse response =
        insert(TestWarehouse.bigQuery(warehouse), new TreeMap<>(Map.of("a", 1, "b", 2)));
    assertThat(response.getErrorsFor(1).get(0).getMessage())
        .isEqualTo("id is 2: refused on purpose");
    assertThat(ids()).isEmpty();

    warehouse.refuseRows(APPEND, "id", "3");
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(name(), writer.client()).build()) {
      assertThatThrownBy(() -> stream.append(row(1, 3, 2)).get())
          .cause()
          .isInstanceOfSatisfying(
              Exceptions.AppendSerializationError.class,
              e ->
                  assertThat(e.getRowIndexToErrorMessage())
                      .containsExactly(Map.entry(1, "id is 3: refused on purpose")));
      stream.append(row(1, 2)).get();
    }
    warehouse.heal();
    insert(TestWarehouse.bigQuery(warehouse), Map.of("b", 2));
    assertThat(ids()).containsExactly("{\"id\":1}", "{\"id\":2}", "{\"id\":2}");
  }

  @Test
  void aMismatchIsThereOnce() throws Exception {
    warehouse.fail("SCHEMA_MISMATCH", APPEND, 1);
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(name(), writer.client()).build()) {
      assertThatThrownBy(() -> stream.append(row(1)).get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(Exceptions.SchemaMismatchedException.class);
      stream.append(row(2)).get();
    }
    assertThat(ids()).containsExactly("{\"id\":2}");
  }

  @Test
  void aFaultThatDoesNotExistIsRefused() {
    assertThatThrownBy(() -> warehouse.fail("FIRE", APPEND, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kind must be one of [DROP_REPLY, QUOTA,");
  }
}
