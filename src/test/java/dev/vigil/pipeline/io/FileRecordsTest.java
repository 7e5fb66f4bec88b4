package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.vigil.event.LogLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRecordsTest {
  private static final int LIMIT = 20;
  private static final Duration WAIT = Duration.ofSeconds(5);

  @TempDir Path directory;

  private Path log;
  private long nanos = 1;

  @BeforeEach
  void begin() {
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
    log = directory.resolve("log");
  }

  private FileRecords records(FollowedFile.Position position, String begin) {
    return new FileRecords(
        new FollowedFile(
            position,
            new FollowedFile.Terms(LIMIT, true, InstantSource.system(), loss -> fail(loss))),
        begin == null ? null : Pattern.compile(begin),
        WAIT,
        LIMIT);
  }

  private FileRecords records() {
    return records(FollowedFile.Position.start(log.toString()), "^#");
  }

  private void append(String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private List<String> rest(FileRecords records, boolean isEnd) throws IOException {
    records.look();
    List<String> all = new ArrayList<>();
    for (LogLine line = records.next(nanos, isEnd);
        line != null;
        line = records.next(nanos, isEnd)) {
      all.add(
          line.provenance().offset()
              + ":"
              + new String(line.bytes(), StandardCharsets.UTF_8)
              + ":"
              + line.length());
    }
    return all;
  }

  private List<String> rest(FileRecords records) throws IOException {
    return rest(records, false);
  }

  @Test
  void eachLineIsARecord() throws IOException {
    append("#a\nb\r\n\n");
    FileRecords records = records(FollowedFile.Position.start(log.toString()), null);
    assertThat(rest(records)).containsExactly("0:#a:2", "3:b:1", "6::0");
    assertThat(records.position().offset()).isEqualTo(7);
  }

  @Test
  void aRecordIsCompleteWhenTheNextBegins() throws IOException {
    append("before\n\n#a\n b\r\n c\n#d\n");
    FileRecords records = records();
    assertThat(rest(records)).containsExactly("0:before\n:7", "8:#a\n b\n c:8");
    assertThat(records.position().offset()).isEqualTo(18);
    append(" e\n");
    assertThat(rest(records)).isEmpty();
    assertThat(records.position().offset()).isEqualTo(18);
    append("#f\n");
    assertThat(rest(records)).containsExactly("18:#d\n e:5");
    assertThat(records.position().offset()).isEqualTo(24);
  }

  @Test
  void aRecordIsCompleteWhenNothingMoreCame() throws IOException {
    append("#a\n");
    FileRecords records = records();
    assertThat(rest(records)).isEmpty();
    nanos += WAIT.toNanos() - 1;
    append(" b\n");
    assertThat(rest(records)).isEmpty();
    nanos += WAIT.toNanos() - 1;
    assertThat(rest(records)).isEmpty();
    nanos += 1;
    assertThat(rest(records)).containsExactly("0:#a\n b:5");
    append(" c\n");
    assertThat(rest(records)).isEmpty();
    assertThat(rest(records, true)).containsExactly("6: c:2");
  }

  /** What is not complete is read again by the next reader. */
  @Test
  void anIncompleteRecordIsNotBehindThePosition() throws IOException {
    append("#a\n b\n#c\n");
    FileRecords records = records();
    assertThat(rest(records)).containsExactly("0:#a\n b:5");
    FollowedFile.Position position = records.position();
    assertThat(position.offset()).isEqualTo(6);
    append(" d\n#e\n");
    assertThat(rest(records(position, "^#"))).containsExactly("6:#c\n d:5");
  }

  @Test
  void aRecordEndsWithItsFile() throws IOException {
    append("#a\n b\n");
    FileRecords records = records();
    assertThat(rest(records)).isEmpty();
    append(" c\n d");
    Files.move(log, directory.resolve("old"));
    append(" e\n#f\n#g\n");
    assertThat(rest(records)).containsExactly("0:#a\n b\n c\n d:11", "11: e:2", "14:#f:2");
    // Cut: its last record is complete when there is something new.
    Files.writeString(log, " h\n", StandardOpenOption.TRUNCATE_EXISTING);
    assertThat(rest(records)).containsExactly("17:#g:2");
    assertThat(records.position().total()).isEqualTo(20);
    assertThat(rest(records, true)).containsExactly("20: h:2");
  }

  @Test
  void aLongRecordIsCut() throws IOException {
    append("#234567890\n234567890\n234567890\n#\n");
    assertThat(rest(records())).containsExactly("0:#234567890\n234567890:30");
    append("#" + "x".repeat(30) + "\ny\n#\n#234567890\n23456789\n\n#");
    assertThat(rest(records(), true))
        .containsExactly(
            "0:#234567890\n234567890:30",
            "31:#:1",
            "33:#" + "x".repeat(19) + ":33",
            "67:#:1",
            "69:#234567890\n23456789\n:20");
  }

  @Test
  void whoGoesBackTakesAnIncompleteRecordFromItsStart() throws IOException {
    append("#a\n b\n#c\n");
    FileRecords records = records();
    assertThat(rest(records)).containsExactly("0:#a\n b:5");
    records.goBackTo(FollowedFile.Position.start(log.toString()));
    append(" d\n#e\n");
    assertThat(rest(records)).containsExactly("0:#a\n b:5", "6:#c\n d:5");
  }
}
