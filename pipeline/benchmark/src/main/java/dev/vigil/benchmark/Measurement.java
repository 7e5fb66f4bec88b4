package dev.vigil.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What it took to go through a workload once. */
record Measurement(long nanos, long cpuNanos) {
  private static final List<String> OPENS =
      List.of("java.lang", "java.util", "java.net", "java.time");
  private static final String PREFIX = "MEASURED ";
  private static final double NANOS_PER_SECOND = 1e9;

  String toLine() {
    return PREFIX + nanos + " " + cpuNanos;
  }

  private static Measurement ofLine(String line) {
    String[] numbers = line.substring(PREFIX.length()).split(" ");
    return new Measurement(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }

  double seconds() {
    return nanos / NANOS_PER_SECOND;
  }

  double cpuSeconds() {
    return cpuNanos / NANOS_PER_SECOND;
  }

  /**
   * Runs a contender in a JVM of its own, and takes what it has measured, in order.
   *
   * @param flags of that JVM, besides those that all get
   */
  static List<Measurement> ofProcess(Class<?> contender, List<String> flags, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("java", "-Xmx3g"));
    command.addAll(flags);
    for (String name : OPENS) {
      command.add("--add-opens=java.base/" + name + "=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), contender.getName()));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<Measurement> measured = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(PREFIX)) {
          measured.add(ofLine(line));
        }
      }
    }
    int status = process.waitFor();
    if (status != 0 || measured.isEmpty()) {
      throw new IllegalStateException(arguments.get(0) + " ended with status " + status);
    }
    return measured;
  }

  static double median(List<Double> numbers) {
    List<Double> sorted = numbers.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
