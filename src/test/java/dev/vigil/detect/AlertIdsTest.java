package dev.vigil.detect;

import static dev.vigil.detect.Arrival.intrusion;
import static dev.vigil.detect.Arrival.login;

import dev.vigil.event.Alert;
import dev.vigil.event.SuspiciousLogins;
import java.util.List;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.Test;

/**
 * The ids of alerts, written out: whoever keeps alerts knows them by these, so they change only
 * with what alerts mean. Computed with Python: sha256 over each part behind struct.pack('>I', its
 * length).
 */
class AlertIdsTest {
  private static final String A = "198.51.100.7";

  @Test
  void knownValues() {
    TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);
    PCollectionTuple sides =
        Arrival.sides(
            pipeline.apply(
                Create.timestamped(
                    List.of(
                        login(A, "2026-03-10T12:00:01Z", "l1").timestamped(),
                        intrusion(A, "2026-03-10T12:00:02Z", "i1").timestamped()))));
    PAssert.that(
            sides
                .get(Sides.LOGINS)
                .apply(DetectSuspiciousLogins.create().withThreshold(0))
                .apply(
                    "SuspiciousIds",
                    MapElements.into(TypeDescriptors.strings())
                        .via((SuspiciousLogins record) -> record.event().id())))
        .containsInAnyOrder("c3b78bb84c1451be63b9d6c471863feb");
    PAssert.that(
            sides
                .apply(JoinAttacksWithLogins.create())
                .apply(
                    "JoinedIds",
                    MapElements.into(TypeDescriptors.strings())
                        .via((Alert alert) -> alert.event().id())))
        .containsInAnyOrder("d26e7d60d7245acacceb50ff347687fc");
    PAssert.that(
            sides
                .apply(CorrelateAttacksWithLogins.create())
                .apply(
                    "CorrelatedIds",
                    MapElements.into(TypeDescriptors.strings())
                        .via((Alert alert) -> alert.event().id())))
        .containsInAnyOrder("74a7b68d6faed8e292b48219c3308b30", "74a7b68d6faed8e292b48219c3308b30");
    pipeline.run();
  }
}
