package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadFilesTest {
  private static final Instant WRITTEN = Instant.parse("2026-01-15T12:00:00Z");
  private static final int LIMIT = 1_000;

  @TempDir Path directory;

  @BeforeEach
  void registerFileSystems() {
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
  }

  private Path file(String name, byte[] content) throws IOException {
    Path file = Files.write(directory.resolve(name), content);
    Files.setLastModifiedTime(file, FileTime.from(WRITTEN));
    return file;
  }

  private Path file(String name, String content) throws IOException {
    return file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static LogLine line(Path file, long offset, String text, @Nullable String format) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new LogLine(
        bytes, Provenance.ofFile(file.toString(), offset), WRITTEN, format, bytes.length, null);
  }

  private static void assertLines(ReadFiles read, Iterable<LogLine> expected) {
    TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);
    PCollection<LogLine> lines = pipeline.apply(read);
    PAssert.that(lines).containsInAnyOrder(expected);
    pipeline.run().waitUntilFinish();
  }

  private static FileInput input(Path path) {
    return new FileInput(path.toString(), null);
  }

  @Test
  void linesWithOffsetsTimeAndFormat() throws IOException {
    Path plain = file("plain.log", "a\r\n\nbc");
    Path formatted = file("other.log", "x\ny\n");
    Path empty = file("empty.log", "");
    assertLines(
        ReadFiles.of(
            List.of(input(plain), new FileInput(formatted.toString(), "sshd"), input(empty)),
            LIMIT),
        List.of(
            line(plain, 0, "a", null),
            line(plain, 3, "", null),
            line(plain, 4, "bc", null),
            line(formatted, 0, "x", "sshd"),
            line(formatted, 2, "y", "sshd")));
  }

  @Test
  void anEmptyFileHasNoLines() throws IOException {
    assertLines(ReadFiles.of(List.of(input(file("empty.log", ""))), LIMIT), List.of());
    assertLines(ReadFiles.of(List.of(input(file("e.gz", gzip("")))), LIMIT), List.of());
  }

  @Test
  void aFileThatTwoInputsNameIsReadOnceAsTheFirstSays() throws IOException {
    Path both = file("a.log", "1\n");
    Path one = file("b.log", "2\n");
    assertLines(
        ReadFiles.of(
            List.of(
                new FileInput(both.toString(), "first"),
                new FileInput(directory + "/*.log", "second"),
                input(directory.resolve("?.log"))),
            LIMIT),
        List.of(line(both, 0, "1", "first"), line(one, 0, "2", "second")));
  }

  @Test
  void compressedFiles() throws IOException {
    Path single = file("single.gz", gzip("a\nbc\nd"));
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    members.write(gzip("first\nsec"));
    members.write(gzip("ond\n"));
    members.write(gzip(""));
    members.write(gzip("third\n"));
    Path several = file("several.gz", members.toByteArray());
    assertLines(
        ReadFiles.of(List.of(input(single), input(several)), LIMIT),
        List.of(
            line(single, 0, "a", null),
            line(single, 2, "bc", null),
            line(single, 5, "d", null),
            line(several, 0, "first", null),
            line(several, 6, "second", null),
            line(several, 13, "third", null)));
  }

  @Test
  void ofATooLongLineTheBeginningIsKept() throws IOException {
    Path file = file("long.log", "abcd\n" + "x".repeat(200_000) + "\nabc\n");
    assertLines(
        ReadFiles.of(List.of(input(file)), 4),
        List.of(
            line(file, 0, "abcd", null),
            new LogLine(
                "xxxx".getBytes(StandardCharsets.UTF_8),
                Provenance.ofFile(file.toString(), 5),
                WRITTEN,
                null,
                200_000,
                null),
            line(file, 200_006, "abc", null)));
  }

  @Test
  void aDamagedFileIsReadAsFarAsItGoes() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append("line ").append(i * 7919L % 20_011).append('\n');
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }
    Path file = directory.resolve("cut.log.gz");
    Files.write(file, Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));
    Files.setLastModifiedTime(file, FileTime.from(WRITTEN));

    String path = file.toString();
    String content = text.toString();
    TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);
    PAssert.that(pipeline.apply(ReadFiles.of(List.of(input(file)), 100)))
        .satisfies(lines -> assertDamaged(lines, path, content));
    pipeline.run().waitUntilFinish();
  }

  private static @Nullable Void assertDamaged(
      Iterable<LogLine> lines, String path, String content) {
    List<LogLine> all = new ArrayList<>();
    lines.forEach(all::add);
    all.sort(Comparator.comparing(line -> line.provenance().offset()));
    LogLine last = all.remove(all.size() - 1);
    StringBuilder read = new StringBuilder();
    for (LogLine line : all) {
      assertThat(line.error()).isNull();
      read.append(new String(line.bytes(), StandardCharsets.UTF_8)).append('\n');
    }
    assertThat(all).hasSizeGreaterThan(1_000);
    assertThat(content).startsWith(read.toString());
    assertThat(last)
        .isEqualTo(LogLine.unreadable(Provenance.ofFile(path, read.length()), last.error()));
    assertThat(last.error()).contains("EOFException");
    return null;
  }

  /** Short ranges: every boundary falls somewhere, on line starts and line ends too. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 7, 64, 1_000})
  void everyLineOnceWhereverTheRangesEnd(long rangeBytes) throws IOException {
    Random random = new Random(rangeBytes);
    StringBuilder content = new StringBuilder("abc\nabc\n\n\r\nabcdefghijkl\nab\r\n");
    for (int i = 0; i < 100; i++) {
      content.append("x".repeat(random.nextInt(9))).append(random.nextBoolean() ? "\n" : "\r\n");
    }
    content.append("end");
    Path file = file("short.log", content.toString());
    List<LogLine> expected = new ArrayList<>();
    int offset = 0;
    for (String text : content.toString().split("\n", -1)) {
      expected.add(line(file, offset, text.replace("\r", ""), null));
      offset += text.length() + 1;
    }
    assertThat(expected).hasSize(106 + 1);
    assertLines(ReadFiles.of(List.of(input(file)), LIMIT).withRangeBytes(rangeBytes), expected);
  }

  @Test
  void everyLineOfALargeFileOnce() throws IOException {
    int count = 10_000;
    int width = 960;
    StringBuilder content = new StringBuilder(count * width);
    for (int i = 0; i < count; i++) {
      content.append(String.format("%09d", i)).append("-".repeat(width - 10)).append('\n');
    }
    Path file = file("large.log", content.toString());
    assertThat(Files.size(file)).isGreaterThan(9_000_000);
    TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);
    PAssert.that(pipeline.apply(ReadFiles.of(List.of(input(file)), LIMIT)))
        .satisfies(
            lines -> {
              boolean[] seen = new boolean[count];
              int total = 0;
              for (LogLine line : lines) {
                String text = new String(line.bytes(), StandardCharsets.UTF_8);
                int number = Integer.parseInt(text.substring(0, 9));
                assertThat(line.provenance().offset()).isEqualTo((long) number * width);
                assertThat(text).hasSize(width - 1);
                assertThat(seen[number]).isFalse();
                seen[number] = true;
                total++;
              }
              assertThat(total).isEqualTo(count);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }
}
