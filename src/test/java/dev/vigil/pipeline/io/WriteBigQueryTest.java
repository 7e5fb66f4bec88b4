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
import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.TestWarehouse;
import dev.vigil.stack.WarehouseContent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;

/** Records become rows of a warehouse, through an unmodified BigQueryIO. */
class WriteBigQueryTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LocalWarehouse warehouse = TestWarehouse.get();
  private final String dataset = TestWarehouse.freshName();
  private final PipelineOptions options =
      PipelineOptionsFactory.fromArgs(
              "--bigQueryEndpoint=" + warehouse.url(), "--targetParallelism=2")
          .create();
  private final BigQueryConnection connection = BigQueryConnection.of("local", dataset, options);

  WriteBigQueryTest() throws Exception {
    connection.prepare(options);
    for (BigQuerySetUp.Step step :
        BigQuerySetUp.of(BigQueryDataset.at(connection, options), null).steps()) {
      step.apply();
    }
  }

  private <T extends Record & EcsDocument> void write(
      BigQueryTable table, Class<T> type, List<T> records) {
    Pipeline pipeline = Pipeline.create(options);
    PCollection<Failure> refused =
        pipeline
            .apply(Create.of(records).withType(TypeDescriptor.of(type)))
            .apply(WriteBigQuery.to(connection, table));
    PAssert.that(refused).empty();
    pipeline.run().waitUntilFinish();
  }

  private static JsonNode document(Record record) throws Exception {
    return WarehouseContent.normalized(JSON.readTree(EcsJson.of(record)));
  }

  private <T extends Record & EcsDocument> void assertRoundTrip(BigQueryTable table, Class<T> type)
      throws Exception {
    T bare = FilledRecords.bare(type);
    write(table, type, List.of(bare));
    assertThat(WarehouseContent.documents(warehouse, dataset, table.id()))
        .isEqualTo(Map.of(bare.id(), document(bare)));

    // The same id: it takes the other's place.
    T filled = FilledRecords.filled(type);
    write(table, type, List.of(filled));
    assertThat(WarehouseContent.documents(warehouse, dataset, table.id()))
        .isEqualTo(Map.of(filled.id(), document(filled)));
    // Each column has a value: none was left out.
    assertThat(warehouse.query("SELECT * FROM " + dataset + "." + table.id()).get(0))
        .doesNotContain(":null", "[]", "{}");
  }

  /** Times to the microsecond, IPv6, nested, repeated and JSON. */
  @Test
  void everyFieldOfEveryRecord() throws Exception {
    assertRoundTrip(BigQueryTable.EVENTS, SecurityEvent.class);
    assertRoundTrip(BigQueryTable.SUSPICIOUS_LOGINS, SuspiciousLogins.class);
    assertRoundTrip(BigQueryTable.ALERTS, Alert.class);
    assertRoundTrip(BigQueryTable.LATE, LateEvent.class);
    assertRoundTrip(BigQueryTable.FAILURES, Failure.Document.class);
    assertThat(warehouse.query("SELECT timestamp, source_ip FROM " + dataset + ".events"))
        .contains("{\"timestamp\":\"2026-01-15T08:00:00.123456Z\",\"source_ip\":\"2001:db8::1\"}");
    assertThat(
            warehouse.query(
                "SELECT labels->>'any_name' AS label FROM "
                    + dataset
                    + ".events WHERE labels IS NOT NULL"))
        .containsExactly("{\"label\":\"some text\"}");
  }

  private static Alert alert(String id, long revision) {
    Alert some = FilledRecords.filled(Alert.class);
    return new Alert(
        some.timestamp(),
        new dev.vigil.event.AlertFields.Event(
            id,
            "alert",
            some.event().category(),
            some.event().type(),
            some.event().start(),
            some.event().end()),
        some.rule(),
        some.source(),
        new Alert.Details(
            revision,
            some.vigil().window(),
            some.vigil().episode(),
            some.vigil().logins(),
            some.vigil().ids()));
  }

  /** In whatever order they come, twice, and although answers get lost; also in a replay. */
  @Test
  void theNewestRevisionStays() {
    List<Alert> alerts = new ArrayList<>();
    for (int id = 0; id < 20; id++) {
      for (long revision : new long[] {1, 9, 10, 15, 16, 255, 256, 256}) {
        alerts.add(alert("alert-" + id, revision));
      }
    }
    Collections.shuffle(alerts, new Random(7));
    for (int time = 0; time < 2; time++) {
      long before = warehouse.calls().getOrDefault("AppendRows", 0L);
      warehouse.fail("DROP_REPLY", "AppendRows", 3);
      write(BigQueryTable.ALERTS, Alert.class, alerts);
      assertThat(warehouse.pendingFaults()).isEmpty();
      assertThat(warehouse.calls().get("AppendRows") - before).isGreaterThan(3);
      assertThat(
              warehouse.query(
                  "SELECT count(*) AS n, count(DISTINCT id) AS ids, min(vigil.revision) AS least FROM "
                      + dataset
                      + ".alerts"))
          .containsExactly("{\"n\":20,\"ids\":20,\"least\":256}");
    }
    write(BigQueryTable.ALERTS, Alert.class, List.of(alert("alert-3", 2)));
    assertThat(warehouse.query("SELECT min(vigil.revision) AS least FROM " + dataset + ".alerts"))
        .containsExactly("{\"least\":256}");
  }

  private static SecurityEvent login(int number) {
    String line =
        "{\"login_time\":\"2026-01-15T08:00:00.000001Z\",\"username\":\"u"
            + number
            + "\",\"source_ip\":\"10.0.0."
            + number % 250
            + "\",\"status\":\"failed\"}";
    return LogParser.ofAllFormats()
        .parse(
            LogLine.of(
                line.getBytes(StandardCharsets.UTF_8),
                new Provenance(
                    "/logs/test.log",
                    number * 100L,
                    new dev.vigil.event.Ecs.Kafka("t", 1, number))))
        .event();
  }

  /** Endless input, appended exactly once although answers get lost, and what is refused. */
  @Test
  void appendedExactlyOnce() throws Exception {
    TestStream.Builder<SecurityEvent> events =
        TestStream.create(CoderRegistry.createDefault().getCoder(SecurityEvent.class));
    Map<String, Long> expected = new TreeMap<>();
    for (int i = 0; i < 60; i++) {
      SecurityEvent event = login(i);
      if (i != 7) {
        expected.put(event.id(), 1L);
      }
      events = events.addElements(event);
      if (i % 20 == 19) {
        events = events.advanceProcessingTime(Duration.standardSeconds(30));
      }
    }
    long before = warehouse.calls().getOrDefault("FlushRows", 0L);
    Pipeline pipeline = Pipeline.create(options);
    PCollection<Failure> refused =
        pipeline
            .apply(events.advanceWatermarkToInfinity())
            .apply(
                WriteBigQuery.<SecurityEvent>to(connection, BigQueryTable.EVENTS).appending(true));
    PAssert.that(refused)
        .satisfies(
            failures -> {
              Failure failure = failures.iterator().next();
              assertThat(failures).hasSize(1);
              assertThat(failure.provenance()).isEqualTo(login(7).provenance());
              assertThat(failure.timestamp()).isEqualTo(login(7).timestamp());
              assertThat(failure.refused()).isEqualTo(login(7).id());
              assertThat(failure.stage()).isEqualTo("write to BigQuery");
              assertThat(failure.reason()).isEqualTo("refused by BigQuery");
              assertThat(failure.detail()).contains("source_ip is 10.0.0.7: refused on purpose");
              assertThat(new String(failure.raw(), StandardCharsets.UTF_8))
                  .isEqualTo(EcsJson.of(login(7)));
              return null;
            });
    try {
      warehouse.refuseRows("AppendRows", "source_ip", "10.0.0.7");
      warehouse.fail("DROP_REPLY", "AppendRows", 2);
      pipeline.run().waitUntilFinish();
      assertThat(warehouse.pendingFaults()).noneMatch(fault -> fault.startsWith("DROP_REPLY"));
    } finally {
      warehouse.heal();
    }
    assertThat(warehouse.calls().get("FlushRows")).isGreaterThan(before);
    Map<String, Long> found = new TreeMap<>();
    for (String row : warehouse.query("SELECT id FROM " + dataset + ".events")) {
      found.merge(row.substring(7, row.length() - 2), 1L, Long::sum);
    }
    assertThat(found).isEqualTo(expected);
  }

  /** More than a row may have is a failure, and no end of the job. */
  @Test
  void rowsThatAreTooLarge() {
    SecurityEvent small = login(1);
    SecurityEvent event = FilledRecords.bare(SecurityEvent.class);
    SecurityEvent large =
        new SecurityEvent(
            event.timestamp(),
            event.event(),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            "x".repeat(11_000_000),
            null,
            null);
    String id = large.id();
    Pipeline pipeline = Pipeline.create(options);
    PCollection<Failure> refused =
        pipeline
            .apply(Create.of(small, large).withType(TypeDescriptor.of(SecurityEvent.class)))
            .apply(WriteBigQuery.to(connection, BigQueryTable.EVENTS));
    PAssert.that(refused)
        .satisfies(
            failures -> {
              assertThat(failures).hasSize(1);
              assertThat(failures.iterator().next().reason()).isEqualTo("too large for BigQuery");
              assertThat(failures.iterator().next().refused()).isEqualTo(id);
              return null;
            });
    pipeline.run().waitUntilFinish();
    assertThat(WarehouseContent.documents(warehouse, dataset, "events"))
        .containsOnlyKeys(small.id());
  }

  /** Days far from now, as failures can have them; and none. */
  @Test
  void timesAtTheEdge() throws Exception {
    List<Failure.Document> failures = new ArrayList<>();
    for (String time : new String[] {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", null}) {
      failures.add(
          new Failure(
                  time == null ? null : Instant.parse(time),
                  "parse",
                  "why",
                  null,
                  new byte[] {'x'},
                  Provenance.ofFile("/logs/" + time, 0))
              .document());
    }
    write(BigQueryTable.FAILURES, Failure.Document.class, failures);
    Map<String, JsonNode> expected = new TreeMap<>();
    for (Failure.Document failure : failures) {
      expected.put(failure.id(), document(failure));
    }
    assertThat(WarehouseContent.documents(warehouse, dataset, "failures")).isEqualTo(expected);
  }
}
