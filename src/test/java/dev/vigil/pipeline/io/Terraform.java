package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The Terraform module, as Terraform itself works it out, without any provider: types, references,
 * conditions of variables, and what follows from them. Where there is no Terraform, who asks for it
 * is skipped.
 */
final class Terraform {
  static final Path MODULE =
      Path.of(System.getProperty("vigil.root"), "runner-profiles/dataflow/terraform").normalize();

  /** What names no resource. */
  private static final List<String> FILES =
      List.of("variables.tf", "parameters.tf", "conditions.tf", "tables.json");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_SECONDS = 120;

  private final Path directory;
  private final Path module;
  private final Map<String, String> variables;

  private Terraform(Path directory, Path module, Map<String, String> variables) {
    this.directory = directory;
    this.module = module;
    this.variables = variables;
  }

  /** What a program has said, on both of its outputs. */
  private record Said(int code, String out, String err) {}

  /**
   * With the variables that there must be.
   *
   * @param directory an empty one
   */
  static Terraform in(Path directory) throws IOException {
    Path module = Files.createDirectory(directory.resolve("terraform"));
    for (String file : FILES) {
      Files.copy(MODULE.resolve(file), module.resolve(file));
    }
    Files.copy(MODULE.resolveSibling("metadata.json"), directory.resolve("metadata.json"));
    return new Terraform(
        directory,
        module,
        Map.of(
            "project", "my-project",
            "region", "europe-west1",
            "input", "kafka:Logins,IDS",
            "image", "europe-west1-docker.pkg.dev/my-project/images/vigil:0.1.0"));
  }

  /** The same with another value of a variable. */
  Terraform with(String variable, String value) {
    Map<String, String> more = new TreeMap<>(variables);
    more.put(variable, value);
    return new Terraform(directory, module, more);
  }

  /** Fails where Terraform finds the files to be wrong in themselves. */
  void validate() throws Exception {
    assertDone(run(directory, module, "", List.of("validate")));
  }

  /** What Terraform would change in its form. */
  static String unformatted(Path directory) throws Exception {
    return run(directory, MODULE, "", List.of("fmt", "-check", "-diff")).out;
  }

  JsonNode evaluate(String expression) throws Exception {
    Said said = run(directory, module, "jsonencode(" + expression + ")\n", command("console"));
    assertDone(said);
    // A text in quotes, as HCL writes it, which for JSON is as JSON does.
    return JSON.readTree(JSON.readTree(said.out).asText());
  }

  /** What is wrong with the variables, in a line; nothing where all is right. */
  String refusal() throws Exception {
    Said said =
        run(
            directory,
            module,
            "",
            command("plan", "-no-color", "-input=false", "-lock=false", "-compact-warnings"));
    return said.code == 0 ? "" : said.err.replaceAll("\\s+", " ");
  }

  private List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of(words));
    variables.forEach((name, value) -> command.add("-var=" + name + "=" + value));
    return command;
  }

  private static void assertDone(Said said) {
    assertThat(said.code).as(said.out + said.err).isZero();
  }

  private static Said run(Path directory, Path module, String input, List<String> arguments)
      throws Exception {
    assumeTrue(isThere("terraform"), "terraform is not on the PATH: its module is not looked at");
    List<String> command = new ArrayList<>(List.of("terraform"));
    command.addAll(arguments);
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(module.toFile())
            .redirectInput(Files.writeString(directory.resolve("in"), input).toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    // It asks nobody whether there is a newer one, and goes by no settings of the user's.
    builder.environment().put("CHECKPOINT_DISABLE", "1");
    builder.environment().put("TF_CLI_CONFIG_FILE", "/dev/null");
    return new Said(ended(builder), Files.readString(out), Files.readString(err));
  }

  /** Whether a program can be started by its name. */
  static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
  }

  /** The exit code of a program. */
  static int ended(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return process.exitValue();
  }
}
