package dev.vigil.benchmark;

import dev.vigil.pipeline.Vigil;
import dev.vigil.stack.LocalSearch;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How many events a second are read from a file, parsed and written to an OpenSearch node, on the
 * Direct runner and on embedded Flink, beside a loop that only sends the same documents, which are
 * ready to be sent. All of them write to an empty index of the same node, in alternation, each in a
 * JVM of its own with the same heap and two threads; what is told are medians and their ratios,
 * since the machine is not still. A runner's time holds its start.
 */
public final class SearchBenchmark {

  private SearchBenchmark() {}

  /**
   * @param args {@code [events [batch [rounds]]]}; by default 1,000,000 events, 500 in a request,
   *     and 3 rounds
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    long events = number(args, 0, 1_000_000);
    int batch = (int) number(args, 1, 500);
    int rounds = (int) number(args, 2, 3);
    Path home = Files.createTempDirectory("vigil-benchmark");
    Map<SearchContender, List<Measurement>> all = new EnumMap<>(SearchContender.class);
    try (LocalSearch node = LocalSearch.startOpenSearch(home.resolve("node"))) {
      Vigil.main(new String[] {"--setup", "--elasticsearch=" + node.url()});
      LoginFile.create(home, events);
      System.out.printf(Locale.ROOT, "%,d events, %,d in a request%n", events, batch);
      for (int round = 1; round <= rounds; round++) {
        for (SearchContender contender : SearchContender.values()) {
          Measurement measured = measure(contender, home, node.url(), batch);
          checkAndRemove(node.url(), events);
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
      print(events, all);
    } finally {
      delete(home);
    }
  }

  private static long number(String[] args, int index, long otherwise) {
    return args.length > index ? Long.parseLong(args[index].replace("_", "")) : otherwise;
  }

  private static Measurement measure(SearchContender contender, Path home, String url, int batch)
      throws IOException, InterruptedException {
    return Measurement.ofProcess(
            SearchContender.class,
            List.of(),
            List.of(contender.name(), home.toString(), url, Integer.toString(batch)))
        .get(0);
  }

  /** All events are there; then none. */
  private static void checkAndRemove(String url, long events)
      throws IOException, InterruptedException {
    ask("POST", url + "/_refresh");
    String count = ask("GET", url + "/vigil-events/_count");
    if (!count.contains("\"count\":" + events + ",")) {
      throw new IllegalStateException(events + " events were written, and there is " + count);
    }
    ask("DELETE", url + "/vigil-events-*");
  }

  private static String ask(String method, String address)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private static void print(long events, Map<SearchContender, List<Measurement>> all) {
    double loop = rate(events, all.get(SearchContender.LOOP));
    System.out.printf("%n%-8s %12s %8s %10s%n", "median", "events/s", "CPU s", "of loop");
    all.forEach(
        (contender, runs) ->
            System.out.printf(
                Locale.ROOT,
                "%-8s %,12.0f %8.1f %10.3f%n",
                contender.name().toLowerCase(Locale.ROOT),
                rate(events, runs),
                Measurement.median(runs.stream().map(Measurement::cpuSeconds).toList()),
                rate(events, runs) / loop));
  }

  private static double rate(long events, List<Measurement> runs) {
    return events / Measurement.median(runs.stream().map(Measurement::seconds).toList());
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
