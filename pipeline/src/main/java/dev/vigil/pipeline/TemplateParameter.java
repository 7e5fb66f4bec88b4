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
 * <p>Source of the form: Dataflow's <a
 * href="https://cloud.google.com/dataflow/docs/reference/rest/v1b3/TemplateMetadata">TemplateMetadata</a>.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface TemplateParameter {
  /** What the form calls it. */
  String label();

  /** The regular expression that all of a text matches; empty for any text. */
  String form() default "";

  /** The values that there are, where these are few. */
  String[] choices() default {};

  /** Whether there is no job without it. */
  boolean required() default false;

  /** A duration, as {@link Settings} takes it. */
  String DURATION = "(\\d{1,9})(ms|s|m|h|d)";

  /** A time, or a part of the times that {@link KafkaSettings} takes. */
  String TIME = "\\d{4}-\\d{2}-\\d{2}T[0-9:.]+Z";

  /** A Kafka topic. */
  String TOPIC = "[a-zA-Z0-9._-]{1,249}";

  /** A dataset of BigQuery; its project may have a domain in front. */
  String DATASET = "((?:[a-z0-9.-]+:)?[a-z][a-z0-9-]*):(\\w{1,1024})";

  /** Brokers of Kafka. */
  String SERVERS = "[^\\s,]+:\\d{1,5}(,[^\\s,]+:\\d{1,5})*";

  /** Addresses without a user in them. */
  String ADDRESSES = "https?://[^\\s,@]+(,https?://[^\\s,@]+)*";

  /** Where Dataflow's workers can read, and write. */
  String BUCKET = "gs://[^/\\s]+(/.*)?";

  /** Where secrets are: a file of a bucket, or a secret of Google's Secret Manager. */
  String SECRET = "gs://.+|secret:projects/[^/\\s]+/secrets/[^/\\s]+/versions/[^/\\s]+";

  /** What Dataflow's workers can read: files of a bucket, and topics. */
  String INPUT = "(gs://|kafka:).+";
}
