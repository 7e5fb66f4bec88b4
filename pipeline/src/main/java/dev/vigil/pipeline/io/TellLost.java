package dev.vigil.pipeline.io;

import dev.vigil.event.Failure;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PDone;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last resort for failures that the sink of failures itself refuses: an error in the log, with
 * what is known of each, and a count ({@link WriteProduct#LOST}).
 */
public final class TellLost extends PTransform<PCollectionList<Failure>, PDone> {
  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(TellLost.class);

  private TellLost() {}

  public static TellLost inLog() {
    return new TellLost();
  }

  @Override
  public PDone expand(PCollectionList<Failure> lost) {
    PCollectionList<Failure> all = lost;
    if (lost.size() == 0) {
      // A flattened nothing has no type, and to a runner a step of no steps is an unknown one.
      all =
          lost.and(
              lost.getPipeline().apply("None", Create.empty(TypeDescriptor.of(Failure.class))));
    }
    all.apply("Flatten", Flatten.pCollections()).apply("Log", ParDo.of(new LogFn()));
    return PDone.in(lost.getPipeline());
  }

  private static final class LogFn extends DoFn<Failure, Void> {
    private static final long serialVersionUID = 1L;

    private final Counter lost = Metrics.counter(WriteProduct.METRICS, WriteProduct.LOST);

    @ProcessElement
    public void log(@Element Failure failure) {
      lost.inc();
      LOG.error(
          "the failure {} could not be written: {}: {}: {}",
          failure.refused(),
          failure.stage(),
          failure.reason(),
          failure.detail());
    }
  }
}
