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
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a cluster needs before documents are written to it: the templates ({@link SearchTemplates}),
 * and the lifecycle policy of its kind, for which servers without such policies are forgiven.
 */
public final class SearchSetUp {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String POLICY = "vigil";
  private static final String RESOURCES = "/dev/vigil/pipeline/elasticsearch/";

  private final SearchCluster cluster;
  private final List<Step> steps = new ArrayList<>();
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

  private SearchSetUp(SearchCluster cluster, boolean policies) {
    this.cluster = cluster;
    this.policies = policies;
  }

  /** Looks at the cluster, and changes nothing. */
  public static SearchSetUp of(SearchCluster cluster, SearchBackend backend)
      throws SearchCluster.UnusableException {
    String path = (backend.isOpenSearch() ? "/_plugins/_ism/policies/" : "/_ilm/policy/") + POLICY;
    SearchCluster.Answer policy = cluster.ask("GET", path, null);
    // Servers without a plug-in have nobody to answer for its paths, and say so in plain words.
    boolean policies = policy.status() == 404 || policy.status() / 100 == 2;
    policies &= !policy.body().path("error").isTextual();
    SearchSetUp setUp = new SearchSetUp(cluster, policies);
    if (policies) {
      setUp.steps.add(policyStep(backend, path, policy));
    }
    for (Map.Entry<String, ObjectNode> template :
        SearchTemplates.create(policies && !backend.isOpenSearch() ? POLICY : null).entrySet()) {
      setUp.steps.add(setUp.templateStep(template.getKey(), template.getValue()));
    }
    return setUp;
  }

  /** In the order in which they must be done. */
  public List<Step> steps() {
    return List.copyOf(steps);
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

  private static Step policyStep(SearchBackend backend, String path, SearchCluster.Answer answer) {
    JsonNode wanted =
        read(backend.isOpenSearch() ? "lifecycle-opensearch.json" : "lifecycle-elasticsearch.json");
    if (answer.status() == 404) {
      return step(path, null, wanted, path, false);
    }
    JsonNode found = backend.isOpenSearch() ? answer.body() : answer.body().path(POLICY);
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

  private Step templateStep(String path, JsonNode wanted) throws SearchCluster.UnusableException {
    SearchCluster.Answer answer = cluster.ask("GET", path, null);
    if (answer.status() == 404) {
      return step(path, null, wanted, path, false);
    }
    cluster.check(answer, "GET " + path);
    boolean component = path.startsWith("/_component_template/");
    JsonNode found =
        component
            ? answer.body().at("/component_templates/0/component_template")
            : answer.body().at("/index_templates/0/index_template");
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
