package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointsTest {
  @TempDir Path directory;

  private Checkpoints open(String... more) throws UsageException {
    List<String> arguments =
        new ArrayList<>(List.of("--runner=FlinkRunner", "--checkpoints=" + directory));
    arguments.addAll(List.of(more));
    return Checkpoints.of(arguments);
  }

  private Path checkpoint(String job, int number, boolean complete) throws IOException {
    Path checkpoint = Files.createDirectories(directory.resolve(job).resolve("chk-" + number));
    if (complete) {
      Files.createFile(checkpoint.resolve("_metadata"));
    }
    return checkpoint;
  }

  private String configuration() throws IOException {
    return Files.readString(directory.resolve("conf/config.yaml"));
  }

  @Test
  void withoutTheOptionNothing() throws Exception {
    try (Checkpoints none = Checkpoints.of(List.of("--runner=DirectRunner"))) {
      assertThat(none.arguments()).isEmpty();
    }
  }

  @Test
  void theFirstTime() throws Exception {
    try (Checkpoints checkpoints = open()) {
      assertThat(checkpoints.arguments())
          .contains(
              "--stateBackendStoragePath=file://" + directory,
              "--flinkConfDir=" + directory.resolve("conf"));
      assertThat(configuration()).doesNotContain("savepoint");
    }
  }

  /** Numbers go on from job to job; what was killed while it was written has no end. */
  @Test
  void theNewestThatIsComplete() throws Exception {
    checkpoint("b", 9, true);
    Path newest = checkpoint("a", 10, true);
    checkpoint("b", 11, false);
    try (Checkpoints checkpoints = open()) {
      assertThat(checkpoints.arguments()).noneMatch(a -> a.startsWith("--savepointPath"));
      assertThat(configuration()).contains("execution.savepoint.path: 'file://" + newest + "'");
    }
    try (Checkpoints checkpoints = open("--flinkMaster=127.0.0.1:8081")) {
      assertThat(checkpoints.arguments())
          .contains("--savepointPath=file://" + newest)
          .noneMatch(a -> a.startsWith("--flinkConfDir"));
    }
  }

  @Test
  void oneJobAtATime() throws Exception {
    try (Checkpoints first = open()) {
      assertThat(first.arguments()).isNotEmpty();
      assertThatThrownBy(this::open)
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("in use by another job");
    }
    open().close();
  }

  @ParameterizedTest
  @CsvSource({
    "--runner=DirectRunner, DirectRunner keeps none on disk",
    "--checkpoints=s3://bucket/c, is no directory of this machine",
    "--checkpoints=, is no directory of this machine",
    "--savepointPath=/x, leave out --savepointPath",
    "--flinkConfDir=/x, leave out --flinkConfDir",
    "--checkpoints=/dev/null/x, cannot be used",
  })
  void refused(String argument, String message) {
    List<String> arguments =
        new ArrayList<>(List.of(argument, "--runner=FlinkRunner", "--checkpoints=" + directory));
    assertThatThrownBy(() -> Checkpoints.of(arguments))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }
}
