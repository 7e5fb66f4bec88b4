package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableFieldSchema;
import dev.vigil.event.Alert;
import dev.vigil.event.EcsDocument;
import dev.vigil.event.Failure;
import dev.vigil.event.LateEvent;
import dev.vigil.event.SecurityEvent;
import dev.vigil.event.SuspiciousLogins;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the tables look like, and how records become rows and records again. */
class BigQueryColumnsTest {
  private static final BigQueryColumns COLUMNS = BigQueryColumns.create();

  private static void forEach(
      String prefix, List<TableFieldSchema> fields, BiConsumer<String, TableFieldSchema> consumer) {
    for (TableFieldSchema field : fields) {
      consumer.accept(prefix + field.getName(), field);
      if (field.getFields() != null) {
        forEach(prefix + field.getName() + ".", field.getFields(), consumer);
      }
    }
  }

  /** Each column with its type and mode, by its path. */
  private static Map<String, String> types(BigQueryTable table) {
    Map<String, String> types = new TreeMap<>();
    forEach(
        "",
        COLUMNS.table(table).getSchema().getFields(),
        (path, field) -> types.put(path, field.getType() + " " + field.getMode()));
    return types;
  }

  /** None is missing, none is of nothing, and all of them are sentences. */
  @Test
  void descriptions() {
    TreeSet<String> used = new TreeSet<>();
    for (BigQueryTable table : BigQueryTable.values()) {
      used.add("table." + table.id());
      assertThat(COLUMNS.table(table).getDescription()).endsWith(".");
      forEach(
          "",
          COLUMNS.table(table).getSchema().getFields(),
          (path, field) -> {
            used.add(COLUMNS.key(table, path));
            // BigQuery takes no more.
            assertThat(field.getDescription()).as(path).endsWith(".").hasSizeBetween(5, 1_024);
          });
    }
    assertThat(COLUMNS.described()).containsExactlyInAnyOrderElementsOf(used);
  }

  @ParameterizedTest
  @EnumSource
  void namesThatAColumnMayHave(BigQueryTable table) {
    assertThat(types(table).keySet())
        .allMatch(path -> path.matches("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*"));
  }

  @Test
  void types() {
    assertThat(types(BigQueryTable.EVENTS))
        .containsEntry("id", "STRING REQUIRED")
        .containsEntry("source_ip", "STRING NULLABLE")
        .containsEntry("rule_id", "STRING NULLABLE")
        .containsEntry("timestamp", "TIMESTAMP REQUIRED")
        .containsEntry("event", "RECORD REQUIRED")
        .containsEntry("event.id", "STRING REQUIRED")
        .containsEntry("event.category", "STRING REPEATED")
        .containsEntry("event.start", "TIMESTAMP NULLABLE")
        .containsEntry("event.duration", "INTEGER NULLABLE")
        .containsEntry("source.nat.port", "INTEGER NULLABLE")
        .containsEntry("related.ip", "STRING REPEATED")
        .containsEntry("log.offset", "INTEGER REQUIRED")
        .containsEntry("labels", "JSON NULLABLE");
    assertThat(types(BigQueryTable.SUSPICIOUS_LOGINS))
        .containsEntry("vigil.logins.distinct_users_estimated", "BOOLEAN REQUIRED")
        .containsEntry("vigil.window.end", "TIMESTAMP REQUIRED");
    assertThat(types(BigQueryTable.FAILURES))
        .containsEntry("timestamp", "TIMESTAMP NULLABLE")
        .doesNotContainKeys("source_ip", "rule_id");
  }

  @Test
  void partitionsKeysAndOrder() {
    Map<BigQueryTable, List<String>> orders = new TreeMap<>();
    for (BigQueryTable table : BigQueryTable.values()) {
      Table made = COLUMNS.table(table);
      assertThat(made.getTimePartitioning().getType()).isEqualTo("DAY");
      assertThat(made.getTimePartitioning().getField()).isEqualTo("timestamp");
      assertThat(made.getTableConstraints().getPrimaryKey().getColumns()).containsExactly("id");
      orders.put(table, made.getClustering().getFields());
    }
    List<String> all = List.of("source_ip", "rule_id", "id");
    assertThat(orders)
        .isEqualTo(
            Map.of(
                BigQueryTable.EVENTS, all,
                BigQueryTable.SUSPICIOUS_LOGINS, all,
                BigQueryTable.ALERTS, all,
                BigQueryTable.LATE, all,
                BigQueryTable.FAILURES, List.of("id")));
  }

  private static <T extends Record & EcsDocument> void assertComesBack(Class<T> type) {
    for (T record : List.of(FilledRecords.filled(type), FilledRecords.bare(type))) {
      assertThat(
              new BigQueryLayout.FromRow<>(type)
                  .apply(new BigQueryLayout.ToRow<>(type).apply(record)))
          .isEqualTo(record);
    }
  }

  @Test
  void recordsComeBackFromRows() {
    assertComesBack(SecurityEvent.class);
    assertComesBack(SuspiciousLogins.class);
    assertComesBack(Alert.class);
    assertComesBack(LateEvent.class);
    assertComesBack(Failure.Document.class);
  }

  @Test
  void viewsAreNamedAsTheirFiles() {
    List<String> datasets = new ArrayList<>();
    BigQuerySetUp.views("my-project.security")
        .forEach(
            (name, view) -> {
              assertThat(name).matches("[a-z][a-z0-9_]*");
              assertThat(view.getDescription()).as(name).isNotBlank();
              assertThat(view.getView().getUseLegacySql()).isFalse();
              assertThat(view.getView().getQuery())
                  .contains("my-project.security")
                  .doesNotContain("${");
              datasets.add(name);
            });
    assertThat(datasets).doesNotContain("events", "alerts", "late", "failures");
  }
}
