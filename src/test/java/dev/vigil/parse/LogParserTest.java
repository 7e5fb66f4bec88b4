package dev.vigil.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.event.Failure;
import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.event.SecurityEventBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;

class LogParserTest {
  private static final Provenance PLACE = Provenance.ofFile("/logs/test.log", 7);
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final String LOGIN =
      "{\"login_time\":\"2026-01-15T08:00:00Z\",\"source_ip\":\"192.0.2.1\"}";
  private static final String ACCESS =
      "192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1";

  private final LogParser parser = parser();

  private static LogParser parser() {
    return LogParser.of(List.of(new LoginsJson(), new WebAccessFormat(), new Plain()))
        .withClock(Clock.fixed(NOW, ZoneOffset.UTC));
  }

  /** Reads {@code plain yyyy-MM-ddTHH:mm:ss} and {@code plain MM dd}. */
  private static final class Plain implements LogFormat {
    private static final long serialVersionUID = 1L;

    @Override
    public String name() {
      return "plain";
    }

    @Override
    public @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine {
      String text = line.text();
      if (!text.startsWith("plain ")) {
        return null;
      }
      Instant time = Timestamps.parse(text.substring(6), line.context().zone());
      if (time == null) {
        int month = Timestamps.digits(text, 6, 8);
        int day = Timestamps.digits(text, 9, 11);
        time = line.context().resolve(month, day, 0, 0, 0, 0);
      }
      return SecurityEventBuilder.at(time);
    }
  }

  private static LogLine line(String text) {
    return LogLine.of(text.getBytes(StandardCharsets.UTF_8), PLACE);
  }

  private static void assertFailure(
      ParsedLine result, LogLine line, String reason, @Nullable String detail) {
    assertThat(result.event()).isNull();
    assertThat(result.failure())
        .isEqualTo(new Failure(null, "parse", reason, detail, line.bytes(), line.provenance()));
  }

  @Test
  void anEventNamesItsFormatAndPlace() {
    ParsedLine result = parser.parse(line(ACCESS));
    assertThat(result.failure()).isNull();
    assertThat(result.event().event().dataset()).isEqualTo("web_access");
    assertThat(result.event().event().original()).isEqualTo(ACCESS);
    assertThat(result.event().event().id()).isEqualTo(PLACE.eventId());
    assertThat(result.event().log().offset()).isEqualTo(7);
  }

  @Test
  void cutLine() {
    LogLine cut = new LogLine(new byte[] {'{', '"'}, PLACE, null, null, 5_000_000, null);
    assertThat(parser.parse(cut).failure())
        .isEqualTo(
            new Failure(
                null,
                "parse",
                "line too long",
                "5000000 bytes, of which 2 kept",
                cut.bytes(),
                PLACE,
                null,
                5_000_000L));
  }

