package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.stack.TestBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The main job on the Direct runner, with the test's broker, while it goes on. */
final class RunningJob implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long DEADLINE_NANOS = 60_000_000_000L;
  private static final long POLL_NANOS = 200_000_000L;

  private final PipelineResult result;

  private RunningJob(PipelineResult result) {
    this.result = result;
  }

  /** Begins it; as the command line would, but without waiting. */
  static RunningJob start(String... arguments) throws UsageException {
    VigilOptions options =
        PipelineOptionsFactory.fromArgs(
                Stream.concat(
                        Stream.of(
                            "--runner=DirectRunner",
                            "--blockOnRun=false",
                            "--enforceImmutability=false",
                            "--enforceEncodability=false",
                            "--targetParallelism=2",
                            "--bootstrapServers=" + TestBroker.bootstrapServers()),
                        Stream.of(arguments))
                    .toArray(String[]::new))
            .as(VigilOptions.class);
    FileSystems.setDefaultPipelineOptions(options);
    Settings settings = Settings.of(options, Map.of());
    Places.check(settings, options);
    Pipeline pipeline = Pipeline.create(options);
    Vigil.build(pipeline, settings);
    return new RunningJob(pipeline.run());
  }

  PipelineResult result() {
    return result;
  }

  /** The values in a topic, in order of partition and offset. */
  static List<JsonNode> values(String topic) throws IOException {
    List<JsonNode> values = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : TestBroker.readAll(topic)) {
      values.add(JSON.readTree(new String(record.value(), StandardCharsets.UTF_8)));
    }
    return values;
  }

  /** Some fields of the values in a topic, each value's in one line. */
  static List<String> texts(String topic, String... pointers) throws IOException {
    List<String> texts = new ArrayList<>();
    for (JsonNode value : values(topic)) {
      texts.add(
          String.join(" ", Stream.of(pointers).map(field -> value.at(field).asText()).toList()));
    }
    return texts;
  }

  /** Waits until a topic has that many values. */
  void await(String topic, int count) throws IOException {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (TestBroker.readAll(topic).size() < count) {
      assertThat(result.getState()).isEqualTo(PipelineResult.State.RUNNING);
      assertThat(System.nanoTime() - deadline)
          .as("time is up; %s: %s", topic, values(topic))
          .isNegative();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  @Override
  public void close() throws IOException {
    result.cancel();
    result.waitUntilFinish();
  }
}
