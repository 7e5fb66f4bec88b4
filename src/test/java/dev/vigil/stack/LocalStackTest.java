package dev.vigil.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.demo.StackCommand;
import dev.vigil.stack.LocalStack.Server;
import dev.vigil.stack.LocalStack.StackException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The servers together: started, found again, missed when one dies, and gone when told so. */
class LocalStackTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path directory;

  @Test
  void whatItKeepsIsFoundAgainUntilItIsCleared() throws Exception {
    Path home = directory.resolve("stack");
    List<String> told = new CopyOnWriteArrayList<>();
    int port;
    try (LocalStack stack = start(home, told)) {
      port = stack.warehouse().port();
      createDataset(stack.warehouse());
      assertThat(datasets(stack.warehouse())).hasSize(1);
      assertThatThrownBy(() -> start(home, told))
          .isInstanceOf(StackException.class)
          .hasMessage(
              home + " is in use by another local stack: stop that one, or name another directory");
    }
    assertThat(told).hasSize(1);
    assertThat(told.get(0)).matches("Warehouse is ready after \\d+\\.\\d s");
    try (LocalStack stack = start(home, told)) {
      assertThat(stack.warehouse().port()).isEqualTo(port);
      assertThat(datasets(stack.warehouse())).containsExactly("{\"schema_name\":\"kept\"}");
      assertThatThrownBy(() -> LocalStack.clear(home)).isInstanceOf(StackException.class);
    }
    LocalStack.clear(home);
    try (LocalStack stack = start(home, told)) {
      assertThat(datasets(stack.warehouse())).isEmpty();
    }
  }

  @Test
  void aDirectoryOfOtherThingsIsLeftAlone() throws IOException {
    Path file = Files.writeString(directory.resolve("thesis.txt"), "years of work");
    String message =
        directory + " is not empty, and not the directory of a local stack: name another one";
    assertThatThrownBy(() -> start(directory, new ArrayList<>())).hasMessage(message);
    assertThatThrownBy(() -> LocalStack.clear(directory)).hasMessage(message);
    assertThat(directory).isDirectoryContaining(file::equals);
    assertThat(file).hasContent("years of work");
  }

  @Test
  void whichServerDiedIsTold() throws InterruptedException {
    try (LocalStack stack = start(directory.resolve("stack"), new ArrayList<>())) {
      ProcessHandle.of(stack.warehouse().process().pid()).orElseThrow().destroyForcibly();
      assertThat(stack.awaitDeath()).startsWith("Warehouse was ended by signal 9");
    }
  }

  @Test
  void theCommandEndsWithItsServersHoweverItEnds() throws Exception {
    Path home = directory.resolve("stack");
    Process told = command("--home=" + home, "--flink=true");
    List<ProcessHandle> servers = servers(told);
    assertThat(servers).as("a broker, two nodes, and a cluster's two").hasSize(5);
    Matcher flink =
        Pattern.compile(
                "(?m)^  Flink +(http://127\\.0\\.0\\.1:\\d+) +--runner=FlinkRunner --flinkMaster=(.*)$")
            .matcher(output());
    assertThat(flink.find()).as(output()).isTrue();
    assertThat(flink.group(1)).isEqualTo("http://" + flink.group(2));
    assertThat(status(flink.group(1) + "/overview")).isEqualTo(200);
    told.destroy();
    assertThat(told.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(output()).endsWith("Stopped; what it kept is in " + home + "\n");
    assertThat(servers).noneMatch(ProcessHandle::isAlive);

    Process oneDied = command("--home=" + home);
    servers = servers(oneDied);
    servers.get(0).destroyForcibly();
    assertThat(oneDied.waitFor()).isEqualTo(1);
    assertThat(output()).contains("was ended by signal 9");
    assertThat(servers).noneMatch(ProcessHandle::isAlive);

    Process killed = command("--home=" + home);
    servers = servers(killed);
    killed.destroyForcibly();
    for (ProcessHandle server : servers) {
      server.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Test
  void whatIsWrongWithTheCommandLine() throws Exception {
    assertThat(command("--flink").waitFor()).isEqualTo(2);
    assertThat(output())
        .isEqualTo(
            "vigil: --flink is no option here: give --NAME=VALUE, where NAME is one of flink,"
                + " fresh, home\n");
    Files.writeString(directory.resolve("thesis.txt"), "years of work");
    assertThat(command("--fresh=true", "--home=" + directory).waitFor()).isEqualTo(2);
    assertThat(output())
        .isEqualTo(
            "vigil: "
                + directory
                + " is not empty, and not the directory of a local stack: name another one\n");
  }

  private static LocalStack start(Path home, List<String> told) {
    return LocalStack.start(home, EnumSet.of(Server.WAREHOUSE), told::add);
  }

  private static int status(String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
  }

  private static void createDataset(LocalWarehouse warehouse) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(warehouse.url() + "/bigquery/v2/projects/local/datasets"))
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    "{\"datasetReference\":{\"projectId\":\"local\",\"datasetId\":\"kept\"}}"))
            .build();
    assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
  }

  private static List<String> datasets(LocalWarehouse warehouse) {
    return warehouse.query(
        "SELECT DISTINCT schema_name FROM information_schema.schemata WHERE schema_name = 'kept'");
  }

  private Path log() {
    // Beside the directory: that one is what is being tried.
    return directory.resolveSibling(directory.getFileName() + ".log");
  }

  private String output() throws IOException {
    return Files.readString(log());
  }

  private Process command(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(StackCommand.class.getName());
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log().toFile())
        .start();
  }

  /** When all are ready. */
  private List<ProcessHandle> servers(Process command) throws Exception {
    Waiting.until(
        "the stack is ready",
        PATIENCE,
        () -> {
          assertThat(command.isAlive()).as(output()).isTrue();
          return output().contains("Stop with Ctrl-C");
        });
    return command.children().toList();
  }
}
