package dev.vigil.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerProcessTest {
  private static final Duration PLENTY = Duration.ofMinutes(1);

  @Test
  void isReadyWhenItSaysSoAndStopsAtTheEndOfItsInput() {
    ServerProcess server = PretendedServer.start("good", PLENTY);

    assertThat(server.address()).isEqualTo("here, there");
    assertThat(server.isAlive()).isTrue();
    assertThat(server.exitStatus()).isEmpty();
    server.close();

    assertThat(server.isAlive()).isFalse();
    assertThat(server.exitStatus()).hasValue(0);
    assertThat(server.lastWords().lines())
        .containsExactlyInAnyOrder("before", "after", "warning", "goodbye");
    // Once more does no harm.
    server.close();
    server.kill();
  }

  @Test
  void onlyTheLastLinesAreKeptAndNoPipeEverFillsUp() {
    ServerProcess server = PretendedServer.start("talkative", PLENTY);
    server.close();
    assertThat(server.address()).isEqualTo("talkative");
    assertThat(server.lastWords().lines())
        .hasSize(50)
        .contains("line 19999")
        .doesNotContain("line 19000");
  }

  @Test
  void aFailedStartSaysWhy() {
    assertThatThrownBy(() -> PretendedServer.start("failing", PLENTY))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "The failing one ended with status 3 instead of becoming ready. Its last words:\n"
                + "the disk is full");
  }

  @Test
  void oneThatClosesItsOutputIsNotWaitedFor() {
    assertThatThrownBy(() -> PretendedServer.start("mute", PLENTY))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("The mute one closed its output instead of becoming ready");
    assertThat(children("mute")).isZero();
  }

  @Test
  void aStartThatTakesTooLongIsEnded() {
    assertThatThrownBy(() -> PretendedServer.start("slow", Duration.ofSeconds(5)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("The slow one was not ready within 5 s.")
        .hasMessageContaining("one moment");
    assertThat(children("slow")).isZero();
  }

  @Test
  void anInterruptedStartIsEnded() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> PretendedServer.start("slow", PLENTY))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aKilledServerIsGoneAtOnce() {
    ServerProcess server = PretendedServer.start("good", PLENTY);
    server.kill();
    assertThat(server.exitStatus().orElseThrow()).isNotZero();
    assertThat(server.lastWords()).doesNotContain("goodbye");
  }

  @Test
  void oneThatDoesNotStopIsEndedByForce() {
    // It does not look at its input.
    ServerProcess server = PretendedServer.start("parent", PLENTY);
    server.close(Duration.ofMillis(500));
    assertThat(server.exitStatus().orElseThrow()).isNotZero();
  }

  @Test
  void noServerOutlivesAKilledParent() throws Exception {
    ServerProcess parent = PretendedServer.start("parent", PLENTY);
    ProcessHandle child = ProcessHandle.of(Long.parseLong(parent.address())).orElseThrow();
    assertThat(child.isAlive()).isTrue();

    parent.kill();

    child.onExit().get(120, TimeUnit.SECONDS);
  }

  @Test
  void aServerThatIsNotBuiltSaysWhatBuildsIt(@TempDir Path localStack) throws IOException {
    assertThatThrownBy(() -> NodeClassPath.below(localStack, "kafka"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(localStack.resolve("kafka").resolve("target").toString())
        .hasMessageContaining("mvn -pl pipeline/local-stack/kafka process-classes");

    // `mvn compile` alone leaves the libraries out.
    Path target = localStack.resolve("kafka/target");
    Files.createDirectories(target.resolve("classes/dev"));
    Files.createDirectories(target.resolve("lib"));
    assertThatThrownBy(() -> NodeClassPath.below(localStack, "kafka"))
        .isInstanceOf(IllegalStateException.class);
    Files.createFile(target.resolve("lib/a.jar"));
    assertThat(NodeClassPath.below(localStack, "kafka"))
        .contains(target.resolve("classes").toString(), target.resolve("lib").toString());
  }

  private static long children(String argument) {
    return ProcessHandle.current()
        .children()
        .filter(ProcessHandle::isAlive)
        .filter(
            child ->
                child.info().arguments().stream()
                    .anyMatch(words -> words[words.length - 1].equals(argument)))
        .count();
  }
}
