package dev.vigil.stack.warehouse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which method of the REST API a request calls. */
final class Router {
  private final List<Route> routes = new ArrayList<>();

  /**
   * A request for one of its methods.
   *
   * @param path what the request has in the places that the route left open
   * @param query the parameters behind the path
   */
  record Call(Map<String, String> path, Map<String, String> query, String body) {
    String project() {
      return path.get("project");
    }

    TableId table() {
      return new TableId(path.get("dataset"), path.get("table"));
    }

    <T> T body(Class<T> type) {
      return Resources.read(body, type);
    }

    boolean flag(String name) {
      return Boolean.parseBoolean(query.get(name));
    }

    /** A number from the query; the other if there is none. */
    long number(String name, long otherwise) {
      String text = query.get(name);
      try {
        return text == null ? otherwise : Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw ApiException.invalid("Invalid value for " + name + ": " + text);
      }
    }
  }

  /** Does what is asked for. */
  interface Handler {
    /**
     * @return a resource; null for an empty reply
     */
    Object handle(Call call) throws Exception;
  }

  private record Route(String name, String verb, String[] pattern, Handler handler) {
    Optional<Map<String, String>> match(String requestVerb, String[] path) {
      if (!verb.equals(requestVerb) || path.length != pattern.length) {
        return Optional.empty();
      }
      Map<String, String> open = new HashMap<>();
      for (int i = 0; i < path.length; i++) {
        if (pattern[i].startsWith(":")) {
          open.put(pattern[i].substring(1), path[i]);
        } else if (!pattern[i].equals(path[i])) {
          return Optional.empty();
        }
      }
      return Optional.of(open);
    }
  }

  /** A method that a request calls, and in which places. */
  record Match(String name, Handler handler, Map<String, String> path) {}

  /**
   * Adds a method.
   *
   * @param name as BigQuery's reference calls it, as in {@code tables.get}
   * @param pattern the path behind the version; a part that begins with a colon is open
   */
  void add(String name, String verb, String pattern, Handler handler) {
    routes.add(new Route(name, verb, pattern.split("/"), handler));
  }

  Match find(String verb, String path) {
    String[] parts = path.split("/");
    for (Route route : routes) {
      Optional<Map<String, String>> open = route.match(verb, parts);
      if (open.isPresent()) {
        return new Match(route.name(), route.handler(), open.get());
      }
    }
    throw ApiException.notImitated(verb + " " + path);
  }
}
