package dev.vigil.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "2026-01-15T08:00:00Z             | 2026-01-15T08:00:00Z",
        "2026-01-15t08:00:00z             | 2026-01-15T08:00:00Z",
        "2026-01-15 08:00:00              | 2026-01-15T08:00:00Z",
        "2026-01-15T08:00:00.1            | 2026-01-15T08:00:00.1Z",
        "2026-01-15T08:00:00,123          | 2026-01-15T08:00:00.123Z",
        "2026-01-15T08:00:00.123456789Z   | 2026-01-15T08:00:00.123456789Z",
        "2026-01-15T08:00:00.1234567899Z  | 2026-01-15T08:00:00.123456789Z",
        "2026-01-15T08:00:00+02           | 2026-01-15T06:00:00Z",
        "2026-01-15T08:00:00+0200         | 2026-01-15T06:00:00Z",
        "2026-01-15T08:00:00+02:00        | 2026-01-15T06:00:00Z",
        "2026-01-15T08:00:00 +02:00       | 2026-01-15T06:00:00Z",
        "2026-01-15T08:00:00-03:30        | 2026-01-15T11:30:00Z",
        "2026-01-15T08:00:00-00:00        | 2026-01-15T08:00:00Z",
        "2026-01-15T08:00:00+18:00        | 2026-01-14T14:00:00Z",
        "2026-01-15T08:00:00.5-18:00      | 2026-01-16T02:00:00.5Z",
        "` 2026-01-15T08:00:00Z\t`        | 2026-01-15T08:00:00Z",
        "2024-02-29T00:00:00Z             | 2024-02-29T00:00:00Z",
        "2016-12-31T23:59:60Z             | 2017-01-01T00:00:00Z",
        "2017-01-01T00:59:60.5+01:00      | 2017-01-01T00:00:00.5Z",
        "0001-01-01T00:00:00Z             | 0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z   | 9999-12-31T23:59:59.999999999Z",
        "1969-12-31T23:59:59.9Z           | 1969-12-31T23:59:59.9Z",
        // epoch numbers
        "1768464000                       | 2026-01-15T08:00:00Z",
        "1768464000.25                    | 2026-01-15T08:00:00.25Z",
        "1768464000.123456789             | 2026-01-15T08:00:00.123456Z",
        "1768464000123                    | 2026-01-15T08:00:00.123Z",
        "1768464000123.4569               | 2026-01-15T08:00:00.123456Z",
        "100000000                        | 1973-03-03T09:46:40Z",
        "-100000000                       | 1966-10-31T14:13:20Z",
        "-100000000.0000001               | 1966-10-31T14:13:19.999999Z",
        "99999999999                      | 5138-11-16T09:46:39Z",
        "99999999999.9999999              | 5138-11-16T09:46:39.999999Z",
        "100000000000                     | 1973-03-03T09:46:40Z",
        "-100000000000                    | 1966-10-31T14:13:20Z",
        "253402300799999                  | 9999-12-31T23:59:59.999Z",
        "253402300799999.9999             | 9999-12-31T23:59:59.999999Z",
      })
  void everySpelling(String text, String expected) {
    assertThat(Timestamps.parse(text, ZoneOffset.UTC)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "today",
        "2026-01-15",
        "2026-01-15T08:00",
        "2026-01-15T08:00:0",
        "2026-1-15T08:00:00Z",
        "2026/01/15 08:00:00",
        "15-01-2026 08:00:00",
        "2026-01-15_08:00:00",
        "2026-01-15T08.00.00",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-13-10T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-15T24:00:00Z",
        "2026-01-15T08:60:00Z",
        "2026-01-15T08:00:61Z",
        "2026-01-15T08:00:-1Z",
        "0000-01-01T00:00:00Z",
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "2026-01-15T08:00:00.Z",
        "2026-01-15T08:00:00.-1",
        "2026-01-15T08:00:00X",
        "2026-01-15T08:00:00 UTC",
        "2026-01-15T08:00:00+2",
        "2026-01-15T08:00:00+020",
        "2026-01-15T08:00:00+02:0",
        "2026-01-15T08:00:00+02-00",
        "2026-01-15T08:00:00+19:00",
        "2026-01-15T08:00:00+18:01",
        "2026-01-15T08:00:00+02:60",
        "2026-01-15T08:00:00+02:00[Europe/Berlin]",
        "2026-01-15T08:00:00ZZ",
        "\uFF12026-01-15T08:00:00Z",
        "202\uFF16-01-15T08:00:00Z",
        "17684640\uFF10\uFF10",
        "12345678",
        "1.2345678",
        "12345678.9",
        "1768464000.",
        ".1768464000",
        "1768464000.1.2",
        "+1768464000",
        "--1768464000",
        "1768464000-",
        "1768464000e3",
        "0x69689F80",
        "99999999999999999999",
        "-99999999999999999999",
        "9223372036854775807",
        "-9223372036854775808",
        "253402300800000",
        "-62135596800001",
        "999999999999999999999999999999",
        "99999999999999999999999999999999999999999",
      })
  void noTime(String text) {
    assertThat(Timestamps.parse(text, ZoneOffset.UTC)).isNull();
    assertThat(Timestamps.parse(text, BERLIN)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-15T08:00:00, 2026-01-15T07:00:00Z",
    "2026-07-15T08:00:00, 2026-07-15T06:00:00Z",
    "2026-07-15T08:00:00Z, 2026-07-15T08:00:00Z",
    // The hour that spring skips is taken as if summer time had not begun,
    "2026-03-29T02:30:00, 2026-03-29T01:30:00Z",
    "2026-03-29T01:59:59, 2026-03-29T00:59:59Z",
    "2026-03-29T03:00:00, 2026-03-29T01:00:00Z",
    // and of the hour that autumn repeats, the first.
    "2026-10-25T02:30:00, 2026-10-25T00:30:00Z",
    "2026-10-25T03:00:00, 2026-10-25T02:00:00Z",
    "2017-01-01T00:59:60, 2017-01-01T00:00:00Z",
  })
  void zoneOfTimesThatNameNone(String text, String expected) {
    assertThat(Timestamps.parse(text, BERLIN)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1970-01-01T00:00:00Z",
    "0e999999999, 1970-01-01T00:00:00Z",
    "0.001, 1970-01-01T00:00:00.001Z",
    "0.0009, 1970-01-01T00:00:00.000900Z",
    "0.000001, 1970-01-01T00:00:00.000001Z",
    "0.00000099, 1970-01-01T00:00:00Z",
    "-0.0001, 1969-12-31T23:59:59.999900Z",
    "-0.0000001, 1969-12-31T23:59:59.999999Z",
    "-1, 1969-12-31T23:59:59Z",
    "-0.9999991, 1969-12-31T23:59:59Z",
    "1.7e9, 2023-11-14T22:13:20Z",
    "1.7e12, 2023-11-14T22:13:20Z",
    "1e-999999999, 1970-01-01T00:00:00Z",
    "-1e-999999999, 1969-12-31T23:59:59.999999Z",
    "-62135596800, 0001-01-01T00:00:00Z",
    "-62135596800000, 0001-01-01T00:00:00Z",
  })
  void numbers(BigDecimal number, String expected) {
    assertThat(Timestamps.ofEpoch(number)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e15",
        "1e18",
        "1e19",
        "1e400",
        "1e999999999",
        "-1e999999999",
        "1e2147483647",
        "253402300800000",
        "-62135596801",
        "-62135596800001"
      })
  void numbersThatAreNoTime(String number) {
    assertThatThrownBy(() -> Timestamps.ofEpoch(new BigDecimal(number)))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void digits() {
    assertThat(Timestamps.digits("x042y", 1, 4)).isEqualTo(42);
    assertThat(Timestamps.digits("999999999", 0, 9)).isEqualTo(999_999_999);
    assertThat(Timestamps.digits("9999999999", 0, 10)).isEqualTo(-1);
    assertThat(Timestamps.digits("12", 0, 3)).isEqualTo(-1);
    assertThat(Timestamps.digits("12", 1, 1)).isEqualTo(-1);
    assertThat(Timestamps.digits("-1", 0, 2)).isEqualTo(-1);
    assertThat(Timestamps.digits("1\u0661", 0, 2)).isEqualTo(-1);
  }

  @Test
  void months() {
    String[] names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
    for (int i = 0; i < names.length; i++) {
      assertThat(Timestamps.month("_" + names[i], 1)).isEqualTo(i + 1);
    }
    for (String other : new String[] {"", "Ja", "anF", "jan", "JAN", "Foo", "ecJ"}) {
      assertThat(Timestamps.month(other, 0)).isZero();
    }
  }

  @Test
  void everyRandomInstantComesBack() {
    Random random = new Random(5);
    DateTimeFormatter format = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX");
    for (int i = 0; i < 20_000; i++) {
      Instant time =
          Instant.ofEpochSecond(random.nextLong() % 60_000_000_000L, random.nextInt(1_000_000_000));
      String text = time.atOffset(ZoneOffset.UTC).format(format);
      assertThat(Timestamps.parse(text, ZoneOffset.UTC)).isEqualTo(time);
    }
  }

  @Test
  void anyTextGivesATimeOrNull() {
    Random random = new Random(6);
    String alphabet = "0123456789012345678901234567890123456789-+.:,TZ e\u0661";
    String[] starts = {
      "", "2026-01-15T08:00:00", "2026-01-15T08:00:00.", "1768464000", "9999-12-31T"
    };
    for (int i = 0; i < 200_000; i++) {
      StringBuilder text = new StringBuilder(starts[random.nextInt(starts.length)]);
      for (int n = random.nextInt(22); n > 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      if (!text.isEmpty() && random.nextBoolean()) {
        text.setCharAt(
            random.nextInt(text.length()), alphabet.charAt(random.nextInt(alphabet.length())));
      }
      Instant time = Timestamps.parse(text.toString(), i % 2 == 0 ? ZoneOffset.UTC : BERLIN);
      if (time != null) {
        assertThat(time)
            .isBetween(
                Instant.parse("0001-01-01T00:00:00Z"),
                Instant.parse("9999-12-31T23:59:59.999999999Z"));
      }
    }
  }
}
