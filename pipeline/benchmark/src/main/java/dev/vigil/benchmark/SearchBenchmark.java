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
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How many events a second are read from a file, parsed and written to an OpenSearch node, on the
 * Direct runner and on embedded Flink, beside a loop that only sends the same documents, which are
 * ready to be sent. All of them write to an empty index of the same node, in alternation, each in a
 * JVM of its own with the same heap and number of threads; what is told are medians and their
 * ratios, since the machine is not still. A runner's time holds its start.
 */
public final class SearchBenchmark {

  private SearchBenchmark() {}

  /**
   * @param args {@code [events [batch [rounds [threads]]]]}; by default 1,000,000 events, 500 in a
   *     request, 3 rounds and 2 threads
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    long events = KafkaBenchmark.number(args, 0, 1_000_000);
    int batch = (int) KafkaBenchmark.number(args, 1, 500);
    int rounds = (int) KafkaBenchmark.number(args, 2, 3);
    int threads = (int) KafkaBenchmark.number(args, 3, 2);
    Path home = Files.createTempDirectory("vigil-benchmark");
    Map<SearchContender, List<Measurement>> all = new EnumMap<>(SearchContender.class);
    try (LocalSearch node = LocalSearch.startOpenSearch(home.resolve("node"))) {
      Vigil.main(new String[] {"--setup", "--elasticsearch=" + node.url()});
      LoginFile.create(home, events);
      System.out.printf(
          Locale.ROOT, "%,d events, %,d in a request, %d threads%n", events, batch, threads);
      for (int round = 1; round <= rounds; round++) {
        for (SearchContender contender : SearchContender.values()) {
          Measurement measured = measure(contender, home, node.url(), batch, threads);
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
      KafkaBenchmark.delete(home);
    }
  }

  private static Measurement measure(
      SearchContender contender, Path home, String url, int batch, int threads)
      throws IOException, InterruptedException {
    return Measurement.ofProcess(
            SearchContender.class,
            List.of(),
            List.of(
                contender.name(),
                home.toString(),
                url,
                Integer.toString(batch),
                Integer.toString(threads)))
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
    return ask(method, address, "");
  }

  static String ask(String method, String address, String json)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(json))
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
}
