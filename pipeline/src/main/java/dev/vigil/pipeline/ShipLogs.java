package dev.vigil.pipeline;

import dev.vigil.pipeline.io.FileShipper;
import dev.vigil.pipeline.io.ShipException;
import dev.vigil.pipeline.io.Storage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A program beside the main job: follows log files, and writes each of their lines once to a Kafka
 * topic, until it is stopped. {@link FileShipper} tells how; it is no Beam graph, since only who
 * sees the broker's acknowledgement may move the place on disk.
 *
 * <p>Exit code 0: stopped, or with {@code --once} done; 1: it cannot go on; 2: the command line, or
 * what it names, is wrong. For both, one line on standard error says what and how to put it right.
 * However it ends, started again it goes on where it stopped.
 */
public final class ShipLogs {
  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  private static final String KAFKA_LOG_LEVEL = "org.slf4j.simpleLogger.log.org.apache.kafka";

  /** How long the broker may take for what is under way when the program is to end. */
  private static final int LAST_SECONDS = 15;

  private final PrintStream out;
  private final PrintStream err;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile int code = OK;
  private volatile boolean stopped;
  private volatile @Nullable FileShipper shipper;

  ShipLogs(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  public static void main(String[] args) {
    // What Kafka's clients warn of, several times a second where a broker is gone, is told in one
    // line by this program. As any logger's level, the user's own goes before it.
    if (System.getProperty(KAFKA_LOG_LEVEL) == null) {
      System.setProperty(KAFKA_LOG_LEVEL, "error");
    }
    ShipLogs program = new ShipLogs(System.out, System.err);
    Runtime.getRuntime().addShutdownHook(new Thread(program::endProcess, "stop"));
    System.exit(program.run(args));
  }

  /** Whether by a signal or by itself: a signal alone would make the exit code the signal's. */
  private void endProcess() {
    stop();
    try {
      if (!ended.await(LAST_SECONDS, TimeUnit.SECONDS)) {
        err.println("vigil: the broker did not answer; what it has is found out at the next start");
      }
    } catch (InterruptedException e) {
      err.println("vigil: stopped at once");
    }
    out.flush();
    err.flush();
    Runtime.getRuntime().halt(code);
  }

  /** Makes {@link #run} return soon. */
  void stop() {
    stopped = true;
    FileShipper running = shipper;
    if (running != null) {
      running.stop();
    }
  }

  /** Ships until it is told to stop; returns the exit code. */
  int run(String[] args) {
    code = FAILED; // unless it ends as it should
    try {
      code = ship(args);
    } finally {
      ended.countDown();
    }
    return code;
  }

  private int ship(String[] args) {
    try {
      if (Stream.of(args).anyMatch(arg -> arg.equals("--help") || arg.equals("-h"))) {
        Help.printShipping(out);
        return OK;
      }
      FileShipper.Config config = config(args);
      try (FileShipper opened =
          FileShipper.open(
              config, message -> err.println("vigil: " + CommandLine.oneLine(message)))) {
        shipper = opened;
        if (stopped) {
          opened.stop();
        }
        Map<String, Long> counts = opened.run();
        out.println("shipped " + describe(counts, opened.isExact()));
      }
      return OK;
    } catch (UsageException e) {
      err.println("vigil: " + CommandLine.oneLine(e.getMessage()));
      return USAGE;
    } catch (InvalidPathException e) {
      err.println("vigil: " + e.getInput() + " is no file name here: set LC_ALL=C.UTF-8");
      return USAGE;
    } catch (ShipException e) {
      err.println("vigil: " + CommandLine.oneLine(e.getMessage()));
      return e.isAtStart() ? USAGE : FAILED;
    } catch (IOException e) {
      err.println("vigil: a file cannot be closed: " + e);
      return FAILED;
    }
  }

  private static FileShipper.Config config(String[] arguments) throws UsageException {
    Map<String, String> properties = KafkaSettings.properties(List.of(arguments));
    String[] args =
        Stream.of(arguments)
            .filter(arg -> !arg.startsWith(KafkaSettings.PROPERTY))
            .toArray(String[]::new);
    ShipOptions options = CommandLine.parse(ShipOptions.class, args, List.of());
    for (String arg : args) {
      String name = arg.replaceFirst("^--", "").replaceFirst("(?s)=.*", "");
      if (!Help.names(ShipOptions.class).contains(name)) {
        // One of Beam's: no runner runs this.
        throw new UsageException(
            "there is no option --" + name + " here. See --help for all options.");
      }
    }
    Storage.open(options);
    return ShipSettings.of(options, properties);
  }

  static String describe(Map<String, Long> counts, boolean exact) {
    return counts.isEmpty()
        ? exact ? "nothing" : "nothing that is known of"
        : (exact ? "" : "at least ")
            + counts.entrySet().stream()
                .map(count -> count.getValue() + " records to " + count.getKey())
                .collect(Collectors.joining(", "));
  }
}
