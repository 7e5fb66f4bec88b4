package dev.vigil.pipeline.io;

import com.google.api.services.bigquery.model.TableRow;
import dev.vigil.detect.Rewindow;
import dev.vigil.event.Ecs;
import dev.vigil.event.EcsDocument;
import dev.vigil.event.EcsJson;
import dev.vigil.event.Failure;
import dev.vigil.event.Provenance;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryStorageApiInsertError;
import org.apache.beam.sdk.io.gcp.bigquery.RowMutationInformation;
import org.apache.beam.sdk.io.gcp.bigquery.RowMutationInformation.MutationType;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Duration;

/**
 * Writes records to a table of BigQuery, which must be there, by Beam's BigQueryIO and the Storage
 * Write API. A record that BigQuery does not take comes out as a {@link Failure} with BigQuery's
 * word for it, and the others of its request are written; BigQueryIO waits where a quota is
 * exhausted, and whatever else goes wrong fails the bundle.
 *
 * <p>Two ways, with different promises:
 *
 * <ul>
 *   <li><b>Upserts</b> by the record's id, in the default stream, at least once: of what is written
 *       twice under one id, after a lost reply, a failed bundle or a replay, one row remains, that
 *       with the highest {@linkplain EcsDocument#revision revision}. This is how all records are
 *       written, but for:
 *   <li><b>Appends</b>, exactly once, in buffered streams whose offsets are in the runner's state
 *       ({@link #appending}): for unbounded input alone. A reply that is lost doubles nothing. What
 *       comes again from the source does, when the job is started anew without its state, or the
 *       runner goes back to a checkpoint from before rows that had already been made visible, as
 *       Flink does: then there are rows with the same id, of which a query takes one by {@code
 *       QUALIFY ROW_NUMBER() OVER (PARTITION BY id) = 1}. In return, BigQuery has nothing to merge.
 * </ul>
 *
 * <p>Bounded input is always upserted. The other methods are not fit for a backfill that somebody
 * may have to repeat: committed streams and load jobs both append it a second time; committed
 * streams end the job if a reply is lost, unless the runner repeats the bundle; and a load job
 * needs a bucket, and refuses all rows because of one. Upserts cost BigQuery a merge in the
 * background, and, while a table's {@code max_staleness} is not set, at each query of what is not
 * yet merged.
 *
 * <p>BigQueryIO 2.70 loses the rows of an upsert that BigQuery refuses, with no more than an error
 * in the log, unless each record travels with a form of itself for that case. Here that form is the
 * record's JSON and its provenance. If BigQuery refused rows of one request in two rounds,
 * BigQueryIO would mistake those of the second; BigQuery names all of them in the first.
 */
