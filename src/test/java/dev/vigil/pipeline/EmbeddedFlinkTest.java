package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddedFlinkTest {
  private static final ClassLoader SYSTEM = ClassLoader.getSystemClassLoader();

  /** As Maven loads what it runs. */
  private static final ClassLoader OTHER = new URLClassLoader(new URL[0], SYSTEM);

  @Test
  void looksForClassesWhereTheyCameFrom() throws Exception {
    for (String runner : List.of("FlinkRunner", "org.apache.beam.runners.flink.FlinkRunner")) {
      List<String> told = EmbeddedFlink.of(List.of("--runner=" + runner), OTHER);
      assertThat(told).singleElement().asString().startsWith("--flinkConfDir=");
      Path directory = Path.of(told.get(0).substring("--flinkConfDir=".length()));
      assertThat(Files.readAllLines(directory.resolve("config.yaml")))
          .containsExactly("pipeline.classpaths: 'file://" + directory + "/'");
    }
    assertThat(EmbeddedFlink.settings(OTHER, Path.of("/it's")))
        .containsExactly("pipeline.classpaths: 'file:///it''s'");
  }

  @Test
  void hasNothingToBeToldElsewhere() throws Exception {
    assertThat(EmbeddedFlink.of(List.of("--runner=FlinkRunner"), SYSTEM)).isEmpty();
    assertThat(EmbeddedFlink.settings(SYSTEM, Path.of("/any"))).isEmpty();
    assertThat(EmbeddedFlink.of(List.of("--runner=DirectRunner"), OTHER)).isEmpty();
    assertThat(EmbeddedFlink.of(List.of("--runner=FlinkRunner", "--flinkMaster=host:8081"), OTHER))
        .isEmpty();
  }
}
