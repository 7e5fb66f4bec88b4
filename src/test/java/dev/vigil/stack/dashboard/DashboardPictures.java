package dev.vigil.stack.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.pipeline.ProgramRun;
import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestSearchNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Takes the README's pictures of the dashboard: a day of the demo's logs, in which attacks are
 * hidden. Not a test, and run by its name alone:
 *
 * <pre>
 * mvn verify -Dtest=DashboardPictures -Dsurefire.failIfNoSpecifiedTests=false -Dvigil.pictures=docs
 * </pre>
 *
 * The lines in the picture say where the logs were: {@code -Dvigil.pictures.logs=DIRECTORY}, which
 * must not be there yet, if it matters.
 */
@EnabledIfSystemProperty(named = "vigil.pictures", matches = ".+", disabledReason = "not a test")
class DashboardPictures {
  private static final TestSearchNode NODE = TestSearchNode.OPENSEARCH;

  @TempDir private Path directory;

  @Test
  void take() throws Exception {
    String given = System.getProperty("vigil.pictures.logs");
    Path logs = given == null ? directory.resolve("logs") : Path.of(given);
    assertThat(logs).doesNotExist();
    try {
      index(logs);
    } finally {
      delete(logs);
    }
    Path pictures =
        Path.of(System.getProperty("vigil.root")).resolve(System.getProperty("vigil.pictures"));
    Files.createDirectories(pictures);
    try (Dashboard dashboard = Dashboard.start(NODE.url(), 0);
        Browser browser = Browser.start(directory.resolve("profile"))) {
      String url = dashboard.url() + "#range=24h&alert=" + alert();
      for (String colours : new String[] {"light", "dark"}) {
        browser.prefer(colours);
        browser.resize(1280, 1460);
        take(browser, url, pictures.resolve("dashboard-" + colours + ".png"));
      }
    }
  }

  private static void take(Browser browser, String url, Path file) throws Exception {
    browser.open(url);
    browser.await("document.querySelector('#alert tbody tr')");
    browser.await("document.documentElement?.dataset.refreshed");
    // Down to the end of a row of panels.
    int end =
        browser
            .evaluate(
                "Math.round(document.querySelector('[aria-labelledby=logins-title]').getBoundingClientRect().bottom) + 14")
            .asInt();
    browser.resize(1280, end);
    Files.write(file, browser.picture());
  }

  private static void index(Path logs) throws Exception {
    Process generator =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.vigil.demo.LogGenerator",
                "--directory=" + logs)
            .inheritIO()
            .start();
    assertThat(generator.waitFor()).isZero();
    SearchContent.clear(NODE.url());
    String address = "--elasticsearch=" + NODE.url();
    ProgramRun.ofVigil("--setup", address).assertDone();
    ProgramRun.ofVigil("--input=" + logs + "/*/*", address).assertDone();
    NODE.request("POST", "/_refresh", null);
  }

  /** An attack in which logins and an IDS agree, with as many attempts as there are. */
  private static String alert() {
    String search =
        """
        {"size":1,"query":{"term":{"rule.id":"attack-from-login-source"}},
        "sort":[{"vigil.logins.attempts":"desc"}]}
        """;
    JsonNode found = NODE.request("POST", "/vigil-alerts/_search", search).body();
    return found.at("/hits/hits/0/_id").asText();
  }

  private static void delete(Path all) throws Exception {
    if (Files.exists(all)) {
      try (Stream<Path> paths = Files.walk(all)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
