package dev.vigil.detect;

import static dev.vigil.detect.Arrival.intrusion;
import static dev.vigil.detect.Arrival.login;
import static dev.vigil.detect.SeparateLate.LATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.Alert;
import dev.vigil.event.AlertFields;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LateEvent;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SourceEvent;
import dev.vigil.event.SuspiciousLogins;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.Values;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes too late for a detection comes out as such, and nowhere else. */
class SeparateLateTest {
  private static final String A = "198.51.100.7";
  private static final String B = "gate.example.org";

  private static final DetectSuspiciousLogins COUNT =
      DetectSuspiciousLogins.create().withThreshold(1).withAllowedLateness(Duration.ofSeconds(10));
  private static final JoinAttacksWithLogins JOIN =
      JoinAttacksWithLogins.create().withWindow(Duration.ofMinutes(1));
  private static final CorrelateAttacksWithLogins CORRELATE =
      CorrelateAttacksWithLogins.create().withMemory(Duration.ofSeconds(30));

  private final TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);

  @Test
  void exactContents() {
    Arrival onTime = login(A, "2026-03-10T12:00:05Z", "on-time");
    Arrival late = login(A, "2026-03-10T12:00:06.789Z", "late");
    PCollectionTuple logins =
        separatedLogins(
            new Stages.Script(pipeline)
                .arrive(onTime)
                .watermark("2026-03-10T12:00:30Z")
                .arrive(late)
                .end());
    PAssert.that(logins.get(LATE))
        .containsInAnyOrder(
            new LateEvent(
                Instant.parse("2026-03-10T12:00:06.789Z"),
                new LateEvent.Event("late", "event"),
                new LateEvent.Rule("suspicious-logins"),
                new AlertFields.Source("198.51.100.7", "198.51.100.7"),
                new LateEvent.Details(
                    new AlertFields.Window(
                        Instant.parse("2026-03-10T12:00:00Z"),
                        Instant.parse("2026-03-10T12:00:20Z")))),
            lateFor(late, CORRELATE.deadline()));
    PAssert.that(logins(logins, COUNT.deadline()).apply("EachInTime", Flatten.iterables()))
        .containsInAnyOrder(onTime.login());
    PAssert.that(logins(logins, JOIN.deadline()).apply("EachInTimeForJoin", Flatten.iterables()))
        .containsInAnyOrder(onTime.login(), late.login());
    PAssert.that(
            logins(logins, CORRELATE.deadline())
                .apply("EachInTimeForCorrelate", Flatten.iterables()))
        .containsInAnyOrder(onTime.login());
    PAssert.that(logins(logins, COUNT.deadline()).apply(COUNT)).empty();
    pipeline.run();
  }

  /** Nothing of the source's shard has come before: no timer tells what has passed. */
  @Test
  void theFirstEventOfAll() {
    Arrival late = login(A, "2026-03-10T12:00:06Z", "late");
    assertLate(
        new Stages.Script(pipeline).watermark("2026-03-10T12:01:00Z").arrive(late).end(),
        List.of(),
        List.of(
            lateFor(late, COUNT.deadline()),
            lateFor(late, JOIN.deadline()),
            lateFor(late, CORRELATE.deadline())));
  }

  /** The shard's timers have fired, but the last of them long before the watermark. */
  @Test
  void afterAnIdleTime() {
    Arrival early = login(A, "2026-03-10T12:00:05Z", "early");
    Arrival late = login(A, "2026-03-10T13:00:06Z", "late");
    assertLate(
        new Stages.Script(pipeline)
            .arrive(early)
            .watermark("2026-03-10T14:00:00Z")
            .arrive(late)
            .end(),
        List.of(early),
        List.of(
            lateFor(late, COUNT.deadline()),
            lateFor(late, JOIN.deadline()),
            lateFor(late, CORRELATE.deadline())));
  }

  /** The watermark at the deadline: late; a millisecond before it: in time. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void atTheDeadline(boolean shardHasTimers) {
    Arrival first = login(A, "2026-03-10T12:00:01Z", "first");
    Arrival before = login(A, "2026-03-10T12:00:19.999999Z", "before");
    Arrival at = login(A, "2026-03-10T12:00:19.999999Z", "at");
    Stages.Script script = new Stages.Script(pipeline);
    if (shardHasTimers) {
      script.arrive(first);
    }
    PCollectionTuple logins =
        separatedLogins(
            script
                .watermark("2026-03-10T12:00:29.999Z")
                .arrive(before)
                .watermark("2026-03-10T12:00:30Z")
                .arrive(at)
                .end());
    PAssert.that(logins(logins, COUNT.deadline()).apply("EachInTime", Flatten.iterables()))
        .containsInAnyOrder(
            shardHasTimers ? List.of(first.login(), before.login()) : List.of(before.login()));
    PAssert.that(logins.get(LATE))
        .containsInAnyOrder(
            lateFor(before, CORRELATE.deadline()),
            lateFor(at, CORRELATE.deadline()),
            lateFor(at, COUNT.deadline()));
    pipeline.run();
  }

  private void assertLate(
      TestStream<Arrival> stream, List<Arrival> inTime, List<LateEvent> expected) {
    PCollectionTuple logins = separatedLogins(stream);
    PAssert.that(logins.get(LATE)).containsInAnyOrder(expected);
    PAssert.that(logins(logins, COUNT.deadline()).apply("EachInTime", Flatten.iterables()))
        .containsInAnyOrder(Arrival.logins(inTime));
    pipeline.run();
  }

  private PCollectionTuple separatedLogins(TestStream<Arrival> stream) {
    return Arrival.sides(pipeline.apply(stream))
        .get(Sides.LOGINS)
        .apply(
            SeparateLate.of(
                LoginAttempt.class, COUNT.deadline(), JOIN.deadline(), CORRELATE.deadline()));
  }

  @Test
  void nothingComesLateInBoundedInput() {
    List<Arrival> arrivals =
        List.of(login(A, "2026-03-10T12:00:05Z", "l2"), login(A, "1969-03-10T12:00:05Z", "l1"));
    PCollectionTuple logins =
        Arrival.sides(
                pipeline.apply(
                    Create.timestamped(arrivals.stream().map(Arrival::timestamped).toList())))
            .get(Sides.LOGINS)
            .apply(SeparateLate.of(LoginAttempt.class, COUNT.deadline()));
    PAssert.that(logins(logins, COUNT.deadline()).apply("EachInTime", Flatten.iterables()))
        .containsInAnyOrder(Arrival.logins(arrivals));
    PAssert.that(logins.get(LATE)).empty();
    pipeline.run();
  }

  /**
   * Random events, many of them late: each detection finds in what was in time exactly what its
   * model finds, so that no event is dropped without a word, and none counts that is called late.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void everyEventCountsOrIsCalledLate(long seed) {
    Random random = new Random(seed);
    List<Arrival> inTimeForCount = new ArrayList<>();
    List<Arrival> inTimeForJoin = new ArrayList<>();
    List<Arrival> inTimeForCorrelate = new ArrayList<>();
    List<LateEvent> lateLogins = new ArrayList<>();
    List<LateEvent> lateIntrusions = new ArrayList<>();
    Instant watermark = Instant.parse("2026-03-10T12:00:00Z");
    Stages.Script script = new Stages.Script(pipeline).watermark(watermark);
    for (int step = 0; step < 25; step++) {
      List<Arrival> batch = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String time =
            watermark.plus(random.nextInt(100_000_000) - 50_000_000, ChronoUnit.MICROS).toString();
        String source = random.nextInt(3) == 0 ? B : A;
        String id = "e" + step + "-" + i;
        Arrival next = random.nextBoolean() ? login(source, time, id) : intrusion(source, time, id);
        batch.add(next);
        List<LateEvent> late = next.login() != null ? lateLogins : lateIntrusions;
        if (next.login() != null) {
          sort(next, COUNT.deadline(), 20, 10, watermark, inTimeForCount, late);
        }
        sort(next, JOIN.deadline(), 60, 0, watermark, inTimeForJoin, late);
        sort(next, CORRELATE.deadline(), 1, 0, watermark, inTimeForCorrelate, late);
      }
      script.arrive(batch);
      watermark = watermark.plusMillis(random.nextInt(4) * 10_000L + random.nextInt(2));
      script.watermark(watermark);
    }
    PCollectionTuple sides = Arrival.sides(pipeline.apply(script.end()));
    PCollectionTuple logins =
        sides
            .get(Sides.LOGINS)
            .apply(
                "Logins",
                SeparateLate.of(
                    LoginAttempt.class, COUNT.deadline(), JOIN.deadline(), CORRELATE.deadline()));
    PCollectionTuple intrusions =
        sides
            .get(Sides.INTRUSIONS)
            .apply(
                "Intrusions",
                SeparateLate.of(Intrusion.class, JOIN.deadline(), CORRELATE.deadline()));

    assertThat(lateLogins).hasSizeGreaterThan(30);
    assertThat(lateIntrusions).hasSizeGreaterThan(30);
    PAssert.that(logins.get(LATE)).containsInAnyOrder(lateLogins);
    PAssert.that(intrusions.get(LATE)).containsInAnyOrder(lateIntrusions);

    List<Alert> joined =
        new WindowedJoinModel(Duration.ofMinutes(1), 10)
            .of(Arrival.logins(inTimeForJoin), Arrival.intrusions(inTimeForJoin));
    assertThat(joined).hasSizeGreaterThan(2);
    PAssert.that(
            Sides.of(logins(logins, JOIN.deadline()), intrusions(intrusions, JOIN.deadline()))
                .apply(JOIN))
        .containsInAnyOrder(joined);

    List<Alert> correlated =
        new EpisodesModel(Duration.ofSeconds(30), 10)
            .of(Arrival.logins(inTimeForCorrelate), Arrival.intrusions(inTimeForCorrelate));
    assertThat(correlated).isNotEmpty();
    PAssert.that(
            Sides.of(
                    logins(logins, CORRELATE.deadline()),
                    intrusions(intrusions, CORRELATE.deadline()))
                .apply(CORRELATE))
        .containsInAnyOrder(correlated);

    List<SuspiciousLogins> counted =
        SuspiciousLoginsModel.bySource(Duration.ofSeconds(20), 1, 10)
            .of(Arrival.logins(inTimeForCount));
    assertThat(counted).hasSizeGreaterThan(2);
    PAssert.that(
            logins(logins, COUNT.deadline())
                .apply(COUNT)
                .apply("OneWindow", Window.into(EpochWindows.of(Duration.ofDays(1_000))))
                .apply(
                    "KeyById",
                    WithKeys.of((SuspiciousLogins record) -> record.event().id())
                        .withKeyType(TypeDescriptors.strings()))
                .apply("Newest", Combine.perKey(SeparateLateTest::newest))
                .apply(Values.create()))
        .containsInAnyOrder(counted);
    pipeline.run();
  }

  private static SuspiciousLogins newest(Iterable<SuspiciousLogins> revisions) {
    return StreamSupport.stream(revisions.spliterator(), false)
        .max(Comparator.comparing(record -> record.vigil().revision()))
        .orElseThrow();
  }

  /** Where the event belongs, by its windows' size and allowed lateness in seconds. */
  private static void sort(
      Arrival arrival,
      SeparateLate.Deadline deadline,
      long size,
      long lateness,
      Instant watermark,
      List<Arrival> inTime,
      List<LateEvent> late) {
    Instant start =
        SuspiciousLoginsModel.windowStart(arrival.event().timestamp(), Duration.ofSeconds(size));
    if (watermark.isBefore(start.plusSeconds(size + lateness))) {
      inTime.add(arrival);
    } else {
      late.add(lateFor(arrival, deadline));
    }
  }

  private static LateEvent lateFor(Arrival arrival, SeparateLate.Deadline deadline) {
    SourceEvent event = arrival.event();
    Instant start = SuspiciousLoginsModel.windowStart(event.timestamp(), deadline.window());
    return new LateEvent(
        event.timestamp(),
        new LateEvent.Event(event.eventId().toString(), "event"),
        new LateEvent.Rule(deadline.ruleId()),
        AlertFields.Source.of(event.source()),
        new LateEvent.Details(new AlertFields.Window(start, start.plus(deadline.window()))));
  }

  private static PCollection<List<LoginAttempt>> logins(
      PCollectionTuple separated, SeparateLate.Deadline deadline) {
    return separated.get(SeparateLate.<LoginAttempt>inTime(deadline.ruleId()));
  }

  private static PCollection<List<Intrusion>> intrusions(
      PCollectionTuple separated, SeparateLate.Deadline deadline) {
    return separated.get(SeparateLate.<Intrusion>inTime(deadline.ruleId()));
  }
}
