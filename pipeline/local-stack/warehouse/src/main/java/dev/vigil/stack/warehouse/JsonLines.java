package dev.vigil.stack.warehouse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;

/**
 * Results for people and tests: a row per line, a JSON object with the columns in their order.
 * Timestamps are in ISO 8601 with as many digits as they need, bytes in Base64, decimals without
 * zeros at the end, JSON as it is.
 */
final class JsonLines {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonLines() {}

  static String write(QueryResult result) {
    StringBuilder lines = new StringBuilder();
    for (Object[] row : result.rows()) {
      StringWriter line = new StringWriter();
      try (JsonGenerator json = JSON.createGenerator(line)) {
        json.writeStartObject();
        for (int i = 0; i < row.length; i++) {
          json.writeFieldName(result.columns().get(i).name());
          write(json, result.columns().get(i), row[i]);
        }
        json.writeEndObject();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      lines.append(line).append('\n');
    }
    return lines.toString();
  }

  private static void write(JsonGenerator json, Column column, Object value) throws IOException {
    if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object element : list) {
        write(json, column, element);
      }
      json.writeEndArray();
    } else if (value instanceof Map<?, ?> struct) {
      json.writeStartObject();
      for (Column field : column.fields()) {
        json.writeFieldName(field.name());
        write(json, field, struct.get(field.name()));
      }
      json.writeEndObject();
    } else if (value instanceof BigDecimal number) {
      json.writeNumber(RestRows.plain(number));
    } else if (value instanceof byte[] bytes) {
      json.writeBinary(bytes);
    } else if (value instanceof OffsetDateTime time) {
      json.writeString(time.toInstant().toString());
    } else if (value instanceof Boolean bool) {
      json.writeBoolean(bool);
    } else if (value instanceof Double number) {
      json.writeNumber(number);
    } else if (value instanceof Number number) {
      json.writeNumber(number.toString());
    } else if (value == null) {
      json.writeNull();
    } else if (column.type() == ColumnType.JSON) {
      json.writeRawValue(value.toString());
    } else {
      json.writeString(value.toString());
    }
  }
}
