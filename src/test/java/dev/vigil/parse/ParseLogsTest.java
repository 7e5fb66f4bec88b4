package dev.vigil.parse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.EcsJson;
import dev.vigil.event.EventId;
import dev.vigil.event.Failure;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LogLine;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.Provenance;
import dev.vigil.event.SecurityEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

class ParseLogsTest {
  private static final LogParser PARSER = LogParser.ofAllFormats();

  private static final String LOGIN =
      "{\"login_time\":\"2026-01-15T08:00:00.123456Z\",\"username\":\"root\","
          + "\"source_ip\":\"203.0.113.5\",\"status\":\"failure\"}";
  private static final String INTRUSION =
      "{\"event_time\":\"2026-01-15T08:00:01Z\",\"source_ip\":\"203.0.113.6\","
          + "\"destination_ip\":\"192.0.2.1\",\"severity\":\"high\","
          + "\"attack_classification\":\"Trojan\",\"action\":\"alert\"}";
  private static final String ACCESS =
      "192.0.2.1 - - [15/Jan/2026:08:00:02 +0000] \"GET / HTTP/1.1\" 200 5";
  private static final String NOTHING = "nobody knows this";

  private final TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);

  private PCollectionTuple parse(ParseLogs transform) {
    return pipeline
        .apply(
            Create.timestamped(
                    timestamped(LOGIN, 1_768_464_000_123L),
                    timestamped(INTRUSION, 1_768_464_001_000L),
                    timestamped(ACCESS, 1_768_464_002_000L),
                    timestamped(NOTHING, 1_768_464_003_000L))
                .withCoder(ParsedLines.coder(PARSER)))
        .apply(transform);
  }

  private static ParsedLine line(String text, long offset) {
    return PARSER.parse(
        LogLine.of(text.getBytes(StandardCharsets.UTF_8), Provenance.ofKafka("logs", 0, offset)));
  }

  private static TimestampedValue<ParsedLines> timestamped(String text, long millis) {
    return TimestampedValue.of(
        ParsedLines.ofBounded(line(text, millis)), Instant.ofEpochMilli(millis));
  }

  @Test
  void eachLineIsAnEventOrAFailureAndSomeEventsAreForDetections() {
    PCollectionTuple parsed = parse(ParseLogs.create());
    PAssert.that(parsed.get(ParseLogs.EVENTS).apply("Events", ParDo.of(new TimeFn<>())))
        .containsInAnyOrder(
            "1768464000123 " + line(LOGIN, 1_768_464_000_123L).event(),
            "1768464001000 " + line(INTRUSION, 1_768_464_001_000L).event(),
            "1768464002000 " + line(ACCESS, 1_768_464_002_000L).event());
    assertTheRest(parsed);
    pipeline.run();
  }

  @Test
  void theRestIsTheSameWithoutTheEvents() {
    PCollectionTuple parsed = parse(ParseLogs.create().withoutEvents());
    PAssert.that(parsed.get(ParseLogs.EVENTS)).empty();
    assertTheRest(parsed);
    pipeline.run();
  }

  private static void assertTheRest(PCollectionTuple parsed) {
    PCollection<Failure> failures = parsed.get(ParseLogs.FAILURES);
    PAssert.that(failures.apply("Failures", ParDo.of(new TimeFn<>())))
        .containsInAnyOrder("1768464003000 no format takes this line");
    PCollection<List<LoginAttempt>> logins = parsed.get(ParseLogs.LOGINS);
    PAssert.that(logins.apply("Logins", ParDo.of(new TimeFn<>())))
        .containsInAnyOrder(
            "1768464000123 ["
                + new LoginAttempt(
                    java.time.Instant.parse("2026-01-15T08:00:00.123456Z"),
                    "203.0.113.5",
                    "root",
                    true,
                    1,
                    EventId.of(line(LOGIN, 1_768_464_000_123L).event().id()))
                + "]");
    PCollection<List<Intrusion>> intrusions = parsed.get(ParseLogs.INTRUSIONS);
    PAssert.that(intrusions.apply("Intrusions", ParDo.of(new TimeFn<>())))
        .containsInAnyOrder(
            "1768464001000 ["
                + new Intrusion(
                    java.time.Instant.parse("2026-01-15T08:00:01Z"),
                    "203.0.113.6",
                    "high",
                    "Trojan",
                    null,
                    EventId.of(line(INTRUSION, 1_768_464_001_000L).event().id()))
                + "]");
  }

  /** The event has the microseconds; Beam's time is the millisecond that they are in. */
  @Test
  void eventTimes() {
    PAssert.that(
            pipeline
                .apply(
                    Create.timestamped(
                            login("2026-01-15T08:00:00.123456Z", 1_768_464_000_123L),
                            login("2026-01-15T08:00:00.999999999Z", 1_768_464_000_999L),
                            login("1969-12-31T23:59:59.999999Z", -1),
                            login("1969-12-31T23:59:59.998000Z", -2))
                        .withCoder(ParsedLines.coder(PARSER)))
                .apply(ParseLogs.create())
                .get(ParseLogs.EVENTS)
                .apply(ParDo.of(new TimesFn())))
        .containsInAnyOrder(
            List.of(
                "1768464000123 2026-01-15T08:00:00.123456Z",
                "1768464000999 2026-01-15T08:00:00.999999Z",
                "-1 1969-12-31T23:59:59.999999Z",
                "-2 1969-12-31T23:59:59.998Z"));
    pipeline.run();
  }

  /** Lines of one batch: those whose time was over before it are apart, to the millisecond. */
  @Test
  void linesBehindTheWatermarkMayBeLate() {
    long watermark = 1_768_464_000_124L;
    ParsedLines batch =
        new ParsedLines(
            List.of(
                line(LOGIN, 1),
                line(INTRUSION.replace("08:00:01Z", "08:00:00.123999Z"), 2),
                line(NOTHING, 3),
                line(LOGIN.replace("08:00:00.123456Z", "08:00:03Z"), 4),
                line(LOGIN.replace("08:00:00.123456Z", "08:00:00.124Z"), 5),
                line(INTRUSION, 6),
                line(ACCESS, 7)),
            watermark);
    PCollectionTuple parsed =
        pipeline
            .apply(
                Create.timestamped(
                        TimestampedValue.of(batch, Instant.ofEpochMilli(1_768_464_000_123L)))
                    .withCoder(ParsedLines.coder(PARSER)))
            .apply(ParseLogs.create());
    PAssert.that(parsed.get(ParseLogs.LOGINS_BEHIND).apply("Behind", ParDo.of(new TimeFn<>())))
        .containsInAnyOrder("1768464000123 " + List.of(batch.lines().get(0).login()));
    PAssert.that(parsed.get(ParseLogs.INTRUSIONS_BEHIND).apply("Seen", ParDo.of(new TimeFn<>())))
        .containsInAnyOrder("1768464000123 " + List.of(batch.lines().get(1).intrusion()));
    PAssert.that(parsed.get(ParseLogs.LOGINS).apply("Logins", ParDo.of(new TimeFn<>())))
        .containsInAnyOrder(
            "1768464000124 " + List.of(batch.lines().get(3).login(), batch.lines().get(4).login()));
    PAssert.that(parsed.get(ParseLogs.INTRUSIONS).apply("Intrusions", ParDo.of(new TimeFn<>())))
        .containsInAnyOrder("1768464001000 " + List.of(batch.lines().get(5).intrusion()));
    PAssert.that(parsed.get(ParseLogs.FAILURES).apply("Failure", ParDo.of(new TimeFn<>())))
        .containsInAnyOrder("1768464000123 no format takes this line");
    PAssert.that(parsed.get(ParseLogs.EVENTS).apply("Events", ParDo.of(new TimeFn<>())))
        .containsInAnyOrder(
            "1768464000123 " + batch.lines().get(0).event(),
            "1768464000123 " + batch.lines().get(1).event(),
            "1768464003000 " + batch.lines().get(3).event(),
            "1768464000124 " + batch.lines().get(4).event(),
            "1768464001000 " + batch.lines().get(5).event(),
            "1768464002000 " + batch.lines().get(6).event());
    pipeline.run();
  }

  /** Lines that travel are parsed again, to the same. */
  @Test
  void linesSayTheSameWhereTheyArrive() throws Exception {
    List<ParsedLine> sent =
        List.of(line(LOGIN, 7), line(INTRUSION, 8), line(ACCESS, 9), line(NOTHING, 10));
    ParsedLines come =
        CoderUtils.clone(ParsedLines.coder(PARSER), new ParsedLines(sent, 1_768_464_000_000L));
    assertThat(come.watermark()).isEqualTo(1_768_464_000_000L);
    assertThat(come.lines()).hasSize(4);
    for (int i = 0; i < 4; i++) {
      assertThat(come.lines().get(i).line()).isEqualTo(sent.get(i).line());
      assertThat(come.lines().get(i).event()).isEqualTo(sent.get(i).event());
      assertThat(come.lines().get(i).failure()).isEqualTo(sent.get(i).failure());
      assertThat(come.lines().get(i).time()).isEqualTo(sent.get(i).time());
      assertThat(come.lines().get(i).format()).isEqualTo(sent.get(i).format());
      assertThat(come.lines().get(i).login()).isEqualTo(sent.get(i).login());
      assertThat(come.lines().get(i).intrusion()).isEqualTo(sent.get(i).intrusion());
    }
  }

  private static TimestampedValue<ParsedLines> login(String time, long millis) {
    return timestamped(LOGIN.replace("2026-01-15T08:00:00.123456Z", time), millis);
  }

  private static final class TimeFn<T> extends DoFn<T, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void tell(@Element T element, @Timestamp Instant time, OutputReceiver<String> out) {
      // A failure's raw bytes have no text.
      out.output(time.getMillis() + " " + (element instanceof Failure f ? f.reason() : element));
    }
  }

  private static final class TimesFn extends DoFn<SecurityEvent, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void tell(
        @Element SecurityEvent event, @Timestamp Instant time, OutputReceiver<String> out) {
      out.output(time.getMillis() + " " + EcsJson.iso(event.timestamp()));
    }
  }
}
