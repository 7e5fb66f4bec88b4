package dev.vigil.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.InsertAllRequest;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.storage.v1.FlushRowsRequest;
import com.google.cloud.bigquery.storage.v1.JsonStreamWriter;
import com.google.cloud.bigquery.storage.v1.TableName;
import com.google.cloud.bigquery.storage.v1.WriteStream;
import com.google.protobuf.Int64Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalWarehouseTest {
  private static final TableId TABLE = TableId.of("d", "t");
  private static final String TABLE_NAME = TableName.of(TestWarehouse.PROJECT, "d", "t").toString();

  private static void makeTable(LocalWarehouse warehouse) {
    BigQuery bigQuery = TestWarehouse.bigQuery(warehouse);
    bigQuery.create(DatasetInfo.of("d"));
    bigQuery.create(
        TableInfo.of(
            TABLE,
            StandardTableDefinition.of(Schema.of(Field.of("id", StandardSQLTypeName.INT64)))));
  }

  private static JSONArray rows(int... ids) {
    JSONArray rows = new JSONArray();
    for (int id : ids) {
      rows.put(new JSONObject(Map.of("id", id)));
    }
    return rows;
  }

  private static List<String> ids(LocalWarehouse warehouse) {
    return warehouse.query("SELECT id FROM d.t ORDER BY id");
  }

  @Test
  void whatWasConfirmedIsThereAfterACrash(@TempDir Path home) throws Exception {
    LocalWarehouse first = LocalWarehouse.start(home);
    byte[] certificate;
    WriteStream buffered;
    try (TestWarehouse.Writer writer = TestWarehouse.writer(first)) {
      certificate = Files.readAllBytes(home.resolve("server.p12"));
      makeTable(first);
      TestWarehouse.bigQuery(first)
          .insertAll(InsertAllRequest.newBuilder(TABLE).addRow(Map.of("id", 1)).build());
      buffered =
          writer
              .client()
              .createWriteStream(
                  TABLE_NAME, WriteStream.newBuilder().setType(WriteStream.Type.BUFFERED).build());
      try (JsonStreamWriter stream =
          JsonStreamWriter.newBuilder(buffered.getName(), writer.client()).build()) {
        stream.append(rows(2, 3), 0).get();
      }
    } finally {
      first.kill();
    }

    LocalWarehouse second = LocalWarehouse.start(home, first.port());
    try (second;
        TestWarehouse.Writer writer = TestWarehouse.writer(second)) {
      assertThat(second.url()).isEqualTo(first.url());
      assertThat(Files.readAllBytes(home.resolve("server.p12"))).isEqualTo(certificate);
      assertThat(ids(second)).containsExactly("{\"id\":1}");
      // The stream is where it was, with what was in it.
      try (JsonStreamWriter stream =
          JsonStreamWriter.newBuilder(buffered.getName(), writer.client()).build()) {
        stream.append(rows(4), 2).get();
      }
      writer
          .client()
          .flushRows(
              FlushRowsRequest.newBuilder()
                  .setWriteStream(buffered.getName())
                  .setOffset(Int64Value.of(2))
                  .build());
      assertThat(ids(second))
          .containsExactly("{\"id\":1}", "{\"id\":2}", "{\"id\":3}", "{\"id\":4}");
    }
    assertThat(second.process().exitStatus()).hasValue(0);
    try (LocalWarehouse third = LocalWarehouse.start(home)) {
      assertThat(ids(third))
          .containsExactly("{\"id\":1}", "{\"id\":2}", "{\"id\":3}", "{\"id\":4}");
      assertThat(TestWarehouse.bigQuery(third).getTable(TABLE).getNumRows()).isEqualTo(4);
    }
  }

  @Test
  void itSaysWhatItIs() {
    LocalWarehouse warehouse = TestWarehouse.get();
    assertThat(warehouse.url()).isEqualTo("http://127.0.0.1:" + warehouse.port());
    assertThat(warehouse.process().lastWords())
        .contains("local warehouse, not BigQuery: " + warehouse.url());
  }

  @Test
  void theTrustStoreHasThePublicAuthoritiesToo() throws Exception {
    List<String> trusted =
        Collections.list(TestWarehouse.trustStore(TestWarehouse.get()).aliases());
    assertThat(trusted).contains("local-warehouse").hasSizeGreaterThan(50);
  }
}
