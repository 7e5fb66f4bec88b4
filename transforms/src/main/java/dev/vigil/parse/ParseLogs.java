package dev.vigil.parse;

import dev.vigil.event.Failure;
import dev.vigil.event.LogLine;
import dev.vigil.event.SecurityEvent;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.joda.time.Instant;

/**
 * Parses log lines.
 *
 * <p>In go {@link LogLine}s; out comes for each exactly one of {@link #EVENTS}, with its event
 * time, to the millisecond, as element timestamp, or {@link #FAILURES}, with the line's. Where
 * input is unbounded, the source must have given each line its event time already: no element may
 * go out earlier than it came in.
 *
 * <p>Counts, as metrics of the namespace {@value #METRICS}: {@code events.FORMAT} and {@code
 * failures.REASON}.
 */
public final class ParseLogs extends PTransform<PCollection<LogLine>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  /** What was understood. */
  public static final TupleTag<SecurityEvent> EVENTS = new TupleTag<>("events") {};

  /** What was not, and why. */
  public static final TupleTag<Failure> FAILURES = new TupleTag<>("failures") {};

  /** The namespace of the metrics. */
  public static final String METRICS = "vigil";

  private final LogParser parser;

  private ParseLogs(LogParser parser) {
    this.parser = parser;
  }

  public static ParseLogs with(LogParser parser) {
    return new ParseLogs(parser);
  }

  @Override
  public PCollectionTuple expand(PCollection<LogLine> lines) {
    return lines.apply(
        "Parse", ParDo.of(new ParseFn(parser)).withOutputTags(EVENTS, TupleTagList.of(FAILURES)));
  }

  private static final class ParseFn extends DoFn<LogLine, SecurityEvent> {
    private static final long serialVersionUID = 1L;

    private final LogParser parser;
    private transient Map<String, Counter> counters;

    ParseFn(LogParser parser) {
      this.parser = parser;
    }

    @Setup
    public void setUp() {
      counters = new HashMap<>();
    }

    @ProcessElement
    public void parse(@Element LogLine line, MultiOutputReceiver out) {
      ParseResult result = parser.parse(line);
      if (result.event() != null) {
        count("events." + result.event().event().dataset());
        out.get(EVENTS)
            .outputWithTimestamp(
                result.event(), Instant.ofEpochMilli(result.event().timestamp().toEpochMilli()));
      } else {
        count("failures." + result.failure().reason());
        out.get(FAILURES).output(result.failure());
      }
    }

    private void count(String name) {
      counters.computeIfAbsent(name, n -> Metrics.counter(METRICS, n)).inc();
    }
  }
}
