package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.LoginAttempt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each detection finds exactly what its model finds, in random events in any order. */
class DetectionModelsTest {
  private static final Duration WINDOW = Duration.ofSeconds(20);
  private static final Duration MEMORY = Duration.ofSeconds(30);
  private static final int EVENTS = 200;
  private static final int SHOWN = 3;

  private static final SuspiciousLoginsModel SUSPICIOUS =
      SuspiciousLoginsModel.bySource(WINDOW, 5, SHOWN);
  private static final SuspiciousLoginsModel SUSPICIOUS_USERS =
      new SuspiciousLoginsModel(Duration.ofMinutes(1), 4, SHOWN, "user.name", LoginAttempt::user);
  private static final WindowedJoinModel JOINED = new WindowedJoinModel(WINDOW, SHOWN);
  private static final EpisodesModel EPISODES = new EpisodesModel(MEMORY, SHOWN);

  private final TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void boundedInOrder(long seed) throws CannotProvideCoderException {
    List<Arrival> arrivals = random(seed);
    assertDetections(arrivals, arrivals);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void boundedShuffled(long seed) throws CannotProvideCoderException {
    List<Arrival> arrivals = random(seed);
    assertDetections(Arrival.shuffled(arrivals, seed + 100), arrivals);
  }

  private void assertDetections(List<Arrival> fed, List<Arrival> arrivals)
      throws CannotProvideCoderException {
    assertDetections(create(fed), arrivals);
  }

  /** Events come in any order, but none after the watermark. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 6})
  void unboundedAndNeverLate(long seed) throws CannotProvideCoderException {
    List<Arrival> arrivals = random(seed);
    assertDetections(Arrival.sides(pipeline.apply(stream(arrivals, seed))), arrivals);
  }

  private TestStream<Arrival> stream(List<Arrival> arrivals, long seed)
      throws CannotProvideCoderException {
    Random random = new Random(seed);
    List<Arrival> byTime = new ArrayList<>(arrivals);
    byTime.sort(Comparator.comparing(arrival -> arrival.event().timestamp()));
    TestStream.Builder<Arrival> stream = TestStream.create(coder());
    Instant watermark = Instant.MIN;
    for (int from = 0; from < byTime.size(); ) {
      int to = Math.min(byTime.size(), from + 1 + random.nextInt(60));
      List<Arrival> next = Arrival.shuffled(byTime.subList(from, to), random.nextLong());
      int middle = random.nextInt(next.size());
      if (middle > 0) {
        stream = Stages.Script.add(stream, next.subList(0, middle));
      }
      stream = Stages.Script.add(stream, next.subList(middle, next.size()));
      from = to;
      if (to < byTime.size()) {
        Instant following = byTime.get(to).event().timestamp();
        if (random.nextInt(3) > 0 && following.isAfter(watermark)) {
          watermark = following;
          stream = stream.advanceWatermarkTo(EventWindows.joda(watermark));
        }
      }
    }
    return stream.advanceWatermarkToInfinity();
  }

  private void assertDetections(PCollectionTuple sides, List<Arrival> arrivals) {
    List<LoginAttempt> logins = Arrival.logins(arrivals);
    PAssert.that(
            sides
                .get(Sides.LOGINS)
                .apply(DetectSuspiciousLogins.create().withWindow(WINDOW).withShown(SHOWN)))
        .containsInAnyOrder(notEmpty(SUSPICIOUS.of(logins)));
    PAssert.that(
            sides
                .get(Sides.LOGINS)
                .apply(
                    "ByUser",
                    DetectSuspiciousLogins.create()
                        .withKey("user.name", LoginAttempt::user)
                        .withWindow(Duration.ofMinutes(1))
                        .withThreshold(4)
                        .withShards(2)
                        .withShown(SHOWN)))
        .containsInAnyOrder(notEmpty(SUSPICIOUS_USERS.of(logins)));
    PAssert.that(sides.apply(JoinAttacksWithLogins.create().withWindow(WINDOW).withShown(SHOWN)))
        .containsInAnyOrder(notEmpty(JOINED.of(logins, Arrival.intrusions(arrivals))));
    PAssert.that(
            sides.apply(CorrelateAttacksWithLogins.create().withMemory(MEMORY).withShown(SHOWN)))
        .containsInAnyOrder(notEmpty(EPISODES.of(logins, Arrival.intrusions(arrivals))));
    pipeline.run();
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12})
  void allPairsOfAllTime(long seed) throws CannotProvideCoderException {
    List<Arrival> arrivals = Arrival.random(seed, 60, 30, 20);
    PAssert.that(create(Arrival.shuffled(arrivals, seed)).apply(JoinAllPairs.create()))
        .containsInAnyOrder(
            notEmpty(
                new AllPairsModel(null)
                    .of(Arrival.logins(arrivals), Arrival.intrusions(arrivals))));
    pipeline.run();
  }

  @ParameterizedTest
  @ValueSource(longs = {13, 14})
  void allPairsOfAWindow(long seed) throws CannotProvideCoderException {
    List<Arrival> arrivals = Arrival.random(seed, EVENTS, 30, 20);
    PAssert.that(
            create(Arrival.shuffled(arrivals, seed))
                .apply(JoinAllPairs.create().withWindow(WINDOW)))
        .containsInAnyOrder(
            notEmpty(
                new AllPairsModel(WINDOW)
                    .of(Arrival.logins(arrivals), Arrival.intrusions(arrivals))));
    pipeline.run();
  }

  /** A trigger of the input that splits it must not split the sources' histories. */
  @Test
  void aTriggerOfTheInputChangesNothing() throws CannotProvideCoderException {
    List<Arrival> arrivals = random(5);
    PCollectionTuple sides = create(arrivals);
    PAssert.that(
            Sides.of(
                    sides.get(Sides.LOGINS).apply("TriggerLogins", afterEach(1)),
                    sides.get(Sides.INTRUSIONS).apply("TriggerIntrusions", afterEach(2)))
                .apply(CorrelateAttacksWithLogins.create().withMemory(MEMORY).withShown(SHOWN)))
        .containsInAnyOrder(
            notEmpty(EPISODES.of(Arrival.logins(arrivals), Arrival.intrusions(arrivals))));
    pipeline.run();
  }

  private static <T> Window<T> afterEach(int elements) {
    return Window.<T>into(new GlobalWindows())
        .triggering(Repeatedly.forever(AfterPane.elementCountAtLeast(elements)))
        .withAllowedLateness(org.joda.time.Duration.ZERO)
        .discardingFiredPanes();
  }

  private PCollectionTuple create(List<Arrival> arrivals) throws CannotProvideCoderException {
    PCollection<Arrival> created =
        pipeline.apply(
            Create.timestamped(arrivals.stream().map(Arrival::timestamped).toList())
                .withCoder(coder()));
    return Arrival.sides(created);
  }

  private static List<Arrival> random(long seed) {
    return Arrival.random(seed, EVENTS, MEMORY.toSeconds(), WINDOW.toSeconds());
  }

  private Coder<Arrival> coder() throws CannotProvideCoderException {
    return pipeline.getCoderRegistry().getCoder(Arrival.class);
  }

  /** A model that finds nothing would show nothing. */
  private static <T> List<T> notEmpty(List<T> found) {
    assertThat(found).hasSizeGreaterThan(2);
    return found;
  }
}
