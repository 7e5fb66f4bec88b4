package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.RunnerBundle;
import dev.vigil.stack.TestFlinkCluster;
import dev.vigil.stack.TestWarehouse;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar that goes to Flink clusters, as {@code mvn -Pflink package} has made it. Where there is
 * none, or one of other classes than these, nothing is tested, unless {@code
 * -Dvigil.bundle=required}.
 */
class FlinkBundleTest {
  private static final Path ROOT = Path.of(System.getProperty("vigil.root")).normalize();

  /** Beam, Kafka's client, Google's clients for storage and BigQuery: less than that. */
  private static final long MOST_BYTES = 110_000_000;

  private static final long PATIENCE_SECONDS = 300;

  private static JarFile jar;

  @TempDir Path directory;

  @BeforeAll
  static void open() throws IOException {
    Path bundle = TestFlinkCluster.bundle();
    if (System.getProperty("vigil.bundle", "").equals("required")) {
      assertThat(bundle).as("the bundle, of these classes").isNotNull();
    }
    assumeTrue(
        bundle != null, "there is no bundle of these classes: mvn -Pflink -DskipTests package");
    jar = new JarFile(bundle.toFile());
  }

  @AfterAll
  static void close() throws IOException {
    if (jar != null) {
      jar.close();
    }
  }

  private static List<String> names(String pattern) {
    return jar.stream().map(ZipEntry::getName).filter(name -> name.matches(pattern)).toList();
  }

  @Test
  void hasNothingThatAClusterHas() {
    assertThat(names("(META-INF/versions/\\d+/)?org/(apache/flink|slf4j)/.*")).isEmpty();
    assertThat(names("(META-INF/versions/\\d+/)?org/apache/(log4j|logging)/.*|ch/qos/.*"))
        .isEmpty();
    assertThat(names("(log4j|logback).*")).isEmpty();
  }

  @Test
  void hasNothingThatIsTrueOfOtherJarsAlone() {
    assertThat(names("META-INF/.*\\.(SF|DSA|RSA|EC)")).isEmpty();
    assertThat(names("(.*/)?module-info\\.class")).isEmpty();
  }

  @Test
  void everyServiceIsThereOfAllThatOfferIt() throws IOException {
    assertThat(RunnerBundle.missingProviders(jar)).isEmpty();
    assertThat(providers("org.apache.beam.sdk.runners.PipelineRunnerRegistrar"))
        .contains("org.apache.beam.runners.flink.FlinkRunnerRegistrar$Runner");
    assertThat(providers("org.apache.beam.sdk.io.FileSystemRegistrar"))
        .contains(
            "org.apache.beam.sdk.io.LocalFileSystemRegistrar",
            "org.apache.beam.sdk.extensions.gcp.storage.GcsFileSystemRegistrar");
    assertThat(providers("org.apache.beam.sdk.schemas.SchemaProviderRegistrar"))
        .contains("dev.vigil.event.RecordSchemaProvider$Schemas");
  }

  private static List<String> providers(String service) throws IOException {
    return RunnerBundle.providers(jar, service);
  }

  @Test
  void flinkItselfIsBesideItAndNotLarge() throws IOException {
    assertThat(Files.size(TestFlinkCluster.bundle())).isLessThan(MOST_BYTES);
    List<String> named =
        List.of(jar.getManifest().getMainAttributes().getValue("Class-Path").split(" "));
    try (Stream<Path> beside = Files.list(TestFlinkCluster.bundle().resolveSibling("flink"))) {
      assertThat(beside.map(file -> "flink/" + file.getFileName()).toList())
          .anyMatch(name -> name.startsWith("flink/flink-runtime-"))
          .isSubsetOf(named);
    }
  }

  /** What BigQuery and storage are reached by; much of Google's clients is left out. */
  @Test
  void whatIsKeptNeedsNothingThatIsLeftOut() throws Exception {
    List<URL> urls = new ArrayList<>(List.of(TestFlinkCluster.bundle().toUri().toURL()));
    try (Stream<Path> beside = Files.list(TestFlinkCluster.bundle().resolveSibling("flink"))) {
      for (Path file : beside.toList()) {
        urls.add(file.toUri().toURL());
      }
    }
    List<String> classes =
        names(
            "(org/apache/beam/sdk/(io/gcp/(bigquery|common)|extensions/gcp)"
                + "|com/google/(cloud/(bigquery/storage/v1|hadoop|storage)|auth|api/gax))/.*\\.class");
    assertThat(classes).hasSizeGreaterThan(2_000);
    Set<String> missing = new TreeSet<>();
    try (URLClassLoader loader =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      for (String name : classes) {
        try {
          Class<?> type =
              Class.forName(name.replace('/', '.').replaceFirst("\\.class$", ""), false, loader);
          type.getDeclaredMethods();
          type.getDeclaredFields();
        } catch (NoClassDefFoundError e) {
          missing.add(e.getMessage());
        }
      }
    }
    // Of what compiles Java to the machine's code, and of tests, which bring it themselves.
    assertThat(missing).allMatch(name -> name.matches("org/(graalvm|junit)/.*"));
  }

  /** Bounded, to the end: what comes out is what the Direct runner gives, in BigQuery, too. */
  @Test
  void theScriptSubmitsIt() throws Exception {
    LocalWarehouse warehouse = TestWarehouse.get();
    String dataset = TestWarehouse.freshName();
    List<String> rows =
        List.of(
            "--bigQueryDataset=" + TestWarehouse.PROJECT + ":" + dataset,
            "--bigQueryEndpoint=" + warehouse.url());
    ProgramRun.ofVigil("--setup", rows.get(0), rows.get(1)).assertDone();
    // Whom to trust a JVM reads once, and there may have been nobody then.
    TestFlinkCluster.get().killTaskManager();
    TestFlinkCluster.get().startTaskManager();
    String input = "--input=" + ROOT.resolve("src/test/resources/golden/in") + "/*.json";
    Path direct = directory.resolve("direct");
    Path cluster = directory.resolve("cluster");
    ProgramRun.ofVigil(input, "--output=" + direct, "--targetParallelism=2").assertDone();

    Path said = directory.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(
                ROOT.resolve("runner-profiles/flink/submit").toString(),
                TestFlinkCluster.get().rest(),
                input,
                "--output=" + cluster,
                rows.get(0),
                rows.get(1))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().put("JAVA_OPTS", String.join(" ", warehouse.clientArguments()));
    Process script = builder.start();
    try {
      assertThat(script.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(script.exitValue()).as(Files.readString(said)).isZero();
    } finally {
      script.destroyForcibly();
    }

    for (String product : Products.ALL) {
      assertThat(lines(cluster, product)).as(product).isEqualTo(lines(direct, product));
    }
    assertThat(lines(cluster, Products.EVENTS)).isNotEmpty();
    assertThat(Files.readString(said)).contains("Results: " + cluster);
    ProductDocuments.inFiles(direct).assertAreIn(warehouse, dataset);
  }

  private static List<String> lines(Path output, String product) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file :
          files
              .filter(f -> f.getFileName().toString().matches(product + "-\\d{5}-of-.*"))
              .collect(Collectors.toList())) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    lines.sort(null);
    return lines;
  }
}