  @Test
  void notUtf8() {
    for (byte[] bytes :
        new byte[][] {
          {'a', (byte) 0xff},
          {(byte) 0xc3},
          {(byte) 0xc0, (byte) 0x80},
          {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
          {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80}
        }) {
      ParsedLine result = parser.parse(LogLine.of(bytes, PLACE));
      assertThat(result.event()).isNull();
      assertThat(result.failure().reason()).isEqualTo("not UTF-8");
      assertThat(result.failure().raw()).isEqualTo(bytes);
    }
  }

  @Test
  void blankLines() {
    for (String blank : new String[] {"", " ", "\t \r", "\u2003"}) {
      assertFailure(parser.parse(line(blank)), line(blank), "blank line", null);
    }
  }

  @Test
  void nothingTakesIt() {
    for (String text : new String[] {"x", "{", "\u0000", "\uFEFF" + LOGIN, "Feb 30 25:00:00 x"}) {
      assertFailure(parser.parse(line(text)), line(text), "no format takes this line", null);
    }
    LogLine any = line(ACCESS);
    assertFailure(LogParser.of(List.of()).parse(any), any, "no format takes this line", null);
  }

  @Test
  void givenFormat() {
    LogLine right = line(ACCESS).withFormat("web_access");
    assertThat(parser.parse(right).event())
        .isEqualTo(parser.parse(line(ACCESS)).event())
        .isNotNull();
    LogLine wrong = line(ACCESS).withFormat("logins");
    assertFailure(parser.parse(wrong), wrong, "not of the given format", "logins");
    assertThatThrownBy(() -> parser.parse(line(ACCESS).withFormat("nonesuch")).event())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nonesuch");
  }

  @Test
  void malformed() {
    LogLine line = line("192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\"");
    assertFailure(
        parser.parse(line), line, "malformed access log line", "no status behind the request");
  }

  @Test
  void aSourceThatCannotBeRead() {
    ParsedLine result = parser.parse(LogLine.unreadable(PLACE, "EOFException"));
    assertThat(result.event()).isNull();
    assertThat(result.failure())
        .isEqualTo(
            new Failure(null, "read", "unreadable source", "EOFException", new byte[0], PLACE));
  }

  @Test
  void byteOrderMark() {
    LogLine first =
        LogLine.of(
            ("\uFEFF" + ACCESS).getBytes(StandardCharsets.UTF_8), Provenance.ofFile("/x.log", 0));
    assertThat(parser.parse(first).event().event().original()).isEqualTo(ACCESS);
    LogLine later = line("\uFEFF" + ACCESS);
    assertFailure(parser.parse(later), later, "no format takes this line", null);
  }

  @Test
  void timeInTheFuture() {
    String atTheBound = "plain 2026-06-01T00:05:00.000Z";
    LogLine above = line("plain 2026-06-01T00:05:00.001Z");
    assertThat(parser.parse(line(atTheBound)).event().timestamp())
        .isEqualTo("2026-06-01T00:05:00Z");
    ParsedLine early = parser.parse(above);
    assertThat(early.event()).isNull();
    assertThat(early.failure())
        .isEqualTo(
            new Failure(
                Instant.parse("2026-06-01T00:05:00.001Z"),
                "parse",
                "time in the future",
                "2026-06-01T00:05:00.001Z",
                above.bytes(),
                above.provenance()));

    LogParser strict = parser.withMaxAhead(Duration.ZERO);
    assertThat(strict.parse(line("plain 2026-06-01T00:00:00Z")).event()).isNotNull();
    assertThat(strict.parse(line("plain 2026-06-01T00:00:00.001Z")).failure().reason())
        .isEqualTo("time in the future");
  }

  @Test
  void noBoundOnTheFuture() {
    LogParser lax = parser.withMaxAhead(Duration.ofSeconds(Long.MAX_VALUE));
    assertThat(lax.parse(line("plain 9999-12-31T23:59:59Z")).event()).isNotNull();
  }

  @Test
  void zoneAndYear() {
    LogLine local = line("plain 2026-01-15T08:00:00");
    assertThat(parser.parse(local).event().timestamp()).isEqualTo("2026-01-15T08:00:00Z");
    assertThat(parser.withZone(ZoneId.of("Asia/Tokyo")).parse(local).event().timestamp())
        .isEqualTo("2026-01-14T23:00:00Z");
    LogLine yearless = line("plain 02 03");
    assertThat(parser.parse(yearless).failure().reason()).isEqualTo("no year");
    assertThat(parser.withYear(2024).parse(yearless).event().timestamp())
        .isEqualTo("2024-02-03T00:00:00Z");
    LogLine dated = yearless.withWritten(Instant.parse("2026-01-20T00:00:00Z"));
    assertThat(parser.parse(dated).event().timestamp()).isEqualTo("2025-02-03T00:00:00Z");
  }

  /** What came before a line in its input, or in others, says nothing about the line. */
  @Test
  void theLastFormatDoesNotMatter() {
    List<LogLine> lines = new ArrayList<>();
    String[] texts = {
      LOGIN,
      "{\"login_time\":\"x\",\"source_ip\":\"192.0.2.1\"}",
      "{\"login_time\":1",
      ACCESS,
      ACCESS + " \"-\" \"" + LOGIN.replace("\"", "\\\"") + "\"",
      "192.0.2.1 - - [30/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
      "plain 2026-01-15T08:00:00Z",
      "plain " + LOGIN,
      "nothing of these",
      " ",
      "{\"a\":" + LOGIN + "}",
    };
    for (int i = 0; i < 2_000; i++) {
      String text = texts[i % texts.length];
      Provenance place =
          i % 3 == 0
              ? Provenance.ofFile("/logs/" + i % 7, i)
              : Provenance.ofKafka("logs", i % 5, i);
      LogLine line = LogLine.of(text.getBytes(StandardCharsets.UTF_8), place);
      lines.add(line.withWritten(Instant.parse("2026-03-10T12:00:00Z")));
    }
    Collections.shuffle(lines, new Random(1));
    for (LogLine line : lines) {
      assertSame(parser.parse(line), parser().parse(line));
    }
  }

  private static void assertSame(ParsedLine actual, ParsedLine expected) {
    assertThat(actual.event()).isEqualTo(expected.event());
    assertThat(actual.failure()).isEqualTo(expected.failure());
  }

  @Test
  void moreInputsThanAreRemembered() {
    for (int i = 0; i < 2_500; i++) {
      LogLine line =
          LogLine.of(
              (i % 2 == 0 ? LOGIN : ACCESS).getBytes(StandardCharsets.UTF_8),
              Provenance.ofFile("/logs/" + i, 0));
      assertSame(parser.parse(line), parser().parse(line));
    }
  }

  @Test
  void aSerializedParserReadsTheSame() throws Exception {
    assertThat(parser.parse(line(LOGIN)).event()).isNotNull();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(parser);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      LogParser copy = (LogParser) in.readObject();
      assertSame(copy.parse(line(ACCESS)), parser.parse(line(ACCESS)));
    }
  }

  @Test
  void anyBytesGiveAnEventOrAFailure() {
    Random random = new Random(2);
    LogParser all = LogParser.ofAllFormats().withClock(Clock.fixed(NOW, ZoneOffset.UTC));
    String[] seeds = {
      LOGIN,
      ACCESS,
      "<34>1 2026-01-15T08:00:00Z host app 1 ID - hello",
      "<1>1 99999999999999999999 host app 1 ID - hello",
      "Feb  3 04:05:06 host sshd[1]: Failed password for root from 192.0.2.1 port 1 ssh2",
    };
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = seeds[i % seeds.length].getBytes(StandardCharsets.UTF_8);
      for (int edits = random.nextInt(5); edits > 0; edits--) {
        bytes[random.nextInt(bytes.length)] =
            (byte) (random.nextInt(4) == 0 ? random.nextInt() : 32 + random.nextInt(95));
      }
      LogLine line = LogLine.of(bytes, PLACE);
      ParsedLine result = (i % 2 == 0 ? all : parser).parse(line);
      assertThat(result.event() == null).isNotEqualTo(result.failure() == null);
    }
  }

  @Test
  void aHeaderWhoseTimeIsAHugeNumberIsMalformed() {
    SyslogHeader header = SyslogHeader.parse("<1>1 99999999999999999999 host app 1 ID - hello");
    assertThat(header).isNotNull();
    assertThatThrownBy(() -> header.timestamp(new LineContext(ZoneOffset.UTC, null, null)))
        .isInstanceOf(MalformedLine.class);
  }
}
