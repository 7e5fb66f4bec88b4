package dev.vigil.stack.warehouse;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.api.client.util.Data;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Rows as the REST API gets them: JSON objects, their values in any of the forms it allows. */
final class JsonRows {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private JsonRows() {}

  /**
   * A row for the store.
   *
   * @param ignoreUnknown whether fields that the table does not have are left out, or an error
   */
  static Object[] row(TableLayout layout, Map<String, ?> json, boolean ignoreUnknown)
      throws BadValueException {
    return fields(layout.columns(), json, ignoreUnknown, "").values().toArray();
  }

  private static Map<String, Object> fields(
      List<Column> columns, Map<String, ?> json, boolean ignoreUnknown, String path)
      throws BadValueException {
    Map<String, Object> given = new LinkedHashMap<>();
    json.forEach((name, value) -> given.put(name.toLowerCase(Locale.ROOT), value));
    Map<String, Object> row = new LinkedHashMap<>();
    for (Column column : columns) {
      Object value = given.remove(column.name().toLowerCase(Locale.ROOT));
      row.put(column.name(), cell(column, value, ignoreUnknown, path + column.name()));
    }
    if (!given.isEmpty() && !ignoreUnknown) {
      String unknown = path + given.keySet().iterator().next();
      throw new BadValueException(unknown, "no such field: " + unknown + ".");
    }
    return row;
  }

  private static Object cell(Column column, Object value, boolean ignoreUnknown, String path)
      throws BadValueException {
    boolean isNull = value == null || Data.isNull(value);
    if (column.mode() == Column.Mode.REPEATED) {
      if (isNull) {
        return List.of();
      }
      if (!(value instanceof Collection<?> list)) {
        throw new BadValueException(path, "Array specified for non-repeated field: not an array");
      }
      List<Object> elements = new ArrayList<>();
      for (Object element : list) {
        if (element == null || Data.isNull(element)) {
          throw new BadValueException(path, "Only optional fields can be set to NULL.");
        }
        elements.add(element(column, element, ignoreUnknown, path));
      }
      return elements;
    }
    if (!isNull) {
      return element(column, value, ignoreUnknown, path);
    }
    if (column.mode() == Column.Mode.REQUIRED) {
      throw new BadValueException(path, "Missing required field: " + path + ".");
    }
    return null;
  }

  private static Object element(Column column, Object value, boolean ignoreUnknown, String path)
      throws BadValueException {
    if (column.type() == ColumnType.STRUCT) {
      if (!(value instanceof Map<?, ?> map)) {
        throw new BadValueException(path, "This field: " + path + " is a record.");
      }
      Map<String, Object> named = new LinkedHashMap<>();
      map.forEach((name, field) -> named.put((String) name, field));
      return fields(column.fields(), named, ignoreUnknown, path + ".");
    }
    if (column.type() == ColumnType.JSON && !(value instanceof String)) {
      return text(value, path);
    }
    if (value instanceof Map || value instanceof Collection) {
      throw new BadValueException(path, "This field: " + path + " is not a record or a list.");
    }
    // Numbers come as BigDecimal: their text is all that they are.
    return TextValues.parse(
        column.type(),
        value instanceof BigDecimal number ? number.toPlainString() : value.toString(),
        path);
  }

  private static String text(Object json, String path) throws BadValueException {
    try {
      return JSON.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new BadValueException(path, e.getOriginalMessage());
    }
  }
}
