package dev.vigil.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which releases a running job cannot be updated to, and what of it is not in them any more: a
 * step, or how something of a step is encoded.
 *
 * @param byRelease by its version, each a line as {@link #facts} gives them
 */
record BreakingChanges(Map<String, Set<String>> byRelease) {
  private static final String COMMENT = "#";
  private static final String INDENT = "  ";
  private static final String OF = ": ";

  static BreakingChanges read(Path file) throws IOException {
    Map<String, Set<String>> byRelease = new TreeMap<>();
    String release = null;
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(INDENT)) {
        byRelease.get(release).add(line.strip());
      } else if (!line.isBlank() && !line.startsWith(COMMENT)) {
        release = line.strip();
        byRelease.put(release, new TreeSet<>());
      }
    }
    return new BreakingChanges(byRelease);
  }

  /** Writes them behind the comments that the file begins with. */
  void write(Path file) throws IOException {
    Stream<String> comments =
        Files.readAllLines(file).stream().filter(line -> line.startsWith(COMMENT));
    Stream<String> releases =
        byRelease.entrySet().stream()
            .flatMap(
                each ->
                    Stream.concat(
                        Stream.of("", each.getKey()),
                        each.getValue().stream().map(fact -> INDENT + fact)));
    Files.write(file, Stream.concat(comments, releases).toList());
  }

  /** What a release breaks. */
  Set<String> of(String release) {
    return byRelease.getOrDefault(release, Set.of());
  }

  /** The same, with more that a release breaks. */
  BreakingChanges with(String release, Set<String> gone) {
    Map<String, Set<String>> all = new TreeMap<>(byRelease);
    Set<String> ofRelease = new TreeSet<>(of(release));
    ofRelease.addAll(gone);
    all.put(release, ofRelease);
    return new BreakingChanges(all);
  }

  /**
   * Each line of a record of steps by itself: what is indented below a step has the step's name in
   * front, and its number behind it if it is there more than once.
   *
   * @param lines as {@link JobSteps#lines} gives them
   */
  static Set<String> facts(List<String> lines) {
    Set<String> facts = new LinkedHashSet<>();
    Map<String, Integer> times = new HashMap<>();
    String step = "";
    for (String line : lines) {
      if (line.startsWith(INDENT)) {
        String fact = step + OF + line.strip();
        int number = times.merge(fact, 1, Integer::sum);
        facts.add(number == 1 ? fact : fact + " #" + number);
      } else if (!line.isBlank()) {
        step = line;
        facts.add(line);
      }
    }
    return facts;
  }

  /** What is not there any more, or in another way. Of a step that has gone, its name alone. */
  static Set<String> gone(List<String> before, List<String> after) {
    Set<String> gone = new TreeSet<>(facts(before));
    gone.removeAll(facts(after));
    List<String> steps = new ArrayList<>(before);
    steps.removeIf(line -> line.startsWith(INDENT) || !gone.contains(line));
    return gone.stream()
        .filter(fact -> steps.stream().noneMatch(step -> fact.startsWith(step + OF)))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
