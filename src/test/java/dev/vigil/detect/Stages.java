package dev.vigil.detect;

import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Duration;

/**
 * Tells at which stage of a test each element comes out: the number of times that the test stream's
 * clock was moved on by {@link #NEXT} before. Between two stages, the Direct runner does all that
 * there is to do.
 */
final class Stages<T> extends PTransform<PCollection<T>, PCollection<KV<Integer, T>>> {
  private static final long serialVersionUID = 1L;

  /** How far a test moves the clock of its stream on from one stage to the next. */
  static final Duration NEXT = Duration.standardMinutes(1);

  @Override
  public PCollection<KV<Integer, T>> expand(PCollection<T> elements) {
    return elements
        .apply("Unwindow", Window.into(new GlobalWindows()))
        .apply("OneKey", WithKeys.of(true))
        .apply("Stage", ParDo.of(new StageFn<T>()))
        .setCoder(KvCoder.of(VarIntCoder.of(), elements.getCoder()));
  }

  private static final class StageFn<T> extends DoFn<KV<Boolean, T>, KV<Integer, T>> {
    private static final long serialVersionUID = 1L;

    @TimerId("clock")
    private final TimerSpec clockSpec = TimerSpecs.timer(TimeDomain.PROCESSING_TIME);

    @ProcessElement
    public void stage(
        @Element KV<Boolean, T> element,
        @TimerId("clock") Timer clock,
        OutputReceiver<KV<Integer, T>> out) {
      long passed =
          clock.getCurrentRelativeTime().getMillis()
              - BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis();
      out.output(KV.of((int) (passed / NEXT.getMillis()), element.getValue()));
    }

    @OnTimer("clock")
    public void never() {}
  }

  /** A stream of arrivals that goes on to the next stage after each step. */
  static final class Script {
    private TestStream.Builder<Arrival> stream;

    Script(Pipeline pipeline) {
      try {
        stream = TestStream.create(pipeline.getCoderRegistry().getCoder(Arrival.class));
      } catch (CannotProvideCoderException e) {
        throw new IllegalStateException("every record has a coder", e);
      }
    }

    Script arrive(Arrival... arrivals) {
      return arrive(List.of(arrivals));
    }

    Script arrive(List<Arrival> arrivals) {
      stream = add(stream, arrivals);
      return next();
    }

    Script watermark(String time) {
      return watermark(java.time.Instant.parse(time));
    }

    Script watermark(java.time.Instant time) {
      stream = stream.advanceWatermarkTo(EventWindows.joda(time));
      return next();
    }

    TestStream<Arrival> end() {
      return stream.advanceWatermarkToInfinity();
    }

    /** Adds them all at once: each call on its own takes the runner a while. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // there is no other way to an array of them
    static TestStream.Builder<Arrival> add(
        TestStream.Builder<Arrival> stream, List<Arrival> arrivals) {
      List<TimestampedValue<Arrival>> timestamped =
          arrivals.stream().map(Arrival::timestamped).toList();
      return stream.addElements(
          timestamped.get(0),
          timestamped.subList(1, timestamped.size()).toArray(new TimestampedValue[0]));
    }

    private Script next() {
      stream = stream.advanceProcessingTime(NEXT);
      return this;
    }
  }
}
