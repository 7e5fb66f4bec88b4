package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineRecordTest {
  private static final Provenance PLACE = Provenance.ofKafka("logs", 3, 17);
  private static final Provenance FILE = Provenance.ofFile("/var/log/auth.log", 1024);
  private static final Instant WRITTEN = Instant.parse("2026-01-15T08:00:00.123Z");
  private static final long TIMESTAMP = 1_700_000_000_000L;
  private static final byte[] BYTES = "Zoë".getBytes(StandardCharsets.UTF_8);

  private static LogLine read(ProducerRecord<byte[], byte[]> record) {
    return LineRecord.line(record.value(), record.headers(), PLACE, TIMESTAMP, "sshd", 100);
  }

  @Test
  void aLineOfAFile() {
    LogLine line = LogLine.of(BYTES, FILE).withWritten(WRITTEN);
    ProducerRecord<byte[], byte[]> record = LineRecord.of(line, "logs", null);
    assertThat(record.topic()).isEqualTo("logs");
    assertThat(record.key()).isEqualTo("/var/log/auth.log".getBytes(StandardCharsets.UTF_8));
    assertThat(record.value()).isEqualTo(BYTES);
    Map<String, String> headers = new TreeMap<>();
    for (Header header : record.headers()) {
      headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
    }
    assertThat(headers)
        .isEqualTo(
            Map.of(
                "vigil.file.path",
                "/var/log/auth.log",
                "vigil.file.offset",
                "1024",
                "vigil.file.written",
                "1768464000123"));
    LogLine back = read(record);
    assertThat(back)
        .isEqualTo(LogLine.of(BYTES, FILE.through(PLACE)).withWritten(WRITTEN).withFormat("sshd"));
    assertThat(back.provenance().eventId()).isEqualTo(FILE.eventId());
    assertThat(back.provenance().kafka()).isEqualTo(PLACE.kafka());
  }

  @Test
  void filesOfTheSameNameOnTwoMachines() {
    LogLine line = LogLine.of(BYTES, FILE);
    LogLine one = read(LineRecord.of(line, "logs", "web1"));
    LogLine other = read(LineRecord.of(line, "logs", "web2"));
    assertThat(one.provenance().path()).isEqualTo("web1:/var/log/auth.log");
    assertThat(one.provenance().eventId())
        .isNotEqualTo(other.provenance().eventId())
        .isNotEqualTo(FILE.eventId());
    assertThat(LineRecord.of(line, "logs", "web1").key())
        .isEqualTo("web1:/var/log/auth.log".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aLineThatWasCutOrCouldNotBeRead() {
    LogLine cut = new LogLine(BYTES, FILE, WRITTEN, null, 5_000_000, null);
    assertThat(read(LineRecord.of(cut, "logs", null)).length()).isEqualTo(5_000_000);
    LogLine broken = LogLine.unreadable(FILE, "EOFException");
    assertThat(read(LineRecord.of(broken, "logs", null)).error()).isEqualTo("EOFException");
  }

  @Test
  void aRecordOfAnotherProgram() {
    assertThat(LineRecord.line(BYTES, null, PLACE, TIMESTAMP, null, 100))
        .isEqualTo(LineRecord.line(BYTES, new RecordHeaders(), PLACE, TIMESTAMP, null, 100))
        .isEqualTo(LogLine.of(BYTES, PLACE).withWritten(Instant.ofEpochMilli(TIMESTAMP)));
  }

  @Test
  void aLongRecordIsCut() {
    assertThat(LineRecord.line(BYTES, null, PLACE, TIMESTAMP, null, 2))
        .isEqualTo(
            new LogLine(
                Arrays.copyOf(BYTES, 2), PLACE, Instant.ofEpochMilli(TIMESTAMP), null, 4, null));
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "'\n', 0",
    "'\r\n', 0",
    "'a\r\n', 1",
    "'a\n', 1",
    "'a\n\n', 2",
    "'a\r', 2",
    "'ab', 2"
  })
  void linesComeWithoutTheirEnds(String text, int kept) {
    byte[] value = text.getBytes(StandardCharsets.UTF_8);
    LogLine line = LineRecord.line(value, null, PLACE, TIMESTAMP, null, 100);
    assertThat(line.bytes()).isEqualTo(Arrays.copyOf(value, kept));
    assertThat(line.length()).isEqualTo(kept);
  }

  @Test
  void aPathLongerThanPathsAre() {
    ProducerRecord<byte[], byte[]> record =
        LineRecord.of(
            LogLine.of(BYTES, Provenance.ofFile("/" + "f".repeat(4_096), 0)), "logs", null);
    assertThat(read(record))
        .isEqualTo(LogLine.unreadable(PLACE, "the record's headers: a path longer than 4096"));
  }

  @Test
  void aRecordWithoutAValue() {
    assertThat(LineRecord.line(null, null, PLACE, TIMESTAMP, null, 100))
        .isEqualTo(LogLine.unreadable(PLACE, "the record has no value"));
  }

  @ParameterizedTest
  @CsvSource({
    "vigil.file.offset, '', 'For input string: \"\"'",
    "vigil.file.offset, -, 'For input string: \"null\"'",
    "vigil.file.written, soon, 'For input string: \"soon\"'",
    "vigil.line.length, long, 'For input string: \"long\"'",
  })
  void headersThatCannotBeRead(String name, @Nullable String value, String message) {
    LogLine line = new LogLine(BYTES, FILE, WRITTEN, null, 10, null);
    ProducerRecord<byte[], byte[]> record = LineRecord.of(line, "logs", null);
    record.headers().remove(name);
    if (!"-".equals(value)) {
      record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(read(record))
        .isEqualTo(LogLine.unreadable(PLACE, "the record's headers: " + message));
  }
}
