package dev.vigil.parse;

/**
 * Which JSON document a line looks like, told from the names in it without parsing it. Every line
 * has exactly one shape, so at most one JSON format claims it.
 */
enum JsonShape {
  LOGIN,
  IDS,
  FIREWALL,
  WEB_LOG,
  SURICATA,
  /** JSON or not: no format here knows it. */
  OTHER;

  static JsonShape of(String text) {
    if (!text.startsWith("{")) {
      return OTHER;
    }
    if (text.contains("\"login_time\"")) {
      return LOGIN;
    }
    if (text.contains("\"event_type\"")) {
      return SURICATA;
    }
    if (!text.contains("\"event_time\"")) {
      return OTHER;
    }
    if (text.contains("\"attack_classification\"") || text.contains("\"severity\"")) {
      return IDS;
    }
    if (text.contains("\"method\"") && text.contains("\"path\"")) {
      return WEB_LOG;
    }
    return text.contains("\"destination_port\"") || text.contains("\"protocol\"") ? FIREWALL : IDS;
  }
}
