package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IncompatibleWindowException;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpochWindowsTest {
  private static final EpochWindows WINDOWS = EpochWindows.of(Duration.ofMillis(20));

  @ParameterizedTest
  @CsvSource({"0,0", "19,0", "20,20", "-1,-20", "-20,-20", "-21,-40", "-25,-40", "-40,-40"})
  void fromStartToBeforeEnd(long time, long start) {
    assertThat(WINDOWS.assignWindow(Instant.ofEpochMilli(time)))
        .isEqualTo(
            new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(start + 20)));
  }

  @Test
  void fromTheEpochOnTheyAreBeamsFixedWindows() {
    FixedWindows fixed = FixedWindows.of(org.joda.time.Duration.millis(20));
    for (long time = 0; time < 100; time++) {
      assertThat(WINDOWS.assignWindow(Instant.ofEpochMilli(time)))
          .isEqualTo(fixed.assignWindow(Instant.ofEpochMilli(time)));
    }
  }

  @Test
  void compatibleWithTheSameSizeAlone() throws IncompatibleWindowException {
    EpochWindows same = EpochWindows.of(Duration.ofMillis(20));
    WINDOWS.verifyCompatibility(same);
    assertThat(WINDOWS).isEqualTo(same).hasSameHashCodeAs(same);
    EpochWindows other = EpochWindows.of(Duration.ofMillis(21));
    assertThat(WINDOWS).isNotEqualTo(other);
    assertThatThrownBy(() -> WINDOWS.verifyCompatibility(other))
        .isInstanceOf(IncompatibleWindowException.class);
  }
}
