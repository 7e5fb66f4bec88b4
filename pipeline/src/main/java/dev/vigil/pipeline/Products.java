package dev.vigil.pipeline;

import java.util.List;

/** The names of what the main job makes; its files begin with them. */
final class Products {
  static final String EVENTS = "events";
  static final String SUSPICIOUS_LOGINS = "suspicious-logins";
  static final String ALERTS = "alerts";
  static final String LATE = "late";
  static final String FAILURES = "failures";

  static final List<String> ALL = List.of(EVENTS, SUSPICIOUS_LOGINS, ALERTS, LATE, FAILURES);

  private Products() {}
}
