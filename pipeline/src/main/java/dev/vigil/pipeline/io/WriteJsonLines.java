package dev.vigil.pipeline.io;

import dev.vigil.event.EcsJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import org.apache.beam.sdk.io.FileIO;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
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
public final class WriteJsonLines<T> extends PTransform<PCollection<T>, PDone> {
  private static final long serialVersionUID = 1L;

  private static final Duration INTERVAL = Duration.standardSeconds(10);
  private static final int BLOCK_BYTES = 1 << 20;

  private final String directory;
  private final String name;
  private final SerializableFunction<T, Record> document;

  private WriteJsonLines(String directory, String name, SerializableFunction<T, Record> document) {
    this.directory = directory;
    this.name = name;
    this.document = document;
  }

  /** Writes the records as they are. */
  public static <T extends Record> WriteJsonLines<T> to(String directory, String name) {
    return new WriteJsonLines<>(directory, name, record -> record);
  }

  /**
   * @param document the form in which a record is written
   */
  public static <T> WriteJsonLines<T> to(
      String directory, String name, SerializableFunction<T, Record> document) {
    return new WriteJsonLines<>(directory, name, document);
  }

  @Override
  public PDone expand(PCollection<T> records) {
    PCollection<byte[]> blocks =
        records
            .apply("Rewindow", Rewindow.globally())
            .apply("ToJson", ParDo.of(new ToJsonFn<>(document)));
    FileIO.Write<Void, byte[]> write = FileIO.<byte[]>write().via(new BlockSink()).to(directory);
    if (records.isBounded() == IsBounded.BOUNDED) {
      blocks.apply("WriteFiles", write.withPrefix(name).withSuffix(".jsonl"));
    } else {
      blocks
          .apply(
              "Pane",
              Window.<byte[]>into(new GlobalWindows())
                  .triggering(
                      Repeatedly.forever(
                          AfterProcessingTime.pastFirstElementInPane().plusDelayOf(INTERVAL)))
                  .withAllowedLateness(Duration.ZERO)
                  .discardingFiredPanes())
          .apply("WriteFiles", write.withNumShards(1).withNaming(paneNaming(name)));
    }
    return PDone.in(records.getPipeline());
  }

  private static FileIO.Write.FileNaming paneNaming(String prefix) {
    return (window, pane, shards, shard, compression) ->
        String.format("%s-pane-%06d-%d-of-%d.jsonl", prefix, pane.getIndex(), shard, shards);
  }

  /** Makes blocks of lines. */
  private static final class ToJsonFn<T> extends DoFn<T, byte[]> {
    private static final long serialVersionUID = 1L;

    private final SerializableFunction<T, Record> document;
    private transient ByteArrayOutputStream block;
    private transient org.joda.time.Instant earliest;

    ToJsonFn(SerializableFunction<T, Record> document) {
      this.document = document;
    }

    @StartBundle
    public void startBundle() {
      block = new ByteArrayOutputStream(BLOCK_BYTES / 8);
      earliest = null;
    }

    @ProcessElement
    public void add(
        @Element T record, @Timestamp org.joda.time.Instant time, OutputReceiver<byte[]> out) {
      block.writeBytes(EcsJson.of(document.apply(record)).getBytes(StandardCharsets.UTF_8));
      block.write('\n');
      if (earliest == null || time.isBefore(earliest)) {
        earliest = time;
      }
      if (block.size() >= BLOCK_BYTES) {
        out.output(block.toByteArray());
        block.reset();
      }
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext context) {
      if (block.size() > 0) {
        context.output(block.toByteArray(), earliest, GlobalWindow.INSTANCE);
      }
      block = null;
    }
  }

  private static final class BlockSink implements FileIO.Sink<byte[]> {
    private static final long serialVersionUID = 1L;

    private transient WritableByteChannel channel;

    @Override
    public void open(WritableByteChannel file) {
      channel = file;
    }

    @Override
    public void write(byte[] block) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap(block);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    @Override
    public void flush() {} // nothing is held back
  }
}
