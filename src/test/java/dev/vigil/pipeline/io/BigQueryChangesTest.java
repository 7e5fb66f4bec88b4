package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.services.bigquery.model.Clustering;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableConstraints;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import com.google.api.services.bigquery.model.TimePartitioning;
import com.google.api.services.bigquery.model.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What can be made of a table, and what cannot. */
class BigQueryChangesTest {
  /** As they are in an answer: of a class that the client can copy. */
  private static List<TableFieldSchema> listOf(TableFieldSchema... fields) {
    return new ArrayList<>(List.of(fields));
  }

  private static TableFieldSchema column(String name, String type, String mode) {
    return new TableFieldSchema()
        .setName(name)
        .setType(type)
        .setMode(mode)
        .setDescription("The " + name + ".");
  }

  private static TableFieldSchema nested(String name, TableFieldSchema... fields) {
    return column(name, "RECORD", "NULLABLE").setFields(listOf(fields));
  }

  private static Table table(TableFieldSchema... columns) {
    return new Table()
        .setType("TABLE")
        .setDescription("A table.")
        .setSchema(new TableSchema().setFields(listOf(columns)))
        .setTimePartitioning(new TimePartitioning().setType("DAY").setField("timestamp"))
        .setClustering(new Clustering().setFields(new ArrayList<>(List.of("id"))))
        .setTableConstraints(
            new TableConstraints()
                .setPrimaryKey(
                    new TableConstraints.PrimaryKey().setColumns(new ArrayList<>(List.of("id")))));
  }

  private static final TableFieldSchema ID = column("id", "STRING", "REQUIRED");
  private static final TableFieldSchema USER = nested("user", column("name", "STRING", "NULLABLE"));

  private static BigQueryChanges to(Table found) {
    return BigQueryChanges.of(found, table(ID, USER));
  }

  private static void assertBreaking(Table found, String... breaking) {
    BigQueryChanges changes = to(found);
    assertThat(changes.breaking()).containsExactly(breaking);
    assertThat(changes.state()).isEqualTo(SetUpState.INCOMPATIBLE);
    assertThat(changes.changed()).isNull();
  }

  @Test
  void none() {
    BigQueryChanges changes = to(null);
    assertThat(changes.state()).isEqualTo(SetUpState.MISSING);
    assertThat(changes.obstacles()).containsExactly("is missing");
  }

  /** Names that BigQuery also has for types and modes; and what Vigil has no opinion about. */
  @Test
  void theSame() {
    Table found =
        table(ID, nested("user", column("name", "STRING", null)).setType("STRUCT").setMode(null));
    found.getTimePartitioning().setExpirationMs(1_000L);
    assertThat(to(found).state()).isEqualTo(SetUpState.THERE);
    assertThat(to(found).all()).isEmpty();
    assertThat(to(found).obstacles()).isEmpty();
  }

  /** New columns come behind those that are there, which stay as they are. */
  @Test
  void narrower() {
    Table found =
        table(
            nested("user", column("NAME", "STRING", "NULLABLE")).setDescription(null),
            column("id", "STRING", "REQUIRED"));
    found.setClustering(null).setExpirationTime(7L);
    Table wanted =
        table(
            ID,
            nested(
                "user", column("name", "STRING", "NULLABLE"), column("id", "INTEGER", "NULLABLE")),
            column("tags", "STRING", "REPEATED"));
    BigQueryChanges changes = BigQueryChanges.of(found, wanted);
    assertThat(changes.state()).isEqualTo(SetUpState.DIFFERENT);
    assertThat(changes.all())
        .containsExactly(
            "clustering: is [], should be [id]",
            "user: is not described",
            "user.NAME: is described otherwise",
            "user.id: is missing, should be INTEGER",
            "tags: is missing, should be STRING");
    assertThat(changes.obstacles()).containsExactly("user.id: is missing", "tags: is missing");
    assertThat(changes.changed())
        .isEqualTo(
            table(
                    nested(
                        "user",
                        column("NAME", "STRING", "NULLABLE").setDescription("The name."),
                        column("id", "INTEGER", "NULLABLE")),
                    ID,
                    column("tags", "STRING", "REPEATED"))
                .setExpirationTime(7L));
    assertThat(BigQueryChanges.of(changes.changed(), wanted).state()).isEqualTo(SetUpState.THERE);
  }

