package dev.vigil.pipeline.io;

import dev.vigil.detect.Rewindow;
import dev.vigil.event.EcsDocument;
import dev.vigil.event.Failure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.PCollection;
import org.elasticsearch.client.RestClient;
import org.joda.time.Instant;

/**
 * Writes records to Elasticsearch or OpenSearch, as ECS JSON ({@link dev.vigil.event.EcsJson}),
 * under their own ids, into the index of their event time ({@link SearchIndex}). What is written
 * again, after a failure or in a replay, replaces itself; of a record with revisions the newest
 * stays, in whatever order they come.
 *
 * <p>Every record is written at least once: a bundle is done when the server has confirmed all of
 * it. While the server is busy or away, the bundle waits ({@link BulkWriter}). A record that the
 * server does not take comes out as a {@link Failure} with the server's word for it; whatever else
 * goes wrong fails the bundle.
 *
 * <p>This is not Beam's ElasticsearchIO, because no configuration of that one (2.71.0 was tried on
 * real servers) does the above: it takes HTTP 429 for final, turns a wrong password into failed
 * documents and a job that succeeds, gives up on a whole batch because of one document that is too
 * large, does not miss the documents that an answer does not tell of, and does not know OpenSearch
 * by its version.
 */
public final class WriteSearch<T extends Record & EcsDocument>
    extends PTransform<PCollection<T>, PCollection<Failure>> {
  private static final long serialVersionUID = 1L;

  /** The stage of this step's failures. */
  public static final String STAGE = "write to Elasticsearch";

  /** With events about a megabyte: two of twice that are too much for a node with 256 MB. */
  private static final int MAX_DOCUMENTS = 500;

  /** Of a request; a single document may be more. */
  static final int MAX_BYTES = 1 << 20;

  private final SearchConnection connection;
  private final SearchIndex index;
  private final int maxDocuments;

  private WriteSearch(SearchConnection connection, SearchIndex index, int maxDocuments) {
    this.connection = connection;
    this.index = index;
    this.maxDocuments = maxDocuments;
  }

  public static <T extends Record & EcsDocument> WriteSearch<T> to(
      SearchConnection connection, SearchIndex index) {
    return new WriteSearch<>(connection, index, MAX_DOCUMENTS);
  }

  /** How many documents go in one request, at most. */
  public WriteSearch<T> inBatchesOf(int documents) {
    return new WriteSearch<>(connection, index, documents);
  }

  @Override
  public PCollection<Failure> expand(PCollection<T> documents) {
    return documents
        .apply("Rewindow", Rewindow.globally())
        .apply("WriteBatches", ParDo.of(new WriteBatchesFn<T>(connection, index, maxDocuments)));
  }

  private static final class WriteBatchesFn<T extends Record & EcsDocument>
      extends DoFn<T, Failure> {
    private static final long serialVersionUID = 1L;

    private final SearchConnection connection;
    private final SearchIndex index;
    private final int maxDocuments;

    private transient RestClient client;
    private transient BulkWriter writer;
    private transient List<BulkItem<T>> batch;
    private transient int bytes;
    private transient Instant earliest;

    private final Counter refused =
        Metrics.counter(WriteProduct.METRICS, WriteProduct.REFUSED + "Elasticsearch");

    WriteBatchesFn(SearchConnection connection, SearchIndex index, int maxDocuments) {
      this.connection = connection;
      this.index = index;
      this.maxDocuments = maxDocuments;
    }

    @Setup
    public void setUp() {
      client = connection.open();
      writer = new BulkWriter(client, String.join(",", connection.addresses()));
    }

    @StartBundle
    public void startBundle() {
      batch = new ArrayList<>();
      bytes = 0;
      earliest = null;
    }

    @ProcessElement
    public void add(@Element T document, @Timestamp Instant time, OutputReceiver<Failure> failures)
        throws InterruptedException {
      BulkItem<T> item = BulkItem.of(document, index.at(document.timestamp()));
      if (bytes + item.lines().length > MAX_BYTES) {
        write(failures::output);
      }
      batch.add(item);
      bytes += item.lines().length;
      if (earliest == null || time.isBefore(earliest)) {
        earliest = time;
      }
      if (batch.size() >= maxDocuments) {
        write(failures::output);
      }
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext context) throws InterruptedException {
      write(failure -> context.output(failure, earliest, GlobalWindow.INSTANCE));
      batch = null;
    }

    /**
     * @param failures takes them at a time that the runner has not passed: their own is in them
     */
    private void write(Consumer<Failure> failures) throws InterruptedException {
      for (BulkWriter.Refusal<T> refusal : writer.write(batch)) {
        refused.inc();
        failures.accept(
            Failure.refused(refusal.document(), STAGE, refusal.error(), refusal.reason()));
      }
      batch.clear();
      bytes = 0;
      earliest = null;
    }

    @Teardown
    public void tearDown() throws IOException {
      if (client != null) {
        client.close();
      }
    }
  }
}
