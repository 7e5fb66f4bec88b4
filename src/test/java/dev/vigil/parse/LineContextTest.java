package dev.vigil.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineContextTest {

  @ParameterizedTest
  @CsvSource({
    // written, the date, and the instant that is
    "2026-03-10T12:00:00Z, 03-10T11:59:59, 2026-03-10T11:59:59Z",
    "2026-03-10T12:00:00Z, 03-11T12:00:00, 2026-03-11T12:00:00Z",
    "2026-03-10T12:00:00Z, 03-11T12:00:01, 2025-03-11T12:00:01Z",
    "2026-03-10T12:00:00Z, 12-31T23:59:59, 2025-12-31T23:59:59Z",
    "2026-01-01T00:00:01Z, 12-31T23:59:59, 2025-12-31T23:59:59Z",
    "2026-01-01T00:00:01Z, 01-01T00:00:00, 2026-01-01T00:00:00Z",
    "2025-12-31T23:59:59Z, 12-31T23:59:58, 2025-12-31T23:59:58Z",
    "2025-12-31T23:59:59Z, 01-01T08:00:00, 2026-01-01T08:00:00Z",
    "2025-12-31T23:59:59Z, 01-02T08:00:00, 2025-01-02T08:00:00Z",
    "2024-03-01T00:00:00Z, 02-29T10:00:00, 2024-02-29T10:00:00Z",
    "2024-02-28T12:00:00Z, 02-29T10:00:00, 2024-02-29T10:00:00Z",
    "2024-02-28T09:00:00Z, 02-29T10:00:00, 2020-02-29T10:00:00Z",
    "2027-06-01T00:00:00Z, 02-29T10:00:00, 2024-02-29T10:00:00Z",
    "2103-06-01T00:00:00Z, 02-29T10:00:00, 2096-02-29T10:00:00Z",
    "2104-01-01T00:00:00Z, 02-29T10:00:00, 2096-02-29T10:00:00Z",
  })
  void yearFromWhenTheSourceWasWritten(Instant written, String date, Instant expected)
      throws MalformedLine {
    assertThat(resolve(new LineContext(ZoneOffset.UTC, null, written), date)).isEqualTo(expected);
  }

  @Test
  void theYearIsThatOfTheZone() throws MalformedLine {
    ZoneId auckland = ZoneId.of("Pacific/Auckland");
    Instant written = Instant.parse("2025-12-31T10:30:00Z");
    assertThat(resolve(new LineContext(auckland, null, written), "12-31T23:30:00"))
        .isEqualTo("2025-12-31T10:30:00Z");
    assertThat(resolve(new LineContext(auckland, null, written), "01-01T00:30:00"))
        .isEqualTo("2025-12-31T11:30:00Z");
  }

  @Test
  void fixedYear() throws MalformedLine {
    Instant written = Instant.parse("2026-03-10T12:00:00Z");
    assertThat(resolve(new LineContext(ZoneOffset.UTC, 2019, written), "12-31T23:59:59"))
        .isEqualTo("2019-12-31T23:59:59Z");
    assertThat(resolve(new LineContext(ZoneOffset.UTC, 2020, null), "02-29T00:00:00"))
        .isEqualTo("2020-02-29T00:00:00Z");
    assertRefused(new LineContext(ZoneOffset.UTC, 2019, null), 2, 29, 0, "unparsable time");
    assertRefused(
        new LineContext(ZoneOffset.UTC, Integer.MAX_VALUE, null), 2, 1, 0, "unparsable time");
  }

  @Test
  void nothingTellsTheYear() {
    assertRefused(new LineContext(ZoneOffset.UTC, null, null), 2, 1, 0, "no year");
  }

  @Test
  void noSuchDate() {
    for (Instant written : new Instant[] {Instant.parse("2024-03-10T12:00:00Z"), Instant.MAX}) {
      LineContext context = new LineContext(ZoneOffset.UTC, null, written);
      assertRefused(context, 2, 30, 0, "unparsable time");
      assertRefused(context, 4, 31, 0, "unparsable time");
      assertRefused(context, 0, 1, 0, "unparsable time");
      assertRefused(context, 13, 1, 0, "unparsable time");
      assertRefused(context, 1, 0, 0, "unparsable time");
      assertRefused(context, 2, 29, 24, "unparsable time");
      assertRefused(context, 3, 1, -1, "unparsable time");
    }
  }

  @Test
  void zones() {
    LineContext context = new LineContext(ZoneId.of("America/New_York"), null, null);
    assertThat(context.resolve(LocalDateTime.parse("2026-01-15T08:00:00")))
        .isEqualTo("2026-01-15T13:00:00Z");
    assertThat(context.resolve(LocalDateTime.parse("2026-07-15T08:00:00")))
        .isEqualTo("2026-07-15T12:00:00Z");
  }

  /** A line that is at most eleven months old when its file is written gets its true year back. */
  @Test
  void everyRecentLineGetsItsYearBack() throws MalformedLine {
    Random random = new Random(3);
    ZoneId[] zones = {ZoneOffset.UTC, ZoneId.of("Asia/Kathmandu"), ZoneId.of("Pacific/Honolulu")};
    for (int i = 0; i < 20_000; i++) {
      ZoneId zone = zones[random.nextInt(zones.length)];
      Instant written = Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE));
      Instant logged = written.minus(random.nextInt(330 * 24 * 60), ChronoUnit.MINUTES);
      LocalDateTime local = LocalDateTime.ofInstant(logged, zone);
      assertThat(resolve(new LineContext(zone, null, written), local.toString().substring(5)))
          .isEqualTo(local.atZone(zone).toInstant());
    }
  }

  private static Instant resolve(LineContext context, String date) throws MalformedLine {
    LocalDateTime time = LocalDateTime.parse("2000-" + date);
    return context.resolve(
        time.getMonthValue(),
        time.getDayOfMonth(),
        time.getHour(),
        time.getMinute(),
        time.getSecond(),
        time.getNano());
  }

  private static void assertRefused(
      LineContext context, int month, int day, int hour, @Nullable String reason) {
    assertThatThrownBy(() -> context.resolve(month, day, hour, 0, 0, 0))
        .isInstanceOfSatisfying(MalformedLine.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
