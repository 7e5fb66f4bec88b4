package dev.vigil.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Google's own engine of BigQuery's SQL, in a process of its own. What it takes and answers is with
 * its class in {@code pipeline/local-stack/googlesql}.
 */
public final class LocalGoogleSql implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Path errors;
  private final PrintStream requests;
  private final BufferedReader answers;

  private LocalGoogleSql(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    this.requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  public static LocalGoogleSql start() throws IOException {
    Path target =
        Path.of(System.getProperty("vigil.root"), "pipeline/local-stack/googlesql/target");
    Path errors = Files.createTempFile("vigil-test-googlesql", ".log");
    return new LocalGoogleSql(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+ErrorFileToStderr",
                "-cp",
                target.resolve("classes") + File.pathSeparator + target.resolve("lib") + "/*",
                "dev.vigil.stack.googlesql.GoogleSql")
            .redirectError(errors.toFile())
            .start(),
        errors);
  }

  /** What the engine answers. */
  public JsonNode ask(ObjectNode request) {
    try {
      requests.println(JSON.writeValueAsString(request));
      String answer = answers.readLine();
      if (answer == null) {
        throw new AssertionError("the engine has ended: " + Files.readString(errors));
      }
      return JSON.readTree(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.delete(errors);
  }
}
