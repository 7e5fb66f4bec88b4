package dev.vigil.stack.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.BatchCommitWriteStreamsRequest;
import com.google.cloud.bigquery.storage.v1.BatchCommitWriteStreamsResponse;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteClient;
import com.google.cloud.bigquery.storage.v1.Exceptions;
import com.google.cloud.bigquery.storage.v1.FlushRowsRequest;
import com.google.cloud.bigquery.storage.v1.JsonStreamWriter;
import com.google.cloud.bigquery.storage.v1.StorageError.StorageErrorCode;
import com.google.cloud.bigquery.storage.v1.TableFieldSchema;
import com.google.cloud.bigquery.storage.v1.TableName;
import com.google.cloud.bigquery.storage.v1.TableSchema;
import com.google.cloud.bigquery.storage.v1.WriteStream;
import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.TestWarehouse;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Storage Write API, as Google's own client sees it. */
class WriteStreamsTest {
  private static LocalWarehouse warehouse;
  private static BigQuery bigQuery;
  private static TestWarehouse.Writer writer;
  private static BigQueryWriteClient client;

  private String dataset;

  @BeforeAll
  static void start() {
    warehouse = TestWarehouse.get();
    bigQuery = TestWarehouse.bigQuery(warehouse);
    writer = TestWarehouse.writer(warehouse);
    client = writer.client();
  }

  @AfterAll
  static void stop() {
    writer.close();
  }

  @BeforeEach
  void makeTable() {
    dataset = TestWarehouse.freshDataset();
    table(
        "t",
        Field.newBuilder("id", StandardSQLTypeName.INT64).setMode(Field.Mode.REQUIRED).build(),
        Field.of("name", StandardSQLTypeName.STRING));
  }

  private void table(String name, Field... fields) {
    bigQuery.create(
        TableInfo.of(TableId.of(dataset, name), StandardTableDefinition.of(Schema.of(fields))));
  }

  private String name(String table) {
    return TableName.of(TestWarehouse.PROJECT, dataset, table).toString();
  }

  private List<String> rows() {
    return warehouse.query("SELECT id, name FROM %s.t ORDER BY id".formatted(dataset));
  }

  private WriteStream stream(WriteStream.Type type) {
    return client.createWriteStream(name("t"), WriteStream.newBuilder().setType(type).build());
  }

  @SafeVarargs
  private static JSONArray array(Map<String, ?>... rows) {
    JSONArray array = new JSONArray();
    for (Map<String, ?> row : rows) {
      array.put(new JSONObject(row));
    }
    return array;
  }

  private static JSONArray ids(int from, int to) {
    JSONArray array = new JSONArray();
    IntStream.range(from, to).forEach(id -> array.put(new JSONObject(Map.of("id", id))));
    return array;
  }

  private static List<String> lines(int from, int to) {
    return IntStream.range(from, to).mapToObj("{\"id\":%d,\"name\":null}"::formatted).toList();
  }

  private static Throwable failure(JsonStreamWriter stream, JSONArray rows, long offset)
      throws Exception {
    try {
      stream.append(rows, offset).get();
    } catch (ExecutionException e) {
      return e.getCause();
    }
    throw new AssertionError("the rows were taken");
  }

  @Test
  void everyTypeComesBackExactly() throws Exception {
    Field[] scalars = {
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
      Field.of("json", StandardSQLTypeName.JSON)
    };
    table(
        "types",
        Field.newBuilder("Outer", StandardSQLTypeName.STRUCT, scalars)
            .setMode(Field.Mode.REPEATED)
            .build(),
        Field.newBuilder("stamps", StandardSQLTypeName.TIMESTAMP)
            .setMode(Field.Mode.REPEATED)
            .build());
    JSONObject scalar =
        new JSONObject()
            .put("text", "grüße \u0000")
            .put("bytes", ByteString.copyFrom(new byte[] {0, 1, -1}))
            .put("integer", Long.MIN_VALUE)
            .put("float", 0.1)
            .put("bool", true)
            .put("number", new BigDecimal("-12345678901234567890123456789.123456789"))
            .put("stamp", 1772323323123456L)
            .put("day", "1969-12-31")
            .put("clock", "23:59:59.999999")
            .put("civil", "2026-12-31T23:59:59.999999")
            .put("json", "{\"a\": [1, null]}");
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(name("types"), client).build()) {
      stream
          .append(
              new JSONArray()
                  .put(
                      new JSONObject()
                          .put("outer", new JSONArray().put(scalar).put(new JSONObject()))
                          .put("stamps", new JSONArray().put(-1L).put(1772323323123456L)))
                  .put(new JSONObject()))
          .get();
    }

