package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;

class CountByRuleTest {
  @Test
  void countsAndLetsPass() {
    Pipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);
    PAssert.that(
            pipeline
                .apply(Create.of("brute force:1", "scan:2", "scan:3"))
                .apply(CountByRule.of("alerts", text -> text.split(":")[0])))
        .containsInAnyOrder("brute force:1", "scan:2", "scan:3");

    PipelineResult result = pipeline.run();
    result.waitUntilFinish();

    Map<String, Long> counts = new TreeMap<>();
    result
        .metrics()
        .queryMetrics(
            MetricsFilter.builder()
                .addNameFilter(MetricNameFilter.inNamespace(CountByRule.METRICS))
                .build())
        .getCounters()
        .forEach(counter -> counts.put(counter.getName().getName(), counter.getAttempted()));
    assertThat(counts).isEqualTo(Map.of("alerts.brute force", 1L, "alerts.scan", 2L));
  }
}
