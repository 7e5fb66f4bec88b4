package dev.vigil.pipeline.io;

import dev.vigil.detect.Rewindow;
import dev.vigil.event.EcsJson;
import org.apache.beam.sdk.io.FileIO;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PDone;
import org.joda.time.Duration;

/**
 * Writes records as ECS JSON ({@link EcsJson}) to files in a directory, one document per line.
 *
 * <p>Bounded input makes one set of files, {@code NAME-00000-of-00002.jsonl} …, at least one file
 * even if there are no documents. Unbounded input makes a new set every few seconds of processing
 * time, {@code NAME-pane-000000-0-of-1.jsonl} …, none of which is written to again. Nothing is ever
 * late here: event-time windows, which would drop late documents, have no part in it.
 *
 * <p>The lines travel in blocks, because a block costs a runner as much as a line.
 */
public final class WriteJsonLines<T extends Record> extends PTransform<PCollection<T>, PDone> {
  private static final long serialVersionUID = 1L;

  private static final Duration INTERVAL = Duration.standardSeconds(10);
  private static final int BLOCK_LENGTH = 1 << 20;

  private static final int AS_THE_RUNNER_LIKES = 0;

  private final String directory;
  private final String name;
  private final int files;

  private WriteJsonLines(String directory, String name, int files) {
    this.directory = directory;
    this.name = name;
    this.files = files;
  }

  public static <T extends Record> WriteJsonLines<T> to(String directory, String name) {
    return new WriteJsonLines<>(directory, name, AS_THE_RUNNER_LIKES);
  }

  /** In one file, if the input is bounded: for what is small beside the rest. */
  public WriteJsonLines<T> inOneFile() {
    return new WriteJsonLines<>(directory, name, 1);
  }

  @Override
  public PDone expand(PCollection<T> records) {
    PCollection<String> blocks =
        records.apply("Rewindow", Rewindow.globally()).apply("ToJson", ParDo.of(new ToJsonFn<T>()));
    if (records.isBounded() == IsBounded.BOUNDED) {
      // Not FileIO, which leaves out the files of a set that nothing is in.
      String base = directory.endsWith("/") ? directory + name : directory + "/" + name;
      blocks.apply("WriteFiles", TextIO.write().to(base).withSuffix(".jsonl").withNumShards(files));
    } else {
      blocks
          .apply(
              "Pane",
              Window.<String>into(new GlobalWindows())
                  .triggering(
                      Repeatedly.forever(
                          AfterProcessingTime.pastFirstElementInPane().plusDelayOf(INTERVAL)))
                  .withAllowedLateness(Duration.ZERO)
                  .discardingFiredPanes())
          .apply(
              "WriteFiles",
              FileIO.<String>write()
                  .via(TextIO.sink())
                  .to(directory)
                  .withNumShards(1)
                  .withNaming(paneNaming(name)));
    }
    return PDone.in(records.getPipeline());
  }

  private static FileIO.Write.FileNaming paneNaming(String prefix) {
    return (window, pane, shards, shard, compression) ->
        String.format("%s-pane-%06d-%d-of-%d.jsonl", prefix, pane.getIndex(), shard, shards);
  }

  /** Makes blocks of lines, each without the last line's end, which the file's writer adds. */
  private static final class ToJsonFn<T extends Record> extends DoFn<T, String> {
    private static final long serialVersionUID = 1L;

    private transient StringBuilder block;
    private transient org.joda.time.Instant earliest;

    @StartBundle
    public void startBundle() {
      block = new StringBuilder();
      earliest = null;
    }

    @ProcessElement
    public void add(
        @Element T record, @Timestamp org.joda.time.Instant time, OutputReceiver<String> out) {
      if (!block.isEmpty()) {
        block.append('\n');
      }
      block.append(EcsJson.of(record));
      if (earliest == null || time.isBefore(earliest)) {
        earliest = time;
      }
      if (block.length() >= BLOCK_LENGTH) {
        out.output(block.toString());
        block.setLength(0);
      }
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext context) {
      if (!block.isEmpty()) {
        context.output(block.toString(), earliest, GlobalWindow.INSTANCE);
      }
      block = null;
    }
  }
}
