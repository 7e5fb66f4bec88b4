package dev.vigil.pipeline.io;

import dev.vigil.detect.Rewindow;
import dev.vigil.event.EcsDocument;
import dev.vigil.event.EcsJson;
import dev.vigil.event.Failure;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.io.kafka.KafkaIO;
import org.apache.beam.sdk.io.kafka.ProducerRecordCoder;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes records to a Kafka topic: the key is the record's id, the value its ECS JSON ({@link
 * EcsJson}), and headers tell {@value #CONTENT_TYPE} ({@code application/json}) and {@value
 * #SCHEMA_VERSION}. What is written again, after a failure or in a replay, has the same key: a
 * compacted topic, or who reads by key, has each record once, in its latest revision. The Kafka
 * timestamp is the producer's; the event time is in the record.
 *
 * <p>Every record is written at least once: a bundle is done when the brokers have acknowledged all
 * of it. {@link #exactlyOnce} writes in transactions that the runner's checkpoints decide on, for
 * runners that can: not for Flink, where every record is a transaction of its own, no checkpoint is
 * completed while they are written, and a crash before the next one leaves transactions that the
 * restored sink does not know, and refuses to go on from.
 *
 * <p>A record larger than the producer may send comes out as a {@link Failure}; whatever else goes
 * wrong fails the bundle.
 */
public final class WriteKafka<T extends Record & EcsDocument>
    extends PTransform<PCollection<T>, PCollection<Failure>> {
  private static final long serialVersionUID = 1L;

  /** The stage of this step's failures. */
  public static final String STAGE = "write to Kafka";

  static final String CONTENT_TYPE = "content-type";
  static final String SCHEMA_VERSION = "schema-version";

  /** Grows when a reader of the JSON has to know of a change. */
  private static final String VERSION = "1";

  /** What Kafka adds to key and value, and more. */
  private static final int OVERHEAD_BYTES = 512;

  private static final TupleTag<ProducerRecord<byte[], byte[]>> RECORDS =
      new TupleTag<>("records") {};
  private static final TupleTag<Failure> REFUSED = new TupleTag<>("refused") {};

  private final KafkaConnection connection;
  private final String topic;
  private final boolean exactlyOnce;

  private WriteKafka(KafkaConnection connection, String topic, boolean exactlyOnce) {
    this.connection = connection;
    this.topic = topic;
    this.exactlyOnce = exactlyOnce;
  }

  public static <T extends Record & EcsDocument> WriteKafka<T> to(
      KafkaConnection connection, String topic) {
    return new WriteKafka<>(connection, topic, false);
  }

  /**
   * Whether each record is written exactly once, as readers of committed records see it. KafkaIO
   * leaves out the headers then.
   */
  public WriteKafka<T> exactlyOnce(boolean value) {
    return new WriteKafka<>(connection, topic, value);
  }

  @Override
  public PCollection<Failure> expand(PCollection<T> documents) {
    PCollectionTuple records =
        documents
            .apply("Rewindow", Rewindow.globally())
            .apply(
                "ToRecord",
                ParDo.of(new ToRecordFn<T>(topic, connection.maxRecordBytes() - OVERHEAD_BYTES))
                    .withOutputTags(RECORDS, TupleTagList.of(REFUSED)));
    KafkaConnection to = connection;
    boolean transactions = exactlyOnce;
    KafkaIO.WriteRecords<byte[], byte[]> write =
        KafkaIO.<byte[], byte[]>writeRecords()
            .withBootstrapServers(connection.bootstrapServers())
            .withTopic(topic)
            .withKeySerializer(ByteArraySerializer.class)
            .withValueSerializer(ByteArraySerializer.class)
            // KafkaIO would show the user's properties in the job's display data.
            .withProducerFactoryFn(
                given ->
                    new KafkaProducer<>(
                        transactions
                            // What it says of transactions is its own.
                            ? overridden(to.forPatientProducers(), given)
                            : overridden(given, to.forPatientProducers())));
    if (exactlyOnce) {
      write =
          write
              .withEOS(1, connection.group() + "-" + topic)
              .withConsumerFactoryFn(
                  given -> new KafkaConsumer<>(overridden(to.forConsumers(), given)));
    }
    records
        .get(RECORDS)
        .setCoder(ProducerRecordCoder.of(ByteArrayCoder.of(), ByteArrayCoder.of()))
        .apply("WriteTopic", write);
    return records.get(REFUSED);
  }

  private static Map<String, Object> overridden(
      Map<String, Object> config, Map<String, Object> by) {
    Map<String, Object> all = new HashMap<>(config);
    all.putAll(by);
    return all;
  }

  private static final class ToRecordFn<T extends Record & EcsDocument>
      extends DoFn<T, ProducerRecord<byte[], byte[]>> {
    private static final long serialVersionUID = 1L;

    private static final byte[] JSON = "application/json".getBytes(StandardCharsets.UTF_8);

    private final String topic;
    private final int maxBytes;
    private final Counter refused =
        Metrics.counter(WriteProduct.METRICS, WriteProduct.REFUSED + "Kafka");

    ToRecordFn(String topic, int maxBytes) {
      this.topic = topic;
      this.maxBytes = maxBytes;
    }

    @ProcessElement
    public void convert(@Element T document, MultiOutputReceiver out) {
      byte[] key = document.id().getBytes(StandardCharsets.UTF_8);
      byte[] value = EcsJson.of(document).getBytes(StandardCharsets.UTF_8);
      if (key.length + value.length > maxBytes) {
        refused.inc();
        out.get(REFUSED)
            .output(
                Failure.refused(
                    document,
                    STAGE,
                    "too large for Kafka",
                    value.length + " bytes for topic " + topic));
        return;
      }
      ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, key, value);
      record.headers().add(CONTENT_TYPE, JSON);
      record.headers().add(SCHEMA_VERSION, VERSION.getBytes(StandardCharsets.UTF_8));
      out.get(RECORDS).output(record);
    }
  }
}
