package dev.vigil.pipeline;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An option of {@link VigilOptions} that a Dataflow Flex Template asks for; what the form says of
 * it besides its description and its default. Options without this are of no use on Dataflow.
 *
 * <p>The expressions are both Java's and RE2's, by which Terraform goes. A form may be narrower
 * than what the job takes.
 *
 * <p>Source of the form: Dataflow's <a
 * href="https://cloud.google.com/dataflow/docs/reference/rest/v1b3/TemplateMetadata">TemplateMetadata</a>.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface TemplateParameter {
  /** What the form calls it. */
  String label();

  /** What the form says in place of the description; empty where that holds on Dataflow, too. */
  String help() default "";

  /** The regular expression that all of a value matches; empty where its type says enough. */
  String form() default "";

  /** The values that there are, where these are few. */
  String[] choices() default {};

  /** Whether there is no job without it. */
  boolean required() default false;

  /** A duration, as {@link Settings} takes it. */
  String DURATION = "(\\d{1,9})(ms|s|m|h|d)";

  /** A duration that is not nothing. */
  String POSITIVE_DURATION = "[1-9]\\d{0,8}(ms|s|m|h|d)";

  /** A duration of whole seconds that is not nothing. */
  String SECONDS = "[1-9]\\d{0,8}(s|m|h|d)";

  /** A time, or a part of the times that {@link KafkaSettings} takes. */
  String TIME = "\\d{4}-\\d{2}-\\d{2}T[0-9:.]+Z";

  /** A zone by its name, or by how far it is from UTC. */
  String ZONE = "[A-Za-z][A-Za-z0-9/_+-]*|[+-](0\\d|1[0-7]):[0-5]\\d";

  /** A year of four digits, from 1970 on. */
  String YEAR = "19[7-9]\\d|[2-9]\\d{3}";

  /** A whole number of bytes that is not nothing: fewer than a billion. */
  String BYTES = "[1-9]\\d{0,8}";

  /** A Kafka topic. */
  String TOPIC = "[a-zA-Z0-9._-]{1,249}";

  /** A product of {@link Products#ALL}, with or without the topic that it goes to. */
  String OUTPUT_TOPIC = "(events|suspicious-logins|alerts|late|failures)(=" + TOPIC + ")?";

  /** What goes to Kafka. */
  String OUTPUT_TOPICS = OUTPUT_TOPIC + "(," + OUTPUT_TOPIC + ")*";

  /** A dataset of BigQuery; its project may have a domain in front. */
  String DATASET = "((?:[a-z0-9.-]+:)?[a-z][a-z0-9-]*):(\\w+)";

  /** Brokers of Kafka. */
  String SERVERS = "[^\\s,]+:\\d{1,5}(,[^\\s,]+:\\d{1,5})*";

  /** Addresses without a user in them. */
  String ADDRESSES = "https?://[^\\s,@]+(,https?://[^\\s,@]+)*";

  /** Where Dataflow's workers can read, and write. */
  String BUCKET = "gs://[^/\\s]+(/.*)?";

  /** A file of a bucket. */
  String FILE = "gs://[^/\\s]+/.+";

  /** Where secrets are: a file of a bucket, or a secret of Google's Secret Manager. */
  String SECRET = FILE + "|secret:projects/[^/\\s]+/secrets/[^/\\s]+/versions/[^/\\s]+";

  /** A topic to read, with or without its format. */
  String INPUT_TOPIC = TOPIC + "(=[a-z0-9-]+)?";

  /** Files of a bucket, or topics; a comma in braces belongs to a pattern. */
  String INPUT_ITEM =
      "gs://[^/\\s,{}]+/[^\\s,{}]*(\\{[^\\s{}]*\\}[^\\s,{}]*)*|kafka:"
          + INPUT_TOPIC
          + "(,"
          + INPUT_TOPIC
          + ")*";

  /** What Dataflow's workers can read. */
  String INPUT = "(" + INPUT_ITEM + ")(,(" + INPUT_ITEM + "))*";
}
