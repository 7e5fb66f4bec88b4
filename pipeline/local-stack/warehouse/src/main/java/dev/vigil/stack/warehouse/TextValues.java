package dev.vigil.stack.warehouse;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values written as text, in the forms in which BigQuery takes them. Nothing is rounded or cut off:
 * what does not fit is refused.
 *
 * @see <a href="https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types">Data
 *     types</a>
 */
final class TextValues {
  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
  private static final Pattern TIME = Pattern.compile("\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?");
  private static final Pattern DATETIME = Pattern.compile("(" + DATE + ")(?:[Tt ](" + TIME + "))?");
  private static final Pattern TIMESTAMP =
      Pattern.compile(DATETIME + "\\s?(Z|z|UTC|[+-]\\d{2}(?::?\\d{2})?)?");
  private static final int ZONE = 5;

  /** The number of digits before the point is limited by those that are kept behind it. */
  private static final int NUMERIC_SCALE = 9;

  private static final int NUMERIC_PRECISION = 38;

  private static final long MICROS = 1_000_000;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private TextValues() {}

  /** A value of a type that is not a struct. */
  static Object parse(ColumnType type, String text, String column) throws BadValueException {
    try {
      return switch (type) {
        case STRING -> text;
        case BYTES -> Base64.getDecoder().decode(text);
        case INT64 -> new BigDecimal(text.strip()).longValueExact();
        case FLOAT64 -> number(text.strip());
        case BOOL -> bool(text);
        case NUMERIC -> numeric(new BigDecimal(text.strip()), column);
        case TIMESTAMP -> timestamp(text.strip());
        case DATE -> date(text.strip());
        case TIME -> time(text.strip());
        case DATETIME -> dateTime(text.strip());
        case JSON -> json(text);
        case STRUCT ->
            throw new BadValueException(column, "This field: " + column + " is a record.");
      };
    } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
      throw new BadValueException(
          column,
          "Cannot convert value to %s: %s"
              .formatted(type.legacyName().toLowerCase(Locale.ROOT), text));
    }
  }

  /** A decimal of NUMERIC's range, with all nine digits behind the point. */
  static BigDecimal numeric(BigDecimal value, String column) throws BadValueException {
    BigDecimal exact;
    try {
      exact = value.setScale(NUMERIC_SCALE, RoundingMode.UNNECESSARY);
    } catch (ArithmeticException e) {
      throw new BadValueException(column, "Invalid NUMERIC value: " + value);
    }
    if (exact.precision() > NUMERIC_PRECISION) {
      throw new BadValueException(column, "Invalid NUMERIC value: " + value);
    }
    return exact;
  }

  /** An instant in years 1 to 9999, as BigQuery has it. */
  static OffsetDateTime timestamp(long micros) {
    OffsetDateTime time =
        Instant.ofEpochSecond(Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000)
            .atOffset(ZoneOffset.UTC);
    if (time.getYear() < 1 || time.getYear() > 9999) {
      throw new DateTimeException("out of range");
    }
    return time;
  }

  private static Double number(String text) {
    return switch (text) {
      case "NaN" -> Double.NaN;
      case "Infinity", "inf", "+inf" -> Double.POSITIVE_INFINITY;
      case "-Infinity", "-inf" -> Double.NEGATIVE_INFINITY;
      default -> new BigDecimal(text).doubleValue();
    };
  }

  private static Boolean bool(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException();
    };
  }

  private static OffsetDateTime timestamp(String text) {
    Matcher matcher = TIMESTAMP.matcher(text);
    if (!matcher.matches()) {
      // Seconds since 1970, as the REST API writes them.
      return timestamp(
          new BigDecimal(text)
              .movePointRight(6)
              .setScale(0, RoundingMode.UNNECESSARY)
              .longValueExact());
    }
    String zone = matcher.group(ZONE);
    ZoneOffset offset =
        zone == null || zone.equalsIgnoreCase("UTC")
            ? ZoneOffset.UTC
            : ZoneOffset.of(zone.toUpperCase(Locale.ROOT));
    LocalDateTime local =
        LocalDate.parse(matcher.group(1))
            .atTime(matcher.group(2) == null ? LocalTime.MIN : LocalTime.parse(matcher.group(2)));
    return local.atOffset(offset).withOffsetSameInstant(ZoneOffset.UTC);
  }

  private static LocalDate date(String text) {
    if (!DATE.matcher(text).matches()) {
      throw new IllegalArgumentException();
    }
    return LocalDate.parse(text);
  }

  private static LocalTime time(String text) {
    if (!TIME.matcher(text).matches()) {
      throw new IllegalArgumentException();
    }
    return LocalTime.parse(text);
  }

  private static LocalDateTime dateTime(String text) {
    Matcher matcher = DATETIME.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException();
    }
    return LocalDate.parse(matcher.group(1))
        .atTime(matcher.group(2) == null ? LocalTime.MIN : LocalTime.parse(matcher.group(2)));
  }

  /** The text as it is, if it is JSON. */
  private static String json(String text) {
    try {
      if (JSON.readTree(text).isMissingNode()) {
        throw new IllegalArgumentException();
      }
      return text;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
