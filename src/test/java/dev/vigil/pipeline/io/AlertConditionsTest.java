package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * When the Terraform module's alerts tell somebody. The queries are those that Terraform works out;
 * what comes of them, Prometheus' own tool does.
 */
class AlertConditionsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String JOB = "monitored_resource=\"dataflow_job\",job_name=\"vigil\"";
  private static final String COUNTER = "dataflow_googleapis_com:job_user_counter";
  private static final String AGE = "dataflow_googleapis_com:job_data_watermark_age";

  @TempDir private Path directory;

  private static String query(JsonNode alerts, String name) {
    return alerts.get(name).get("query").asText();
  }

  /**
   * The expression that a query has for the names of counters, which is the same all through it.
   */
  private static Pattern counters(String query) {
    Matcher matcher = Pattern.compile("metric_name=~?\"([^\"]+)\"").matcher(query);
    TreeSet<String> found = new TreeSet<>();
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    assertThat(found).hasSize(1);
    return Pattern.compile(found.first());
  }

  @Test
  void countersHaveTheProgramsNames() throws Exception {
    JsonNode alerts = Terraform.in(directory).evaluate("local.alerts");
    assertThat(
            List.of(
                "failures.invalid JSON",
                WriteProduct.REFUSED + "BigQuery",
                WriteProduct.REFUSED + "Elasticsearch",
                WriteProduct.REFUSED + "Kafka"))
        .allMatch(counters(query(alerts, "failures")).asMatchPredicate());
    assertThat(List.of("events.logins", "alerts.vigil", "late.vigil", WriteProduct.LOST))
        .noneMatch(counters(query(alerts, "failures")).asMatchPredicate());
    assertThat(counters(query(alerts, "lost")).pattern()).isEqualTo(WriteProduct.LOST);
  }

  /** A job that ends by itself is not missed. */
  @Test
  void whichThereAre() throws Exception {
    Terraform terraform = Terraform.in(directory);
    List<String> always = List.of("behind", "failed", "failures", "lost");
    assertThat(terraform.evaluate("keys(local.alerts)"))
        .extracting(JsonNode::asText)
        .containsExactly("behind", "failed", "failures", "gone", "lost");
    assertThat(terraform.with("parameters", "{stopAt=\"end\"}").evaluate("keys(local.alerts)"))
        .extracting(JsonNode::asText)
        .isEqualTo(always);
    assertThat(terraform.with("input", "gs://bucket/logs/*").evaluate("keys(local.alerts)"))
        .extracting(JsonNode::asText)
        .isEqualTo(always);
  }

  /** One value a minute; {@code _} is none. */
  private record Told(String metric, String values) {
    static Told counter(String job, String name, String values) {
      return new Told(
          COUNTER + "{" + JOB + ",job_id=\"" + job + "\",metric_name=\"" + name + "\"}", values);
    }
  }

  private final ArrayNode examples = JSON.createArrayNode();

  /** Somebody is told, or not, in a minute of what was told. */
  private void example(String query, List<Told> told, Map<Integer, Boolean> alertsByMinute) {
    ObjectNode example = examples.addObject().put("interval", "1m");
    ArrayNode series = example.putArray("input_series");
    told.forEach(each -> series.addObject().put("series", each.metric).put("values", each.values));
    ArrayNode expected = example.putArray("promql_expr_test");
    alertsByMinute.forEach(
        (minute, alerts) -> {
          ObjectNode at =
              expected
                  .addObject()
                  .put("expr", "count(" + query + ")")
                  .put("eval_time", minute + "m");
          ArrayNode samples = at.putArray("exp_samples");
          if (alerts) {
            samples.addObject().put("labels", "{}").put("value", 1);
          }
        });
  }

  @Test
  void whatTheyFireOn() throws Exception {
    JsonNode alerts = Terraform.in(directory).with("max_failures", "20").evaluate("local.alerts");
    String lost = query(alerts, "lost");
    // A counter that is there from its first count on.
    example(
        lost,
        List.of(Told.counter("a", "lost", "_x20 1x30")),
        Map.of(15, false, 22, true, 33, false));
    // One of a job that replaces another.
    example(
        lost,
        List.of(Told.counter("a", "lost", "50x20"), Told.counter("b", "lost", "_x22 3x30")),
        Map.of(15, false, 24, true, 40, false));
    example(lost, List.of(Told.counter("a", "events.logins", "0+100x30")), Map.of(15, false));

    String failures = query(alerts, "failures");
    example(
        failures,
        List.of(
            Told.counter("a", "failures.invalid JSON", "0+1x60"),
            Told.counter("a", "refused.BigQuery", "_x30 11x30")),
        Map.of(25, false, 35, true, 50, false));

    String behind = query(alerts, "behind");
    example(
        behind,
        List.of(new Told(AGE + "{" + JOB + "}", "10x20 601x20")),
        Map.of(15, false, 25, true));
    String other = JOB.replace("vigil", "other");
    example(
        query(alerts, "gone"),
        List.of(
            new Told(AGE + "{" + JOB + "}", "10x20"), new Told(AGE + "{" + other + "}", "10x60")),
        Map.of(15, false, 40, true));

    assumeTrue(
        Terraform.isThere("promtool"),
        "promtool (of Prometheus) is not on the PATH: what the alerts' queries give is not tried");
    ObjectNode tests = JSON.createObjectNode().put("evaluation_interval", "1m");
    tests.putArray("rule_files");
    tests.set("tests", examples);
    Path said = directory.resolve("said");
    int code =
        Terraform.ended(
            new ProcessBuilder(
                    "promtool",
                    "test",
                    "rules",
                    Files.writeString(directory.resolve("tests.yml"), tests.toString()).toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile()));
    assertThat(code).as(Files.readString(said)).isZero();
  }
}
