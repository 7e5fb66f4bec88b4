package dev.vigil.stack.warehouse;

import com.google.cloud.bigquery.storage.v1.BigDecimalByteStringEncoder;
import com.google.cloud.bigquery.storage.v1.CivilTimeEncoder;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Rows as the Storage Write API gets them: Protobuf messages of a type that the writer describes.
 * Their fields are columns by name, whatever the case.
 *
 * @see <a href="https://cloud.google.com/bigquery/docs/supported-data-types">Supported Protocol
 *     Buffer and Arrow data types</a>
 */
final class ProtoRows {
  private static final String CHANGE_TYPE = "_change_type";
  private static final String CHANGE_SEQUENCE = "_change_sequence_number";

  private final Descriptor type;
  private final TableLayout layout;
  private final FieldDescriptor changeType;
  private final FieldDescriptor changeSequence;

  /** A message has a field, or a field has a type, that the table has no place for. */
  static final class MismatchException extends Exception {
    private static final long serialVersionUID = 1;

    MismatchException(String message) {
      super(message);
    }
  }

  private ProtoRows(Descriptor type, TableLayout layout) throws MismatchException {
    this.type = type;
    this.layout = layout;
    this.changeType = pseudoColumn(CHANGE_TYPE);
    this.changeSequence = pseudoColumn(CHANGE_SEQUENCE);
    check(type, layout.columns(), "");
  }

  /** The message type that a writer describes. */
  static Descriptor type(DescriptorProto described) throws MismatchException {
    try {
      return FileDescriptor.buildFrom(
              FileDescriptorProto.newBuilder()
                  .setName("writer.proto")
                  .addMessageType(described)
                  .build(),
              new FileDescriptor[0])
          .getMessageTypes()
          .get(0);
    } catch (DescriptorValidationException e) {
      throw new MismatchException("Invalid proto schema: " + e.getMessage());
    }
  }

  /**
   * How to read a writer's rows into a table.
   *
   * @throws MismatchException if a field has no column
   */
  static ProtoRows of(Descriptor type, TableLayout layout) throws MismatchException {
    return new ProtoRows(type, layout);
  }

  /** Whether this reads such messages into that very layout. */
  boolean reads(Descriptor otherType, TableLayout otherLayout) {
    return type == otherType && layout == otherLayout;
  }

  /** Whether the rows are changes: each says what is to be done with the row of its key. */
  boolean areChanges() {
    return changeType != null;
  }

