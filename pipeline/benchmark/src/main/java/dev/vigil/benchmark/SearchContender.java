package dev.vigil.benchmark;

import dev.vigil.event.SecurityEvent;
import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParseLogs;
import dev.vigil.pipeline.io.FileInput;
import dev.vigil.pipeline.io.ReadAll;
import dev.vigil.pipeline.io.ReadFiles;
import dev.vigil.pipeline.io.SearchConnection;
import dev.vigil.pipeline.io.SearchIndex;
import dev.vigil.pipeline.io.WriteSearch;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** One way to write the events, in a JVM of its own. Prints its {@link Measurement} at the end. */
enum SearchContender {
  /** Sends what is ready to be sent, and does nothing else. */
  LOOP {
    @Override
    void run(Path directory, String url, int batch, int parallel) throws IOException {
      try (BufferedReader documents = Files.newBufferedReader(LoginFile.bulk(directory))) {
        ExecutorService threads = Executors.newFixedThreadPool(parallel);
        List<Future<?>> senders = new ArrayList<>();
        for (int i = 0; i < parallel; i++) {
          senders.add(
              threads.submit(
                  () -> {
                    send(documents, url, batch);
                    return null;
                  }));
        }
        threads.shutdown();
        for (Future<?> sender : senders) {
          sender.get();
        }
      } catch (ExecutionException | InterruptedException e) {
        throw new IOException(e);
      }
    }
  },

  /** Reads lines, parses them, and writes the events: on the Direct runner. */
  DIRECT {
    @Override
    void run(Path directory, String url, int batch, int parallel) throws IOException {
      write(
          directory,
          url,
          batch,
          "--runner=DirectRunner",
          "--targetParallelism=" + parallel,
          "--enforceImmutability=false",
          "--enforceEncodability=false");
    }
  },

  /** The same on embedded Flink, with what the main job's profile says of it, as without end. */
  FLINK {
    @Override
    void run(Path directory, String url, int batch, int parallel) throws IOException {
      write(
          directory,
          url,
          batch,
          "--runner=FlinkRunner",
          "--parallelism=" + parallel,
          "--streaming=true",
          "--objectReuse=true",
          "--fasterCopy=true",
          "--maxBundleSize=50000",
          "--maxBundleTimeMills=500");
    }
  };

  /** What a node with little memory answers now and then. */
  private static final int TOO_MANY = 429;

  private static final long PAUSE_MILLIS = 200;
  private static final int MAX_LINE = 1 << 20;
  private static final long RANGE_BYTES = 1 << 23;

  /** Writes all of a {@link LoginFile}'s events. */
  abstract void run(Path directory, String url, int batch, int parallel) throws IOException;

  /**
   * @param args the contender's name, the directory of the {@link LoginFile}, the server, how many
   *     documents go in a request, and how many requests are under way at once
   */
  public static void main(String[] args) throws IOException {
    SearchContender contender = valueOf(args[0]);
    long cpu = cpuNanos();
    long start = System.nanoTime();
    contender.run(Path.of(args[1]), args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]));
    System.out.println(new Measurement(System.nanoTime() - start, cpuNanos() - cpu).toLine());
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void send(BufferedReader documents, String url, int batch)
      throws IOException, InterruptedException {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    URI bulk = URI.create(url + "/_bulk?filter_path=errors");
    for (String body = take(documents, batch); !body.isEmpty(); body = take(documents, batch)) {
      HttpRequest request =
          HttpRequest.newBuilder(bulk)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      while (answer.statusCode() == TOO_MANY) {
        Thread.sleep(PAUSE_MILLIS);
        answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      }
      if (!answer.body().equals("{\"errors\":false}")) {
        throw new IOException("a batch is refused: " + answer.body());
      }
    }
  }

  private static String take(BufferedReader documents, int batch) throws IOException {
    StringBuilder body = new StringBuilder();
    synchronized (documents) {
      for (int i = 0; i < 2 * batch; i++) {
        String line = documents.readLine();
        if (line == null) {
          break;
        }
        body.append(line).append('\n');
      }
    }
    return body.toString();
  }

  private static void write(Path directory, String url, int batch, String... options)
      throws IOException {
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.fromArgs(options).create());
    pipeline
        .apply(
            "ReadLogs",
            ReadAll.bounded(
                ReadFiles.of(
                        List.of(new FileInput(LoginFile.lines(directory).toString(), null)),
                        MAX_LINE)
                    .withRangeBytes(RANGE_BYTES),
                LogParser.ofAllFormats()))
        .apply("ParseLogs", ParseLogs.create())
        .get(ParseLogs.EVENTS)
        .apply(
            "WriteEvents",
            WriteSearch.<SecurityEvent>to(SearchConnection.to(List.of(url)), SearchIndex.EVENTS)
                .inBatchesOf(batch));
    PipelineResult.State state = pipeline.run().waitUntilFinish();
    if (state != PipelineResult.State.DONE) {
      throw new IOException("the job ended " + state);
    }
  }
}
