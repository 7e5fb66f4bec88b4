package dev.vigil.pipeline;

import dev.vigil.pipeline.io.BigQueryTable;
import dev.vigil.pipeline.io.SearchIndex;
import dev.vigil.pipeline.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The names of what the main job makes; its files begin with them. */
final class Products {
  static final String EVENTS = "events";
  static final String SUSPICIOUS_LOGINS = "suspicious-logins";
  static final String ALERTS = "alerts";
  static final String LATE = "late";
  static final String FAILURES = "failures";

  static final List<String> ALL = List.of(EVENTS, SUSPICIOUS_LOGINS, ALERTS, LATE, FAILURES);

  private static final Map<String, String> TOPICS =
      Map.of(
          EVENTS,
          "Events",
          SUSPICIOUS_LOGINS,
          "SuspiciousLogins",
          ALERTS,
          "Alerts",
          LATE,
          "Late",
          FAILURES,
          "Failures");

  private static final Map<String, SearchIndex> INDICES =
      Map.of(
          EVENTS,
          SearchIndex.EVENTS,
          SUSPICIOUS_LOGINS,
          SearchIndex.ALERTS,
          ALERTS,
          SearchIndex.ALERTS,
          LATE,
          SearchIndex.LATE,
          FAILURES,
          SearchIndex.FAILURES);

  private static final Map<String, BigQueryTable> TABLES =
      Map.of(
          EVENTS,
          BigQueryTable.EVENTS,
          SUSPICIOUS_LOGINS,
          BigQueryTable.SUSPICIOUS_LOGINS,
          ALERTS,
          BigQueryTable.ALERTS,
          LATE,
          BigQueryTable.LATE,
          FAILURES,
          BigQueryTable.FAILURES);

  private static final String FILE = "-(\\d{5}-of-\\d{5}|pane-\\d+-\\d+-of-\\d+)\\.jsonl";

  private Products() {}

  /** The Kafka topic of a product, unless the user names another. */
  static String topic(String product) {
    return TOPICS.get(product);
  }

  /** The indices of a product. */
  static SearchIndex index(String product) {
    return INDICES.get(product);
  }

  /** The table of a product. */
  static BigQueryTable table(String product) {
    return TABLES.get(product);
  }

  /** The files of a product in an output directory. */
  static List<String> files(String output, String product) throws IOException {
    return Storage.list(output).stream()
        .filter(file -> file.substring(file.lastIndexOf('/') + 1).matches(product + FILE))
        .toList();
  }

  /** A file that a job that follows its inputs will write. */
  static Path firstPane(String output) {
    return Path.of(output)
        .toAbsolutePath()
        .normalize()
        .resolve(EVENTS + "-pane-000000-0-of-1.jsonl");
  }
}
