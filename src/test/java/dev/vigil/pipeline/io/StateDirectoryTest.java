package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDirectoryTest {
  private static final ShipState STATE =
      ShipState.first()
          .with(
              false,
              Map.of("t", new TreeMap<>(Map.of(0, 5L, 11, 6L))),
              new TreeMap<>(
                  Map.of(
                      "/a b\"ü\n",
                      new FollowedFile.Position("/a b\"ü\n", 1, 2, "(dev=1,ino=2)", 3L, true),
                      "/b",
                      FollowedFile.Position.start("/b"))));

  @TempDir Path parent;

  private Path directory;

  @BeforeEach
  void name() {
    directory = parent.resolve("not/there");
  }

  @Test
  void whatWasWrittenIsReadByTheNextProcess() throws Exception {
    try (StateDirectory state = StateDirectory.open(directory)) {
      assertThat(state.read()).isNull();
      state.write(ShipState.first());
      state.write(STATE);
    }
    try (StateDirectory state = StateDirectory.open(directory)) {
      assertThat(state.read()).isEqualTo(STATE);
    }
    try (var files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()).sorted().toList())
          .isEqualTo(List.of("lock", "shipped.json"));
    }
  }

  /** A process that dies while it writes leaves the state before. */
  @Test
  void aStateThatIsNotFinishedDoesNotCount() throws Exception {
    try (StateDirectory state = StateDirectory.open(directory)) {
      state.write(STATE);
      Files.writeString(directory.resolve("shipped.json.new"), "{\"format\":");
      assertThat(state.read()).isEqualTo(STATE);
      state.write(STATE.with(true, Map.of(), Map.of()));
      assertThat(state.read()).isEqualTo(STATE.with(true, Map.of(), Map.of()));
    }
  }

  @Test
  void aStateThatCannotBeReplacedIsNoStateLost() throws Exception {
    try (StateDirectory state = StateDirectory.open(directory)) {
      state.write(STATE);
      Files.createDirectories(directory.resolve("shipped.json.new/in the way"));
      assertThatThrownBy(() -> state.write(STATE)).isInstanceOf(IOException.class);
      assertThat(state.read()).isEqualTo(STATE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"format\":\"vigil-shipped-files-1\"}",
        "{\"format\":\"another-1\",\"shipper\":\"x\",\"complete\":true,\"ends\":{},\"files\":[]}",
        "{\"format\":\"vigil-shipped-files-1\",\"shipper\":null,\"complete\":true,\"ends\":{},\"files\":[]}",
        "{\"format\":\"vigil-shipped-files-1\",\"shipper\":\"x\",\"complete\":true,\"ends\":{},\"files\":[null]}",
        "{\"format\":\"vigil-shipped-files-1\",\"shipper\":\"x\",\"complete\":true,\"ends\":{\"t\":{\"0\":null}},\"files\":[]}",
        "{\"format\":\"vigil-shipped-files-1\",\"shipper\":\"x\",\"complete\":true,\"ends\":{},\"files\":[",
        "{\"format\":\"vigil-shipped-files-1\",\"shipper\":\"x\",\"complete\":true,\"ends\":{},\"files\":[]} x",
      })
  void aFileThatIsNoState(String text) throws Exception {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("shipped.json"), text);
    try (StateDirectory state = StateDirectory.open(directory)) {
      assertThatThrownBy(state::read)
          .isInstanceOf(ShipException.class)
          .hasMessage(
              directory.resolve("shipped.json")
                  + " is not what this program writes: restore it, give another --state,"
                  + " or remove it to ship all files from their start");
    }
  }

  @Test
  void everyCutOfAStateIsNoState() throws Exception {
    byte[] whole = STATE.toJson();
    Files.createDirectories(directory);
    try (StateDirectory state = StateDirectory.open(directory)) {
      for (int length = 0; length < whole.length; length++) {
        Files.write(directory.resolve("shipped.json"), java.util.Arrays.copyOf(whole, length));
        assertThatThrownBy(state::read).isInstanceOf(ShipException.class);
      }
    }
  }

  @Test
  void oneProcessAtATime() throws Exception {
    try (StateDirectory state = StateDirectory.open(directory)) {
      assertThatThrownBy(() -> StateDirectory.open(directory))
          .isInstanceOf(ShipException.class)
          .hasMessage(
              "--state="
                  + directory
                  + " is in use by another process: stop it, or give another one");
      assertThat(state.read()).isNull();
    }
    StateDirectory.open(directory).close();
  }

  @Test
  void aPlaceThatIsNoDirectory() throws Exception {
    Path file = Files.writeString(parent.resolve("file"), "");
    assertThatThrownBy(() -> StateDirectory.open(file))
        .isInstanceOf(ShipException.class)
        .hasMessageStartingWith(
            "--state=" + file + " cannot be written: give a directory that can");
  }
}
