package dev.vigil.detect;

import dev.vigil.event.EventId;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SourceEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.checkerframework.checker.nullness.qual.Nullable;

/** An event of either side: a test feeds both through one stream, so that their order is fixed. */
record Arrival(@Nullable LoginAttempt login, @Nullable Intrusion intrusion) {

  /** A failed attempt of root. */
  static Arrival login(String source, String time, String id) {
    return of(new LoginAttempt(Instant.parse(time), source, "root", true, 1, EventId.of(id)));
  }

  static Arrival intrusion(String source, String time, String id) {
    return of(
        new Intrusion(Instant.parse(time), source, "high", "scan", "SCAN ssh", EventId.of(id)));
  }

  static Arrival of(SourceEvent event) {
    return event instanceof LoginAttempt attempt
        ? new Arrival(attempt, null)
        : new Arrival(null, (Intrusion) event);
  }

  SourceEvent event() {
    return login != null ? login : intrusion;
  }

  TimestampedValue<Arrival> timestamped() {
    return TimestampedValue.of(this, EventWindows.joda(event().timestamp()));
  }

  static List<LoginAttempt> logins(List<Arrival> arrivals) {
    return arrivals.stream().filter(a -> a.login != null).map(Arrival::login).toList();
  }

  static List<Intrusion> intrusions(List<Arrival> arrivals) {
    return arrivals.stream().filter(a -> a.intrusion != null).map(Arrival::intrusion).toList();
  }

  /** Splits the stream: each side's events of a bundle come out together, as they would be read. */
  static PCollectionTuple sides(PCollection<Arrival> arrivals) {
    return arrivals.apply(
        "Sides",
        ParDo.of(new SidesFn()).withOutputTags(Sides.LOGINS, TupleTagList.of(Sides.INTRUSIONS)));
  }

  private static final class SidesFn extends DoFn<Arrival, List<LoginAttempt>> {
    private static final long serialVersionUID = 1L;

    private transient List<Arrival> bundle;

    @StartBundle
    public void startBundle() {
      bundle = new ArrayList<>();
    }

    @ProcessElement
    public void add(@Element Arrival arrival) {
      bundle.add(arrival);
    }

    @FinishBundle
    public void putOut(FinishBundleContext context) {
      putOut(context, Sides.LOGINS, logins(bundle));
      putOut(context, Sides.INTRUSIONS, intrusions(bundle));
    }

    private static <E extends SourceEvent> void putOut(
        DoFn<Arrival, List<LoginAttempt>>.FinishBundleContext context,
        TupleTag<List<E>> tag,
        List<E> events) {
      if (!events.isEmpty()) {
        context.output(
            tag, events, EventWindows.joda(SourceEvent.earliest(events)), GlobalWindow.INSTANCE);
      }
    }
  }

  /**
   * Random events of few sources, in order of time for each source: clustered, with ties, a
   * microsecond apart, exact repetitions, equal ids at different times, times at window edges and
   * at exactly the memory time and a second more after others, long gaps, and times before 1970.
   */
  static List<Arrival> random(long seed, int count, long memorySeconds, long windowSeconds) {
    Random random = new Random(seed);
    String[] sources = {"198.51.100.7", "2001:db8::1", "scanner.example.org"};
    String[] users = {"root", "admin", "oracle", null};
    String[] classes = {"scan", "exploit", null};
    String[] signatures = {"SCAN ssh", "Log4j", "Shellcode", null};
    long window = windowSeconds * 1_000_000;
    long[] now = new long[sources.length];
    for (int s = 0; s < now.length; s++) {
      now[s] =
          new long[] {-3_600_000_000L, -45_500_000, 0, 1_700_000_000_000_000L}[random.nextInt(4)];
    }
    List<Arrival> arrivals = new ArrayList<>();
    while (arrivals.size() < count) {
      int s = random.nextInt(sources.length);
      long time = now[s];
      switch (random.nextInt(20)) {
        case 0, 1, 11, 12, 13 -> {}
        case 2 -> time += 1;
        case 3 -> time += 999_000;
        case 4, 14, 15 -> time += 1_000_000;
        case 5, 6, 16, 17 -> time += random.nextInt(6_000_000);
        case 7 -> time += memorySeconds * 1_000_000;
        case 8 -> time += (memorySeconds + 1) * 1_000_000;
        case 9 -> time = (Math.floorDiv(time, window) + 1) * window;
        case 10 -> time = (Math.floorDiv(time, window) + 1) * window - 1;
        default -> time += random.nextInt(4) == 0 ? memorySeconds * 20_000_000 : 2_000_000;
      }
      now[s] = time;
      String id = "id-" + random.nextInt(count / 2 + 1);
      Instant at = Instant.EPOCH.plus(time, ChronoUnit.MICROS);
      Arrival next =
          random.nextInt(5) < 3
              ? of(
                  new LoginAttempt(
                      at,
                      sources[s],
                      users[random.nextInt(users.length)],
                      random.nextBoolean(),
                      random.nextInt(6) == 0 ? 3 : 1,
                      EventId.of(id)))
              : of(
                  new Intrusion(
                      at,
                      sources[s],
                      random.nextInt(5) == 0
                          ? null
                          : NaiveFacts.SEVERITIES.get(random.nextInt(NaiveFacts.SEVERITIES.size())),
                      classes[random.nextInt(classes.length)],
                      signatures[random.nextInt(signatures.length)],
                      EventId.of(id)));
      arrivals.add(next);
      if (random.nextInt(10) == 0) {
        arrivals.add(next);
      }
    }
    return arrivals;
  }

  static List<Arrival> shuffled(List<Arrival> arrivals, long seed) {
    List<Arrival> shuffled = new ArrayList<>(arrivals);
    Collections.shuffle(shuffled, new Random(seed));
    return shuffled;
  }
}
