package dev.vigil.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.pipeline.Vigil;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job finds in a day's files what the rules' definitions demand, and nothing else. */
class DemoDetectionTest {
  @TempDir Path directory;

  @Test
  void alertsAreThoseOfTheLabels() throws Exception {
    Period day = Period.upTo(Instant.parse("2026-03-01T12:00:00Z"), Duration.ofHours(24));
    Labels labels =
        new LogGenerator(11, day, new Scale(4_000, 2 * AttackKind.values().length, 8))
            .write(directory.resolve("logs"), Pace.atOnce())
            .labels();
    Path results = directory.resolve("results");
    Vigil.main(
        new String[] {
          "--runner=DirectRunner",
          "--targetParallelism=2",
          "--blockOnRun=false",
          "--output=" + results,
          "--input="
              + Stream.of(LogFile.values())
                  .map(file -> directory.resolve("logs").resolve(file.path()).toString())
                  .collect(Collectors.joining(","))
        });
    Findings findings = new ResultFiles(results).read(day);
    assertThat(findings.alerts().stream().map(FoundAlert::asExpected).sorted())
        .containsExactlyElementsOf(
            labels.attacks().stream().flatMap(label -> label.alerts().stream()).sorted().toList())
        .hasSizeGreaterThan(50);
    assertThat(findings.failures())
        .containsExactlyInAnyOrderElementsOf(
            labels.malformed().stream()
                .map(line -> new FoundFailure(line.text(), line.reason()))
                .sorted(Comparator.comparing(FoundFailure::text))
                .toList());
    DetectionReport report = DetectionReport.of(labels, findings);
    assertThat(report.allFound()).isTrue();
    assertThat(report.isExact()).isTrue();
  }
}
