package dev.vigil.pipeline.io;

import dev.vigil.event.EcsJson;
import org.apache.beam.sdk.io.FileIO;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PDone;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;

/**
 * Writes records as ECS JSON ({@link EcsJson}) to files in a directory, one document per line.
 *
 * <p>Bounded input makes one set of files, {@code NAME-00000-of-00002.jsonl} …, at least one file
 * even if there are no documents. Unbounded input makes a new set every few seconds of processing
 * time, {@code NAME-pane-000000-0-of-1.jsonl} …, none of which is written to again. Nothing is ever
 * late here: event-time windows, which would drop late documents, have no part in it.
 */
public final class WriteJsonLines<T> extends PTransform<PCollection<T>, PDone> {
  private static final long serialVersionUID = 1L;

  private static final Duration INTERVAL = Duration.standardSeconds(10);

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
    SerializableFunction<T, Record> form = document;
    PCollection<String> documents =
        records
            .apply("Rewindow", Rewindow.globally())
            .apply(
                "ToJson",
                MapElements.into(TypeDescriptors.strings())
                    .via(record -> EcsJson.of(form.apply(record))));
    String prefix = name;
    if (documents.isBounded() == IsBounded.BOUNDED) {
      // Not FileIO, which leaves out the files of a set that nothing is in.
      String base = directory.endsWith("/") ? directory + prefix : directory + "/" + prefix;
      documents.apply("WriteFiles", TextIO.write().to(base).withSuffix(".jsonl"));
    } else {
      documents
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
                  .withNaming(
                      (window, pane, shards, shard, compression) ->
                          String.format(
                              "%s-pane-%06d-%d-of-%d.jsonl",
                              prefix, pane.getIndex(), shard, shards)));
    }
    return PDone.in(documents.getPipeline());
  }
}
