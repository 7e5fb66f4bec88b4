package dev.vigil.stack.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeRangeTest {
  private static final long START = Instant.parse("2026-01-15T08:00:00Z").toEpochMilli();

  @ParameterizedTest
  @CsvSource({
    "PT0S, PT1S",
    "PT15M, PT20S",
    "PT1H, PT1M",
    "PT24H, PT20M",
    "P7D, PT2H",
    "P31D, PT12H",
    "P365D, P8D",
    "P36500D, P512D"
  })
  void aBarStandsForARoundTime(Duration length, Duration bar) {
    assertThat(new TimeRange(START, START + length.toMillis()).interval())
        .isEqualTo(bar.toMillis());
  }

  @Test
  void barsAreNeverTooMany() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      long from = random.nextLong(-START, START);
      TimeRange range = new TimeRange(from, from + (random.nextLong(START) >> random.nextInt(40)));
      long bars =
          Math.floorDiv(range.to(), range.interval())
              - Math.floorDiv(range.from(), range.interval())
              + 1;
      assertThat(bars).as("%s", range).isBetween(1L, 90L);
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "-62167219200001, 0", "0, 253402300800000"})
  void noRange(long from, long to) {
    assertThatThrownBy(() -> new TimeRange(from, to)).isInstanceOf(IllegalArgumentException.class);
  }
}
