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
 * How many records a second are read from Kafka, parsed and counted, on the Direct runner and on
 * embedded Flink, beside loops that only read, and only read and parse. All of them read the same
 * topic of the same broker, in alternation, each in a JVM of its own with the same heap; what is
 * told are medians and their ratios, since the machine is not still. A runner's time holds its
 * start.
 */
public final class KafkaBenchmark {

  private KafkaBenchmark() {}

  /**
   * @param args {@code [records [keys [rounds [partitions]]]]}; by default 1,000,000 records of
   *     10,000 sources in 2 partitions, and 5 rounds
   */
  public static void main(String[] args)
      throws IOException, ExecutionException, InterruptedException {
    long records = number(args, 0, 1_000_000);
    int keys = (int) number(args, 1, 10_000);
    int rounds = (int) number(args, 2, 5);
    int partitions = (int) number(args, 3, 2);
    Path home = Files.createTempDirectory("vigil-benchmark");
    Map<Contender, List<Measurement>> all = new EnumMap<>(Contender.class);
    try (LocalKafka broker = LocalKafka.start(home)) {
      LoginTopic topic =
          LoginTopic.load(broker.bootstrapServers(), "Logins", partitions, records, keys);
      System.out.printf(
          Locale.ROOT,
          "%,d logins, %,d sources, %d partitions, %,d suspicious%n",
          topic.records(),
          keys,
          partitions,
          topic.suspicious());
      for (int round = 1; round <= rounds; round++) {
        for (Contender contender : Contender.values()) {
          Measurement measured = measure(contender, broker.bootstrapServers(), topic);
          all.computeIfAbsent(contender, c -> new ArrayList<>()).add(measured);
          System.out.printf(
              Locale.ROOT,
              "round %d %-6s %6.1f s %6.1f CPU s%n",
              round,
              contender.name().toLowerCase(Locale.ROOT),
              measured.seconds(),
              measured.cpuSeconds());
        }
      }
      print(topic, all);
    } finally {
      delete(home);
    }
  }

  private static long number(String[] args, int index, long otherwise) {
    return args.length > index ? Long.parseLong(args[index].replace("_", "")) : otherwise;
  }

  private static Measurement measure(Contender contender, String servers, LoginTopic topic)
      throws IOException, InterruptedException {
    return Measurement.ofProcess(
        Contender.class,
        List.of(
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-Dorg.slf4j.simpleLogger.log.org.apache.kafka=off"),
        List.of(
            contender.name(),
            servers,
            topic.name(),
            Integer.toString(topic.partitions()),
            Long.toString(topic.records()),
            Long.toString(topic.suspicious())));
  }

  private static void print(LoginTopic topic, Map<Contender, List<Measurement>> all) {
    double poll = rate(topic, all.get(Contender.POLL));
    double parse = rate(topic, all.get(Contender.PARSE));
    System.out.printf(
        "%n%-8s %12s %8s %10s %10s%n", "median", "records/s", "CPU s", "of poll", "of parse");
    all.forEach(
        (contender, runs) ->
            System.out.printf(
                Locale.ROOT,
                "%-8s %,12.0f %8.1f %10.3f %10.3f%n",
                contender.name().toLowerCase(Locale.ROOT),
                rate(topic, runs),
                Measurement.median(runs.stream().map(Measurement::cpuSeconds).toList()),
                rate(topic, runs) / poll,
                rate(topic, runs) / parse));
  }

  private static double rate(LoginTopic topic, List<Measurement> runs) {
    return topic.records() / Measurement.median(runs.stream().map(Measurement::seconds).toList());
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
