package dev.vigil.detect;

import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PCollection;

/**
 * Counts elements by the rule that they belong to, as metrics of the namespace {@value #METRICS}:
 * {@code NAME.RULE}. They pass as they are. A new revision of an alert counts again, and so does
 * what a runner repeats.
 */
public final class CountByRule<T> extends PTransform<PCollection<T>, PCollection<T>> {
  private static final long serialVersionUID = 1L;

  /** The namespace of the metrics. */
  public static final String METRICS = "vigil";

  private final String name;
  private final SerializableFunction<T, String> ruleOf;

  private CountByRule(String name, SerializableFunction<T, String> ruleOf) {
    this.name = name;
    this.ruleOf = ruleOf;
  }

  /**
   * @param name what the elements are, such as alerts
   * @param ruleOf the id of an element's rule
   */
  public static <T> CountByRule<T> of(String name, SerializableFunction<T, String> ruleOf) {
    return new CountByRule<>(name, ruleOf);
  }

  @Override
  public PCollection<T> expand(PCollection<T> elements) {
    return elements
        .apply("Count", ParDo.of(new CountFn<>(name, ruleOf)))
        .setCoder(elements.getCoder())
        .setTypeDescriptor(elements.getTypeDescriptor());
  }

  private static final class CountFn<T> extends DoFn<T, T> {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final SerializableFunction<T, String> ruleOf;

    CountFn(String name, SerializableFunction<T, String> ruleOf) {
      this.name = name;
      this.ruleOf = ruleOf;
    }

    @ProcessElement
    public void count(@Element T element, OutputReceiver<T> out) {
      Metrics.counter(METRICS, name + "." + ruleOf.apply(element)).inc();
      out.output(element);
    }
  }
}
