package dev.vigil.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFlinkTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Its jobs are told in the tests of the main job. */
  @Test
  void bothProcessesComeBackAfterTheyWereKilled() throws Exception {
    LocalFlink cluster = TestFlinkCluster.get();
    String place = cluster.rest();
    assertThat(TestFlinkCluster.get("/overview").get("slots-total").asInt()).isEqualTo(4);

    cluster.killTaskManager();
    assertThat(cluster.taskManager().isAlive()).isFalse();
    Waiting.until("it is missed", PATIENCE, () -> taskManagers() == 0);
    cluster.startTaskManager();
    assertThat(taskManagers()).isOne();

    cluster.killJobManager();
    assertThat(cluster.jobManager().isAlive()).isFalse();
    cluster.startJobManager();
    assertThat(cluster.rest()).isEqualTo(place);
    // The same TaskManager, by itself.
    Waiting.until("it is back", PATIENCE, () -> taskManagers() == 1);
    assertThat(cluster.taskManager().isAlive()).isTrue();
    assertThat(TestFlinkCluster.get("/jobmanager/config"))
        .anySatisfy(
            setting -> {
              assertThat(setting.get("key").asText()).isEqualTo("state.checkpoints.dir");
              assertThat(setting.get("value").asText())
                  .isEqualTo("file://" + cluster.checkpoints());
            });
  }

  private static int taskManagers() {
    return TestFlinkCluster.get("/overview").get("taskmanagers").asInt();
  }

  @Test
  void aPortThatIsTakenIsAFailedStartThatSaysSo(@TempDir Path home) throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> LocalFlink.start(home, other.getLocalPort()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(
              "Flink's JobManager ended with status 1 instead of becoming ready")
          .hasMessageContaining("Could not start rest endpoint on any port");
    }
  }
}
