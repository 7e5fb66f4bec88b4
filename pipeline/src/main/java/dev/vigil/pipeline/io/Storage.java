package dev.vigil.pipeline.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

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

  /** Whether a name or pattern of this machine takes a file, which need not be there. */
  public static boolean wouldMatch(String glob, Path file) {
    Path directory = Path.of("").toAbsolutePath();
    String plain =
        (glob.startsWith("/") ? glob : directory + "/" + glob).replaceAll("/(\\.?/)+", "/");
    String before;
    do { // as in a path: a name and the ".." after it are nothing
      before = plain;
      plain =
          plain.replaceFirst("^(/\\.\\.)+/", "/").replaceFirst("/(?!\\.\\./)[^/{}]+/\\.\\./", "/");
    } while (!plain.equals(before));
    return directory
        .getFileSystem()
        .getPathMatcher("glob:" + plain)
        .matches(file.toAbsolutePath().normalize());
  }

  /** The files in a directory, whatever their names. */
  public static List<String> list(String directory) throws IOException {
    if (!isLocal(directory)) {
      return match(directory.endsWith("/") ? directory + "*" : directory + "/*");
    }
    return entries(Path.of(directory)).stream()
        .map(file -> file.toAbsolutePath().toString())
        .sorted()
        .toList();
  }

  /** What is in a directory of this machine; nothing, if there is none or not any more. */
  static List<Path> entries(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
        all.forEach(entries::add);
      } catch (NoSuchFileException | NotDirectoryException e) {
        return List.of();
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
    return entries;
  }

  /** What is known of a file of this machine, all at one time; null if it is not there. */
  static @Nullable BasicFileAttributes attributes(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return null;
    }
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
      // What is no file, or in a directory that may not be entered, is not looked at.
      BasicFileAttributes there = Files.isRegularFile(file) ? attributes(file) : null;
      if (there != null && there.isRegularFile()) {
        files.add(
            MatchResult.Metadata.builder()
                .setResourceId(FileSystems.matchNewResource(file.normalize().toString(), false))
                .setSizeBytes(there.size())
                .setLastModifiedMillis(there.lastModifiedTime().toMillis())
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
      } else {
        PathMatcher matcher = directory.getFileSystem().getPathMatcher("glob:" + name);
        for (Path entry : entries(directory)) {
          if (matcher.matches(entry.getFileName())) {
            checkName(entry);
            children.add(entry);
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

  /** All that a file has. */
  public static byte[] content(String file) throws IOException {
    try (InputStream in = read(file)) {
      return in.readAllBytes();
    }
  }

  public static void delete(List<String> files) throws IOException {
    FileSystems.delete(
        files.stream().map(file -> FileSystems.matchNewResource(file, false)).toList());
  }
}
