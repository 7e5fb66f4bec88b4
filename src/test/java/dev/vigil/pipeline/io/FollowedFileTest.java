package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not seen through {@link FollowFilesTest}: where a file is read on. */
class FollowedFileTest {
  private static final int LIMIT = 100_000;

  @TempDir Path directory;

  @BeforeEach
  void registerFileSystems() {
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
  }

  private FollowedFile follow(Path file) {
    return new FollowedFile(FollowedFile.Position.start(file.toString()), LIMIT);
  }

  private static FollowedFile resumed(FollowedFile file) throws IOException {
    FollowedFile.Position position = file.position();
    file.close();
    return new FollowedFile(position, LIMIT);
  }

  private static List<String> rest(FollowedFile file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (file.look(); file.hasNext(); file.take()) {
      lines.add(
          file.next().provenance().offset()
              + ":"
              + new String(file.next().bytes(), StandardCharsets.UTF_8));
    }
    return lines;
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static void rewrite(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.TRUNCATE_EXISTING);
  }

  @Test
  void aFileThatWasCutAndGrewPastTheOldPlace() throws IOException {
    Path log = directory.resolve("log");
    append(log, "one\ntwo\n");
    FollowedFile file = follow(log);
    assertThat(rest(file)).containsExactly("0:one", "4:two");
    rewrite(log, "1234567\nand more\n");
    assertThat(rest(file)).containsExactly("8:1234567", "16:and more");
    append(log, "last\n");
    assertThat(rest(file)).containsExactly("25:last");
  }

  /** What counts is what was read, not what stands there when the reader is at the end. */
  @Test
  void aFileThatWasCutInTheMiddleOfALine() throws IOException {
    Path log = directory.resolve("log");
    append(log, "one\ntw");
    FollowedFile file = follow(log);
    assertThat(rest(file)).containsExactly("0:one");
    append(log, "o\nthr");
    assertThat(rest(file)).containsExactly("4:two");
    rewrite(log, "ONE\nTWO\nTHREE\n");
    assertThat(rest(file)).containsExactly("8:ONE", "12:TWO", "16:THREE");
  }

  @Test
  void aFileThatWasCutBetweenReaders() throws IOException {
    Path log = directory.resolve("log");
    StringBuilder old = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      old.append("line ").append(i).append('\n');
    }
    append(log, old.toString());
    FollowedFile file = follow(log);
    file.look();
    for (int i = 0; i < 20_000; i++) {
      file.take();
    }
    FollowedFile.Position middle = file.position();
    assertThat(middle.offset()).isEqualTo(old.indexOf("line 20000\n"));
    file.close();
    // As it was: read on.
    assertThat(rest(new FollowedFile(middle, LIMIT))).hasSize(10_000);
    // With one byte changed among the last 256 before the place: other content.
    byte[] bytes = Files.readAllBytes(log);
    bytes[(int) middle.offset() - 256] ^= 1;
    Files.write(log, bytes);
    assertThat(rest(new FollowedFile(middle, LIMIT)))
        .hasSize(30_000)
        .startsWith(middle.offset() + ":line 0");
    // Before them nobody looks.
    bytes[(int) middle.offset() - 256] ^= 1;
    bytes[(int) middle.offset() - 257] ^= 1;
    Files.write(log, bytes);
    assertThat(rest(new FollowedFile(middle, LIMIT))).hasSize(10_000);
    // A place of which the bytes are not known is believed.
    bytes[(int) middle.offset() - 1] = ' ';
    Files.write(log, bytes);
    assertThat(
            rest(
                new FollowedFile(
                    new FollowedFile.Position(
                        middle.path(), 0, middle.offset(), middle.key(), null, false),
                    LIMIT)))
        .hasSize(10_000);
  }

  /** The same place has the same checksum, whichever way the reader came there. */
  @Test
  void theChecksumBelongsToThePlace() throws IOException {
    Path log = directory.resolve("log");
    for (int i = 0; i < 300; i++) {
      append(log, "x".repeat(i * 7 % 1_000) + i + "\n");
    }
    FollowedFile atOnce = follow(log);
    FollowedFile bySteps = follow(log);
    atOnce.look();
    bySteps.look();
    while (atOnce.hasNext()) {
      assertThat(bySteps.position()).isEqualTo(atOnce.position());
      atOnce.take();
      bySteps.take();
      bySteps = resumed(bySteps);
      bySteps.look();
    }
    assertThat(bySteps.position()).isEqualTo(atOnce.position());
    assertThat(atOnce.position().tail()).isNotNull();
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void aCompressedFileIsFinishedForEver() throws IOException {
    Path archive = directory.resolve("a.gz");
    Files.write(archive, gzip("one\ntwo"));
    FollowedFile file = follow(archive);
    assertThat(rest(file)).containsExactly("0:one", "4:two");
    assertThat(file.position().finished()).isTrue();
    Files.delete(archive); // nobody opens it any more
    assertThat(rest(resumed(file))).isEmpty();
  }

  @Test
  void aDamagedCompressedFileIsToldOnce() throws IOException {
    Path archive = directory.resolve("a.gz");
    byte[] bytes = gzip("one\ntwo\n");
    bytes[bytes.length - 6] ^= 1; // of the checksum
    Files.write(archive, bytes);
    FollowedFile file = follow(archive);
    file.look();
    List<String> errors = new ArrayList<>();
    while (file.hasNext()) {
      // Whoever was not told yet is told by the next reader, too.
      FollowedFile other = new FollowedFile(file.position(), LIMIT);
      other.look();
      assertThat(other.next()).isEqualTo(file.next());
      if (file.next().error() != null) {
        errors.add(file.next().error());
      }
      file.take();
    }
    assertThat(errors).hasSize(1);
    assertThat(rest(resumed(file))).isEmpty();
  }
}
