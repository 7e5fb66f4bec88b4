package dev.vigil.pipeline.io;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.ViewDefinition;
import io.github.classgraph.ClassGraph;
import io.github.classgraph.Resource;
import io.github.classgraph.ScanResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a project needs before rows are written: the dataset, its tables ({@link BigQueryColumns}),
 * and views on them. Each file {@code NAME.sql} among the resources is a view of that name in
 * GoogleSQL, in which <code>${dataset}</code> stands for {@code project.dataset}, and the comment
 * that it begins with describes the view.
 */
public final class BigQuerySetUp {
  private static final String VIEWS = "dev/vigil/pipeline/bigquery/views";
  private static final String SQL = ".sql";
  private static final String COMMENT = "--";
  private static final String DATASET = "${dataset}";

  private final List<Step> steps;

  private BigQuerySetUp(List<Step> steps) {
    this.steps = steps;
  }

  private interface Change {
    void make() throws BigQueryDataset.UnusableException;
  }

  /** One thing that is needed. */
  public static final class Step {
    private final String path;
    private final SetUpState state;
    private final List<String> differences;
    private final Change change;

    private Step(String path, SetUpState state, List<String> differences, Change change) {
      this.path = path;
      this.state = state;
      this.differences = differences;
      this.change = change;
    }

    /** What it is called. */
    public String path() {
      return path;
    }

    public SetUpState state() {
      return state;
    }

    /** From what it should be, one in a line; empty unless it is different. */
    public List<String> differences() {
      return differences;
    }

    /** Makes it, or makes it what it should be. */
    public void apply() throws BigQueryDataset.UnusableException {
      change.make();
    }
  }

  /**
   * Looks at the dataset, and changes nothing.
   *
   * @param location where the data of a new dataset are to be; null to leave it to BigQuery
   */
  public static BigQuerySetUp of(BigQueryDataset dataset, @Nullable String location)
      throws BigQueryDataset.UnusableException {
    List<Step> steps = new ArrayList<>();
    boolean there = dataset.dataset() != null;
    steps.add(
        new Step(
            dataset.name(),
            there ? SetUpState.THERE : SetUpState.MISSING,
            List.of(),
            () -> dataset.createDataset("Vigil: security events, and what was found", location)));
    BigQueryColumns columns = BigQueryColumns.create();
    Map<String, Table> wanted = new LinkedHashMap<>();
    for (BigQueryTable table : BigQueryTable.values()) {
      wanted.put(table.id(), columns.table(table));
    }
    wanted.putAll(views(dataset.sqlName()));
    for (Map.Entry<String, Table> entry : wanted.entrySet()) {
      Table found = there ? dataset.table(entry.getKey()) : null;
      steps.add(step(dataset, entry.getKey(), found, entry.getValue()));
    }
    return new BigQuerySetUp(steps);
  }

  /** In the order in which they must be done. */
  public List<Step> steps() {
    return List.copyOf(steps);
  }

  private static Step step(
      BigQueryDataset dataset, String id, @Nullable Table found, Table wanted) {
    BigQueryChanges changes = BigQueryChanges.of(found, wanted);
    Change change =
        found == null
            ? () -> dataset.create(id, wanted)
            : () -> dataset.update(id, changes.changed());
    return new Step(dataset.name() + "." + id, changes.state(), changes.all(), change);
  }

  /** The views by name. */
  static Map<String, Table> views(String dataset) {
    Map<String, Table> views = new TreeMap<>();
    try (ScanResult found = new ClassGraph().acceptPathsNonRecursive(VIEWS).scan()) {
      for (Resource file : found.getAllResources()) {
        String name = file.getPath().substring(file.getPath().lastIndexOf('/') + 1);
        if (name.endsWith(SQL)) {
          String query = new String(file.load(), StandardCharsets.UTF_8);
          views.put(
              name.substring(0, name.length() - SQL.length()),
              new Table()
                  .setDescription(description(query))
                  .setView(
                      new ViewDefinition()
                          .setQuery(query.replace(DATASET, dataset))
                          .setUseLegacySql(false)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("views cannot be read", e);
    }
    return views;
  }

  private static @Nullable String description(String query) {
    String comment =
        query
            .lines()
            .takeWhile(line -> line.startsWith(COMMENT))
            .map(line -> line.substring(COMMENT.length()).strip())
            .collect(Collectors.joining(" "))
            .strip();
    return comment.isEmpty() ? null : comment;
  }
}
