package dev.vigil.stack;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where a server's own classes and libraries are: in the directory of its module, below the one of
 * this module.
 */
final class NodeClassPath {
  private NodeClassPath() {}

  /**
   * The class path of a server.
   *
   * @param module the name of its directory in {@code pipeline/local-stack}
   * @throws IllegalStateException if it is not built; the message says what builds it
   */
  static String of(String module) {
    return below(ours().resolve("../..").normalize(), module) + File.pathSeparator + ours();
  }

  /** The same, for a local stack in the given directory. */
  static String below(Path localStack, String module) {
    Path target = localStack.resolve(module).resolve("target");
    Path classes = target.resolve("classes");
    Path libraries = target.resolve("lib");
    if (!holdsFiles(classes) || !holdsFiles(libraries)) {
      throw new IllegalStateException(
          "there is no server to start in %s: build it with `mvn -pl pipeline/local-stack/%s process-classes`"
              .formatted(target, module));
    }
    return classes + File.pathSeparator + libraries.resolve("*");
  }

  /** This module's classes, in target/classes or in a jar in target; servers need some of them. */
  private static Path ours() {
    try {
      return Path.of(
          NodeClassPath.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean holdsFiles(Path directory) {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