    assertThat(warehouse.query("SELECT * FROM %s.types".formatted(dataset)))
        .containsExactly(
            """
            {"Outer":[{"text":"grüße \\u0000","bytes":"AAH/","integer":-9223372036854775808,\
            "float":0.1,"bool":true,"number":-12345678901234567890123456789.123456789,\
            "stamp":"2026-03-01T00:02:03.123456Z","day":"1969-12-31","clock":"23:59:59.999999",\
            "civil":"2026-12-31T23:59:59.999999","json":{"a": [1, null]}},\
            {"text":null,"bytes":null,"integer":null,"float":null,"bool":null,"number":null,\
            "stamp":null,"day":null,"clock":null,"civil":null,"json":null}],\
            "stamps":["1969-12-31T23:59:59.999999Z","2026-03-01T00:02:03.123456Z"]}""",
            "{\"Outer\":[],\"stamps\":[]}");
  }

  @Test
  void streamsTellTheirTable() {
    WriteStream made = stream(WriteStream.Type.PENDING);
    TableSchema schema =
        TableSchema.newBuilder()
            .addFields(
                TableFieldSchema.newBuilder()
                    .setName("id")
                    .setType(TableFieldSchema.Type.INT64)
                    .setMode(TableFieldSchema.Mode.REQUIRED))
            .addFields(
                TableFieldSchema.newBuilder()
                    .setName("name")
                    .setType(TableFieldSchema.Type.STRING)
                    .setMode(TableFieldSchema.Mode.NULLABLE))
            .build();
    assertThat(made.getName()).startsWith(name("t") + "/streams/");
    assertThat(made.getTableSchema()).isEqualTo(schema);
    assertThat(client.getWriteStream(made.getName())).isEqualTo(made);
    assertThat(client.getWriteStream(name("t") + "/streams/_default").getTableSchema())
        .isEqualTo(schema);
    assertThatThrownBy(() -> client.getWriteStream(name("t") + "/streams/other"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> assertThat(e.getStatusCode().getCode()).isEqualTo(StatusCode.Code.NOT_FOUND));
  }

  @Test
  void rowsOfTheDefaultStreamAreVisibleAtOnce() throws Exception {
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(name("t"), client).build()) {
      AppendRowsResponse reply = stream.append(ids(0, 3)).get();
      assertThat(reply.getAppendResult().hasOffset()).isFalse();
      assertThat(rows()).isEqualTo(lines(0, 3));
      stream.append(ids(3, 5)).get();
    }
    assertThat(rows()).isEqualTo(lines(0, 5));
  }

  @Test
  void offsetsKeepARowFromComingTwice() throws Exception {
    WriteStream made = stream(WriteStream.Type.COMMITTED);
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(made.getName(), client).build()) {
      assertThat(stream.append(ids(0, 3), 0).get().getAppendResult().getOffset())
          .isEqualTo(Int64Value.of(0));
      assertThat(stream.append(ids(3, 5), 3).get().getAppendResult().getOffset())
          .isEqualTo(Int64Value.of(3));
      assertThat(failure(stream, ids(3, 5), 3))
          .isInstanceOfSatisfying(
              Exceptions.OffsetAlreadyExists.class,
              e -> {
                assertThat(e.getExpectedOffset()).isEqualTo(5);
                assertThat(e.getActualOffset()).isEqualTo(3);
              });
      assertThat(failure(stream, ids(7, 9), 7)).isInstanceOf(Exceptions.OffsetOutOfRange.class);
      assertThat(stream.append(ids(5, 6)).get().getAppendResult().getOffset())
          .isEqualTo(Int64Value.of(5));
    }
    assertThat(rows()).isEqualTo(lines(0, 6));
    assertThat(client.finalizeWriteStream(made.getName()).getRowCount()).isEqualTo(6);
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(made.getName(), client).build()) {
      assertThat(failure(stream, ids(6, 7), 6))
          .isInstanceOf(Exceptions.StreamFinalizedException.class);
    }
  }

  @Test
  void bufferedRowsWaitForTheFlush() throws Exception {
    WriteStream made = stream(WriteStream.Type.BUFFERED);
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(made.getName(), client).build()) {
      stream.append(ids(0, 3), 0).get();
      stream.append(ids(3, 5), 3).get();
    }
    assertThat(rows()).isEmpty();

    assertThat(flush(made, 1)).isEqualTo(1);
    assertThat(rows()).isEqualTo(lines(0, 2));
    assertThatThrownBy(() -> flush(made, 1))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> assertThat(e.getStatusCode().getCode()).isEqualTo(StatusCode.Code.ALREADY_EXISTS));
    assertThatThrownBy(() -> flush(made, 5))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> assertThat(e.getStatusCode().getCode()).isEqualTo(StatusCode.Code.OUT_OF_RANGE));
    assertThat(client.finalizeWriteStream(made.getName()).getRowCount()).isEqualTo(5);
    assertThat(flush(made, 4)).isEqualTo(4);
    assertThat(rows()).isEqualTo(lines(0, 5));
  }

  private static long flush(WriteStream stream, long offset) {
    return client
        .flushRows(
            FlushRowsRequest.newBuilder()
                .setWriteStream(stream.getName())
                .setOffset(Int64Value.of(offset))
                .build())
        .getOffset();
  }

  @Test
  void pendingStreamsAreCommittedTogetherOrNotAtAll() throws Exception {
    WriteStream first = stream(WriteStream.Type.PENDING);
    WriteStream second = stream(WriteStream.Type.PENDING);
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(first.getName(), client).build()) {
      stream.append(ids(0, 3), 0).get();
    }
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(second.getName(), client).build()) {
      stream.append(ids(3, 5), 0).get();
    }
    client.finalizeWriteStream(first.getName());

    BatchCommitWriteStreamsResponse early = commit(first, second);
    assertThat(early.hasCommitTime()).isFalse();
    assertThat(early.getStreamErrorsList())
        .extracting(error -> error.getCode(), error -> error.getEntity())
        .containsExactly(tuple(StorageErrorCode.INVALID_STREAM_STATE, second.getName()));
    assertThat(rows()).isEmpty();

    client.finalizeWriteStream(second.getName());
    assertThat(commit(first, second).hasCommitTime()).isTrue();
    assertThat(rows()).isEqualTo(lines(0, 5));

    assertThat(commit(first).getStreamErrorsList())
        .extracting(error -> error.getCode())
        .containsExactly(StorageErrorCode.STREAM_ALREADY_COMMITTED);
    assertThat(rows()).isEqualTo(lines(0, 5));
  }

  private BatchCommitWriteStreamsResponse commit(WriteStream... streams) {
    BatchCommitWriteStreamsRequest.Builder request =
        BatchCommitWriteStreamsRequest.newBuilder().setParent(name("t"));
    for (WriteStream stream : streams) {
      request.addWriteStreams(stream.getName());
    }
    return client.batchCommitWriteStreams(request.build());
  }

  @Test
  void aBadRowIsNamedAndNoneIsTaken() throws Exception {
    // The writer's schema lets pass what the table does not.
    TableSchema loose =
        TableSchema.newBuilder()
            .addFields(column("id", TableFieldSchema.Type.INT64))
            .addFields(column("name", TableFieldSchema.Type.STRING))
            .build();
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(name("t"), loose, client).build()) {
      JSONArray rows =
          array(Map.of("id", 1), Map.of("name", "no id"), Map.of("id", 2), Map.of("name", "nor"));
      assertThat(failure(stream, rows, -1))
          .isInstanceOfSatisfying(
              Exceptions.AppendSerializationError.class,
              e ->
                  assertThat(e.getRowIndexToErrorMessage())
                      .containsExactly(
                          Map.entry(1, "Missing required field: id."),
                          Map.entry(3, "Missing required field: id.")));
      assertThat(rows()).isEmpty();
      stream.append(ids(1, 2)).get();
    }
    assertThat(rows()).isEqualTo(lines(1, 2));
  }

  private static TableFieldSchema column(String name, TableFieldSchema.Type type) {
    return TableFieldSchema.newBuilder()
        .setName(name)
        .setType(type)
        .setMode(TableFieldSchema.Mode.NULLABLE)
        .build();
  }

  @Test
  void fieldsThatTheTableHasNotAreRefused() throws Exception {
    TableSchema wide =
        TableSchema.newBuilder()
            .addFields(column("id", TableFieldSchema.Type.INT64))
            .addFields(column("more", TableFieldSchema.Type.STRING))
            .build();
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(name("t"), wide, client).build()) {
      assertThat(failure(stream, array(Map.of("id", 1, "more", "x")), -1))
          .isInstanceOf(Exceptions.SchemaMismatchedException.class)
          .hasMessageContaining("extra fields: 'more'");
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void aWriterHearsThatTheTableBecameWider() throws Exception {
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(name("t"), client).build()) {
      assertThat(stream.append(ids(0, 1)).get().hasUpdatedSchema()).isFalse();
      bigQuery.update(
          TableInfo.of(
              TableId.of(dataset, "t"),
              StandardTableDefinition.of(
                  Schema.of(
                      Field.newBuilder("id", StandardSQLTypeName.INT64)
                          .setMode(Field.Mode.REQUIRED)
                          .build(),
                      Field.of("name", StandardSQLTypeName.STRING),
                      Field.of("more", StandardSQLTypeName.BOOL)))));
      AppendRowsResponse reply = stream.append(ids(1, 2)).get();
      assertThat(reply.getUpdatedSchema().getFieldsList())
          .extracting(TableFieldSchema::getName)
          .containsExactly("id", "name", "more");
      assertThat(stream.append(ids(2, 3)).get().hasUpdatedSchema()).isFalse();
    }
    assertThat(rows()).isEqualTo(lines(0, 3));
  }

  @Test
  void aWiderTableTakesWhatWaitedInAStream() throws Exception {
    WriteStream made = stream(WriteStream.Type.BUFFERED);
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(made.getName(), client).build()) {
      stream.append(ids(0, 2), 0).get();
      bigQuery.update(
          TableInfo.of(
              TableId.of(dataset, "t"),
              StandardTableDefinition.of(
                  Schema.of(
                      Field.of("id", StandardSQLTypeName.INT64),
                      Field.of("name", StandardSQLTypeName.STRING),
                      Field.newBuilder("tags", StandardSQLTypeName.STRING)
                          .setMode(Field.Mode.REPEATED)
                          .build()))));
      stream.append(ids(2, 3), 2).get();
    }
    flush(made, 2);
    assertThat(warehouse.query("SELECT id, tags FROM %s.t ORDER BY id".formatted(dataset)))
        .containsExactly(
            "{\"id\":0,\"tags\":[]}", "{\"id\":1,\"tags\":[]}", "{\"id\":2,\"tags\":[]}");
  }

  @Test
  void manyRowsInManyRequestsAreAllThereOnce() throws Exception {
    WriteStream made = stream(WriteStream.Type.COMMITTED);
    try (JsonStreamWriter stream = JsonStreamWriter.newBuilder(made.getName(), client).build()) {
      var replies =
          IntStream.range(0, 40)
              .mapToObj(
                  n -> {
                    try {
                      return stream.append(ids(n * 250, (n + 1) * 250), n * 250L);
                    } catch (Exception e) {
                      throw new AssertionError(e);
                    }
                  })
              .toList();
      for (int n = 0; n < replies.size(); n++) {
        assertThat(replies.get(n).get().getAppendResult().getOffset())
            .isEqualTo(Int64Value.of(n * 250L));
      }
    }
    assertThat(rows()).isEqualTo(lines(0, 10_000));
  }

  @Test
  void tablesThatAreNotThereAreSaidSo() {
    assertThatThrownBy(
            () ->
                client.createWriteStream(
                    name("other"),
                    WriteStream.newBuilder().setType(WriteStream.Type.PENDING).build()))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> assertThat(e.getStatusCode().getCode()).isEqualTo(StatusCode.Code.NOT_FOUND));
  }
}
