package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class JobFailureTest {

  private static <T extends Throwable> T thrownIn(String type, T failure) {
    failure.setStackTrace(
        new StackTraceElement[] {new StackTraceElement(type, "method", "File.java", 1)});
    return failure;
  }

  @Test
  void whatTheJobsOwnCodeHasThrown() {
    IOException root = thrownIn("sun.nio.ch.Net", new IOException("Connection refused"));
    Exception ours =
        thrownIn(
            "dev.vigil.pipeline.io.BulkWriter",
            new IllegalStateException("the node\n is gone", root));
    Throwable failure =
        thrownIn(
            "org.apache.beam.runners.flink.FlinkRunner",
            new RuntimeException(
                "Pipeline execution failed",
                thrownIn(
                    "java.util.concurrent.CompletableFuture",
                    new CompletionException(
                        thrownIn(
                            "org.apache.flink.runtime.jobmaster.JobResult",
                            new Exception("Job execution failed.", ours))))));

    assertThat(JobFailure.reason(failure))
        .isEqualTo("java.lang.IllegalStateException: the node is gone");
  }

  @Test
  void theLastOneIfTheRunnerItselfHasFailed() {
    Throwable buffers =
        thrownIn("org.apache.flink.runtime.Task", new IOException("Insufficient buffers"));
    assertThat(
            JobFailure.reason(
                thrownIn(
                    "org.apache.beam.runners.flink.FlinkRunner",
                    new RuntimeException("Pipeline execution failed", buffers))))
        .isEqualTo("java.io.IOException: Insufficient buffers");
  }
}
