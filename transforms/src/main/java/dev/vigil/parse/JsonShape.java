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
    if (hasName(text, "\"login_time\"")) {
      return LOGIN;
    }
    if (!hasName(text, "\"event_time\"")) {
      return hasName(text, "\"event_type\"") ? SURICATA : OTHER;
    }
    if (hasName(text, "\"attack_classification\"") || hasName(text, "\"severity\"")) {
      return IDS;
    }
    if (hasName(text, "\"method\"") && hasName(text, "\"path\"")) {
      return WEB_LOG;
    }
    return hasName(text, "\"destination_port\"") || hasName(text, "\"protocol\"") ? FIREWALL : IDS;
  }

  /**
   * Whether a member has this name, given in its quotes. A value does not count: who can choose a
   * user name, say, must not be able to make the line another's.
   */
  private static boolean hasName(String text, String quoted) {
    for (int at = text.indexOf(quoted); at >= 0; at = text.indexOf(quoted, at + 1)) {
      int next = at + quoted.length();
      while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
        next++;
      }
      if (next < text.length() && text.charAt(next) == ':') {
        return true;
      }
    }
    return false;
  }
}
