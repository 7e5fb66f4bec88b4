package dev.vigil.pipeline;

import java.util.List;

/** Why a job failed, in one line: without the layers in which runners wrap it. */
final class JobFailure {
  /** What throws things only to pass on others. */
  private static final List<String> MACHINERY =
      List.of(
          "org.apache.beam.runners.",
          "org.apache.beam.sdk.Pipeline",
          "org.apache.beam.sdk.util.",
          "org.apache.flink.",
          "java.util.concurrent.");

  private JobFailure() {}

  /**
   * The first of a failure and its causes that was thrown by the job's own code or by what that
   * calls, such as a client of Kafka; the last of them if the runner itself has failed.
   */
  static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && isPassedOn(cause)) {
      cause = cause.getCause();
    }
    return CommandLine.oneLine(cause.toString());
  }

  /** Not by its class: a cluster's client gets exceptions in the guise of another. */
  private static boolean isPassedOn(Throwable failure) {
    StackTraceElement[] trace = failure.getStackTrace();
    return trace.length == 0 || MACHINERY.stream().anyMatch(trace[0].getClassName()::startsWith);
  }
}
