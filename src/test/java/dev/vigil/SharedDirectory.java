package dev.vigil;

import java.nio.file.Files;
import java.nio.file.Path;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Test material that is not part of the project, for its licences' sake: beside the checkout, or
 * where the environment variable {@code VIGIL_SHARED_DATA} says.
 */
public final class SharedDirectory {
  private SharedDirectory() {}

  /** A file or directory in it, or null if it is not there. */
  public static @Nullable Path find(String name) {
    String given = System.getenv("VIGIL_SHARED_DATA");
    Path directory =
        given != null
            ? Path.of(given)
            : Path.of(System.getProperty("vigil.root"), "..", "shared").normalize();
    Path path = directory.resolve(name);
    return Files.exists(path) ? path : null;
  }
}
