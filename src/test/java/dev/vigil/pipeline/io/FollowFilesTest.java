package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.SerializableUtils;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowFilesTest {
  private static final Duration DISORDER = Duration.ofSeconds(5);
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final Instant NOW = Instant.parse("2026-01-15T12:00:00Z");
  private static final int LIMIT = 1_000;

  @TempDir Path directory;

  private final Ticker clock = new Ticker();

  private static final class Ticker extends Clock {
    private Instant now = NOW;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  @BeforeEach
  void registerFileSystems() {
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
  }

  /** Lines begin with a time of day, such as {@code 08:00:01}, or have no time. */
  private static @Nullable Instant time(LogLine line) {
    String text = new String(line.bytes(), StandardCharsets.UTF_8);
    return text.matches("\\d\\d:\\d\\d:\\d\\d.*") ? at(text.substring(0, 8)) : null;
  }

  private static Instant at(String timeOfDay) {
    return Instant.parse("2026-01-15T" + timeOfDay + "Z");
  }

  private FollowFiles.FollowedFiles source(Duration idle, FileInput... inputs) {
    return new FollowFiles.FollowedFiles(
        new FollowFiles.Config(
            List.of(inputs), LIMIT, FollowFilesTest::time, DISORDER, idle, clock));
  }

  private FollowFiles.FollowedFiles source() {
    return source(IDLE, new FileInput(directory + "/*", null));
  }

  private static FollowFiles.FollowingReader reader(FollowFiles.FollowedFiles source) {
    return new FollowFiles.FollowingReader(source, null);
  }

  private static FollowFiles.FollowingReader resumed(FollowFiles.FollowingReader reader)
      throws IOException {
    FollowFiles.FollowedFiles source = reader.getCurrentSource();
    FollowFiles.Position mark = reader.getCheckpointMark();
    reader.close();
    FollowFiles.Position copy = CoderUtils.clone(source.getCheckpointMarkCoder(), mark);
    assertThat(copy).isEqualTo(mark);
    return new FollowFiles.FollowingReader(source, copy);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(
        directory.resolve(name), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** All that is there now, in the order in which it comes: {@code file:offset:text}. */
  private List<String> rest(FollowFiles.FollowingReader reader) throws IOException {
    List<String> lines = new ArrayList<>();
    // Twice: a file that was replaced is left when it was quiet for a second.
    for (int i = 0; i < 2; i++) {
      clock.now = clock.now.plusSeconds(1);
      while (reader.advance()) {
        lines.add(describe(reader.getCurrent()));
      }
    }
    return lines;
  }

  private static String describe(LogLine line) {
    return Path.of(line.provenance().path()).getFileName()
        + ":"
        + line.provenance().offset()
        + ":"
        + new String(line.bytes(), StandardCharsets.UTF_8);
  }

  private static Instant watermark(FollowFiles.FollowingReader reader) {
    return Instant.ofEpochMilli(reader.getWatermark().getMillis());
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  /** The file was written long after what is in it: that must not make its lines late. */
  @Test
  void aFirstLineWithoutATime() throws IOException {
    Path file = write("a", "header\n08:00:01 x\n");
    Files.setLastModifiedTime(file, FileTime.from(NOW.plusSeconds(86_400)));
    FollowFiles.FollowingReader reader = reader(source());
    assertThat(reader.start()).isTrue();
    assertThat(describe(reader.getCurrent())).isEqualTo("a:0:header");
    assertThat(reader.getCurrentTimestamp()).isEqualTo(BoundedWindow.TIMESTAMP_MIN_VALUE);
    assertThat(watermark(reader)).isEqualTo(at("08:00:01").minus(DISORDER));
    assertThat(rest(reader)).containsExactly("a:7:08:00:01 x");
    assertThat(watermark(reader)).isEqualTo(at("08:00:01").minus(DISORDER));
  }

  @Test
  void aDamagedCompressedFile() throws IOException {
    byte[] bytes = gzip("08:00:01 x\n");
    bytes[bytes.length - 6] ^= 1; // of the checksum
    Files.write(directory.resolve("a.gz"), bytes);
    write("b", "08:00:02 y\n");
    FollowFiles.FollowingReader reader = reader(source());
    List<String> lines = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    for (boolean more = reader.start(); more; more = reader.advance()) {
      LogLine line = reader.getCurrent();
      (line.error() == null ? lines : errors).add(describe(line));
    }
    assertThat(lines).contains("b:0:08:00:02 y");
    assertThat(errors).hasSize(1).allMatch(error -> error.startsWith("a.gz:"));
    assertThat(rest(reader)).isEmpty();
  }

  @Test
  void aWholeLine() throws IOException {
    Path file = write("a", "08:00:01 x\r\n");
    Files.setLastModifiedTime(file, FileTime.from(NOW));
    FollowFiles.FollowingReader reader =
        reader(source(IDLE, new FileInput(file.toString(), "sshd")));
    assertThat(reader.start()).isTrue();
    assertThat(reader.getCurrent())
        .isEqualTo(
            new LogLine(
                "08:00:01 x".getBytes(StandardCharsets.UTF_8),
                Provenance.ofFile(file.toString(), 0),
                NOW,
                "sshd",
                10,
                null));
    assertThat(reader.getCurrentTimestamp())
        .isEqualTo(org.joda.time.Instant.parse("2026-01-15T08:00:01Z"));
    assertThat(reader.advance()).isFalse();
  }

  @Test
  void linesThatAreThereAndLinesThatAreAdded() throws IOException {
    write("a", "08:00:01 x\n\n08:00:02 y\n");
    FollowFiles.FollowingReader reader = reader(source());
    assertThat(rest(reader)).containsExactly("a:0:08:00:01 x", "a:11:", "a:12:08:00:02 y");
    assertThat(rest(reader)).isEmpty();
    write("a", "08:00:03 z\n08:00:04 z\n");
    assertThat(rest(reader)).containsExactly("a:23:08:00:03 z", "a:34:08:00:04 z");
  }

  @Test
  void filesAreLookedAtAtIntervals() throws IOException {
    FollowFiles.FollowingReader reader = reader(source());
    assertThat(reader.start()).isFalse();
    write("a", "08:00:01\n");
    clock.now = NOW.plusMillis(499);
    assertThat(reader.advance()).isFalse();
    clock.now = NOW.plusMillis(500);
    assertThat(reader.advance()).isTrue();
  }

  @Test
  void aLineComesWhenItsNewlineIsThere() throws IOException {
    write("a", "08:00:01 x\n08:0");
    FollowFiles.FollowingReader reader = reader(source());
    assertThat(rest(reader)).containsExactly("a:0:08:00:01 x");
    write("a", "0:02 y");
    assertThat(rest(reader)).isEmpty();
    write("a", "\r");
    assertThat(rest(reader)).isEmpty();
    write("a", "\n08:00:03");
    assertThat(rest(reader)).containsExactly("a:11:08:00:02 y");
  }

  @Test
  void newFiles() throws IOException {
    FollowFiles.FollowingReader reader = reader(source());
    assertThat(rest(reader)).isEmpty();
    write("a", "");
    assertThat(rest(reader)).isEmpty();
    write("a", "08:00:05\n");
    write("b", "08:00:01\n");
    assertThat(rest(reader)).containsExactly("b:0:08:00:01", "a:0:08:00:05");
  }

  @Test
  void aFileThatTwoInputsNameIsReadOnceAsTheFirstSays() throws IOException {
    Path file = write("a", "08:00:01\n");
    FollowFiles.FollowingReader reader =
        reader(
            source(
                IDLE,
                new FileInput(file.toString(), "first"),
                new FileInput(directory + "/*", "second")));
    assertThat(reader.start()).isTrue();
    assertThat(reader.getCurrent().format()).isEqualTo("first");
    assertThat(reader.advance()).isFalse();
  }

  @Test
  void tooLongLinesAreCut() throws IOException {
    write("a", "x".repeat(LIMIT + 1) + "\n08:00:01\n");
    FollowFiles.FollowingReader reader = reader(source());
    assertThat(reader.start()).isTrue();
    assertThat(reader.getCurrent().bytes()).hasSize(LIMIT);
    assertThat(reader.getCurrent().length()).isEqualTo(LIMIT + 1);
    assertThat(rest(reader)).containsExactly("a:1002:08:00:01");
  }

  @Test
  void filesAreMergedByEventTime() throws IOException {
    write("a", "08:00:01 a\n08:00:04 a\nno time a\n08:00:06 a\n");
    write("b", "08:00:02 b\n08:00:03 b\n08:00:05 b\n08:00:07 b\n");
    assertThat(rest(reader(source())))
        .containsExactly(
            "a:0:08:00:01 a",
            "b:0:08:00:02 b",
            "b:11:08:00:03 b",
            "a:11:08:00:04 a",
            "a:22:no time a",
            "b:22:08:00:05 b",
            "a:32:08:00:06 a",
            "b:33:08:00:07 b");
  }

  @Test
  void aLineWithoutATimeIsAsOldAsTheLatestBefore() throws IOException {
    Path file = write("a", "none\n08:00:05\n08:00:03\nnone\n");
    Files.setLastModifiedTime(file, FileTime.from(at("07:00:00")));
    FollowFiles.FollowingReader reader = reader(source());
    List<Instant> times = new ArrayList<>();
    for (boolean more = reader.start(); more; more = reader.advance()) {
      times.add(Instant.ofEpochMilli(reader.getCurrentTimestamp().getMillis()));
    }
    assertThat(times)
        .containsExactly(
            Instant.ofEpochMilli(BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis()),
            at("08:00:05"),
            at("08:00:03"),
            at("08:00:05"));
  }

  @Test
  void theWatermarkStaysBehindTheFilesThatHaveMore() throws IOException {
    FollowFiles.FollowingReader reader = reader(source());
    assertThat(reader.getWatermark()).isEqualTo(BoundedWindow.TIMESTAMP_MIN_VALUE);
    write("a", "08:00:10\n08:00:40\n");
    write("b", "08:00:20\n08:00:30\n");
    write("empty", "");
    List<Instant> watermarks = new ArrayList<>();
    for (boolean more = reader.start(); more; more = reader.advance()) {
      watermarks.add(watermark(reader));
    }
    assertThat(watermarks)
        .containsExactly(
            at("08:00:15"), // a goes on at :40, b begins at :20
            at("08:00:25"), // b goes on at :30
            at("08:00:35"), // b was read to its end, and does not hold; a goes on at :40
            at("08:00:35")); // all were read to their ends: :40 was the latest
    write("b", "08:00:25\n08:00:50\n");
    clock.now = clock.now.plusSeconds(1);
    assertThat(reader.advance()).isTrue();
    assertThat(watermark(reader)).isEqualTo(at("08:00:45"));
  }

  @Test
  void theWatermarkNeverGoesBack() throws IOException {
    write("a", "08:00:40\n08:00:10\n08:00:39\n");
    FollowFiles.FollowingReader reader = reader(source());
    for (boolean more = reader.start(); more; more = reader.advance()) {
      assertThat(watermark(reader)).isEqualTo(at("08:00:35"));
    }
    write("b", "07:00:00\n07:00:01\n");
    clock.now = clock.now.plusSeconds(1);
    assertThat(reader.advance()).isTrue();
    assertThat(watermark(reader)).isEqualTo(at("08:00:35"));
    assertThat(watermark(resumed(reader))).isEqualTo(at("08:00:35"));
  }

  @Test
  void afterTheIdleTimeTheClockDrivesTheWatermark() throws IOException {
    write("a", "08:00:10\n");
    FollowFiles.FollowingReader reader = reader(source());
    assertThat(reader.start()).isTrue();
    assertThat(reader.advance()).isFalse(); // quiet from here on: 12:00:00
    assertThat(watermark(reader)).isEqualTo(at("08:00:05"));
    clock.now = at("12:00:29");
    assertThat(reader.advance()).isFalse();
    assertThat(watermark(reader)).isEqualTo(at("08:00:05"));
    clock.now = at("12:00:30");
    assertThat(reader.advance()).isFalse();
    assertThat(watermark(reader)).isEqualTo(at("12:00:00"));
    clock.now = at("12:00:31");
    assertThat(watermark(reader)).isEqualTo(at("12:00:01"));

    write("a", "12:00:20\n");
    assertThat(reader.advance()).isTrue();
    assertThat(watermark(reader)).isEqualTo(at("12:00:15"));
    clock.now = at("12:00:32");
    assertThat(reader.advance()).isFalse(); // quiet anew
    clock.now = at("12:01:01");
    assertThat(watermark(reader)).isEqualTo(at("12:00:15"));
    clock.now = at("12:01:02");
    assertThat(watermark(reader)).isEqualTo(at("12:00:32"));
  }

  @Test
  void theClockDrivesTheWatermarkWhereThereNeverWasALine() throws IOException {
    FollowFiles.FollowingReader reader = reader(source());
    assertThat(reader.start()).isFalse();
    assertThat(reader.getWatermark()).isEqualTo(BoundedWindow.TIMESTAMP_MIN_VALUE);
    clock.now = at("12:00:30");
    assertThat(watermark(reader)).isEqualTo(at("12:00:00"));
  }

  @Test
  void anIdleTimeOfZeroIsNever() throws IOException {
    write("a", "08:00:10\n");
    FollowFiles.FollowingReader reader =
        reader(source(Duration.ZERO, new FileInput(directory + "/*", null)));
    assertThat(rest(reader)).hasSize(1);
    clock.now = NOW.plus(Duration.ofDays(1));
    assertThat(reader.advance()).isFalse();
    assertThat(watermark(reader)).isEqualTo(at("08:00:05"));
  }

  @Test
  void oneReaderReadsAllFiles() throws Exception {
    FollowFiles.FollowedFiles source = source();
    assertThat(source.split(8, PipelineOptionsFactory.create()).stream().toList())
        .isEqualTo(List.of(source));
    assertThat(
            SerializableUtils.clone(
                    new FollowFiles.FollowedFiles(
                        new FollowFiles.Config(
                            List.of(new FileInput("a", null)),
                            LIMIT,
                            FollowFilesTest::time,
                            DISORDER,
                            IDLE,
                            Clock.systemUTC())))
                .getOutputCoder())
        .isEqualTo(source.getOutputCoder());
  }

  @Test
  void resumingAtAnyLineGivesEachLineOnce() throws IOException {
    write("a", "08:00:01 a\n08:00:04 a\n08:00:06 a\n");
    write("b", "08:00:02 b\n08:00:03 b\n08:00:05 b\npart");
    Files.write(directory.resolve("c.gz"), gzip("08:00:02 c\n08:00:04 c\n08:00:07 c"));
    List<String> all = rest(reader(source()));
    assertThat(all).hasSize(9);
    for (int stop = 0; stop <= all.size(); stop++) {
      FollowFiles.FollowingReader reader = reader(source());
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < stop; i++) {
        assertThat(reader.advance()).isTrue();
        lines.add(describe(reader.getCurrent()));
      }
      reader = resumed(reader);
      lines.addAll(rest(reader));
      assertThat(lines).isEqualTo(all);
      assertThat(rest(resumed(reader))).isEmpty();
    }
  }

  @Test
  void aFileThatIsCutIsReadFromItsNewStart() throws IOException {
    Path file = write("a", "08:00:01 old\n08:00:02 old\n");
    FollowFiles.FollowingReader reader = reader(source());
    assertThat(rest(reader)).hasSize(2);
    Files.writeString(file, "08:00:03\n", StandardOpenOption.TRUNCATE_EXISTING);
    assertThat(rest(reader)).containsExactly("a:26:08:00:03");
    write("a", "08:00:04\n");
    assertThat(rest(reader)).containsExactly("a:35:08:00:04");
    Files.writeString(file, "", StandardOpenOption.TRUNCATE_EXISTING);
    assertThat(rest(reader)).isEmpty();
    write("a", "08:00:05\n");
    assertThat(rest(resumed(reader))).containsExactly("a:44:08:00:05");
  }

  @Test
  void aFileThatIsReplacedIsReadToItsEndAndThenTheNewOne() throws IOException {
    Path file = write("a", "08:00:01 old\n");
    FollowFiles.FollowingReader reader = reader(source(IDLE, new FileInput(file.toString(), null)));
    assertThat(rest(reader)).containsExactly("a:0:08:00:01 old");
    write("a", "08:00:02 old\n08:00:03 end");
    Files.move(file, directory.resolve("a.1"));
    write("a", "08:00:04 this is longer than the old file was, by far, as one sees\n");
    assertThat(rest(reader))
        .containsExactly(
            "a:13:08:00:02 old",
            "a:26:08:00:03 end",
            "a:38:08:00:04 this is longer than the old file was, by far, as one sees");
    write("a", "08:00:05\n");
    assertThat(rest(reader)).containsExactly("a:105:08:00:05");
  }

  @Test
  void untilThereIsSomethingInTheNewFileTheOldOneIsRead() throws IOException {
    Path file = write("a", "08:00:01\n");
    FollowFiles.FollowingReader reader = reader(source(IDLE, new FileInput(file.toString(), null)));
    assertThat(rest(reader)).hasSize(1);
    Files.move(file, directory.resolve("a.1"));
    write("a.1", "08:00:02\n");
    assertThat(rest(reader)).containsExactly("a:9:08:00:02");
    write("a", "");
    write("a.1", "08:00:03\n");
    assertThat(rest(reader)).containsExactly("a:18:08:00:03");
    write("a", "08:00:04\n");
    assertThat(rest(reader)).containsExactly("a:27:08:00:04");
    write("a.1", "08:00:05\n");
    assertThat(rest(reader)).isEmpty();
  }

  @Test
  void aFileThatIsReplacedBetweenReadersIsReadToItsEndToo() throws IOException {
    Path file = write("a", "08:00:01 old\n");
    FollowFiles.FollowedFiles source = source(IDLE, new FileInput(file.toString(), null));
    FollowFiles.FollowingReader reader = reader(source);
    assertThat(rest(reader)).hasSize(1);
    FollowFiles.Position mark = reader.getCheckpointMark();
    reader.close();
    write("a", "08:00:02 old\n");
    Files.move(file, directory.resolve("a.1"));
    assertThat(rest(new FollowFiles.FollowingReader(source, mark)))
        .containsExactly("a:13:08:00:02 old");
    write("a", "08:00:03 and something more than before\n");
    assertThat(rest(new FollowFiles.FollowingReader(source, mark)))
        .containsExactly("a:13:08:00:02 old", "a:26:08:00:03 and something more than before");
    // Where the old one is gone, nothing can be read of it.
    write("b", "kept, so that the next file is not given the number of the old one");
    Files.move(
        directory.resolve("b"), directory.resolve("a.1"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(rest(new FollowFiles.FollowingReader(source, mark)))
        .containsExactly("a:13:08:00:03 and something more than before");
  }

  @Test
  void aFileThatGoesAwayAndComesBack() throws IOException {
    Path file = write("a", "08:00:01\n");
    FollowFiles.FollowingReader reader = reader(source());
    assertThat(rest(reader)).hasSize(1);
    Files.delete(file);
    assertThat(rest(reader)).isEmpty();
    write("a", "08:00:02\n08:00:03\n");
    assertThat(rest(reader)).containsExactly("a:9:08:00:02", "a:18:08:00:03");
  }

  @Test
  void aCompressedFileIsReadOnce() throws IOException {
    Path file = directory.resolve("a.gz");
    Files.write(file, gzip("08:00:01\n08:00:02"));
    FollowFiles.FollowingReader reader = reader(source());
    assertThat(rest(reader)).containsExactly("a.gz:0:08:00:01", "a.gz:9:08:00:02");
    Files.write(file, gzip("08:00:03\n"), StandardOpenOption.APPEND);
    assertThat(rest(reader)).isEmpty();
  }

  @Test
  void aCompressedFileThatIsStillBeingWrittenIsReadLater() throws IOException {
    StringBuilder text = new StringBuilder();
    Random random = new Random(3);
    for (int i = 0; i < 40_000; i++) {
      text.append("08:00:01 ").append(random.nextLong()).append('\n');
    }
    byte[] whole = gzip(text.toString());
    Path file = directory.resolve("a.gz");
    FollowFiles.FollowingReader reader = reader(source());
    Files.write(file, new byte[0]);
    List<String> lines = new ArrayList<>(rest(reader));
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    lines.addAll(rest(reader));
    assertThat(lines).hasSizeLessThan(40_000);
    Files.write(file, whole);
    lines.addAll(rest(reader));
    assertThat(lines.stream().map(line -> line.substring(line.indexOf(":08:00:01") + 1)).toList())
        .isEqualTo(text.toString().lines().toList());
  }

  /** Whatever happens to a file between looks, each line that was complete comes once. */
  @Test
  void anyRotationLosesNothing() throws IOException {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Path own = Files.createDirectory(directory.resolve("run" + seed));
      Path log = own.resolve("log");
      FollowFiles.FollowingReader reader =
          reader(source(IDLE, new FileInput(log.toString(), null)));
      List<String> texts = new ArrayList<>();
      List<Long> offsets = new ArrayList<>();
      int written = 0;
      int rotations = 0;
      for (int step = 0; step <= 40; step++) {
        switch (step == 40 ? 3 : random.nextInt(5)) {
          case 0, 1 ->
              Files.writeString(
                  log,
                  "08:00:01 " + written++ + "\n",
                  StandardOpenOption.CREATE,
                  StandardOpenOption.APPEND);
          case 2 -> {
            // Rotated at most once between looks: a file must be seen to be followed.
            if (Files.exists(log) && texts.size() > 0 && rotations == 0) {
              Files.move(log, own.resolve("log." + step));
              rotations = 1;
            }
          }
          case 3 -> {
            for (int i = 0; i < 2; i++) {
              clock.now = clock.now.plusSeconds(1);
              while (reader.advance()) {
                texts.add(new String(reader.getCurrent().bytes(), StandardCharsets.UTF_8));
                offsets.add(reader.getCurrent().provenance().offset());
              }
            }
            if (Files.exists(log)) {
              rotations = 0;
            }
          }
          default -> reader = resumed(reader);
        }
      }
      assertThat(texts)
          .as("seed %d", seed)
          .isEqualTo(IntStream.range(0, written).mapToObj(i -> "08:00:01 " + i).toList());
      assertThat(offsets).isSorted().doesNotHaveDuplicates();
      reader.close();
    }
  }
}
