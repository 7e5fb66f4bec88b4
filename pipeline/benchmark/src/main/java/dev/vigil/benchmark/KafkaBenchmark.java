package dev.vigil.benchmark;

import dev.vigil.stack.LocalKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * How many records a second are read from Kafka, parsed, and counted or joined, on the Direct
 * runner and on embedded Flink, beside the same queries in Flink SQL, and beside loops that only
 * read, and only read and parse. All of them read the same topics of the same broker, in
 * alternation, each in a JVM of its own with the same heap, and each several times there: cold,
 * with the start of a JVM that has yet to compile its code, and warm, the last time, as in a job
 * that has been running for a while. Both hold the start of the job. What is told are medians and
 * their ratios, since the machine is not still.
 */
public final class KafkaBenchmark {

  private KafkaBenchmark() {}

  /**
   * @param args {@code [records [keys [rounds [partitions [contenders [passes]]]]]]}; by default
   *     1,000,000 logins of 10,000 sources in 2 partitions, and 5 rounds of all the {@link
   *     Contender}s; else of those whose names are given, with commas between them; each reads all
   *     of it 4 times
   */
  public static void main(String[] args)
      throws IOException, ExecutionException, InterruptedException {
    long records = number(args, 0, 1_000_000);
    int keys = (int) number(args, 1, 10_000);
    int rounds = (int) number(args, 2, 5);
    int partitions = (int) number(args, 3, 2);
    int passes = (int) number(args, 5, 4);
    Path home = Files.createTempDirectory("vigil-benchmark");
    List<Contender> contenders =
        args.length > 4
            ? Stream.of(args[4].split(",")).map(Contender::valueOf).toList()
            : List.of(Contender.values());
    Map<Contender, List<Measurement>> cold = new EnumMap<>(Contender.class);
    Map<Contender, List<Measurement>> warm = new EnumMap<>(Contender.class);
    try (LocalKafka broker = LocalKafka.start(home)) {
      Workload workload = Workload.load(broker.bootstrapServers(), partitions, records, keys);
      System.out.printf(
          Locale.ROOT,
          "%,d logins, %,d IDS events, %,d sources, %d partitions; to be found: %,d suspicious,"
              + " %,d attacked, %,d pairs%n",
          workload.logins(),
          workload.intrusions(),
          keys,
          partitions,
          workload.suspicious(),
          workload.attacked(),
          workload.pairs());
      for (int round = 1; round <= rounds; round++) {
        for (Contender contender : contenders) {
          List<Measurement> measured =
              measure(contender, passes, broker.bootstrapServers(), workload, home);
          Measurement first = measured.get(0);
          Measurement last = measured.get(measured.size() - 1);
          cold.computeIfAbsent(contender, c -> new ArrayList<>()).add(first);
          warm.computeIfAbsent(contender, c -> new ArrayList<>()).add(last);
          System.out.printf(
              Locale.ROOT,
              "round %d %-10s cold %6.1f s %6.1f CPU s, warm %6.1f s %6.1f CPU s%n",
              round,
              contender,
              first.seconds(),
              first.cpuSeconds(),
              last.seconds(),
              last.cpuSeconds());
        }
      }
      print("cold", workload, cold);
      print("warm", workload, warm);
    } finally {
      delete(home);
    }
  }

  static long number(String[] args, int index, long otherwise) {
    return args.length > index ? Long.parseLong(args[index].replace("_", "")) : otherwise;
  }

  private static List<Measurement> measure(
      Contender contender, int passes, String servers, Workload workload, Path home)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(List.of(contender.name(), Integer.toString(passes), servers));
    arguments.addAll(workload.toArguments());
    return Measurement.ofProcess(
        Contender.class,
        List.of(
            "-D" + Contender.CHECKPOINTS + "=" + home.resolve("checkpoints"),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-Dorg.slf4j.simpleLogger.log.org.apache.kafka=off"),
        arguments);
  }

  private static void print(
      String state, Workload workload, Map<Contender, List<Measurement>> all) {
    System.out.printf("%n%s, medians %10s %8s%n", state, "records/s", "CPU s");
    all.forEach(
        (contender, runs) ->
            System.out.printf(
                Locale.ROOT,
                "%-13s %10.0f %8.1f%n",
                contender,
                workload.logins() / seconds(runs),
                cpuSeconds(runs)));
    printRatio(Contender.COUNTS, Contender.SQL_COUNTS, all);
    printRatio(Contender.JOIN, Contender.SQL_JOIN, all);
    printRatio(Contender.COUNTS, Contender.PARSE, all);
    printRatio(Contender.DIRECT, Contender.PARSE, all);
  }

  private static void printRatio(
      Contender ours, Contender theirs, Map<Contender, List<Measurement>> all) {
    if (all.containsKey(ours) && all.containsKey(theirs)) {
      System.out.printf(
          Locale.ROOT,
          "%s/%s: %.2f in records/s, %.2f in CPU seconds%n",
          ours,
          theirs,
          seconds(all.get(theirs)) / seconds(all.get(ours)),
          cpuSeconds(all.get(ours)) / cpuSeconds(all.get(theirs)));
    }
  }

  private static double seconds(List<Measurement> runs) {
    return Measurement.median(runs.stream().map(Measurement::seconds).toList());
  }

  private static double cpuSeconds(List<Measurement> runs) {
    return Measurement.median(runs.stream().map(Measurement::cpuSeconds).toList());
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
