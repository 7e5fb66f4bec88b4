package dev.vigil.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** The logs that come with Vigil, for a first look. */
final class SampleLogs {
  /** The directory's name. */
  static final String NAME = "sample";

  private static final List<String> NAMES =
      List.of(
          "auth.log",
          "eve.json",
          "snort.alert",
          "ufw.log",
          "asa.log",
          "access.log",
          "logins.json",
          "ids.json");

  /** Syslog dates name no year: this is where it comes from. */
  private static final FileTime WRITTEN = FileTime.from(Instant.parse("2026-01-15T12:00:00Z"));

  private SampleLogs() {}

  /**
   * Puts the sample logs into the directory {@code sample} in the output directory.
   *
   * @return the inputs that name them
   */
  static String unpack(String output) throws UsageException {
    Path directory = Path.of(output, NAME);
    try {
      Files.createDirectories(directory);
      for (String name : NAMES) {
        try (InputStream log = SampleLogs.class.getResourceAsStream(NAME + "/" + name)) {
          Files.copy(log, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.setLastModifiedTime(directory.resolve(name), WRITTEN);
      }
    } catch (IOException e) {
      throw new UsageException(
          "--output=" + output + " cannot be written: give a directory that can (" + e + ")");
    }
    return NAMES.stream()
        .map(name -> directory.resolve(name).toString())
        .collect(Collectors.joining(","));
  }
}
