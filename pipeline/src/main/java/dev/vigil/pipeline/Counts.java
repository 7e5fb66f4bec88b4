package dev.vigil.pipeline;

import dev.vigil.parse.ParseLogs;
import dev.vigil.pipeline.io.WriteProduct;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;

/**
 * How many lines became what, and how many records were refused, as the job's metrics say: an
 * attempt that was retried counts again where the runner does not know better.
 *
 * @param events by format
 * @param failures of lines, by reason
 * @param refused records that a sink refused, failures among them, by sink
 * @param lost of those the failures, of which no other failure is made
 */
record Counts(
    Map<String, Long> events, Map<String, Long> failures, Map<String, Long> refused, long lost) {
  private static final String EVENTS = "events.";
  private static final String FAILURES = "failures.";

  static Counts of(PipelineResult result) {
    Map<String, Long> events = new TreeMap<>();
    Map<String, Long> failures = new TreeMap<>();
    Map<String, Long> refused = new TreeMap<>();
    long lost = 0;
    for (MetricResult<Long> counter :
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.inNamespace(ParseLogs.METRICS))
                    .addNameFilter(MetricNameFilter.inNamespace(WriteProduct.METRICS))
                    .build())
            .getCounters()) {
      String name = counter.getName().getName();
      if (name.startsWith(EVENTS)) {
        events.merge(name.substring(EVENTS.length()), counter.getAttempted(), Long::sum);
      } else if (name.startsWith(FAILURES)) {
        failures.merge(name.substring(FAILURES.length()), counter.getAttempted(), Long::sum);
      } else if (name.startsWith(WriteProduct.REFUSED)) {
        refused.merge(
            name.substring(WriteProduct.REFUSED.length()), counter.getAttempted(), Long::sum);
      } else if (name.equals(WriteProduct.LOST)) {
        lost += counter.getAttempted();
      }
    }
    // A runner may show counters that nobody has counted with.
    refused.values().removeIf(count -> count == 0);
    return new Counts(events, failures, refused, lost);
  }

  long lines() {
    return sum(events) + sum(failures);
  }

  static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
