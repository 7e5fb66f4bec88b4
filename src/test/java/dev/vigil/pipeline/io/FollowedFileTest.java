package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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

  private final List<String> losses = new ArrayList<>();
  private Instant now = Instant.parse("2026-01-15T12:00:00Z");

  @BeforeEach
  void registerFileSystems() {
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
  }

  private FollowedFile follow(Path file) {
    return follow(FollowedFile.Position.start(file.toString()));
  }

  private FollowedFile follow(FollowedFile.Position position) {
    return follow(position, false);
  }

  private FollowedFile follow(FollowedFile.Position position, boolean once) {
    return new FollowedFile(position, new FollowedFile.Terms(LIMIT, once, () -> now, losses::add));
  }

  private FollowedFile resumed(FollowedFile file) throws IOException {
    FollowedFile.Position position = file.position();
    file.close();
    return follow(position);
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
    assertThat(rest(follow(middle))).hasSize(10_000);
    // With one byte changed among the last 256 before the place: other content.
    byte[] bytes = Files.readAllBytes(log);
    bytes[(int) middle.offset() - 256] ^= 1;
    Files.write(log, bytes);
    assertThat(rest(follow(middle))).hasSize(30_000).startsWith(middle.offset() + ":line 0");
    // Before them nobody looks.
    bytes[(int) middle.offset() - 256] ^= 1;
    bytes[(int) middle.offset() - 257] ^= 1;
    Files.write(log, bytes);
    assertThat(rest(follow(middle))).hasSize(10_000);
    // A place of which the bytes are not known is believed.
    bytes[(int) middle.offset() - 1] = ' ';
    Files.write(log, bytes);
    assertThat(
            rest(
                follow(
                    new FollowedFile.Position(
                        middle.path(), 0, middle.offset(), middle.key(), null, false))))
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
      FollowedFile other = follow(file.position());
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

  private static byte[] half(byte[] bytes) {
    return Arrays.copyOf(bytes, bytes.length / 2);
  }

  private static byte[] noise() throws IOException {
    StringBuilder text = new StringBuilder();
    Random random = new Random(3);
    for (int i = 0; i < 40_000; i++) {
      text.append(random.nextLong()).append('\n');
    }
    return gzip(text.toString());
  }

  private static List<String> errors(FollowedFile file) throws IOException {
    List<String> errors = new ArrayList<>();
    for (file.look(); file.hasNext(); file.take()) {
      if (file.next().error() != null) {
        errors.add(file.next().error());
      }
    }
    return errors;
  }

  @Test
  void aCompressedFileOfWhichTheRestDoesNotComeIsToldAfterAWhile() throws IOException {
    Path archive = Files.write(directory.resolve("a.gz"), half(noise()));
    FollowedFile file = follow(archive);
    assertThat(errors(file)).isEmpty();
    assertThat(file.position().offset()).isPositive();
    now = now.plusSeconds(59);
    assertThat(errors(file)).isEmpty();
    // What is written now starts the time anew.
    Files.write(archive, half(noise()), StandardOpenOption.TRUNCATE_EXISTING);
    Files.setLastModifiedTime(archive, FileTime.from(now));
    now = now.plusSeconds(59);
    assertThat(errors(file)).isEmpty();
    now = now.plusSeconds(60);
    assertThat(errors(file)).hasSize(1);
    assertThat(file.position().finished()).isTrue();
  }

  @Test
  void onceACompressedFileWithoutItsRestIsToldAtOnce() throws IOException {
    Path archive = Files.write(directory.resolve("a.gz"), half(noise()));
    FollowedFile file = follow(FollowedFile.Position.start(archive.toString()), true);
    assertThat(errors(file)).hasSize(1);
    assertThat(file.position().finished()).isTrue();
  }

  /** As one without the right to read it. */
  @Test
  void aCompressedFileThatIsThereAndCannotBeOpened() throws IOException {
    Path archive = Files.createDirectory(directory.resolve("a.gz"));
    assertThatThrownBy(() -> follow(archive).look()).isInstanceOf(FileNotFoundException.class);
  }

  private Path rotatedInto(Path elsewhere, Path log) throws IOException {
    return Files.move(log, Files.createDirectories(elsewhere).resolve("old"));
  }

  @Test
  void whatAFileHadThatIsNoLongerFoundIsToldAsLost() throws IOException {
    Path log = directory.resolve("log");
    append(log, "one\n");
    FollowedFile file = follow(log);
    assertThat(rest(file)).containsExactly("0:one");
    append(log, "two\n");
    file = resumed(file);
    rotatedInto(directory.resolve("elsewhere"), log);
    assertThat(rest(file)).isEmpty();
    assertThat(losses).isEmpty(); // it may come back
    append(log, "three\n");
    assertThat(rest(file)).containsExactly("4:three");
    assertThat(losses)
        .containsExactly(
            log
                + ": the file that was read there up to byte 4 was replaced and is no longer found:"
                + " if it had more, that is lost");
  }

  @Test
  void whoGoesBackStillHasTheFileThatIsNowhereElse() throws IOException {
    Path log = directory.resolve("log");
    append(log, "one\n");
    FollowedFile file = follow(log);
    assertThat(rest(file)).containsExactly("0:one");
    FollowedFile.Position shipped = file.position();
    append(log, "two\nthr");
    assertThat(rest(file)).containsExactly("4:two");
    rotatedInto(directory.resolve("elsewhere"), log);
    append(log, "four\n");
    file.goBackTo(shipped);
    assertThat(rest(file)).containsExactly("4:two");
    now = now.plusSeconds(1);
    // Also when it has gone on to the next file.
    assertThat(rest(file)).containsExactly("8:thr", "11:four");
    file.goBackTo(shipped);
    assertThat(rest(file)).containsExactly("4:two");
    now = now.plusSeconds(1);
    assertThat(rest(file)).containsExactly("8:thr", "11:four");
    FollowedFile.Position end = file.position();
    file.release(end);
    assertThat(openFiles(directory.resolve("elsewhere").toString())).isZero();
    file.goBackTo(end);
    append(log, "five\n");
    assertThat(rest(file)).containsExactly("16:five");
    assertThat(losses).isEmpty();
    file.close();
    assertThat(openFiles(directory.toString())).isZero();
  }

  /** Nothing was shipped yet: it is not known which file it is. */
  @Test
  void whoGoesBackToTheStart() throws IOException {
    Path log = directory.resolve("log");
    append(log, "one\n");
    FollowedFile file = follow(log);
    assertThat(rest(file)).containsExactly("0:one");
    rotatedInto(directory.resolve("elsewhere"), log);
    append(log, "two\n");
    file.goBackTo(FollowedFile.Position.start(log.toString()));
    assertThat(rest(file)).containsExactly("0:one");
    now = now.plusSeconds(1);
    assertThat(rest(file)).containsExactly("4:two");
  }

  /** Numbers of files that are gone are given to others. */
  @Test
  void anotherFileWithTheNumberOfTheOldOne() throws IOException {
    Path log = directory.resolve("log");
    append(log, "one\n");
    FollowedFile file = follow(log);
    assertThat(rest(file)).containsExactly("0:one");
    file = resumed(file);
    Path same = Files.move(log, directory.resolve("sibling"));
    rewrite(same, "another\ncontent\n");
    append(log, "two\n");
    assertThat(rest(file)).containsExactly("4:two");
    assertThat(losses).hasSize(1);
  }

  @Test
  void anOldFileThatIsCompressedNowIsNotItsLines() throws IOException {
    Path log = directory.resolve("log");
    append(log, "one\n");
    FollowedFile file = follow(log);
    assertThat(rest(file)).containsExactly("0:one");
    file = resumed(file);
    append(log, "packed");
    Files.move(log, directory.resolve("log.1.gz"));
    append(log, "two\n");
    assertThat(rest(file)).containsExactly("4:two");
    assertThat(losses).hasSize(1);
  }

  private static long openFiles(String part) throws IOException {
    long count = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path one : all) {
        // The listing's own is gone when it is asked for.
        if (Files.isSymbolicLink(one) && Files.readSymbolicLink(one).toString().contains(part)) {
          count++;
        }
      }
    }
    return count;
  }

  @Test
  void aFileThatIsDeletedIsGivenBackAfterAWhile() throws IOException {
    Path log = directory.resolve("log");
    append(log, "one\ntw");
    FollowedFile file = follow(log);
    assertThat(rest(file)).containsExactly("0:one");
    Files.delete(log);
    assertThat(rest(file)).isEmpty();
    now = now.plusSeconds(59);
    assertThat(rest(file)).isEmpty();
    assertThat(openFiles(log.toString())).isEqualTo(1);
    now = now.plusSeconds(1);
    assertThat(rest(file)).containsExactly("4:tw");
    FollowedFile.Position end = file.position();
    assertThat(end.total()).isEqualTo(6);
    file.release(end);
    assertThat(openFiles(log.toString())).isZero();
    append(log, "three\n");
    assertThat(rest(file)).containsExactly("6:three");
    assertThat(losses).isEmpty(); // all of it was read
  }

  @Test
  void aFileThatIsMovedStaysOpenWhileNothingReplacesIt() throws IOException {
    Path log = directory.resolve("log");
    append(log, "one\n");
    FollowedFile file = follow(log);
    assertThat(rest(file)).containsExactly("0:one");
    Path moved = Files.move(log, directory.resolve("log.1"));
    for (int i = 0; i < 3; i++) {
      now = now.plus(Duration.ofHours(1));
      assertThat(rest(file)).isEmpty();
    }
    append(moved, "two\n");
    assertThat(rest(file)).containsExactly("4:two");
  }

  /** A line is not cut because the new file was there before its writer turned to it. */
  @Test
  void aReplacedFileIsLeftWhenNothingHasComeForAWhile() throws IOException {
    Path log = directory.resolve("log");
    append(log, "one\ntw");
    FollowedFile file = follow(log);
    assertThat(rest(file)).containsExactly("0:one");
    Path old = Files.move(log, directory.resolve("log.1"));
    append(log, "four\n");
    assertThat(rest(file)).isEmpty();
    now = now.plusMillis(999);
    append(old, "o\nthr");
    assertThat(rest(file)).containsExactly("4:two");
    now = now.plusMillis(999);
    assertThat(rest(file)).isEmpty();
    now = now.plusMillis(1);
    assertThat(rest(file)).containsExactly("8:thr", "11:four");
  }

  @Test
  void aFileThatComesBackGoesOn() throws IOException {
    Path log = directory.resolve("log");
    append(log, "one\n");
    FollowedFile file = follow(log);
    assertThat(rest(file)).containsExactly("0:one");
    Path elsewhere = rotatedInto(directory.resolve("elsewhere"), log);
    for (int i = 0; i < 2; i++) {
      assertThat(rest(file)).isEmpty();
      now = now.plusSeconds(60);
    }
    append(elsewhere, "two\n");
    Files.move(elsewhere, log);
    assertThat(rest(file)).containsExactly("4:two");
    assertThat(losses).isEmpty();
  }
}
