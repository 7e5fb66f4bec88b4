package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaConnectionTest {
  /** Longer than outages are that a job should outlive. */
  @Test
  void resultsWaitForBrokersForMinutes() {
    KafkaConnection connection = KafkaConnection.of(Map.of("bootstrap.servers", "a:1"));
    assertThat(connection.forPatientProducers())
        .containsEntry("max.block.ms", 600_000)
        .containsEntry("delivery.timeout.ms", 600_000)
        .containsAllEntriesOf(connection.forProducers());
    // Who ships files tells sooner what it waits for.
    assertThat(connection.forProducers()).doesNotContainKeys("max.block.ms", "delivery.timeout.ms");
  }

  @Test
  void theUserSaysForHowLong() {
    assertThat(
            KafkaConnection.of(
                    Map.of(
                        "bootstrap.servers", "a:1",
                        "max.block.ms", "5",
                        "delivery.timeout.ms", "70000"))
                .forPatientProducers())
        .containsEntry("max.block.ms", "5")
        .containsEntry("delivery.timeout.ms", "70000");
  }
}
