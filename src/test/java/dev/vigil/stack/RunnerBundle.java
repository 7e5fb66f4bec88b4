package dev.vigil.stack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The jar that holds the job and all that it needs on a runner, as Maven has made it. */
public final class RunnerBundle {
  private static final String SERVICES = "META-INF/services/";

  private RunnerBundle() {}

  /**
   * The jar, if it is of the classes as they are built now; otherwise null.
   *
   * @param runner the name of the profile
   */
  public static @Nullable Path of(String runner) throws IOException {
    Path root = Path.of(System.getProperty("vigil.root")).normalize();
    Path file = root.resolve("pipeline/target/vigil-" + runner + ".jar");
    if (!Files.exists(file)) {
      return null;
    }
    try (JarFile bundle = new JarFile(file.toFile())) {
      for (String module : List.of("transforms", "pipeline")) {
        Path classes = root.resolve(module).resolve("target/classes");
        try (Stream<Path> files = Files.walk(classes)) {
          for (Path each : files.filter(f -> f.toString().endsWith(".class")).toList()) {
            ZipEntry entry = bundle.getEntry(classes.relativize(each).toString());
            if (entry == null || !Arrays.equals(Files.readAllBytes(each), bytes(bundle, entry))) {
              return null;
            }
          }
        }
      }
    }
    return file;
  }

  private static byte[] bytes(JarFile jar, ZipEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  /** The text of a file in a jar. */
  public static String text(JarFile jar, String name) throws IOException {
    return new String(bytes(jar, jar.getEntry(name)), StandardCharsets.UTF_8);
  }

  /** Who offers a service. */
  public static List<String> providers(JarFile jar, String service) throws IOException {
    return text(jar, SERVICES + service)
        .lines()
        .map(line -> line.replaceFirst("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /** Services, each with who offers it, whose classes are not there. */
  public static Set<String> missingProviders(JarFile jar) throws IOException {
    Set<String> missing = new TreeSet<>();
    for (String file :
        jar.stream().map(ZipEntry::getName).filter(n -> n.matches(SERVICES + "[^/]+")).toList()) {
      String service = file.substring(SERVICES.length());
      for (String provider : providers(jar, service)) {
        if (jar.getEntry(provider.replace('.', '/') + ".class") == null) {
          missing.add(service + ": " + provider);
        }
      }
    }
    return missing;
  }
}
