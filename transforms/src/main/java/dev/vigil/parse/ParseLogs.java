package dev.vigil.parse;

import dev.vigil.event.Failure;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SecurityEvent;
import dev.vigil.event.SourceEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Parses log lines.
 *
 * <p>In go {@link ParsedLines}, which are parsed here unless their source had to; out comes for
 * each line exactly one of {@link #EVENTS}, with its event time, to the millisecond, as element
 * timestamp, or {@link #FAILURES}, with the time of what came in. Of the events, what detections
 * need comes out, too: as {@link #LOGINS} and {@link #INTRUSIONS}, which are late for nothing, or
 * as {@link #LOGINS_BEHIND} and {@link #INTRUSIONS_BEHIND}, which may be. These stay together as
 * their lines were, in lists with the earliest of their times. Where input is unbounded, lines come
 * in with the earliest of their event times: no element may go out earlier than it came in.
 *
 * <p>Counts, as metrics of the namespace {@value #METRICS}: {@code events.FORMAT} and {@code
 * failures.REASON}.
 */
public final class ParseLogs extends PTransform<PCollection<ParsedLines>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  /** What was understood. */
  public static final TupleTag<SecurityEvent> EVENTS = new TupleTag<>("events") {};

  /** What was not, and why. */
  public static final TupleTag<Failure> FAILURES = new TupleTag<>("failures") {};

  /** Of the events, the login attempts that came before their time was over. */
  public static final TupleTag<List<LoginAttempt>> LOGINS = new TupleTag<>("logins") {};

  /** Of the events, what an IDS or IPS reports, if it came before its time was over. */
  public static final TupleTag<List<Intrusion>> INTRUSIONS = new TupleTag<>("intrusions") {};

  /** The login attempts that their source's watermark had passed already. */
  public static final TupleTag<List<LoginAttempt>> LOGINS_BEHIND =
      new TupleTag<>("logins-behind") {};

  /** What an IDS or IPS reports, and its source's watermark had passed already. */
  public static final TupleTag<List<Intrusion>> INTRUSIONS_BEHIND =
      new TupleTag<>("intrusions-behind") {};

  /** The namespace of the metrics. */
  public static final String METRICS = "vigil";

  private final boolean withEvents;

  private ParseLogs(boolean withEvents) {
    this.withEvents = withEvents;
  }

  public static ParseLogs create() {
    return new ParseLogs(true);
  }

  /** Without the events themselves, for who has no use for them: most of the work is theirs. */
  public ParseLogs withoutEvents() {
    return new ParseLogs(false);
  }

  @Override
  public PCollectionTuple expand(PCollection<ParsedLines> lines) {
    return lines.apply(
        "Parse",
        ParDo.of(new ParseFn(withEvents))
            .withOutputTags(
                EVENTS,
                TupleTagList.of(FAILURES)
                    .and(LOGINS)
                    .and(INTRUSIONS)
                    .and(LOGINS_BEHIND)
                    .and(INTRUSIONS_BEHIND)));
  }

  private static final class ParseFn extends DoFn<ParsedLines, SecurityEvent> {
    private static final long serialVersionUID = 1L;

    private final boolean withEvents;
    private transient Map<String, Counter> events;
    private transient Map<String, Counter> failures;

    ParseFn(boolean withEvents) {
      this.withEvents = withEvents;
    }

    @Setup
    public void setUp() {
      events = new HashMap<>();
      failures = new HashMap<>();
    }

    @ProcessElement
    public void parse(@Element ParsedLines lines, MultiOutputReceiver out) {
      List<LoginAttempt> logins = new ArrayList<>();
      List<LoginAttempt> loginsBehind = new ArrayList<>();
      List<Intrusion> intrusions = new ArrayList<>();
      List<Intrusion> intrusionsBehind = new ArrayList<>();
      Map<String, Integer> formats = new HashMap<>();
      for (ParsedLine line : lines.lines()) {
        Failure failure = line.failure();
        if (failure != null) {
          count(failures, "failures.", failure.reason(), 1);
          out.get(FAILURES).output(failure);
          continue;
        }
        formats.merge(line.format(), 1, Integer::sum);
        if (withEvents) {
          out.get(EVENTS).outputWithTimestamp(line.event(), joda(line.time()));
        }
        boolean behind = lines.isBehind(line.time());
        add(line.login(), behind ? loginsBehind : logins);
        add(line.intrusion(), behind ? intrusionsBehind : intrusions);
      }
      formats.forEach((format, count) -> count(events, "events.", format, count));
      putOut(logins, out.get(LOGINS));
      putOut(loginsBehind, out.get(LOGINS_BEHIND));
      putOut(intrusions, out.get(INTRUSIONS));
      putOut(intrusionsBehind, out.get(INTRUSIONS_BEHIND));
    }

    private static <E> void add(@Nullable E event, List<E> events) {
      if (event != null) {
        events.add(event);
      }
    }

    private static <E extends SourceEvent> void putOut(
        List<E> events, OutputReceiver<List<E>> out) {
      if (!events.isEmpty()) {
        out.outputWithTimestamp(events, joda(SourceEvent.earliest(events)));
      }
    }

    private static org.joda.time.Instant joda(Instant time) {
      return org.joda.time.Instant.ofEpochMilli(time.toEpochMilli());
    }

    private static void count(
        Map<String, Counter> counters, String prefix, String name, int count) {
      counters.computeIfAbsent(name, n -> Metrics.counter(METRICS, prefix + n)).inc(count);
    }
  }
}
