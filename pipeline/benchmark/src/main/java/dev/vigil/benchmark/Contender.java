package dev.vigil.benchmark;

import dev.vigil.detect.DetectSuspiciousLogins;
import dev.vigil.detect.JoinAttacksWithLogins;
import dev.vigil.detect.SeparateLate;
import dev.vigil.detect.Sides;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LogLine;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.Provenance;
import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParseLogs;
import dev.vigil.parse.ParsedLines;
import dev.vigil.pipeline.io.KafkaConnection;
import dev.vigil.pipeline.io.ReadAll;
import dev.vigil.pipeline.io.ReadKafka;
import dev.vigil.pipeline.io.ReplayKafka;
import dev.vigil.pipeline.io.StartPosition;
import dev.vigil.pipeline.io.TopicInput;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * One way to read the topic, in a JVM of its own. Prints a {@link Measurement} each time that it
 * has read all of it.
 */
enum Contender {
  /** Reads, and does nothing. */
  POLL {
    @Override
    void run(Workload workload, String servers, Runnable done) {
      poll(workload, servers, record -> {});
      done.run();
    }
  },

  /** Reads and parses. */
  PARSE {
    @Override
    void run(Workload workload, String servers, Runnable done) {
      LogParser parser = LogParser.ofAllFormats();
      poll(
          workload,
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
      done.run();
    }
  },

  /** Reads, parses and counts: bounded, on the Direct runner. */
  DIRECT {
    @Override
    void run(Workload workload, String servers, Runnable done) throws Exception {
      Pipeline pipeline =
          pipeline(
              "--runner=DirectRunner",
              "--enforceImmutability=false",
              "--enforceEncodability=false");
      count(
          parse(
              pipeline.apply(
                  "ReadKafka",
                  ReadAll.bounded(
                      ReplayKafka.of(connection(servers), LOGINS, StartPosition.EARLIEST, MAX_LINE),
                      LogParser.ofAllFormats()))));
      await(pipeline, workload.suspicious(), done);
    }
  },

  /** Reads, parses and counts: without end, on embedded Flink. */
  COUNTS {
    @Override
    void run(Workload workload, String servers, Runnable done) throws Exception {
      Pipeline pipeline = flink(workload);
      count(parse(pipeline.apply("ReadKafka", read(servers, LOGINS))));
      await(pipeline, workload.suspicious(), done);
    }
  },

  /** The same query in Flink SQL. */
  SQL_COUNTS {
    @Override
    void run(Workload workload, String servers, Runnable done) throws Exception {
      FlinkSql.run(FlinkSql.COUNTS, workload, servers, workload.suspicious(), done);
    }
  },

  /** Reads, parses and joins: without end, on embedded Flink. */
  JOIN {
    @Override
    void run(Workload workload, String servers, Runnable done) throws Exception {
      Pipeline pipeline = flink(workload);
      join(parse(pipeline.apply("ReadKafka", read(servers, BOTH))));
      await(pipeline, workload.attacked(), done);
    }
  },

  /** The same question in Flink SQL, which answers it with every pair. */
  SQL_JOIN {
    @Override
    void run(Workload workload, String servers, Runnable done) throws Exception {
      FlinkSql.run(FlinkSql.JOIN, workload, servers, workload.pairs(), done);
    }
  };

  /** The system property that names a directory for checkpoints. */
  static final String CHECKPOINTS = "vigil.benchmark.checkpoints";

  private static final int MAX_LINE = 1 << 20;
  private static final List<TopicInput> LOGINS = List.of(new TopicInput(Workload.LOGINS, null));
  private static final List<TopicInput> BOTH =
      List.of(new TopicInput(Workload.LOGINS, null), new TopicInput(Workload.INTRUSIONS, null));

  /** Counted down by the results, wherever in this JVM they are. */
  private static volatile CountDownLatch missing = new CountDownLatch(0);

  /**
   * Reads all there is, once.
   *
   * @param done called when all is found, before the job is ended
   */
  abstract void run(Workload workload, String servers, Runnable done) throws Exception;

  /**
   * @param args the contender's name, how often it reads all of it, the brokers, and the {@link
   *     Workload}
   */
  public static void main(String[] args) throws Exception {
    Contender contender = valueOf(args[0]);
    int passes = Integer.parseInt(args[1]);
    Workload workload = Workload.ofArguments(List.of(args).subList(3, args.length));
    for (int pass = 0; pass < passes; pass++) {
      long cpu = cpuNanos();
      long start = System.nanoTime();
      contender.run(
          workload,
          args[2],
          () ->
              System.out.println(
                  new Measurement(System.nanoTime() - start, cpuNanos() - cpu).toLine()));
    }
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static KafkaConnection connection(String servers) {
    return KafkaConnection.of(Map.of("bootstrap.servers", servers));
  }

  private static void poll(
      Workload workload, String servers, Consumer<ConsumerRecord<byte[], byte[]>> consumer) {
    Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", servers));
    config.put("enable.auto.commit", false);
    try (KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, workload.partitions())
              .mapToObj(partition -> new TopicPartition(Workload.LOGINS, partition))
              .toList();
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      for (long count = 0; count < workload.logins(); ) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofSeconds(1))) {
          consumer.accept(record);
          count++;
        }
      }
    }
  }

  private static Pipeline pipeline(String... options) {
    return Pipeline.create(PipelineOptionsFactory.fromArgs(options).create());
  }

  /** With what the main job's profile says of Flink. */
  private static Pipeline flink(Workload workload) {
    return pipeline(
        "--runner=FlinkRunner",
        "--attachedMode=false",
        "--parallelism=" + workload.partitions(),
        "--checkpointingInterval=10000",
        "--objectReuse=true",
        "--autoWatermarkInterval=200",
        "--finishBundleBeforeCheckpointing=true",
        "--fasterCopy=true",
        "--maxBundleSize=50000",
        "--maxBundleTimeMills=500",
        "--stateBackend=filesystem",
        "--stateBackendStoragePath=" + checkpoints());
  }

  /** Where Flink keeps its checkpoints. In memory, as it would by default, they must be small. */
  static String checkpoints() {
    return Path.of(System.getProperty(CHECKPOINTS)).toUri().toString();
  }

  private static ReadKafka read(String servers, List<TopicInput> topics) {
    return ReadKafka.of(connection(servers), topics, MAX_LINE, LogParser.ofAllFormats())
        .from(StartPosition.EARLIEST);
  }

  private static PCollectionTuple parse(PCollection<ParsedLines> lines) {
    return lines.apply("ParseLogs", ParseLogs.create().withoutEvents());
  }

  private static void count(PCollectionTuple parsed) {
    DetectSuspiciousLogins count = DetectSuspiciousLogins.create();
    PCollectionTuple behind = separate(parsed, count.deadline());
    parsed
        .get(ParseLogs.LOGINS)
        .apply(
            "DetectSuspiciousLogins",
            count.and(behind.get(SeparateLate.inTime(DetectSuspiciousLogins.RULE_ID))))
        .apply("Count", ParDo.of(new CountDown<>()));
  }

  private static void join(PCollectionTuple parsed) {
    JoinAttacksWithLogins join = JoinAttacksWithLogins.create();
    PCollectionTuple logins = separate(parsed, join.deadline());
    PCollectionTuple intrusions =
        parsed
            .get(ParseLogs.INTRUSIONS_BEHIND)
            .apply("SeparateLateIntrusions", SeparateLate.of(Intrusion.class, join.deadline()));
    Sides.and(
            Sides.of(parsed.get(ParseLogs.LOGINS), parsed.get(ParseLogs.INTRUSIONS)),
            logins.get(SeparateLate.inTime(JoinAttacksWithLogins.RULE_ID)),
            intrusions.get(SeparateLate.inTime(JoinAttacksWithLogins.RULE_ID)))
        .apply("JoinAttacksWithLogins", join)
        .apply("Count", ParDo.of(new CountDown<>()));
  }

  private static PCollectionTuple separate(
      PCollectionTuple parsed, SeparateLate.Deadline deadline) {
    return parsed
        .get(ParseLogs.LOGINS_BEHIND)
        .apply("SeparateLateLogins", SeparateLate.of(LoginAttempt.class, deadline));
  }

  private static void await(Pipeline pipeline, long results, Runnable done)
      throws IOException, InterruptedException {
    missing = new CountDownLatch(Math.toIntExact(results));
    PipelineResult job = pipeline.run();
    missing.await();
    done.run();
    if (job.getState() == PipelineResult.State.RUNNING) {
      job.cancel();
    }
  }

  private static final class CountDown<T> extends DoFn<T, Void> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void count() {
      missing.countDown();
    }
  }
}
