package dev.vigil.pipeline.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a cluster needs before documents are written to it: the templates ({@link SearchTemplates}),
 * and lifecycle policies of its kind, for which servers without such policies are forgiven.
 */
public final class SearchSetUp {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What Elasticsearch 9.2 and later add to a template themselves. */
  private static final Set<String> DATES =
      Set.of("created_date", "created_date_millis", "modified_date", "modified_date_millis");

  /** Where a component template is in the answer to who asks for it. */
  private static final String COMPONENT = "/component_templates/0/component_template";

  private static final String RESOURCES = "/dev/vigil/pipeline/elasticsearch/";

  private final SearchCluster cluster;
  private final List<Step> steps;
  private final boolean policies;

  /**
   * One thing that the cluster needs.
   *
   * @param path where it is in the cluster
   * @param differences from what it should be, one in a line; empty unless it is different
   * @param put where it is put, which says of a policy also which version of it is replaced
   * @param body what it should be, as JSON
   */
  public record Step(
      String path, SetUpState state, List<String> differences, String put, String body) {}

  private SearchSetUp(SearchCluster cluster, List<Step> steps, boolean policies) {
    this.cluster = cluster;
    this.steps = List.copyOf(steps);
    this.policies = policies;
  }

  /** Looks at the cluster, and changes nothing. */
  public static SearchSetUp of(SearchCluster cluster, SearchBackend backend)
      throws SearchCluster.UnusableException {
    String policies = backend.isOpenSearch() ? "/_plugins/_ism/policies/" : "/_ilm/policy/";
    List<Step> steps = new ArrayList<>();
    boolean known = true;
    for (SearchIndex index : SearchTemplates.EXPIRING) {
      String path = policies + index.alias();
      SearchCluster.Answer policy = cluster.ask("GET", path, null);
      known &= !isNobodyThere(policy);
      if (known) {
        steps.add(policyStep(cluster, backend, index, path, policy));
      }
    }
    for (Map.Entry<String, ObjectNode> template :
        SearchTemplates.create(known && !backend.isOpenSearch()).entrySet()) {
      steps.add(templateStep(cluster, template.getKey(), template.getValue()));
    }
    return new SearchSetUp(cluster, steps, known);
  }

  /**
   * What new indices would lack of the mappings that documents of this version need: made by an
   * older version, they keep new fields, but do not find them. What is there is taken for what its
   * owner wants, whatever it is.
   *
   * @return where it should be in the template; empty if all is there
   */
  public static List<String> lacking(SearchCluster cluster) throws SearchCluster.UnusableException {
    List<String> lacking = new ArrayList<>();
    SearchCluster.Answer answer = cluster.ask("GET", SearchTemplates.MAPPINGS_PATH, null);
    if (answer.status() != 404) {
      cluster.check(answer, "GET " + SearchTemplates.MAPPINGS_PATH);
    }
    lacking("", answer.body().at(COMPONENT), SearchTemplates.mappings(), lacking);
    return lacking;
  }

  private static void lacking(String at, JsonNode found, JsonNode wanted, List<String> lacking) {
    if (found.isMissingNode()) {
      lacking.add(at);
    } else if (found.isObject()) {
      wanted
          .fields()
          .forEachRemaining(
              field ->
                  lacking(
                      at + "/" + field.getKey(),
                      found.path(field.getKey()),
                      field.getValue(),
                      lacking));
    }
  }

  /**
   * Whether a server has nobody to answer for a path: one without the plug-in says so in plain
   * words, one that is run by others that it is not to be had.
   */
  private static boolean isNobodyThere(SearchCluster.Answer answer) {
    return switch (answer.status()) {
      case 400 -> answer.body().path("error").isTextual();
      case 405, 410 -> true;
      default -> false;
    };
  }

  /** In the order in which they must be done. */
  public List<Step> steps() {
    return steps;
  }

  /** Whether the server knows lifecycle policies. */
  public boolean hasPolicies() {
    return policies;
  }

  /** Makes it, or makes it what it should be. */
  public void apply(Step step) throws SearchCluster.UnusableException {
    try {
      cluster.check(
          cluster.ask("PUT", step.put(), JSON.readTree(step.body())), "PUT " + step.path());
    } catch (IOException e) {
      throw new UncheckedIOException("we made it", e);
    }
  }

  private static Step policyStep(
      SearchCluster cluster,
      SearchBackend backend,
      SearchIndex index,
      String path,
      SearchCluster.Answer answer)
      throws SearchCluster.UnusableException {
    String product = backend.isOpenSearch() ? "opensearch" : "elasticsearch";
    JsonNode wanted = read("lifecycle-" + product + "-" + index.alias() + ".json");
    if (answer.status() == 404) {
      return step(path, null, wanted, path, false);
    }
    cluster.check(answer, "GET " + path);
    JsonNode found = backend.isOpenSearch() ? answer.body() : answer.body().path(index.alias());
    String put =
        backend.isOpenSearch()
            ? path
                + "?if_seq_no="
                + found.path("_seq_no").asLong()
                + "&if_primary_term="
                + found.path("_primary_term").asLong()
            : path;
    // The servers add defaults of their own.
    return step(path, found, wanted, put, true);
  }

  private static Step templateStep(SearchCluster cluster, String path, JsonNode wanted)
      throws SearchCluster.UnusableException {
    SearchCluster.Answer answer = cluster.ask("GET", path, null);
    if (answer.status() == 404) {
      return step(path, null, wanted, path, false);
    }
    cluster.check(answer, "GET " + path);
    boolean component = path.startsWith("/_component_template/");
    JsonNode found = answer.body().at(component ? COMPONENT : "/index_templates/0/index_template");
    if (found instanceof ObjectNode template) {
      template.remove(DATES);
    }
    return step(path, found, wanted, path, false);
  }

  private static Step step(
      String path, @Nullable JsonNode found, JsonNode wanted, String put, boolean mayHaveMore) {
    List<String> differences = new ArrayList<>();
    if (found != null) {
      compare("", found, wanted, mayHaveMore, differences);
    }
    SetUpState state =
        found == null
            ? SetUpState.MISSING
            : differences.isEmpty() ? SetUpState.THERE : SetUpState.DIFFERENT;
    return new Step(path, state, differences, put, wanted.toString());
  }

  private static void compare(
      String at, JsonNode found, JsonNode wanted, boolean mayHaveMore, List<String> differences) {
    if (wanted.isObject() && found.isObject()) {
      wanted
          .fields()
          .forEachRemaining(
              field ->
                  compare(
                      at + "/" + field.getKey(),
                      found.path(field.getKey()),
                      field.getValue(),
                      mayHaveMore,
                      differences));
      for (Iterator<String> names = found.fieldNames(); names.hasNext() && !mayHaveMore; ) {
        String name = names.next();
        if (!wanted.has(name)) {
          differences.add(at + "/" + name + ": " + found.get(name) + " should not be there");
        }
      }
    } else if (wanted.isArray() && found.isArray() && wanted.size() == found.size()) {
      for (int i = 0; i < wanted.size(); i++) {
        compare(at + "/" + i, found.get(i), wanted.get(i), mayHaveMore, differences);
      }
    } else if (!found.isValueNode()
        || !wanted.isValueNode()
        || !found.asText().equals(wanted.asText())) {
      // Numbers and truth values may come back as text.
      differences.add(
          at
              + ": "
              + (found.isMissingNode() ? "is missing" : "is " + found)
              + ", should be "
              + wanted);
    }
  }

  private static JsonNode read(String resource) {
    try (InputStream in = SearchSetUp.class.getResourceAsStream(RESOURCES + resource)) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }
}
