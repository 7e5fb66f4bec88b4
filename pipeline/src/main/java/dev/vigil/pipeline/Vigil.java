package dev.vigil.pipeline;

import static dev.vigil.detect.SeparateLate.inTime;
import static dev.vigil.pipeline.Products.ALERTS;
import static dev.vigil.pipeline.Products.EVENTS;
import static dev.vigil.pipeline.Products.FAILURES;
import static dev.vigil.pipeline.Products.LATE;
import static dev.vigil.pipeline.Products.SUSPICIOUS_LOGINS;

import dev.vigil.detect.CorrelateAttacksWithLogins;
import dev.vigil.detect.CountByRule;
import dev.vigil.detect.DetectSuspiciousLogins;
import dev.vigil.detect.JoinAttacksWithLogins;
import dev.vigil.detect.Rewindow;
import dev.vigil.detect.SeparateLate;
import dev.vigil.detect.Sides;
import dev.vigil.event.Alert;
import dev.vigil.event.Failure;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LateEvent;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SecurityEvent;
import dev.vigil.event.SuspiciousLogins;
import dev.vigil.parse.ParseLogs;
import dev.vigil.pipeline.io.TellLost;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * The main job: logs in; events, suspicious logins and alerts out.
 *
 * <p>Exit code 0: done, and what was refused is among the failures; 1: the job failed, or failures
 * could not be written; 2: the command line, or what it names, is wrong, and one line on standard
 * error says what and how to put it right. Where a failure was thrown is told in the log at the
 * level debug: {@code -Dorg.slf4j.simpleLogger.log.dev.vigil=debug}.
 */
public final class Vigil {
  private Vigil() {}

  public static void main(String[] args) {
    int code = CommandLine.run(args, System.out, System.err);
    if (isInFlink()) {
      // How a job ended it knows; that there is none it must be told.
      if (code == CommandLine.USAGE) {
        throw new IllegalStateException("there is no job: standard error says why");
      }
      return;
    }
    // BigQueryIO leaves connections open, whose threads would keep a process that is done.
    if (code != 0 || Stream.of(args).anyMatch(arg -> arg.startsWith("--bigQueryDataset="))) {
      System.exit(code);
    }
  }

  /**
   * Whether the process is a cluster's own, as where an operator runs the job: it has still to tell
   * how the job ended, and where its savepoint is.
   */
  static boolean isInFlink() {
    return System.getProperty("sun.java.command", "").startsWith("org.apache.flink.");
  }

  /** The whole graph. */
  static void build(Pipeline pipeline, Settings settings) {
    DetectSuspiciousLogins count = settings.count();
    JoinAttacksWithLogins join = settings.join();
    CorrelateAttacksWithLogins correlate = settings.correlate();

    PCollectionTuple parsed =
        pipeline.apply("ReadLogs", settings.read()).apply("ParseLogs", settings.parse());
    PCollection<SecurityEvent> events = parsed.get(ParseLogs.EVENTS);

    // Only what came behind its source's watermark can be late.
    PCollectionTuple logins =
        parsed
            .get(ParseLogs.LOGINS_BEHIND)
            .apply(
                "SeparateLateLogins",
                SeparateLate.of(
                    LoginAttempt.class, count.deadline(), join.deadline(), correlate.deadline()));
    PCollectionTuple intrusions =
        parsed
            .get(ParseLogs.INTRUSIONS_BEHIND)
            .apply(
                "SeparateLateIntrusions",
                SeparateLate.of(Intrusion.class, join.deadline(), correlate.deadline()));

    PCollection<SuspiciousLogins> suspicious =
        parsed
            .get(ParseLogs.LOGINS)
            .apply(
                "DetectSuspiciousLogins",
                count.and(logins.get(inTime(DetectSuspiciousLogins.RULE_ID))))
            .apply("CountSuspiciousLogins", CountByRule.of("alerts", record -> record.rule().id()));
    PCollection<Alert> joined =
        sides(parsed, logins, intrusions, JoinAttacksWithLogins.RULE_ID)
            .apply("JoinAttacksWithLogins", join);
    PCollection<Alert> correlated =
        sides(parsed, logins, intrusions, CorrelateAttacksWithLogins.RULE_ID)
            .apply("CorrelateAttacksWithLogins", correlate);
    PCollection<Alert> alerts =
        PCollectionList.of(joined.apply("Rewindow", Rewindow.globally()))
            .and(correlated)
            .apply("Alerts", Flatten.pCollections())
            .apply("CountAlerts", CountByRule.of("alerts", alert -> alert.rule().id()));
    PCollection<LateEvent> late =
        PCollectionList.of(logins.get(SeparateLate.LATE))
            .and(intrusions.get(SeparateLate.LATE))
            .apply("Late", Flatten.pCollections())
            .apply("CountLate", CountByRule.of("late", event -> event.rule().id()));

    PCollectionList.of(parsed.get(ParseLogs.FAILURES))
        .and(events.apply("WriteEvents", settings.write(EVENTS)).getAll())
        .and(suspicious.apply("WriteSuspiciousLogins", settings.write(SUSPICIOUS_LOGINS)).getAll())
        .and(alerts.apply("WriteAlerts", settings.write(ALERTS)).getAll())
        .and(late.apply("WriteLate", settings.write(LATE)).getAll())
        .apply("Failures", Flatten.pCollections())
        .apply("FailureDocuments", documents(settings.maxRawBytes()))
        .apply("WriteFailures", settings.write(FAILURES))
        .apply("TellLost", TellLost.inLog());
  }

  private static MapElements<Failure, Failure.Document> documents(int maxRawBytes) {
    return MapElements.into(TypeDescriptor.of(Failure.Document.class))
        .via(failure -> failure.withRawCutTo(maxRawBytes).document());
  }

  private static PCollectionTuple sides(
      PCollectionTuple parsed,
      PCollectionTuple logins,
      PCollectionTuple intrusions,
      String ruleId) {
    return Sides.and(
        Sides.of(parsed.get(ParseLogs.LOGINS), parsed.get(ParseLogs.INTRUSIONS)),
        logins.get(inTime(ruleId)),
        intrusions.get(inTime(ruleId)));
  }
}
