package dev.vigil.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SegmentedStringWriter;
import com.fasterxml.jackson.core.util.BufferRecycler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Records as nested ECS JSON, on one line.
 *
 * <p>Each component becomes a member of its name in snake case, in declared order; the root's
 * {@code timestamp} becomes {@code @timestamp}, and {@code ecs.version} is put last. Times are ISO
 * 8601 in UTC, see {@link #iso}; bytes are base64; nulls, and empty lists and maps, are left out;
 * maps are sorted by key. Equal records give equal bytes.
 */
public final class EcsJson {
  private static final JsonFactory JSON = new JsonFactory();

  private EcsJson() {}

  /** The JSON of a record. */
  public static String of(Record record) {
    SegmentedStringWriter out = new SegmentedStringWriter(new BufferRecycler());
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      writeComponents(record, json, true);
      json.writeObjectFieldStart("ecs");
      json.writeStringField("version", Ecs.VERSION);
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing a string does no I/O", e);
    }
    try {
      return out.getAndClear();
    } catch (IOException e) {
      throw new UncheckedIOException("writing a string does no I/O", e);
    }
  }

  private static void writeComponents(Object record, JsonGenerator json, boolean root)
      throws IOException {
    for (RecordShape.Component component : RecordShape.of(record.getClass()).components()) {
      Object value = component.get(record);
      if (isPresent(value)) {
        String name = component.name();
        json.writeFieldName(root && name.equals("timestamp") ? "@timestamp" : name);
        writeValue(value, json);
      }
    }
  }

  private static boolean isPresent(@Nullable Object value) {
    return !(value == null
        || value instanceof List<?> list && list.isEmpty()
        || value instanceof Map<?, ?> map && map.isEmpty());
  }

  private static void writeValue(Object value, JsonGenerator json) throws IOException {
    if (value instanceof String text) {
      json.writeString(text);
    } else if (value instanceof Long number) {
      json.writeNumber(number);
    } else if (value instanceof Integer number) {
      json.writeNumber(number);
    } else if (value instanceof Double number) {
      json.writeNumber(number);
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else if (value instanceof Instant time) {
      json.writeString(iso(time));
    } else if (value instanceof byte[] bytes) {
      json.writeString(Base64.getEncoder().encodeToString(bytes));
    } else if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object element : list) {
        writeValue(element, json);
      }
      json.writeEndArray();
    } else if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      String[] names = map.keySet().toArray(String[]::new);
      Arrays.sort(names);
      for (String name : names) {
        json.writeFieldName(name);
        writeValue(map.get(name), json);
      }
      json.writeEndObject();
    } else if (value instanceof Record record) {
      json.writeStartObject();
      writeComponents(record, json, false);
      json.writeEndObject();
    } else {
      throw new IllegalArgumentException("no JSON form for " + value.getClass());
    }
  }

  /**
   * ISO 8601 in UTC with three decimals, or six where there are more than three; what is finer than
   * a microsecond is cut off.
   */
  public static String iso(Instant time) {
    LocalDateTime utc = LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, ZoneOffset.UTC);
    StringBuilder out = new StringBuilder(27);
    int year = utc.getYear();
    if (year < 0) {
      out.append('-');
    } else if (year > 9_999) {
      out.append('+');
    }
    pad(out, Math.abs(year), 4);
    pad(out.append('-'), utc.getMonthValue(), 2);
    pad(out.append('-'), utc.getDayOfMonth(), 2);
    pad(out.append('T'), utc.getHour(), 2);
    pad(out.append(':'), utc.getMinute(), 2);
    pad(out.append(':'), utc.getSecond(), 2);
    int micros = time.getNano() / 1_000;
    boolean wholeMillis = micros % 1_000 == 0;
    pad(out.append('.'), wholeMillis ? micros / 1_000 : micros, wholeMillis ? 3 : 6);
    return out.append('Z').toString();
  }

  private static void pad(StringBuilder out, int value, int width) {
    String digits = Integer.toString(value);
    for (int i = digits.length(); i < width; i++) {
      out.append('0');
    }
    out.append(digits);
  }
}
