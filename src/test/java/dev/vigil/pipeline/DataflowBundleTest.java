package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.stack.PretendedDataflow;
import dev.vigil.stack.RunnerBundle;
import dev.vigil.stack.TestBroker;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar that submits jobs to Dataflow and that its workers run, as {@code mvn -Pdataflow package}
 * has made it. Where there is none, or one of other classes than these, nothing is tested, unless
 * {@code -Dvigil.bundle=required}.
 */
class DataflowBundleTest {
  private static final Path ROOT = Path.of(System.getProperty("vigil.root")).normalize();
  private static final long PATIENCE_SECONDS = 300;

  private static Path bundle;
  private static JarFile jar;

  @TempDir Path directory;

  @BeforeAll
  static void open() throws IOException {
    bundle = RunnerBundle.of("dataflow");
    if (System.getProperty("vigil.bundle", "").equals("required")) {
      assertThat(bundle).as("the bundle, of these classes").isNotNull();
    }
    assumeTrue(
        bundle != null, "there is no bundle of these classes: mvn -Pdataflow -DskipTests package");
    jar = new JarFile(bundle.toFile());
  }

  @AfterAll
  static void close() throws IOException {
    if (jar != null) {
      jar.close();
    }
  }

  @Test
  void everyServiceIsThereOfAllThatOfferIt() throws IOException {
    assertThat(RunnerBundle.missingProviders(jar)).isEmpty();
    assertThat(RunnerBundle.providers(jar, "org.apache.beam.sdk.runners.PipelineRunnerRegistrar"))
        .contains("org.apache.beam.runners.dataflow.DataflowPipelineRegistrar$Runner");
    assertThat(RunnerBundle.providers(jar, "org.apache.beam.sdk.io.FileSystemRegistrar"))
        .contains("org.apache.beam.sdk.extensions.gcp.storage.GcsFileSystemRegistrar");
    assertThat(RunnerBundle.providers(jar, "org.apache.beam.sdk.schemas.SchemaProviderRegistrar"))
        .contains("dev.vigil.event.RecordSchemaProvider$Schemas");
  }

  /** What goes to any other log, a worker does not pass on. */
  @Test
  void theLogIsTheJdks() throws IOException {
    assertThat(RunnerBundle.providers(jar, "org.slf4j.spi.SLF4JServiceProvider"))
        .containsExactly("org.slf4j.jul.JULServiceProvider");
  }

  @Test
  void thePresetsAreTheProfiles() throws IOException {
    assertThat(RunnerBundle.text(jar, "dev/vigil/pipeline/default.args"))
        .isEqualTo(Files.readString(ROOT.resolve("runner-profiles/dataflow/default.args")));
  }

  /** A run of the bundle's program in a JVM of its own. */
  private ProgramRun run(Map<String, String> environment, List<String> arguments) throws Exception {
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As the launcher does, which opens no doors for it.
    command.addAll(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1"));
    command.addAll(
        List.of(
            "-cp",
            bundle + File.pathSeparator + ROOT.resolve("src/test/target/test-classes"),
            Vigil.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new ProgramRun(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** By the program as it is, but for what would go to Google's storage. */
  @Test
  void submitsAJob() throws Exception {
    try (PretendedDataflow dataflow = PretendedDataflow.start("JOB_STATE_RUNNING", Map.of())) {
      List<String> arguments = new ArrayList<>(DataflowTranslation.OFFLINE);
      arguments.remove("--runner=DataflowRunner");
      arguments.addAll(dataflow.arguments());
      arguments.addAll(
          List.of(
              "--filesToStage=" + bundle,
              "--bootstrapServers=" + TestBroker.bootstrapServers(),
              "--input=kafka:" + TestBroker.freshTopic("logins", 2),
              "--outputTopics=alerts=" + TestBroker.freshTopic("alerts", 1)));
      ProgramRun run = run(Map.of(), arguments);
      assertThat(run.code()).as(run.err()).isZero();
      assertThat(run.out().lines())
          .containsExactly("The job is submitted, and goes on until it is drained or cancelled.");
      // The runner's own words, where to look and how to stop it.
      assertThat(run.err()).contains("Submitted job: " + PretendedDataflow.JOB_ID);
      assertThat(dataflow.jobs()).hasSize(1);
      assertThat(
              dataflow
                  .jobs()
                  .get(0)
                  .at("/environment/sdkPipelineOptions/options/enableStreamingEngine")
                  .asBoolean())
          .isTrue();
    }
  }

  @Test
  void saysThatThereAreNoCredentials() throws Exception {
    String file = directory.resolve("none.json").toString();
    ProgramRun run =
        run(
            Map.of("GOOGLE_APPLICATION_CREDENTIALS", file),
            List.of("--input=gs://bucket/logs/*", "--output=gs://bucket/results"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .startsWith("vigil: there are no credentials for Google Cloud (")
        .contains(file)
        .endsWith(
            "): run \"gcloud auth application-default login\", or name a file of them in"
                + " GOOGLE_APPLICATION_CREDENTIALS");
  }

  /**
   * The image of the Flex Template, as {@code jib:buildTar} has made it, without Google's launcher:
   * nothing but the bundle, and what the launcher must know of it.
   */
  @Test
  void theImageHoldsTheBundle() throws IOException {
    Path image = bundle.resolveSibling("jib-image.tar");
    boolean required = System.getProperty("vigil.bundle", "").equals("required");
    assumeTrue(
        required || Files.exists(image),
        "there is no image: mvn -Pdataflow package jib:buildTar -Dtemplate.base=scratch");
    Map<String, byte[]> files = new TreeMap<>();
    Set<String> variables = new TreeSet<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(Files.newInputStream(image))) {
      for (ArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (entry.getName().endsWith(".tar.gz")) {
          files.putAll(digests(new TarArchiveInputStream(new GZIPInputStream(tar))));
        } else if (entry.getName().equals("config.json")) {
          new ObjectMapper()
              .readTree(tar.readAllBytes())
              .at("/config/Env")
              .forEach(variable -> variables.add(variable.asText()));
        }
      }
    }
    assertThat(variables)
        .contains(
            "FLEX_TEMPLATE_JAVA_CLASSPATH=/template/vigil-dataflow.jar",
            "FLEX_TEMPLATE_JAVA_MAIN_CLASS=" + Vigil.class.getName());
    try (InputStream in = Files.newInputStream(bundle)) {
      byte[] expected = digest(in);
      assumeTrue(
          required || Arrays.equals(files.get("template/vigil-dataflow.jar"), expected),
          "the image is of another bundle");
      assertThat(files.get("template/vigil-dataflow.jar")).isEqualTo(expected);
    }
    assertThat(files.keySet()).noneMatch(name -> name.matches("template/(libs|classes)/.*"));
  }

  private static Map<String, byte[]> digests(TarArchiveInputStream tar) throws IOException {
    Map<String, byte[]> digests = new TreeMap<>();
    for (ArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      if (!entry.isDirectory()) {
        digests.put(entry.getName(), digest(tar));
      }
    }
    return digests;
  }

  private static byte[] digest(InputStream in) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has it", e);
    }
  }
}
