package dev.vigil.stack.dashboard;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The parameters of a request: exactly those that it takes, each once. All that is passed on to a
 * server is checked here.
 */
final class Parameters {
  /** What the pipeline makes ids of, and Flink those of jobs and vertices. */
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  private static final int MOST_IDS = 500;
  private static final int BAD_REQUEST = 400;

  private final Map<String, String> values;

  private Parameters(Map<String, String> values) {
    this.values = values;
  }

  /**
   * @param query the raw query of a URL, or null
   * @param names the parameters that must be there, and no others
   */
  static Parameters of(String query, Set<String> names) throws BadRequest {
    Map<String, String> values = new HashMap<>();
    if (query != null && !query.isEmpty()) {
      for (String pair : query.split("&", -1)) {
        int equals = pair.indexOf('=');
        if (equals < 0 || values.put(decoded(pair, 0, equals), decoded(pair, equals + 1)) != null) {
          throw new BadRequest(BAD_REQUEST, "malformed parameters");
        }
      }
    }
    if (!values.keySet().equals(names)) {
      throw new BadRequest(
          BAD_REQUEST, "the parameters must be these: " + String.join(", ", new TreeSet<>(names)));
    }
    return new Parameters(values);
  }

  private static String decoded(String pair, int from) throws BadRequest {
    return decoded(pair, from, pair.length());
  }

  private static String decoded(String pair, int from, int to) throws BadRequest {
    try {
      return URLDecoder.decode(pair.substring(from, to), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new BadRequest(BAD_REQUEST, "malformed parameters");
    }
  }

  String text(String name) {
    return values.get(name);
  }

  String id(String name) throws BadRequest {
    String value = values.get(name);
    if (!ID.matcher(value).matches()) {
      throw new BadRequest(BAD_REQUEST, name + " is no id");
    }
    return value;
  }

  /** Ids with commas between them; at least one. */
  List<String> ids(String name) throws BadRequest {
    List<String> ids = List.of(values.get(name).split(",", -1));
    if (ids.size() > MOST_IDS || !ids.stream().allMatch(id -> ID.matcher(id).matches())) {
      throw new BadRequest(
          BAD_REQUEST, name + " is no list of ids, or one of more than " + MOST_IDS);
    }
    return ids;
  }

  /** {@code from} and {@code to}, in milliseconds. */
  TimeRange range() throws BadRequest {
    try {
      return new TimeRange(Long.parseLong(values.get("from")), Long.parseLong(values.get("to")));
    } catch (IllegalArgumentException e) {
      throw new BadRequest(
          BAD_REQUEST, "from and to must be milliseconds since 1970, and not the wrong way round");
    }
  }
}
