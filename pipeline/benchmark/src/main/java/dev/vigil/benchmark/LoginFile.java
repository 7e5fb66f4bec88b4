package dev.vigil.benchmark;

import dev.vigil.event.EcsJson;
import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.event.SecurityEvent;
import dev.vigil.parse.LogParser;
import dev.vigil.pipeline.io.SearchIndex;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * A file of login lines, the same for the same number, and another of the documents that they
 * become, in the form in which bulk requests have them.
 */
final class LoginFile {
  private static final long SEED = 42;
  private static final Instant START = Instant.parse("2026-01-15T00:00:00Z");
  private static final int PER_SECOND = 1_000;
  private static final int SOURCES = 10_000;

  private LoginFile() {}

  static Path lines(Path directory) {
    return directory.resolve("logins.json");
  }

  static Path bulk(Path directory) {
    return directory.resolve("logins.bulk");
  }

  /** Makes both files. */
  static void create(Path directory, long count) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    LogParser parser = LogParser.ofAllFormats();
    Path file = lines(directory);
    try (BufferedWriter lines = Files.newBufferedWriter(file);
        BufferedWriter bulk = Files.newBufferedWriter(bulk(directory))) {
      long offset = 0;
      for (long i = 0; i < count; i++) {
        int source = random.nextInt(SOURCES);
        String line =
            "{\"login_time\":\""
                + START.plusMillis(i * 1_000 / PER_SECOND)
                + "\",\"username\":\"user"
                + random.nextInt(1_000)
                + "\",\"source_ip\":\"10.0."
                + (source >> 8)
                + "."
                + (source & 255)
                + "\",\"status\":\"failed\",\"user_agent\":\"OpenSSH_9.6p1 Ubuntu-3ubuntu13.5\"}";
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        SecurityEvent event =
            Objects.requireNonNull(
                parser
                    .parse(LogLine.of(bytes, Provenance.ofFile(file.toString(), offset)))
                    .event());
        lines.append(line).append('\n');
        bulk.append("{\"index\":{\"_index\":\"")
            .append(SearchIndex.EVENTS.at(event.timestamp()))
            .append("\",\"_id\":\"")
            .append(event.id())
            .append("\"}}\n")
            .append(EcsJson.of(event))
            .append('\n');
        offset += bytes.length + 1;
      }
    }
  }
}
