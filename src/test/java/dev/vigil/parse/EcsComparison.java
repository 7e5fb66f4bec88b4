package dev.vigil.parse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.event.IpAddress;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Compares events with expected ones, field by field, over the core fields of ECS.
 *
 * <p>Numbers equal the strings that write them, a scalar equals a list of it alone, lists are sets,
 * times are instants, to the millisecond where the expected one is whole milliseconds, as
 * Elasticsearch keeps no more, addresses are compared in canonical form, and the letter case of
 * protocols, methods and outcomes does not count.
 */
final class EcsComparison {
  private static final Set<String> CORE =
      Set.of(
          """
          @timestamp event.category event.type event.outcome event.action event.kind event.code
          event.severity source.ip source.port source.address source.domain source.bytes
          source.packets source.nat.ip destination.ip destination.port destination.address
          destination.bytes destination.packets client.ip server.ip user.name user.domain user.id
          source.user.name host.hostname host.name process.name process.pid network.transport
          network.protocol network.iana_number network.type network.bytes network.packets
          network.direction network.application observer.ingress.interface.name url.original
          url.path url.domain url.query url.full http.request.method http.response.status_code
          http.response.body.bytes http.request.body.bytes http.version http.request.referrer
          user_agent.original rule.name rule.id rule.category message related.ip related.user
          source.geo.country_iso_code source.as.number
          """
              .strip()
              .split("\\s+"));

  private static final Set<String> CASELESS =
      Set.of(
          "network.transport",
          "network.protocol",
          "http.request.method",
          "event.outcome",
          "network.application");

  private static final Pattern ISO = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d.*");
  private static final Pattern INTEGER = Pattern.compile("-?\\d+");
  private static final DateTimeFormatter WITHOUT_YEAR =
      DateTimeFormatter.ofPattern("MM-dd'T'HH:mm:ss", Locale.ROOT);

  private final boolean ignoreYear;
  private int fields;
  private int equal;
  private final Map<String, List<String>> differences = new TreeMap<>();

  /**
   * @param ignoreYear whether {@code @timestamp} is compared from the month down to the second
   */
  EcsComparison(boolean ignoreYear) {
    this.ignoreYear = ignoreYear;
  }

  /** How many fields were expected. */
  int fields() {
    return fields;
  }

  int equal() {
    return equal;
  }

  /** The fields that differ or are absent, each with the lines and what they have. */
  Map<String, List<String>> differences() {
    return differences;
  }

  /**
   * @param where names the line in {@link #differences}
   * @param actual null where there is no event at all
   */
  void add(String where, Map<String, JsonNode> expected, @Nullable Map<String, JsonNode> actual) {
    expected.forEach(
        (field, value) -> {
          if (!CORE.contains(field)) {
            return;
          }
          fields++;
          JsonNode got = actual == null ? null : actual.get(field);
          if (got != null && equal(normal(field, value), normal(field, got))) {
            equal++;
          } else {
            differences
                .computeIfAbsent(field, name -> new ArrayList<>())
                .add(where + ": expected " + value + ", got " + (got == null ? "nothing" : got));
          }
        });
  }

  /** The members of an object, and of those within it, by their names joined with dots. */
  static Map<String, JsonNode> flat(JsonNode object) {
    Map<String, JsonNode> out = new LinkedHashMap<>();
    flatten("", object, out);
    return out;
  }

  private static void flatten(String prefix, JsonNode node, Map<String, JsonNode> out) {
    node.properties()
        .forEach(
            member -> {
              String name = prefix + member.getKey();
              if (member.getValue().isObject()) {
                flatten(name + ".", member.getValue(), out);
              } else {
                out.put(name, member.getValue());
              }
            });
  }

  private static boolean equal(Object expected, Object got) {
    return expected instanceof Instant time && got instanceof Instant gotTime
        ? time.equals(
            time.getNano() % 1_000_000 == 0 ? gotTime.truncatedTo(ChronoUnit.MILLIS) : gotTime)
        : expected.equals(got);
  }

  private Object normal(String field, JsonNode value) {
    if (value.isArray()) {
      Set<Object> elements = new HashSet<>();
      for (JsonNode element : value) {
        if (!element.isContainerNode()) {
          elements.add(normal(field, element));
        }
      }
      return elements.size() == 1 ? elements.iterator().next() : elements;
    }
    String text = value.asText();
    if (field.endsWith("timestamp") || value.isTextual() && ISO.matcher(text).matches()) {
      Instant time = time(value);
      if (time != null) {
        return ignoreYear && field.equals("@timestamp")
            ? WITHOUT_YEAR.format(time.atOffset(ZoneOffset.UTC))
            : (Object) time;
      }
    }
    if (INTEGER.matcher(text).matches()) {
      return text.replaceFirst("^(-?)0+(?=\\d)", "$1");
    }
    if (field.endsWith(".ip") || field.endsWith("address")) {
      String ip = IpAddress.canonical(text);
      return ip == null ? text : ip;
    }
    return CASELESS.contains(field) ? text.toLowerCase(Locale.ROOT) : text;
  }

  private static @Nullable Instant time(JsonNode value) {
    if (value.isNumber()) {
      return Instant.ofEpochMilli(value.asLong());
    }
    try {
      return OffsetDateTime.parse(value.asText()).toInstant();
    } catch (DateTimeParseException e) {
      try {
        return LocalDateTime.parse(value.asText()).toInstant(ZoneOffset.UTC);
      } catch (DateTimeParseException notIsoEither) {
        return null;
      }
    }
  }
}
