package dev.vigil.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** The results in files: lines of JSON, and of an alert each revision. */
record ResultFiles(Path directory) implements Sink {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public String name() {
    return "files in " + directory;
  }

  @Override
  public Findings read(Period period) throws IOException {
    Map<String, FoundAlert> alerts = new LinkedHashMap<>();
    for (String product : List.of("suspicious-logins", "alerts")) {
      for (FoundAlert alert : read(product, FoundAlert::of)) {
        alerts.put(alert.id(), alert);
      }
    }
    return new Findings(List.copyOf(alerts.values()), read("failures", FoundFailure::of));
  }

  private <T> List<T> read(String product, Function<JsonNode, T> type) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.filter(file -> isOf(product, file)).sorted().toList();
    }
    List<T> found = new ArrayList<>();
    for (Path file : files) {
      try (BufferedReader lines = Files.newBufferedReader(file)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          found.add(type.apply(JSON.readTree(line)));
        }
      }
    }
    return found;
  }

  private static boolean isOf(String product, Path file) {
    return file.getFileName().toString().matches(product + "-(\\d|pane).*\\.jsonl");
  }
}
