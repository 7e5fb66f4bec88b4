package dev.vigil.pipeline.io;

import com.google.api.services.bigquery.model.Clustering;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableConstraints;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import com.google.api.services.bigquery.model.TimePartitioning;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;

/**
 * The tables and their columns: made from the records' own schemas, so that none is forgotten, with
 * a description of each from {@code descriptions.properties}, the one place for them.
 *
 * <p>Types are named as BigQuery's REST API names them when it is asked, in their older names.
 * Times are {@code TIMESTAMP}, in microseconds; IP addresses are {@code STRING}, which BigQuery's
 * {@code NET} functions take.
 */
final class BigQueryColumns {
  private static final String DESCRIPTIONS = "/dev/vigil/pipeline/bigquery/descriptions.properties";

  private static final Map<TypeName, String> TYPES =
      Map.of(
          TypeName.STRING, "STRING",
          TypeName.INT32, "INTEGER",
          TypeName.INT64, "INTEGER",
          TypeName.DOUBLE, "FLOAT",
          TypeName.BOOLEAN, "BOOLEAN",
          TypeName.BYTES, "BYTES",
          TypeName.MAP, "JSON",
          TypeName.ROW, "RECORD");

  private final Properties descriptions;

  private BigQueryColumns(Properties descriptions) {
    this.descriptions = descriptions;
  }

  static BigQueryColumns create() {
    Properties read = new Properties();
    try (Reader reader =
        new InputStreamReader(
            BigQueryColumns.class.getResourceAsStream(DESCRIPTIONS), StandardCharsets.UTF_8)) {
      read.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(DESCRIPTIONS, e);
    }
    return new BigQueryColumns(read);
  }

  /** A table as it should be, but for its name. */
  Table table(BigQueryTable table) {
    return new Table()
        .setDescription(described("table." + table.id()))
        .setSchema(schema(table))
        .setTimePartitioning(new TimePartitioning().setType("DAY").setField("timestamp"))
        .setClustering(new Clustering().setFields(table.clustering()))
        .setTableConstraints(
            new TableConstraints()
                .setPrimaryKey(
                    new TableConstraints.PrimaryKey().setColumns(List.of(BigQueryLayout.ID))));
  }

  private TableSchema schema(BigQueryTable table) {
    return new TableSchema()
        .setFields(fields(table, "", BigQueryLayout.of(table.type()).described()));
  }

  /** All that is described, for whoever wants to know whether it is too much. */
  Set<String> described() {
    return descriptions.stringPropertyNames();
  }

  /** Where the description of a column is: the table's own, or that for all tables. */
  String key(BigQueryTable table, String path) {
    String own = table.id() + "/" + path;
    return descriptions.containsKey(own) ? own : path;
  }

  private List<TableFieldSchema> fields(BigQueryTable table, String prefix, Schema schema) {
    List<TableFieldSchema> fields = new ArrayList<>();
    for (Schema.Field field : schema.getFields()) {
      FieldType type = field.getType();
      boolean repeated = type.getTypeName() == TypeName.ARRAY;
      FieldType single = repeated ? type.getCollectionElementType() : type;
      String path = prefix + field.getName();
      TableFieldSchema column =
          new TableFieldSchema()
              .setName(field.getName())
              .setType(type(path, single))
              .setMode(repeated ? "REPEATED" : type.getNullable() ? "NULLABLE" : "REQUIRED")
              .setDescription(described(key(table, path)));
      if (single.getTypeName() == TypeName.ROW) {
        column.setFields(fields(table, path + ".", single.getRowSchema()));
      }
      fields.add(column);
    }
    return fields;
  }

  private static String type(String path, FieldType type) {
    String name =
        type.isLogicalType(SqlTypes.TIMESTAMP.getIdentifier())
            ? "TIMESTAMP"
            : TYPES.get(type.getTypeName());
    if (name == null) {
      throw new IllegalStateException("no type for " + path + " of " + type);
    }
    return name;
  }

  private String described(String key) {
    String description = descriptions.getProperty(key);
    if (description == null || description.isBlank()) {
      throw new IllegalStateException(DESCRIPTIONS + " does not describe " + key);
    }
    return description;
  }
}
