package dev.vigil.pipeline;

import dev.vigil.pipeline.io.SearchBackend;
import dev.vigil.pipeline.io.SearchCluster;
import dev.vigil.pipeline.io.SearchSetUp;
import dev.vigil.pipeline.io.SearchSetUp.State;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** {@code --setup}: templates and lifecycle policies for Elasticsearch or OpenSearch. */
final class SetUp {
  private SetUp() {}

  /** What to do about what is missing, and what is different. */
  private enum Extent {
    SHOW,
    INSTALL,
    REPLACE;

    static Extent of(String text) throws UsageException {
      return switch (text) {
        case "show" -> SHOW;
        case "install", "true" -> INSTALL; // Beam says true for an option without a value
        case "replace" -> REPLACE;
        default -> throw new UsageException("--setup=" + text + ": give show, install or replace");
      };
    }
  }

  /**
   * Tells what is there and what is not, and does about it what the user wants.
   *
   * @throws UsageException if the cluster cannot be used, or something there is different and shall
   *     not be replaced; nothing is changed then
   */
  static void run(String how, ElasticsearchSettings settings, PrintStream out)
      throws UsageException {
    Extent extent = Extent.of(how);
    if (settings.connection() == null) {
      throw new UsageException("--setup needs --elasticsearch=http://HOST:9200");
    }
    try (SearchCluster cluster = SearchCluster.at(settings.connection())) {
      SearchBackend backend = settings.backend() == null ? cluster.backend() : settings.backend();
      SearchSetUp setUp = SearchSetUp.of(cluster, backend);
      for (SearchSetUp.Step step : setUp.steps()) {
        out.println(step.state().name().toLowerCase(Locale.ROOT) + ": " + step.path());
        step.differences().forEach(difference -> out.println("  " + difference));
      }
      if (!setUp.hasPolicies()) {
        out.println("This server has no lifecycle policies: nothing deletes old indices.");
      }
      if (extent != Extent.SHOW) {
        change(setUp, extent, out);
      }
    } catch (SearchCluster.UnusableException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static void change(SearchSetUp setUp, Extent extent, PrintStream out)
      throws UsageException, SearchCluster.UnusableException {
    List<SearchSetUp.Step> steps =
        setUp.steps().stream().filter(step -> step.state() != State.THERE).toList();
    List<String> different =
        steps.stream()
            .filter(step -> step.state() == State.DIFFERENT)
            .map(SearchSetUp.Step::path)
            .toList();
    if (!different.isEmpty() && extent != Extent.REPLACE) {
      throw new UsageException(
          "nothing is changed, because there is another "
              + String.join(", ", different)
              + ": give --setup=replace to replace it");
    }
    for (SearchSetUp.Step step : steps) {
      setUp.apply(step);
      out.println((step.state() == State.MISSING ? "installed: " : "replaced: ") + step.path());
    }
    if (steps.isEmpty()) {
      out.println("Nothing had to be changed.");
    }
  }
}
