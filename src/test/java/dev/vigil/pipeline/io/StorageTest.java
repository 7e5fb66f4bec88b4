package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "/a/b/c, true",
    "/a/b/d, false",
    "/a/*/c, true",
    "/a/*, false",
    "/a/**, true",
    "/a/./b//c, true",
    "/a/x/../b/c, true",
    "/a/x/../../a/b/c, true",
    "/../a/b/c, true",
    "/../../a/b/c, true",
    "/x/y/../../a/b/?, true",
    "/a/b/../c, false",
    "/a/b..c, false",
    "'/a/{b,x}/c', true"
  })
  void whatAPatternWouldMatch(String glob, boolean matches) {
    assertThat(Storage.wouldMatch(glob, Path.of("/a/b/c"))).isEqualTo(matches);
    assertThat(Storage.wouldMatch(glob, Path.of("/a/x/../b/./c"))).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({"c", "./c", "x/../c", "x/.././c"})
  void aPatternFromHere(String glob) {
    assertThat(Storage.wouldMatch(glob, Path.of("c").toAbsolutePath())).isTrue();
    assertThat(Storage.wouldMatch("../" + glob, Path.of("c").toAbsolutePath())).isFalse();
    assertThat(Storage.wouldMatch("../" + glob, Path.of("../c").toAbsolutePath())).isTrue();
  }

  @Test
  void whatIsNotThereIsAbsent() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "x");
    assertThat(Storage.attributes(file).size()).isEqualTo(1);
    assertThat(Storage.entries(directory)).containsExactly(file);
    assertThat(Storage.entries(file)).isEmpty();
    assertThat(Storage.list(file + "/none")).isEmpty();
    Files.delete(file);
    assertThat(Storage.attributes(file)).isNull();
    assertThat(Storage.entries(file)).isEmpty();
  }
}
