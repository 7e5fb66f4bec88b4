package dev.vigil.pipeline;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A Flink in this JVM, where somebody else has started that and has loaded our classes, as Maven's
 * {@code exec:java} does. For a job without a class path of its own Flink asks the system's class
 * loader, which does not have them; for one with any it asks that which has loaded Flink.
 */
final class EmbeddedFlink {
  private EmbeddedFlink() {}

  /**
   * What the runner must be told; nothing where the system's class loader is ours, or Flink is
   * elsewhere.
   *
   * @param given the arguments of the job, the presets among them
   * @param own what has loaded the job's classes
   */
  static List<String> of(List<String> given, ClassLoader own) throws IOException {
    boolean here =
        given.stream().anyMatch(argument -> argument.matches("--runner=(.*\\.)?FlinkRunner"))
            && !ClusterDefaults.isForCluster(given)
            && !Vigil.isInFlink();
    if (!here || settings(own, Path.of("")).isEmpty()) {
      return List.of();
    }
    Path directory = Files.createTempDirectory("vigil-flink");
    Path configuration = Files.write(directory.resolve("config.yaml"), settings(own, directory));
    // In the other order: a directory must be empty.
    List.of(directory, configuration).stream().map(Path::toFile).forEach(File::deleteOnExit);
    return List.of("--flinkConfDir=" + directory);
  }

  /**
   * Lines of Flink's configuration.
   *
   * @param directory any that is there and has no classes
   */
  static List<String> settings(ClassLoader own, Path directory) {
    return own == ClassLoader.getSystemClassLoader()
        ? List.of()
        : List.of("pipeline.classpaths: '" + directory.toUri().toString().replace("'", "''") + "'");
  }
}
