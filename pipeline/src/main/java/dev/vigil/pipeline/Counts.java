package dev.vigil.pipeline;

import dev.vigil.parse.ParseLogs;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;

/**
 * How many lines became what, as the job's metrics say: an attempt that was retried counts again
 * where the runner does not know better.
 *
 * @param events by format
 * @param failures by reason
 */
record Counts(Map<String, Long> events, Map<String, Long> failures) {
  private static final String EVENTS = "events.";
  private static final String FAILURES = "failures.";

  static Counts of(PipelineResult result) {
    Map<String, Long> events = new TreeMap<>();
    Map<String, Long> failures = new TreeMap<>();
    for (MetricResult<Long> counter :
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.inNamespace(ParseLogs.METRICS))
                    .build())
            .getCounters()) {
      String name = counter.getName().getName();
      if (name.startsWith(EVENTS)) {
        events.merge(name.substring(EVENTS.length()), counter.getAttempted(), Long::sum);
      } else if (name.startsWith(FAILURES)) {
        failures.merge(name.substring(FAILURES.length()), counter.getAttempted(), Long::sum);
      }
    }
    return new Counts(events, failures);
  }

  long lines() {
    return sum(events) + sum(failures);
  }

  static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
