package dev.vigil.parse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.vigil.event.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The scalar values of one JSON object by their names, read in one pass. A nested object's values
 * have its name and a dot in front ({@code alert.signature}); of an array the first scalar counts.
 * Where a name comes twice the last value stands, as in most JSON readers. What is nested under a
 * name of more than 200 characters is left out.
 */
public final class JsonFields {
  /**
   * All lines share Jackson's table of the names seen so far. One line with many names of the same
   * hash must not break others: that line goes on without the table, then.
   */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /**
   * The longest name of an object that is looked into. Each value in it repeats the name: without
   * an end to it, one line could fill the memory.
   */
  private static final int MAX_PREFIX = 200;

  /** In lists, since few are asked for: to search them costs less than to fill a map. */
  private final List<String> names;

  private final List<@Nullable Object> values;

  /** The names that are read, or null for all. */
  private final @Nullable List<String> wanted;

  private JsonFields(
      @Nullable List<String> wanted, List<String> names, List<@Nullable Object> values) {
    this.wanted = wanted;
    this.names = names;
    this.values = values;
  }

  /**
   * @throws MalformedLine if the text is not exactly one JSON object
   */
  public static JsonFields parse(String text) throws MalformedLine {
    return read(text, null);
  }

  /**
   * The same of some members of the object alone: the others cost little then, but must be
   * well-formed all the same.
   *
   * @param wanted their names; nothing else may be asked for
   */
  static JsonFields parse(String text, List<String> wanted) throws MalformedLine {
    @Nullable String[] strings = PlainJson.strings(text, wanted);
    return strings == null
        ? read(text, wanted)
        : new JsonFields(wanted, wanted, Arrays.<@Nullable Object>asList((Object[]) strings));
  }

  private static JsonFields read(String text, @Nullable List<String> wanted) throws MalformedLine {
    JsonFields fields = new JsonFields(wanted, new ArrayList<>(), new ArrayList<>());
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedLine("not a JSON object", null);
      }
      fields.readObject(parser, "");
      if (parser.nextToken() != null) {
        throw new MalformedLine("invalid JSON", "more text after the object");
      }
    } catch (JsonProcessingException e) {
      throw new MalformedLine("invalid JSON", e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("reading a string does no I/O", e);
    }
    return fields;
  }

  private void readObject(JsonParser parser, String prefix) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = prefix.isEmpty() ? parser.currentName() : prefix + parser.currentName();
      JsonToken token = parser.nextToken();
      if (wanted == null || wanted.contains(name)) {
        readValue(parser, name, token);
      } else {
        parser.skipChildren();
      }
    }
  }

  private void readValue(JsonParser parser, String name, JsonToken token) throws IOException {
    switch (token) {
      case START_OBJECT -> {
        put(name, null);
        if (name.length() <= MAX_PREFIX) {
          readObject(parser, name + ".");
        } else {
          parser.skipChildren();
        }
      }
      case START_ARRAY -> {
        put(name, null);
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
          if (t.isScalarValue() && values.get(values.size() - 1) == null) {
            readValue(parser, name, t);
          } else {
            parser.skipChildren();
          }
        }
      }
      case VALUE_STRING -> put(name, wellFormed(parser.getText()));
      case VALUE_NUMBER_INT -> {
        switch (parser.getNumberType()) {
          case INT, LONG -> put(name, parser.getLongValue());
          default -> put(name, parser.getDecimalValue());
        }
      }
      case VALUE_NUMBER_FLOAT -> put(name, parser.getDecimalValue());
      case VALUE_TRUE -> put(name, true);
      case VALUE_FALSE -> put(name, false);
      default -> put(name, null);
    }
  }

  private void put(String name, @Nullable Object value) {
    names.add(name);
    values.add(value);
  }

  private @Nullable Object value(String name) {
    assert wanted == null || wanted.contains(name) : name;
    int last = names.lastIndexOf(name);
    return last < 0 ? null : values.get(last);
  }

  /** The text, with U+FFFD for each half of a surrogate pair alone: UTF-8 has no bytes for it. */
  private static String wellFormed(String text) {
    StringBuilder repaired = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (repaired == null) {
        repaired = new StringBuilder(text);
      }
      repaired.setCharAt(i, '\uFFFD');
    }
    return repaired == null ? text : repaired.toString();
  }

  /** The value as text, whatever its type, or null if absent or null. */
  public @Nullable String text(String name) {
    Object value = value(name);
    return value == null ? null : value.toString();
  }

  /** The value as text without blanks around it, or null if absent, null or blank. */
  public @Nullable String strippedText(String name) {
    String text = text(name);
    return text == null || text.isBlank() ? null : text.strip();
  }

  /** The value as a whole number, also from text, or null if absent or none. */
  public @Nullable Long number(String name) {
    Object value = value(name);
    if (value instanceof Long number) {
      return number;
    }
    return value instanceof String text ? Numbers.parseLong(text) : null;
  }

  /** The value as a port number, or null if absent or none. */
  public @Nullable Integer port(String name) {
    return Numbers.port(number(name));
  }

  /** The value as an HTTP status code, or null if absent or none. */
  public @Nullable Integer httpStatus(String name) {
    Long status = number(name);
    return status == null || status < 100 || status > 999 ? null : status.intValue();
  }

  /**
   * The address in its canonical form.
   *
   * @throws MalformedLine if it is absent, or no IP address
   */
  public String ip(String name) throws MalformedLine {
    Object value = value(name);
    if (!(value instanceof String text) || text.isEmpty()) {
      throw new MalformedLine("no " + name, value == null ? null : "it is " + value);
    }
    String ip = IpAddress.canonical(text.strip());
    if (ip == null) {
      throw new MalformedLine(name + " is not an IP address", text);
    }
    return ip;
  }

  /**
   * The time: text as {@link Timestamps#parse} reads it, or a number, below 10<sup>11</sup> of
   * seconds, else of milliseconds, since 1970.
   *
   * @throws MalformedLine if it is absent, or no time
   */
  public Instant time(String name, LineContext context) throws MalformedLine {
    Object value = value(name);
    if (value == null) {
      throw new MalformedLine("no " + name, null);
    }
    Instant time = null;
    try {
      if (value instanceof String text) {
        time = Timestamps.parse(text, context.zone());
      } else if (value instanceof Long number) {
        time = Timestamps.ofEpoch(BigDecimal.valueOf(number));
      } else if (value instanceof BigDecimal number) {
        time = Timestamps.ofEpoch(number);
      }
    } catch (DateTimeException | ArithmeticException e) {
      throw new MalformedLine("unparsable time", name + " is " + value);
    }
    if (time == null) {
      throw new MalformedLine("unparsable time", name + " is " + value);
    }
    return time;
  }
}
