package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterDefaultsTest {
  private static final Path JAR = Path.of("/opt/vigil.jar");

  @Test
  void aClusterKeepsCheckpointsAndGetsTheBundleAlone() {
    assertThat(ClusterDefaults.of(List.of("--input=kafka:a", "--flinkMaster=host:8081"), JAR))
        .containsExactly(
            "--checkpointingInterval=10000",
            "--externalizedCheckpointsEnabled=true",
            "--retainExternalizedCheckpointsOnCancellation=true",
            "--filesToStage=/opt/vigil.jar");
    // Classes in directories: Beam finds them.
    assertThat(ClusterDefaults.of(List.of("--flinkMaster=host:8081"), null)).hasSize(3);
  }

  /** An embedded Flink keeps nothing unless it is told where. */
  @Test
  void nothingIsPresetElsewhere() {
    assertThat(ClusterDefaults.of(List.of("--runner=FlinkRunner"), JAR)).isEmpty();
    assertThat(ClusterDefaults.of(List.of("--flinkMaster=[auto]"), JAR)).isEmpty();
    assertThat(ClusterDefaults.of(List.of("--flinkMaster=[local]"), JAR)).isEmpty();
  }
}
