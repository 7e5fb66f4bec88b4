package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job from Kafka to Kafka on an embedded Flink, which is killed and started again. */
class FlinkRecoveryTest {
  private static final int RECORDS = 15_000;

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final long QUIET_NANOS = 3_000_000_000L;

  private final LoginTraffic traffic = LoginTraffic.of(RECORDS, Duration.ofHours(1));

  @TempDir Path directory;

  @Test
  void killedTwiceItLosesNothingAndCountsNothingTwice() throws Exception {
    Path checkpoints = Files.createDirectory(directory.resolve("check points"));
    ProductTopics actual = ProductTopics.fresh();
    List<String> arguments =
        traffic.arguments(
            "killed",
            actual,
            "--replay=true",
            "--checkpoints=" + checkpoints,
            "--checkpointingInterval=1000");
    Path newest = null;
    for (int run = 0; run < 2; run++) {
      traffic.load(RECORDS / 3);
      Path before = newest;
      int alerts = actual.records(Products.ALERTS);
      try (FlinkJob job = FlinkJob.start(directory, arguments)) {
        job.await(
            "there are more alerts, and a checkpoint",
            PATIENCE,
            () ->
                actual.records(Products.ALERTS) > alerts
                    && !Objects.equals(Checkpoints.newest(checkpoints), before));
      }
      newest = Checkpoints.newest(checkpoints);
    }
    // Of a complete checkpoint: what is before it is not read again.
    Map<Integer, Long> read = LoginTraffic.committed("killed");
    Map<String, Integer> written = actual.eventsBefore(read);
    assertThat(written).isNotEmpty();
    traffic.loadTheRest();
    // What is right: a bounded run, on another runner.
    ProductTopics undisturbed = ProductTopics.fresh();
    Map<String, String> expected =
        undisturbed.undisturbed(traffic.arguments("undisturbed", undisturbed, "--stopAt=end"));
    assertThat(expected.keySet().stream().map(id -> id.split(" ")[0]).distinct())
        .containsExactlyInAnyOrder(
            Products.EVENTS, Products.SUSPICIOUS_LOGINS, Products.ALERTS, Products.FAILURES);
    try (FlinkJob job = FlinkJob.start(directory, arguments)) {
      job.await("all is read", PATIENCE, () -> traffic.isReadBy("killed"));
      job.await("all is there", PATIENCE, () -> actual.ids().containsAll(expected.keySet()));
      LockSupport.parkNanos(QUIET_NANOS);
      assertThat(actual.latest()).isEqualTo(expected);
      assertThat(actual.eventsBefore(read)).isEqualTo(written);
    }
    traffic.assertEqualsReference(Reference.find(), actual.documents(Products.ALL), directory);
  }

  /** A run after it must not begin behind what is lost. */
  @Test
  void withoutCheckpointsNothingIsCommitted() throws Exception {
    traffic.load(1_000);
    ProductTopics outputs = ProductTopics.fresh();
    try (FlinkJob job = FlinkJob.start(directory, traffic.arguments("forgetful", outputs))) {
      job.await("events come", PATIENCE, () -> outputs.records(Products.EVENTS) >= 900);
      LockSupport.parkNanos(QUIET_NANOS);
      assertThat(LoginTraffic.committed("forgetful")).isEmpty();
    }
  }
}
