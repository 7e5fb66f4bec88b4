package dev.vigil.parse;

import dev.vigil.event.EcsJson;
import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.event.SecurityEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

class ParseLogsTest {
  /** The event has the microseconds; Beam's time is the millisecond that they are in. */
  @Test
  void eventTimes() {
    TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);
    PAssert.that(
            pipeline
                .apply(
                    Create.timestamped(
                        line("2026-01-15T08:00:00.123456Z", 1_768_464_000_123L),
                        line("2026-01-15T08:00:00.999999999Z", 1_768_464_000_999L),
                        line("1969-12-31T23:59:59.999999Z", -1),
                        line("1969-12-31T23:59:59.998000Z", -2)))
                .apply(ParseLogs.with(LogParser.ofAllFormats()))
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

  private static TimestampedValue<LogLine> line(String time, long millis) {
    String text =
        "{\"login_time\":\""
            + time
            + "\",\"username\":\"root\",\"source_ip\":\"203.0.113.5\",\"status\":\"failure\"}";
    return TimestampedValue.of(
        LogLine.of(
            text.getBytes(StandardCharsets.UTF_8), Provenance.ofKafka("logins", 0, millis + 10)),
        Instant.ofEpochMilli(millis));
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
