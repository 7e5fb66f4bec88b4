package dev.vigil.demo;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.Flushable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes the logs of a made-up company: ordinary life, and attacks in it; and the truth about them
 * in {@value Labels#FILE}. The same seed, period and scale give the same bytes.
 *
 * <p>Lines are in order of time in each file, which gets the period's end as its modification time:
 * some formats leave out the year, and it is found by that. Nothing is kept but the lines of a
 * minute, of what was begun and is to end, and of the attacks.
 */
final class LogGenerator {
  private final long seed;
  private final Period period;
  private final Scale scale;

  LogGenerator(long seed, Period period, Scale scale) {
    this.seed = seed;
    this.period = period;
    this.scale = scale;
  }

  /**
   * The program of its own.
   *
   * <p>Exit code 0: written; 2: the command line is wrong, or names what cannot be written.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    System.exit(run(args, InstantSource.system(), System.out, System.err));
  }

  static int run(String[] args, InstantSource clock, PrintStream out, PrintStream err)
      throws IOException, InterruptedException {
    if (Arguments.askForHelp(args)) {
      out.print(Arguments.help(GenerationOptions.OPTIONS));
      return 0;
    }
    try {
      Arguments arguments = Arguments.of(args, GenerationOptions.OPTIONS);
      Path directory = Path.of(arguments.text("directory", "vigil-demo"));
      GenerationOptions options = GenerationOptions.of(arguments, clock.instant());
      long start = System.nanoTime();
      Written written = options.generator().write(directory, options.pace(clock));
      double seconds = (System.nanoTime() - start) / 1e9;
      out.println(written.describe(options.period(), options.live() ? 0 : seconds));
      return 0;
    } catch (UsageException e) {
      err.println("vigil-demo: " + e.getMessage());
      return 2;
    }
  }

  /**
   * What was written.
   *
   * @param lines of each file
   */
  record Written(Labels labels, Map<LogFile, Long> lines) {
    long all() {
      return lines.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * @param seconds it took; 0 if that is nobody's business
     */
    String describe(Period period, double seconds) {
      long malicious = labels.attacks().stream().filter(Label::malicious).count();
      return String.format(
          Locale.ROOT,
          "%,d lines from %s to %s%s%n  %d attacks, %d that only look like one, %d malformed lines",
          all(),
          period.start(),
          period.end(),
          seconds == 0 ? "" : String.format(Locale.ROOT, " in %.1f s", seconds),
          malicious,
          labels.attacks().size() - malicious,
          labels.malformed().size());
    }
  }

  /**
   * Writes logs and labels; the labels first.
   *
   * @param directory gets {@value Labels#FILE} and the files' directories; those that are there are
   *     replaced
   */
  Written write(Path directory, Pace pace) throws IOException, InterruptedException {
    SplittableRandom random = new SplittableRandom(seed);
    LogLines lines = new LogLines();
    AttackPlan plan = AttackPlan.of(period, scale, random.split(), lines);
    OrdinaryLife life = new OrdinaryLife(period, scale.lines(), random.split(), lines);
    Files.createDirectories(directory);
    plan.labels().write(directory.resolve(Labels.FILE));
    Map<LogFile, Long> counts = new EnumMap<>(LogFile.class);
    try (Logs logs = Logs.open(directory)) {
      int next = 0;
      int minutes = (int) period.length().toMinutes();
      for (int i = 0; i < minutes; i++) {
        List<LogEntry> entries = life.minute(i);
        long end = period.start().plusSeconds(60L * (i + 1)).toEpochMilli();
        while (next < plan.entries().size() && plan.entries().get(next).millis() < end) {
          entries.add(plan.entries().get(next++));
        }
        entries.sort(Comparator.comparingLong(LogEntry::millis));
        logs.append(entries, pace, counts);
      }
    }
    for (LogFile file : LogFile.values()) {
      Files.setLastModifiedTime(directory.resolve(file.path()), FileTime.from(period.end()));
    }
    return new Written(plan.labels(), counts);
  }

  /** The files, open for writing. */
  private record Logs(Map<LogFile, BufferedWriter> writers) implements Closeable, Flushable {
    static Logs open(Path directory) throws IOException {
      Map<LogFile, BufferedWriter> writers = new EnumMap<>(LogFile.class);
      for (LogFile file : LogFile.values()) {
        Path path = directory.resolve(file.path());
        Files.createDirectories(path.getParent());
        writers.put(file, Files.newBufferedWriter(path, StandardCharsets.US_ASCII));
      }
      return new Logs(writers);
    }

    void append(List<LogEntry> entries, Pace pace, Map<LogFile, Long> counts)
        throws IOException, InterruptedException {
      long end = Long.MIN_VALUE;
      for (LogEntry entry : entries) {
        // Lines of the same second go together.
        long endOfSecond = Math.floorDiv(entry.millis(), 1_000L) + 1;
        if (endOfSecond != end) {
          end = endOfSecond;
          pace.await(Instant.ofEpochSecond(end), this);
        }
        writers.get(entry.file()).append(entry.text()).append('\n');
        counts.merge(entry.file(), 1L, Long::sum);
      }
    }

    @Override
    public void flush() throws IOException {
      for (BufferedWriter writer : writers.values()) {
        writer.flush();
      }
    }

    @Override
    public void close() throws IOException {
      for (BufferedWriter writer : writers.values()) {
        writer.close();
      }
    }
  }
}