  /** The message of a row. */
  DynamicMessage message(ByteString bytes) throws BadValueException {
    try {
      return DynamicMessage.parseFrom(type, bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new BadValueException("", "Could not parse the row: " + e.getMessage());
    }
  }

  /** A row for the store. */
  Object[] row(DynamicMessage message) throws BadValueException {
    return fields(layout.columns(), message, "").values().toArray();
  }

  /** A row of which only the primary key is there: all that a deletion needs to say. */
  Object[] keyRow(DynamicMessage message) throws BadValueException {
    Object[] row = new Object[layout.columns().size()];
    for (int key : layout.primaryKey()) {
      Column column = layout.columns().get(key);
      for (FieldDescriptor field : type.getFields()) {
        if (name(field).equals(column.name().toLowerCase(Locale.ROOT))) {
          row[key] = cell(column, message, field, column.name());
        }
      }
    }
    return row;
  }

  /** What a message says is to be done with the row of its key. */
  Change.Kind changeKind(DynamicMessage message) throws BadValueException {
    Object text = message.getField(changeType);
    return switch (text.toString()) {
      case "UPSERT" -> Change.Kind.UPSERT;
      case "DELETE" -> Change.Kind.DELETE;
      default ->
          throw new BadValueException(
              "_CHANGE_TYPE", "_CHANGE_TYPE must be UPSERT or DELETE, and is: " + text);
    };
  }

  /** How new a change is. */
  ChangeSequence changeSequence(DynamicMessage message) throws BadValueException {
    if (changeSequence == null || !message.hasField(changeSequence)) {
      return ChangeSequence.NONE;
    }
    return ChangeSequence.parse(message.getField(changeSequence).toString());
  }

  private FieldDescriptor pseudoColumn(String name) {
    for (FieldDescriptor field : type.getFields()) {
      if (name(field).equals(name)) {
        return field;
      }
    }
    return null;
  }

  private static String name(FieldDescriptor field) {
    return field.getName().toLowerCase(Locale.ROOT);
  }

  private void check(Descriptor message, List<Column> columns, String path)
      throws MismatchException {
    Map<String, Column> byName = new HashMap<>();
    columns.forEach(column -> byName.put(column.name().toLowerCase(Locale.ROOT), column));
    for (FieldDescriptor field : message.getFields()) {
      if (field.equals(changeType) || field.equals(changeSequence)) {
        continue;
      }
      Column column = byName.get(name(field));
      if (column == null) {
        throw new MismatchException(
            "Input schema has more fields than BigQuery schema, extra fields: '"
                + path
                + field.getName()
                + "'");
      }
      if (field.isRepeated() != (column.mode() == Column.Mode.REPEATED)) {
        throw new MismatchException(
            "Field '" + path + field.getName() + "' is repeated on one side only");
      }
      boolean struct = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      if (struct != (column.type() == ColumnType.STRUCT)) {
        throw new MismatchException(
            "Field '" + path + field.getName() + "' is a record on one side only");
      }
      if (struct) {
        check(field.getMessageType(), column.fields(), path + field.getName() + ".");
      }
    }
  }

  private static Map<String, Object> fields(
      List<Column> columns, DynamicMessage message, String path) throws BadValueException {
    Map<String, FieldDescriptor> byName = new HashMap<>();
    message.getDescriptorForType().getFields().forEach(field -> byName.put(name(field), field));
    Map<String, Object> row = new LinkedHashMap<>();
    for (Column column : columns) {
      FieldDescriptor field = byName.get(column.name().toLowerCase(Locale.ROOT));
      row.put(column.name(), cell(column, message, field, path + column.name()));
    }
    return row;
  }

  private static Object cell(
      Column column, DynamicMessage message, FieldDescriptor field, String path)
      throws BadValueException {
    if (column.mode() == Column.Mode.REPEATED) {
      List<Object> elements = new ArrayList<>();
      if (field != null) {
        for (Object element : (List<?>) message.getField(field)) {
          elements.add(element(column, element, path));
        }
      }
      return elements;
    }
    if (field != null && message.hasField(field)) {
      return element(column, message.getField(field), path);
    }
    if (column.mode() == Column.Mode.REQUIRED) {
      throw new BadValueException(path, "Missing required field: " + path + ".");
    }
    return null;
  }

  private static Object element(Column column, Object value, String path) throws BadValueException {
    if (value instanceof DynamicMessage struct) {
      return fields(column.fields(), struct, path + ".");
    }
    if (value instanceof ByteString bytes) {
      return bytes(column, bytes, path);
    }
    try {
      if (value instanceof Long || value instanceof Integer) {
        return integer(column, ((Number) value).longValue(), path);
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new BadValueException(path, "Value out of range for " + path + ": " + value);
    }
    if (column.type() == ColumnType.FLOAT64 && value instanceof Number number) {
      // A text would turn a float into another double.
      return number.doubleValue();
    }
    return TextValues.parse(
        column.type(),
        value instanceof EnumValueDescriptor choice ? choice.getName() : value.toString(),
        path);
  }

  private static Object bytes(Column column, ByteString bytes, String path)
      throws BadValueException {
    return switch (column.type()) {
      case BYTES -> bytes.toByteArray();
      case STRING -> bytes.toStringUtf8();
      case NUMERIC ->
          TextValues.numeric(BigDecimalByteStringEncoder.decodeNumericByteString(bytes), path);
      default -> throw mismatch(column, "bytes", path);
    };
  }

  /** Dates are days since 1970, timestamps microseconds, civil times packed into bits. */
  private static Object integer(Column column, long value, String path) throws BadValueException {
    return switch (column.type()) {
      case INT64 -> value;
      case FLOAT64 -> (double) value;
      case NUMERIC -> TextValues.numeric(BigDecimal.valueOf(value), path);
      case DATE -> LocalDate.ofEpochDay(value);
      case TIMESTAMP -> TextValues.timestamp(value);
      case TIME -> CivilTimeEncoder.decodePacked64TimeMicrosLocalTime(value);
      case DATETIME -> CivilTimeEncoder.decodePacked64DatetimeMicrosLocalDateTime(value);
      case BOOL -> value != 0;
      default -> throw mismatch(column, "an integer", path);
    };
  }

  private static BadValueException mismatch(Column column, String given, String path) {
    return new BadValueException(
        path, "Cannot convert %s to %s: %s".formatted(given, column.type().legacyName(), path));
  }
}
