package dev.vigil.benchmark;

import dev.vigil.detect.DetectSuspiciousLogins;
import dev.vigil.detect.SelectLogins;
import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.event.SuspiciousLogins;
import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParseLogs;
import dev.vigil.pipeline.io.KafkaConnection;
import dev.vigil.pipeline.io.ReadKafka;
import dev.vigil.pipeline.io.ReplayKafka;
import dev.vigil.pipeline.io.StartPosition;
import dev.vigil.pipeline.io.TopicInput;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** One way to read the topic, in a JVM of its own. Prints its {@link Measurement} at the end. */
enum Contender {
  /** Reads, and does nothing. */
  POLL {
    @Override
    void run(LoginTopic topic, String servers) {
      poll(topic, servers, record -> {});
    }
  },

  /** Reads and parses. */
  PARSE {
    @Override
    void run(LoginTopic topic, String servers) {
      LogParser parser = LogParser.ofAllFormats();
      poll(
          topic,
          servers,
          record -> {
            LogLine line =
                LogLine.of(
                    record.value(),
                    Provenance.ofKafka(record.topic(), record.partition(), record.offset()));
            if (parser.parse(line).event() == null) {
              throw new IllegalStateException("a line is not understood: " + line);
            }
          });
    }
  },

  /** Reads, parses and counts: bounded, on the Direct runner. */
  DIRECT {
    @Override
    void run(LoginTopic topic, String servers) throws IOException {
      count(
          topic,
          ReplayKafka.of(connection(servers), inputs(topic), StartPosition.EARLIEST, MAX_LINE),
          "--runner=DirectRunner",
          "--enforceImmutability=false",
          "--enforceEncodability=false");
    }
  },

  /** Reads, parses and counts: without end, on embedded Flink. */
  FLINK {
    @Override
    void run(LoginTopic topic, String servers) throws IOException {
      count(
          topic,
          ReadKafka.of(
                  connection(servers), inputs(topic), MAX_LINE, LogParser.ofAllFormats()::eventTime)
              .from(StartPosition.EARLIEST),
          "--runner=FlinkRunner",
          "--parallelism=" + topic.partitions(),
          "--checkpointingInterval=10000",
          "--objectReuse=true",
          "--autoWatermarkInterval=200");
    }
  };

  private static final int MAX_LINE = 1 << 20;

  /** Counted down by the results, wherever in this JVM they are. */
  private static volatile CountDownLatch missing = new CountDownLatch(0);

  /** Reads the whole topic once. */
  abstract void run(LoginTopic topic, String servers) throws IOException;

  /**
   * @param args the contender's name, the brokers, and the topic's name, partitions, records and
   *     suspicious windows
   */
  public static void main(String[] args) throws IOException {
    Contender contender = valueOf(args[0]);
    LoginTopic topic =
        new LoginTopic(
            args[2], Integer.parseInt(args[3]), Long.parseLong(args[4]), Long.parseLong(args[5]));
    long cpu = cpuNanos();
    long start = System.nanoTime();
    contender.run(topic, args[1]);
    System.out.println(new Measurement(System.nanoTime() - start, cpuNanos() - cpu).toLine());
    System.out.flush();
    // A job without end must be ended from outside.
    Runtime.getRuntime().halt(0);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static KafkaConnection connection(String servers) {
    return KafkaConnection.of(Map.of("bootstrap.servers", servers));
  }

  private static List<TopicInput> inputs(LoginTopic topic) {
    return List.of(new TopicInput(topic.name(), null));
  }

  private static void poll(
      LoginTopic topic, String servers, Consumer<ConsumerRecord<byte[], byte[]>> consumer) {
    Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", servers));
    config.put("enable.auto.commit", false);
    try (KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, topic.partitions())
              .mapToObj(partition -> new TopicPartition(topic.name(), partition))
              .toList();
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      for (long count = 0; count < topic.records(); ) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofSeconds(1))) {
          consumer.accept(record);
          count++;
        }
      }
    }
  }

  private static void count(
      LoginTopic topic, PTransform<PBegin, PCollection<LogLine>> read, String... options)
      throws IOException {
    missing = new CountDownLatch(Math.toIntExact(topic.suspicious()));
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.fromArgs(options).create());
    pipeline
        .apply("ReadKafka", read)
        .apply("ParseLogs", ParseLogs.with(LogParser.ofAllFormats()))
        .get(ParseLogs.EVENTS)
        .apply("SelectLogins", SelectLogins.create())
        .apply("DetectSuspiciousLogins", DetectSuspiciousLogins.create())
        .apply("Count", ParDo.of(new CountFn()));
    Thread job = new Thread(() -> pipeline.run().waitUntilFinish(), "job");
    job.setDaemon(true);
    job.start();
    try {
      missing.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static final class CountFn extends DoFn<SuspiciousLogins, Void> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void count(@Element SuspiciousLogins record) {
      missing.countDown();
    }
  }
}
