package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as gone from a record of steps, and how that is kept. */
class BreakingChangesTest {
  private static final List<String> STEPS =
      List.of(
          "Count",
          "  List<Login> in GlobalWindows",
          "  List<Login> in GlobalWindows",
          "  state seen: value of Seen",
          "Count/Late",
          "  Login in GlobalWindows",
          "",
          "Seen {id STRING}");

  private static List<String> with(int index, String... lines) {
    List<String> changed = new ArrayList<>(STEPS);
    changed.remove(index);
    changed.addAll(index, List.of(lines));
    return changed;
  }

  @Test
  void whatIsThereOrAdded() {
    assertThat(BreakingChanges.gone(STEPS, STEPS)).isEmpty();
    assertThat(BreakingChanges.gone(STEPS, with(0, "Another", "  Alert in GlobalWindows", "Count")))
        .isEmpty();
    assertThat(BreakingChanges.gone(STEPS, with(3, STEPS.get(3), "  timer wake"))).isEmpty();
  }

  @Test
  void whatIsGone() {
    assertThat(BreakingChanges.gone(STEPS, with(3)))
        .containsExactly("Count: state seen: value of Seen");
    assertThat(BreakingChanges.gone(STEPS, with(2)))
        .containsExactly("Count: List<Login> in GlobalWindows #2");
    assertThat(BreakingChanges.gone(STEPS, with(7))).containsExactly("Seen {id STRING}");
    // Of a step, all that it has, and nothing of another whose name begins in the same way.
    assertThat(BreakingChanges.gone(STEPS, STEPS.subList(4, 8))).containsExactly("Count");
  }

  @Test
  void whatHasChanged() {
    assertThat(BreakingChanges.gone(STEPS, with(1, "  Login in GlobalWindows")))
        .containsExactly("Count: List<Login> in GlobalWindows #2");
    assertThat(BreakingChanges.gone(STEPS, with(7, "Seen {id STRING, at INT64}")))
        .containsExactly("Seen {id STRING}");
    assertThat(BreakingChanges.gone(STEPS, with(4, "Count/TooLate"))).containsExactly("Count/Late");
  }

  @Test
  void whatIsKept(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("breaking.txt");
    Files.write(file, List.of("# What is gone.", "", "0.1.0", "", "0.2.0", "  Count/Late"));
    BreakingChanges kept = BreakingChanges.read(file);
    assertThat(kept.byRelease())
        .isEqualTo(Map.of("0.1.0", Set.of(), "0.2.0", Set.of("Count/Late")));
    kept.with("0.2.0", Set.of("Count: timer wake")).with("0.3.0", Set.of("Count")).write(file);
    assertThat(file)
        .hasContent(
            """
            # What is gone.

            0.1.0

            0.2.0
              Count/Late
              Count: timer wake

            0.3.0
              Count
            """);
    assertThat(BreakingChanges.read(file).of("0.2.0"))
        .containsExactly("Count/Late", "Count: timer wake");
    assertThat(BreakingChanges.read(file).of("0.9.0")).isEmpty();
  }
}