  @Test
  void stricter() {
    Table found = table(ID, nested("user", column("name", "STRING", "REQUIRED")));
    BigQueryChanges changes = to(found);
    assertThat(changes.state()).isEqualTo(SetUpState.DIFFERENT);
    assertThat(changes.all()).containsExactly("user.name: is required, may be null");
    assertThat(changes.obstacles())
        .containsExactly("user.name: must have a value, and may get none");
    assertThat(changes.changed()).isEqualTo(table(ID, USER));
  }

  @Test
  void breaking() {
    assertBreaking(
        table(ID, nested("user", column("name", "INTEGER", "NULLABLE"))),
        "user.name: is INTEGER, should be STRING");
    assertBreaking(
        table(ID, nested("user", column("name", "STRING", "REPEATED"))),
        "user.name: is REPEATED STRING, should be NULLABLE STRING");
    assertBreaking(
        table(ID, column("user", "JSON", "NULLABLE")), "user: is JSON, should be RECORD");
    assertBreaking(
        table(column("id", "STRING", "NULLABLE"), USER), "id: may be null, should be required");
    assertBreaking(table(USER), "id: is missing, and must have a value in the rows that there are");
    assertBreaking(
        table(ID, USER, column("gone", "STRING", "NULLABLE")),
        "gone: is there, and nothing is written to it");
    assertBreaking(
        table(ID, USER).setTimePartitioning(null),
        "partitions: are none, should be by DAY of timestamp");
    assertBreaking(
        table(ID, USER)
            .setTimePartitioning(new TimePartitioning().setType("HOUR").setField("timestamp")),
        "partitions: are by HOUR of timestamp, should be by DAY of timestamp");
    assertBreaking(table(ID, USER).setTableConstraints(null), "primary key: is [], should be [id]");
    assertBreaking(
        new Table().setType("VIEW").setSchema(table(ID).getSchema()),
        "is a view, and should be a table");
  }

  /** What is breaking need not keep a job from writing, and may all the same. */
  @Test
  void obstacles() {
    assertThat(to(table(column("id", "STRING", "NULLABLE"), USER)).obstacles()).isEmpty();
    assertThat(to(table(ID, USER, column("own", "STRING", "NULLABLE"))).obstacles()).isEmpty();
    assertThat(to(table(ID, USER).setTimePartitioning(null)).obstacles()).isEmpty();
    assertThat(to(table(ID, USER, column("own", "STRING", "REQUIRED"))).obstacles())
        .containsExactly("own: must have a value, and gets none");
    assertThat(to(table(ID, USER).setTableConstraints(null)).obstacles())
        .containsExactly("primary key: is [], should be [id]");
    assertThat(to(table(ID, column("user", "JSON", "NULLABLE"))).obstacles())
        .containsExactly("user: is JSON, should be RECORD");
    assertThat(to(new Table().setType("VIEW")).obstacles())
        .containsExactly("is a view, and should be a table");
  }

  @Test
  void views() {
    Table wanted =
        new Table().setDescription("A view.").setView(new ViewDefinition().setQuery("SELECT 1"));
    Table found =
        new Table()
            .setType("VIEW")
            .setDescription("Another.")
            .setSchema(table(ID).getSchema())
            .setView(new ViewDefinition().setQuery("SELECT 2"));
    BigQueryChanges changes = BigQueryChanges.of(found, wanted);
    assertThat(changes.all()).containsExactly("has another query", "is described otherwise");
    assertThat(changes.changed())
        .isEqualTo(
            new Table()
                .setType("VIEW")
                .setDescription("A view.")
                .setView(new ViewDefinition().setQuery("SELECT 1")));
    assertThat(BigQueryChanges.of(changes.changed(), wanted).state()).isEqualTo(SetUpState.THERE);
    assertThat(BigQueryChanges.of(table(ID), wanted).breaking())
        .containsExactly("is a table, and should be a view");
  }
}
