package dev.vigil.pipeline.io;

import dev.vigil.event.EcsDocument;
import dev.vigil.event.Failure;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Writes records to each of the sinks that there are for them. Out come the failures of those that
 * sinks refuse.
 */
public final class WriteProduct<T extends Record & EcsDocument>
    extends PTransform<PCollection<T>, PCollectionList<Failure>> {
  private static final long serialVersionUID = 1L;

  /** The namespace of the counters of what could not be written. */
  public static final String METRICS = "vigil.write";

  /** Before a sink's name: how many records it refused, failures among them. */
  public static final String REFUSED = "refused.";

  /** How many of those were failures, of which nothing more is made. */
  public static final String LOST = "lost";

  private final @Nullable WriteJsonLines<T> files;
  private final @Nullable WriteKafka<T> kafka;
  private final @Nullable WriteSearch<T> search;
  private final @Nullable WriteBigQuery<T> bigQuery;

  private WriteProduct(
      @Nullable WriteJsonLines<T> files,
      @Nullable WriteKafka<T> kafka,
      @Nullable WriteSearch<T> search,
      @Nullable WriteBigQuery<T> bigQuery) {
    this.files = files;
    this.kafka = kafka;
    this.search = search;
    this.bigQuery = bigQuery;
  }

  public static <T extends Record & EcsDocument> WriteProduct<T> nowhere() {
    return new WriteProduct<>(null, null, null, null);
  }

  public WriteProduct<T> toFiles(WriteJsonLines<T> value) {
    return new WriteProduct<>(value, kafka, search, bigQuery);
  }

  public WriteProduct<T> toKafka(WriteKafka<T> value) {
    return new WriteProduct<>(files, value, search, bigQuery);
  }

  public WriteProduct<T> toSearch(WriteSearch<T> value) {
    return new WriteProduct<>(files, kafka, value, bigQuery);
  }

  public WriteProduct<T> toBigQuery(WriteBigQuery<T> value) {
    return new WriteProduct<>(files, kafka, search, value);
  }

  @Override
  public PCollectionList<Failure> expand(PCollection<T> records) {
    PCollectionList<Failure> refused = PCollectionList.empty(records.getPipeline());
    if (files != null) {
      records.apply("ToFiles", files);
    }
    if (kafka != null) {
      refused = refused.and(records.apply("ToKafka", kafka));
    }
    if (search != null) {
      refused = refused.and(records.apply("ToSearch", search));
    }
    if (bigQuery != null) {
      refused = refused.and(records.apply("ToBigQuery", bigQuery));
    }
    if (files == null && kafka == null && search == null && bigQuery == null) {
      // Runners take a transform without steps for one that they should know.
      records.apply("Nowhere", Filter.by(record -> false));
    }
    return refused;
  }
}
