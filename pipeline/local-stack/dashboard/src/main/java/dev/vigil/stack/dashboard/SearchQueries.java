package dev.vigil.stack.dashboard;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Everything that the page asks of the node: searches by name, in the form of a multi search. A
 * browser chooses no more than times, ids and a failure's reason. Elasticsearch and OpenSearch both
 * take them.
 */
final class SearchQueries {
  private static final String EVENTS = "vigil-events";
  private static final String ALERTS = "vigil-alerts";
  private static final String LATE = "vigil-late";
  private static final String FAILURES = "vigil-failures";

  private SearchQueries() {}

  /**
   * Some searches that are sent as one.
   *
   * @param names of the searches, in their order
   * @param body one line for the index, one for the search, and so on
   */
  record Searches(List<String> names, String body) {
    private static Searches of(Map<String, Search> searches) {
      return new Searches(
          List.copyOf(searches.keySet()),
          searches.values().stream().map(Search::lines).collect(Collectors.joining()));
    }
  }

  private record Search(String index, String json) {
    private String lines() {
      return "{\"index\":\"" + index + "\"}\n" + json.replace("\n", "") + "\n";
    }
  }

  /** How much there is of each kind, and from when to when. */
  static Searches bounds() {
    Map<String, Search> searches = new LinkedHashMap<>();
    for (String index : List.of(EVENTS, ALERTS, LATE, FAILURES)) {
      searches.put(
          index.substring("vigil-".length()),
          new Search(
              index,
              """
              {"size":0,"track_total_hits":true,"aggs":{
                "first":{"min":{"field":"@timestamp"}},
                "last":{"max":{"field":"@timestamp"}}}}
              """));
    }
    return Searches.of(searches);
  }

  /** What the panels show. */
  static Searches panels(TimeRange range) {
    Map<String, Search> searches = new LinkedHashMap<>();
    String within = within(range);
    String time =
        """
        {"date_histogram":{"field":"@timestamp","fixed_interval":"%dms","min_doc_count":1}}
        """
            .formatted(range.interval());
    // A line that stands for one attempt does not say so.
    String attempts =
        """
        {"sum":{"field":"vigil.login_attempts","missing":1}}
        """;
    String login =
        """
        {"bool":{"filter":[
          {"term":{"event.category":"authentication"}},{"term":{"event.type":"start"}}]}}
        """;
    searches.put(
        "events",
        new Search(
            EVENTS,
            """
            {"size":0,"track_total_hits":true,"query":%s,"aggs":{
              "datasets":{"terms":{"field":"event.dataset","size":20},"aggs":{"time":%s}},
              "logins":{"filter":%s,"aggs":{
                "outcomes":{"terms":{"field":"event.outcome","missing":"unknown","size":5},
                  "aggs":{"attempts":%s,"time":{
                    "date_histogram":{"field":"@timestamp","fixed_interval":"%dms","min_doc_count":1},
                    "aggs":{"attempts":%s}}}}}},
              "sources":{"terms":{"field":"source.address","size":10,"shard_size":10000},"aggs":{
                "failed":{"filter":{"bool":{"filter":[
                    %s,{"term":{"event.outcome":"failure"}}]}},"aggs":{"attempts":%s}},
                "ids":{"filter":{"bool":{"filter":[{"term":{"event.kind":"alert"}},
                    {"term":{"event.category":"intrusion_detection"}}]}}}}}}}
            """
                .formatted(
                    within, time, login, attempts, range.interval(), attempts, login, attempts)));
    searches.put(
        "alerts",
        new Search(
            ALERTS,
            """
            {"size":50,"track_total_hits":true,"query":%s,
            "sort":[{"@timestamp":"desc"},{"event.id":"asc"}],"aggs":{
              "rules":{"terms":{"field":"rule.id","size":20},"aggs":{"time":%s}},
              "severities":{"terms":{"field":"vigil.ids.severity","missing":"none","size":20},
                "aggs":{"time":%s}},
              "sources":{"terms":{"field":"source.address","size":10,"shard_size":10000},"aggs":{
                "rules":{"cardinality":{"field":"rule.id"}},
                "last":{"max":{"field":"@timestamp"}}}}}}
            """
                .formatted(within, time, time)));
    searches.put(
        "late",
        new Search(
            LATE,
            """
            {"size":0,"track_total_hits":true,"query":%s,
            "aggs":{"rules":{"terms":{"field":"rule.id","size":20}}}}
            """
                .formatted(within)));
    searches.put(
        "failures",
        new Search(
            FAILURES,
            """
            {"size":0,"track_total_hits":true,"query":%s,"aggs":{
              "undated":%s,
              "reasons":{"terms":{"field":"error.type","size":15},"aggs":{
                "undated":%s,
                "stages":{"terms":{"field":"vigil.stage","size":3}}}}}}
            """
                .formatted(withinOrUndated(range), UNDATED, UNDATED)));
    return Searches.of(searches);
  }

  /** One alert. */
  static Searches alert(String id) {
    return Searches.of(
        Map.of(
            "alert",
            new Search(
                ALERTS,
                """
                {"size":1,"query":{"term":{"event.id":"%s"}}}
                """
                    .formatted(id))));
  }

  /** The events behind something, in order of time. */
  static Searches events(List<String> ids) {
    return Searches.of(
        Map.of(
            "events",
            new Search(
                EVENTS,
                """
                {"size":%d,"query":{"terms":{"event.id":[%s]}},
                "sort":[{"@timestamp":"asc"},{"event.id":"asc"}]}
                """
                    .formatted(
                        ids.size(),
                        ids.stream()
                            .map(SearchQueries::quoted)
                            .collect(Collectors.joining(","))))));
  }

  /** Some failures for one reason: the latest first, those without a time behind them. */
  static Searches failures(TimeRange range, String reason) {
    return Searches.of(
        Map.of(
            "failures",
            new Search(
                FAILURES,
                """
                {"size":25,"track_total_hits":true,"query":{"bool":{"filter":[
                  %s,{"term":{"error.type":%s}}]}},
                "sort":[{"@timestamp":{"order":"desc","missing":"_last"}},{"event.id":"asc"}]}
                """
                    .formatted(withinOrUndated(range), quoted(reason)))));
  }

  private static final String UNDATED =
      """
      {"missing":{"field":"@timestamp"}}
      """;

  private static String within(TimeRange range) {
    return """
        {"range":{"@timestamp":{"gte":%d,"lte":%d,"format":"epoch_millis"}}}
        """
        .formatted(range.from(), range.to());
  }

  /** A line whose time could not be read belongs to any time. */
  private static String withinOrUndated(TimeRange range) {
    return """
        {"bool":{"minimum_should_match":1,"should":[
          %s,{"bool":{"must_not":[{"exists":{"field":"@timestamp"}}]}}]}}
        """
        .formatted(within(range));
  }

  /** Text as JSON. */
  static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        // Half a pair has no UTF-8 form; as JSON, both halves are well.
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
