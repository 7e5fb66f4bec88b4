package dev.vigil.demo;

import java.util.List;

/**
 * What Vigil wrote of a period.
 *
 * @param alerts each once, whatever its revisions
 */
record Findings(List<FoundAlert> alerts, List<FoundFailure> failures) {
  Findings {
    alerts = List.copyOf(alerts);
    failures = List.copyOf(failures);
  }
}
