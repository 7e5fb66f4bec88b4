package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job from files to files, compared with files that are kept. What depends on where the
 * input lies is told by names in them: an event's id is {@code FILE:OFFSET}, and an alert's that is
 * anchored on an event {@code alert:RULE:SOURCE:ANCHOR}.
 *
 * <p>With {@code -Dvigil.golden.update=true} the kept files are written anew.
 */
class MainGoldenTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("vigil.root"), "src/test/resources/golden");
  private static final FileTime WRITTEN = FileTime.from(Instant.parse("2026-01-15T12:00:00Z"));
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  private Path in;
  private Path out;

  @BeforeEach
  void copyInput() throws IOException {
    in = Files.createDirectory(directory.resolve("in"));
    out = directory.resolve("out");
    for (Path log : files(GOLDEN.resolve("in"))) {
      Path copy = Files.copy(log, in.resolve(log.getFileName()));
      Files.setLastModifiedTime(copy, WRITTEN);
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private static String run(Path input, Path output) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int code =
        CommandLine.run(
            new String[] {"--input=" + input + "/*", "--output=" + output, "--targetParallelism=2"},
            new PrintStream(printed, true, StandardCharsets.UTF_8),
            new PrintStream(errors, true, StandardCharsets.UTF_8));
    assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(code).isZero();
    return printed.toString(StandardCharsets.UTF_8);
  }

  /** The lines of a product, sorted. */
  private static List<String> product(Path output, String product) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path file : files(output)) {
      if (file.getFileName().toString().matches(product + "-\\d{5}-of-\\d{5}\\.jsonl")) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    Collections.sort(lines);
    return lines;
  }

  private static Map<String, List<String>> products(Path output) throws IOException {
    Map<String, List<String>> products = new TreeMap<>();
    for (String name : Products.ALL) {
      products.put(name, product(output, name));
    }
    return products;
  }

  private static String at(JsonNode document, String pointer) {
    return document.at(pointer).asText();
  }

  /** The names of all ids that depend on where the input lies. */
  private static Map<String, String> names(Map<String, List<String>> products)
      throws JsonProcessingException {
    Map<String, String> names = new HashMap<>();
    for (String product : List.of(Products.EVENTS, Products.FAILURES)) {
      for (String line : products.get(product)) {
        JsonNode document = JSON.readTree(line);
        String file = Path.of(at(document, "/log/file/path")).getFileName().toString();
        String name = file + ":" + at(document, "/log/offset");
        assertThat(names.put(at(document, "/event/id"), name)).isNull();
      }
    }
    for (String line : products.get(Products.ALERTS)) {
      JsonNode alert = JSON.readTree(line);
      if (alert.at("/vigil/episode").isObject()) {
        names.put(
            at(alert, "/event/id"),
            String.join(
                ":",
                "alert",
                at(alert, "/rule/id"),
                at(alert, "/source/address"),
                names.get(at(alert, "/vigil/episode/anchor"))));
      }
    }
    return names;
  }

  private static JsonNode renamed(JsonNode node, Map<String, String> names) {
    if (node instanceof ObjectNode object) {
      object.fieldNames().forEachRemaining(f -> object.set(f, renamed(object.get(f), names)));
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, renamed(array.get(i), names));
      }
    } else if (node instanceof TextNode text) {
      return new TextNode(names.getOrDefault(text.asText(), text.asText()));
    }
    return node;
  }

  private Map<String, List<String>> normalised(Map<String, List<String>> products)
      throws JsonProcessingException {
    Map<String, String> names = names(products);
    Map<String, List<String>> result = new TreeMap<>();
    for (Map.Entry<String, List<String>> product : products.entrySet()) {
      List<String> lines = new ArrayList<>();
      for (String line : product.getValue()) {
        ObjectNode document = (ObjectNode) renamed(JSON.readTree(line), names);
        if (document.at("/log/file") instanceof ObjectNode file) {
          String path = file.get("path").asText();
          assertThat(path).startsWith(in + "/");
          file.put("path", path.substring(in.toString().length() + 1));
        }
        lines.add(JSON.writeValueAsString(document));
      }
      Collections.sort(lines);
      result.put(product.getKey(), lines);
    }
    return result;
  }

  @Test
  void allProducts() throws IOException {
    String summary =
        run(in, out)
            .replaceFirst("in [\\d.]+ s \\([\\d,]+ lines/s\\)", "in SECONDS (RATE)")
            .replace(out.toString(), "OUTPUT");
    Map<String, List<String>> actual = normalised(products(out));
    actual.put("summary", summary.lines().toList());
    for (Map.Entry<String, List<String>> product : actual.entrySet()) {
      boolean isSummary = product.getKey().equals("summary");
      Path golden =
          GOLDEN.resolve("out").resolve(product.getKey() + (isSummary ? ".txt" : ".jsonl"));
      if (Boolean.getBoolean("vigil.golden.update")) {
        Files.createDirectories(golden.getParent());
        Files.write(golden, product.getValue());
      }
      assertThat(product.getValue()).as(product.getKey()).isEqualTo(Files.readAllLines(golden));
    }
    assertThat(files(GOLDEN.resolve("out"))).hasSameSizeAs(actual.keySet());
  }

  @Test
  void theSecondRunReplacesTheFirst() throws IOException {
    run(in, out);
    Map<String, List<String>> first = products(out);
    Files.writeString(out.resolve("events-00007-of-00009.jsonl"), "{\"old\":1}\n");
    Files.writeString(out.resolve("alerts-pane-000003-0-of-1.jsonl"), "{\"old\":2}\n");
    Files.writeString(out.resolve("other.jsonl"), "kept\n");
    run(in, out);
    assertThat(products(out)).isEqualTo(first);
    Map<String, Set<String>> names = new TreeMap<>();
    for (Path file : files(out)) {
      String name = file.getFileName().toString();
      Matcher matcher = Pattern.compile("(.*)-\\d{5}-of-(\\d{5})\\.jsonl").matcher(name);
      names
          .computeIfAbsent(
              matcher.matches() ? matcher.group(1) + " of " + matcher.group(2) : name,
              key -> new TreeSet<>())
          .add(name);
    }
    assertThat(names.remove("other.jsonl")).isNotNull();
    // One set of files for each product, and all of its files, empty or not.
    assertThat(names.keySet().stream().map(set -> set.replaceFirst(" of .*", "")))
        .containsExactlyInAnyOrderElementsOf(Products.ALL);
    names.forEach(
        (set, members) ->
            assertThat(members).hasSize(Integer.parseInt(set.replaceFirst(".* of 0*", ""))));
  }

  /** A document without what tells where its line, or the lines behind it, stood. */
  private static String withoutPlaces(String line) throws JsonProcessingException {
    ObjectNode document = (ObjectNode) JSON.readTree(line);
    ObjectNode event = (ObjectNode) document.get("event");
    if (document.remove("log") != null || document.at("/vigil/episode").isObject()) {
      event.remove("id");
    }
    if (document.get("vigil") instanceof ObjectNode vigil) {
      for (String side : List.of("logins", "ids")) {
        if (vigil.get(side) instanceof ObjectNode facts) {
          facts.remove("evidence");
        }
      }
      if (vigil.get("episode") instanceof ObjectNode episode) {
        episode.remove("anchor");
      }
    }
    return JSON.writeValueAsString(document);
  }

  @Test
  void whereLinesStandDoesNotMatter() throws IOException {
    run(in, out);
    List<byte[]> lines = new ArrayList<>();
    for (Path log : files(in)) {
      // Bytes that are no text must stay what they are.
      Files.readString(log, StandardCharsets.ISO_8859_1)
          .lines()
          .forEach(line -> lines.add((line + "\n").getBytes(StandardCharsets.ISO_8859_1)));
    }
    Collections.shuffle(lines, new Random(5));
    Path mixed = Files.createDirectory(directory.resolve("mixed"));
    int parts = 4;
    for (int part = 0; part < parts; part++) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int i = part; i < lines.size(); i += parts) {
        bytes.write(lines.get(i));
      }
      Path file = Files.write(mixed.resolve("part" + part), bytes.toByteArray());
      Files.setLastModifiedTime(file, WRITTEN);
    }
    Path mixedOut = directory.resolve("mixed-out");
    run(mixed, mixedOut);

    Map<String, List<String>> expected = products(out);
    Map<String, List<String>> actual = products(mixedOut);
    assertThat(expected.get(Products.EVENTS)).isNotEmpty();
    for (String name : Products.ALL) {
      List<String> expectedLines = new ArrayList<>();
      for (String line : expected.get(name)) {
        expectedLines.add(withoutPlaces(line));
      }
      List<String> actualLines = new ArrayList<>();
      for (String line : actual.get(name)) {
        actualLines.add(withoutPlaces(line));
      }
      assertThat(actualLines).as(name).containsExactlyInAnyOrderElementsOf(expectedLines);
    }
  }
}
