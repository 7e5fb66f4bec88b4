package dev.vigil.pipeline.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.options.PipelineOptions;

/** The files of every file system that Beam knows, by their full names. */
public final class Storage {
  /** What makes a name a pattern. */
  private static final String WILDCARDS = "*?[]{}\\";

  private Storage() {}

  /** Makes the file systems known; before anything else. */
  public static void open(PipelineOptions options) {
    FileSystems.setDefaultPipelineOptions(options);
  }

  /** Whether a name or pattern is of this machine's own file system. */
  public static boolean isLocal(String place) {
    return !place.contains("://");
  }

  /**
   * The files that there are of a name or pattern.
   *
   * @throws IllegalArgumentException if it is no pattern, or of no known file system
   */
  public static List<String> match(String glob) throws IOException {
    return metadata(glob).stream().map(file -> file.resourceId().toString()).toList();
  }

  /** The files in a directory, whatever their names. */
  public static List<String> list(String directory) throws IOException {
    if (!isLocal(directory)) {
      return match(directory.endsWith("/") ? directory + "*" : directory + "/*");
    }
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(Path.of(directory))) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(directory))) {
        for (Path file : files) {
          names.add(file.toAbsolutePath().toString());
        }
      }
    }
    names.sort(null);
    return names;
  }

  /** What is known of the files that there are of a name or pattern. */
  static List<MatchResult.Metadata> metadata(String glob) throws IOException {
    // Beam looks for local files in all directories below the first one, even for a plain name.
    if (!isLocal(glob) || glob.contains("**") || glob.matches(".*\\{[^}]*/.*")) {
      return FileSystems.match(glob, EmptyMatchTreatment.ALLOW).metadata();
    }
    Path path = Path.of("").toAbsolutePath();
    List<Path> found = List.of(glob.startsWith("/") ? path.getRoot() : path);
    for (String name : glob.split("/")) {
      if (!name.isEmpty()) {
        found = children(found, name);
      }
    }
    List<MatchResult.Metadata> files = new ArrayList<>();
    for (Path file : found) {
      if (Files.isRegularFile(file)) {
        files.add(
            MatchResult.Metadata.builder()
                .setResourceId(FileSystems.matchNewResource(file.normalize().toString(), false))
                .setSizeBytes(Files.size(file))
                .setLastModifiedMillis(Files.getLastModifiedTime(file).toMillis())
                .setIsReadSeekEfficient(true)
                .build());
      }
    }
    return files;
  }

  private static List<Path> children(List<Path> directories, String name) throws IOException {
    List<Path> children = new ArrayList<>();
    boolean pattern = name.chars().anyMatch(c -> WILDCARDS.indexOf(c) >= 0);
    for (Path directory : directories) {
      if (!pattern) {
        children.add(directory.resolve(name));
      } else if (Files.isDirectory(directory)) {
        PathMatcher matcher = directory.getFileSystem().getPathMatcher("glob:" + name);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
          for (Path entry : entries) {
            if (matcher.matches(entry.getFileName())) {
              checkName(entry);
              children.add(entry);
            }
          }
        }
      }
    }
    children.sort(null);
    return children;
  }

  /** Java cannot open a file whose name it cannot spell. */
  private static void checkName(Path entry) throws IOException {
    if (entry.toString().indexOf('\uFFFD') >= 0 && !Files.exists(entry)) {
      throw new IOException(
          "the name of " + entry + " is not in the locale's characters: set LC_ALL=C.UTF-8");
    }
  }

  public static InputStream read(String file) throws IOException {
    return Channels.newInputStream(FileSystems.open(FileSystems.matchNewResource(file, false)));
  }

  public static void delete(List<String> files) throws IOException {
    FileSystems.delete(
        files.stream().map(file -> FileSystems.matchNewResource(file, false)).toList());
  }
}
