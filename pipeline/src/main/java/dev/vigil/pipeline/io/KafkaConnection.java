package dev.vigil.pipeline.io;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How to reach a Kafka cluster: the client properties that the user gave. Each client gets those
 * that it knows, and those that none knows, which may be meant for a plug-in.
 *
 * <p>Among the values are secrets: they are in no display data, and {@link #toString} leaves them
 * out. They travel to the workers as part of the job, but for those of {@link SecretProperties}
 * that are only named; and Kafka's own {@code config.providers} let a property name the place that
 * a worker takes a secret from.
 */
public final class KafkaConnection implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The consumer group, unless the user names one. */
  static final String DEFAULT_GROUP = "vigil";

  /** A failure must always fit: there is no other place to tell of it. */
  public static final int LEAST_RECORD_BYTES = 1 << 16;

  private static final int DEFAULT_MAX_REQUEST_BYTES = 1 << 20;

  private static final int LONGEST_OUTAGE_MILLIS = 600_000;

  private static final Set<String> RESERVED =
      Set.of(
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);

  private final TreeMap<String, String> given;
  private final @Nullable SecretProperties secrets;

  private KafkaConnection(TreeMap<String, String> given, @Nullable SecretProperties secrets) {
    this.given = given;
    this.secrets = secrets;
  }

  /**
   * @param properties of any Kafka client, {@code bootstrap.servers} among them
   * @throws IllegalArgumentException if one of them is not the user's to set, or not to this value
   */
  public static KafkaConnection of(Map<String, String> properties) {
    return of(properties, null);
  }

  /**
   * @param properties of any Kafka client
   * @param secrets more of them, for which those of the same name stand in
   * @throws IllegalArgumentException if one of them is not the user's to set, or not to this value
   */
  public static KafkaConnection of(
      Map<String, String> properties, @Nullable SecretProperties secrets) {
    KafkaConnection connection = new KafkaConnection(new TreeMap<>(properties), secrets);
    for (String reserved : RESERVED) {
      if (connection.properties().containsKey(reserved)) {
        throw new IllegalArgumentException("Vigil itself sets " + reserved + ": leave it out");
      }
    }
    if (connection.maxRecordBytes() < LEAST_RECORD_BYTES) {
      throw new IllegalArgumentException(
          ProducerConfig.MAX_REQUEST_SIZE_CONFIG + " must be " + LEAST_RECORD_BYTES + " or more");
    }
    return connection;
  }

  private Map<String, String> properties() {
    if (secrets == null) {
      return given;
    }
    Map<String, String> all = new TreeMap<>(secrets.values());
    all.putAll(given);
    return all;
  }

  /** {@code host:port[,host:port…]} */
  public String bootstrapServers() {
    return properties().get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
  }

  /** The consumer group that reads, whose offsets are committed. */
  public String group() {
    return properties().getOrDefault(ConsumerConfig.GROUP_ID_CONFIG, DEFAULT_GROUP);
  }

  Map<String, Object> forConsumers() {
    Map<String, Object> consumer = new HashMap<>();
    // What an aborted transaction wrote is not there.
    consumer.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    // Where nothing is committed yet, or no longer there: lose nothing.
    consumer.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    // While a broker waits for records of a topic that has none, it answers for no other topic:
    // with Kafka's own 500 ms, an idle topic keeps a busy one at some 10,000 records a second.
    consumer.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 25);
    consumer.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
    consumer.putAll(known(ConsumerConfig.configNames()));
    consumer.put(ConsumerConfig.GROUP_ID_CONFIG, group());
    return consumer;
  }

  Map<String, Object> forProducers() {
    Map<String, Object> producer = new HashMap<>();
    producer.put(ProducerConfig.ACKS_CONFIG, "all");
    producer.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    producer.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
    producer.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    producer.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    producer.putAll(known(ProducerConfig.configNames()));
    return producer;
  }

  /**
   * The same for a job's results: they wait as long for brokers that are away as a checkpoint may
   * take on Flink. Kafka's own one or two minutes would end the bundle, and with it the job.
   */
  Map<String, Object> forPatientProducers() {
    Map<String, Object> producer = new HashMap<>();
    producer.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, LONGEST_OUTAGE_MILLIS);
    producer.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, LONGEST_OUTAGE_MILLIS);
    producer.putAll(forProducers());
    return producer;
  }

  /** How large a record may be that producers send, in bytes. */
  public int maxRecordBytes() {
    String value = properties().get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
    try {
      return value == null ? DEFAULT_MAX_REQUEST_BYTES : Integer.parseInt(value.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          ProducerConfig.MAX_REQUEST_SIZE_CONFIG + "=" + value + " is no number of bytes", e);
    }
  }

  Map<String, Object> forAdministration() {
    return known(AdminClientConfig.configNames());
  }

  private Map<String, Object> known(Set<String> names) {
    Map<String, Object> known = new HashMap<>();
    properties()
        .forEach(
            (name, value) -> {
              if (names.contains(name)
                  || !(ConsumerConfig.configNames().contains(name)
                      || ProducerConfig.configNames().contains(name)
                      || AdminClientConfig.configNames().contains(name))) {
                known.put(name, value);
              }
            });
    return known;
  }

  /** The names alone. */
  @Override
  public String toString() {
    return "Kafka client properties " + properties().keySet();
  }
}
