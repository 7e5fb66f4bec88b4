package dev.vigil.pipeline;

import dev.vigil.pipeline.io.BigQueryDataset;
import dev.vigil.pipeline.io.BigQuerySetUp;
import dev.vigil.pipeline.io.SearchBackend;
import dev.vigil.pipeline.io.SearchCluster;
import dev.vigil.pipeline.io.SearchSetUp;
import dev.vigil.pipeline.io.SetUpState;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * {@code --setup}: templates and lifecycle policies for Elasticsearch or OpenSearch; a dataset, its
 * tables and views for BigQuery.
 */
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

  private interface Change {
    void make() throws SearchCluster.UnusableException, BigQueryDataset.UnusableException;
  }

  private record Step(String path, SetUpState state, List<String> differences, Change change) {
    /** With its differences, on one line. */
    String explained() {
      return path + " (" + String.join("; ", differences) + ")";
    }
  }

  /**
   * Tells what is there and what is not, and does about it what the user wants.
   *
   * @throws UsageException if a sink cannot be used, or something there is different and shall or
   *     can not be changed; nothing is changed then
   */
  static void run(
      VigilOptions options,
      ElasticsearchSettings elasticsearch,
      BigQuerySettings bigQuery,
      PrintStream out)
      throws UsageException {
    Extent extent = Extent.of(options.getSetup());
    if (elasticsearch.connection() == null && bigQuery.connection() == null) {
      throw new UsageException(
          "--setup needs --elasticsearch=http://HOST:9200 or --bigQueryDataset=PROJECT:DATASET");
    }
    try {
      if (elasticsearch.connection() != null) {
        setUp(elasticsearch, extent, out);
      }
      if (bigQuery.connection() != null) {
        setUp(bigQuery, options, extent, out);
      }
    } catch (SearchCluster.UnusableException | BigQueryDataset.UnusableException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static void setUp(ElasticsearchSettings settings, Extent extent, PrintStream out)
      throws UsageException, SearchCluster.UnusableException, BigQueryDataset.UnusableException {
    try (SearchCluster cluster = SearchCluster.at(settings.connection())) {
      SearchBackend backend = settings.backend() == null ? cluster.backend() : settings.backend();
      SearchSetUp setUp = SearchSetUp.of(cluster, backend);
      run(
          setUp.steps().stream()
              .map(
                  step ->
                      new Step(
                          step.path(), step.state(), step.differences(), () -> setUp.apply(step)))
              .toList(),
          setUp.hasPolicies()
              ? null
              : "This server has no lifecycle policies: nothing deletes old indices.",
          extent,
          out);
    }
  }

  private static void setUp(
      BigQuerySettings settings, PipelineOptions options, Extent extent, PrintStream out)
      throws UsageException, SearchCluster.UnusableException, BigQueryDataset.UnusableException {
    BigQueryDataset dataset = BigQueryDataset.at(settings.connection(), options);
    run(
        BigQuerySetUp.of(dataset, settings.location()).steps().stream()
            .map(step -> new Step(step.path(), step.state(), step.differences(), step::apply))
            .toList(),
        settings.connection().isLocal()
            ? "This is the local warehouse at "
                + settings.connection().endpoint()
                + ", and not BigQuery."
            : null,
        extent,
        out);
  }

  private static void run(List<Step> steps, @Nullable String note, Extent extent, PrintStream out)
      throws UsageException, SearchCluster.UnusableException, BigQueryDataset.UnusableException {
    for (Step step : steps) {
      out.println(step.state().name().toLowerCase(Locale.ROOT) + ": " + step.path());
      step.differences().forEach(difference -> out.println("  " + difference));
    }
    if (note != null) {
      out.println(note);
    }
    if (extent != Extent.SHOW) {
      change(steps.stream().filter(step -> step.state() != SetUpState.THERE).toList(), extent, out);
    }
  }

  private static void change(List<Step> steps, Extent extent, PrintStream out)
      throws UsageException, SearchCluster.UnusableException, BigQueryDataset.UnusableException {
    List<String> incompatible =
        steps.stream()
            .filter(step -> step.state() == SetUpState.INCOMPATIBLE)
            .map(Step::explained)
            .toList();
    if (!incompatible.isEmpty()) {
      throw new UsageException(
          "nothing is changed, because there is what cannot be changed without its rows: "
              + String.join(", ", incompatible)
              + ": give another dataset, or rename it there");
    }
    List<String> different =
        steps.stream()
            .filter(step -> step.state() == SetUpState.DIFFERENT)
            .map(Step::path)
            .toList();
    if (!different.isEmpty() && extent != Extent.REPLACE) {
      throw new UsageException(
          "nothing is changed, because there is another "
              + String.join(", ", different)
              + ": give --setup=replace to replace it");
    }
    for (Step step : steps) {
      step.change().make();
      out.println(
          (step.state() == SetUpState.MISSING ? "installed: " : "replaced: ") + step.path());
    }
    if (steps.isEmpty()) {
      out.println("Nothing had to be changed.");
    }
  }
}