public final class WriteBigQuery<T extends Record & EcsDocument>
    extends PTransform<PCollection<T>, PCollection<Failure>> {
  private static final long serialVersionUID = 1L;

  /** The stage of this step's failures. */
  public static final String STAGE = "write to BigQuery";

  static final String REFUSED = "refused by BigQuery";
  static final String TOO_LARGE = "too large for BigQuery";

  /** As BigQueryIO begins its own word for it. */
  private static final String PAYLOAD_TOO_LARGE = "Row payload too large";

  /** How long rows of endless input are gathered before they are sent. */
  private static final Duration TRIGGERING_FREQUENCY = Duration.standardSeconds(5);

  /** Each takes a few megabytes per second, and each costs the runner a key. */
  private static final int STREAMS = 2;

  private final BigQueryConnection connection;
  private final BigQueryTable table;
  private final Class<T> type;
  private final boolean appending;

  private WriteBigQuery(
      BigQueryConnection connection, BigQueryTable table, Class<T> type, boolean appending) {
    this.connection = connection;
    this.table = table;
    this.type = type;
    this.appending = appending;
  }

  /** Upserts into a table. */
  @SuppressWarnings("unchecked") // who writes the wrong records is told below
  public static <T extends Record & EcsDocument> WriteBigQuery<T> to(
      BigQueryConnection connection, BigQueryTable table) {
    return new WriteBigQuery<>(connection, table, (Class<T>) table.type(), false);
  }

  /** Whether unbounded input is appended exactly once, and not upserted. */
  public WriteBigQuery<T> appending(boolean value) {
    return new WriteBigQuery<>(connection, table, type, value);
  }

  @Override
  public PCollection<Failure> expand(PCollection<T> records) {
    PCollection<T> rows =
        records
            .apply("Rewindow", Rewindow.globally())
            .setSchema(
                BigQueryLayout.of(type).schema(),
                TypeDescriptor.of(type),
                new BigQueryLayout.ToRow<>(type),
                new BigQueryLayout.FromRow<>(type));
    BigQueryIO.Write<T> write =
        BigQueryIO.<T>write()
            .to(connection.reference(table.id()))
            .useBeamSchema()
            .withFormatRecordOnFailureFunction(WriteBigQuery::refusable)
            .withCreateDisposition(BigQueryIO.Write.CreateDisposition.CREATE_NEVER)
            .withWriteDisposition(BigQueryIO.Write.WriteDisposition.WRITE_APPEND)
            // Done before the job begins, with better words.
            .withoutValidation();
    if (appending && records.isBounded() == IsBounded.UNBOUNDED) {
      write =
          write
              .withMethod(BigQueryIO.Write.Method.STORAGE_WRITE_API)
              .withTriggeringFrequency(TRIGGERING_FREQUENCY)
              .withNumStorageWriteApiStreams(STREAMS);
    } else {
      write =
          write
              .withMethod(BigQueryIO.Write.Method.STORAGE_API_AT_LEAST_ONCE)
              .withPrimaryKey(List.of(BigQueryLayout.ID))
              .withRowMutationInformationFn(upsert());
    }
    return rows.apply("WriteTable", write)
        .getFailedStorageApiInserts()
        .apply("ToFailure", ParDo.of(new ToFailureFn()));
  }

  private static <T extends EcsDocument> SerializableFunction<T, RowMutationInformation> upsert() {
    return record -> {
      Long revision = record.revision();
      return RowMutationInformation.of(
          MutationType.UPSERT, Long.toHexString(revision == null ? 0 : revision));
    };
  }

  // What a refused record travels as.

  private static final String ID = "id";
  private static final String TIME = "time";
  private static final String DOCUMENT = "document";
  private static final String PATH = "path";
  private static final String OFFSET = "offset";
  private static final String TOPIC = "topic";
  private static final String PARTITION = "partition";
  private static final String RECORD = "record";

  static <T extends Record & EcsDocument> TableRow refusable(T record) {
    TableRow row = new TableRow().set(ID, record.id()).set(DOCUMENT, EcsJson.of(record));
    if (record.timestamp() != null) {
      row.set(TIME, record.timestamp().toString());
    }
    Provenance provenance = record.provenance();
    if (provenance != null && provenance.path() != null) {
      row.set(PATH, provenance.path()).set(OFFSET, provenance.offset().toString());
    }
    if (provenance != null && provenance.kafka() != null) {
      Ecs.Kafka kafka = provenance.kafka();
      row.set(TOPIC, kafka.topic())
          .set(PARTITION, Integer.toString(kafka.partition()))
          .set(RECORD, Long.toString(kafka.offset()));
    }
    return row;
  }

  static Failure failure(TableRow row, @Nullable String error) {
    String topic = text(row, TOPIC);
    String path = text(row, PATH);
    String time = text(row, TIME);
    Ecs.Kafka kafka =
        topic == null
            ? null
            : new Ecs.Kafka(
                topic, Integer.parseInt(text(row, PARTITION)), Long.parseLong(text(row, RECORD)));
    Provenance provenance =
        path == null && kafka == null
            ? null
            : new Provenance(path, path == null ? null : Long.valueOf(text(row, OFFSET)), kafka);
    boolean tooLarge = error != null && error.startsWith(PAYLOAD_TOO_LARGE);
    return new Failure(
        time == null ? null : Instant.parse(time),
        STAGE,
        tooLarge ? TOO_LARGE : REFUSED,
        error,
        text(row, DOCUMENT).getBytes(StandardCharsets.UTF_8),
        provenance,
        text(row, ID),
        null);
  }

  private static @Nullable String text(TableRow row, String name) {
    return (String) row.get(name);
  }

  private static final class ToFailureFn extends DoFn<BigQueryStorageApiInsertError, Failure> {
    private static final long serialVersionUID = 1L;

    private final Counter refused =
        Metrics.counter(WriteProduct.METRICS, WriteProduct.REFUSED + "BigQuery");

    @ProcessElement
    public void convert(@Element BigQueryStorageApiInsertError error, OutputReceiver<Failure> out) {
      refused.inc();
      out.output(failure(error.getRow(), error.getErrorMessage()));
    }
  }
}
