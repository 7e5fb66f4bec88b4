package dev.vigil.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * One warehouse for all tests of a run: started when the first test asks for it, gone with
 * everything that it kept when the run ends. Tests share it, so each makes a dataset of its own.
 */
public final class TestWarehouse {
  private static final AtomicInteger DATASETS = new AtomicInteger();
  private static LocalWarehouse warehouse;

  private TestWarehouse() {}

  /** This JVM trusts it from now on. */
  public static synchronized LocalWarehouse get() {
    if (warehouse == null) {
      try {
        Path home = Files.createTempDirectory("vigil-test-warehouse");
        LocalWarehouse started = LocalWarehouse.start(home);
        Runtime.getRuntime()
            .addShutdownHook(new Thread(() -> end(started, home), "stop warehouse"));
        System.setProperty("javax.net.ssl.trustStore", started.trustStore().toString());
        System.setProperty("javax.net.ssl.trustStorePassword", LocalWarehouse.TRUST_STORE_PASSWORD);
        warehouse = started;
      } catch (IOException e) {
        throw new UncheckedIOException("there is no place for a warehouse", e);
      }
    }
    return warehouse;
  }

  /** The name of a dataset that no other test has; it is not there yet. */
  public static String freshDataset() {
    return "test" + DATASETS.incrementAndGet();
  }

  private static void end(LocalWarehouse warehouse, Path home) {
    warehouse.kill();
    try (Stream<Path> all = Files.walk(home)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a test warehouse's directory is left: " + home, e);
    }
  }
}
