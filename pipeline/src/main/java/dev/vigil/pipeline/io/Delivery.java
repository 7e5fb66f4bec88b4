package dev.vigil.pipeline.io;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The broker's side of shipping: transactions of one producer, and what has become of them. Its
 * methods throw a {@link KafkaException} where the broker did not do what was asked; whether it may
 * yet is told by {@link #refusal}.
 *
 * <p>No message of it has the value of a property.
 */
final class Delivery implements AutoCloseable {
  private static final int BATCH_BYTES = 1 << 18;
  private static final Duration POLL = Duration.ofMillis(500);

  /** After how long without anything the user is told what is waited for. */
  private static final Duration WAIT = Duration.ofSeconds(5);

  private static final Pattern CONFIGURATION =
      Pattern.compile("(?:configuration|specified value of) ([\\w.]+)");

  private final KafkaConnection connection;
  private final String transactionalId;
  private final Admin admin;
  private final Duration transactionTimeout;
  private @Nullable KafkaProducer<byte[], byte[]> producer;
  private boolean inTransaction;

  /**
   * @param transactionalId the user's own goes before it
   * @throws ShipException if a client does not take the properties
   */
  Delivery(KafkaConnection connection, String transactionalId) throws ShipException {
    this.connection = connection;
    this.transactionalId = transactionalId;
    try {
      admin = Admin.create(connection.forAdministration());
    } catch (KafkaException e) {
      throw badProperties("admin client", e);
    }
    try {
      transactionTimeout =
          Duration.ofMillis(
              new ProducerConfig(producerProperties())
                  .getInt(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG));
      producer = newProducer();
    } catch (KafkaException e) {
      admin.close(Duration.ZERO);
      throw badProperties("producer", e);
    }
  }

  private KafkaProducer<byte[], byte[]> newProducer() {
    return new KafkaProducer<>(producerProperties());
  }

  private Map<String, Object> producerProperties() {
    Map<String, Object> properties = connection.forProducers();
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    properties.putIfAbsent(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    properties.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    return properties;
  }

  private ShipException badProperties(String client, KafkaException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.contains(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG)) {
        return ShipException.atStart(
            "--bootstrapServers="
                + connection.bootstrapServers()
                + " names no broker that can be found: give HOST:PORT");
      }
      Matcher named = CONFIGURATION.matcher(message);
      if (cause instanceof ConfigException && named.find()) {
        return ShipException.atStart(
            "Kafka's "
                + client
                + " does not take the value of "
                + named.group(1)
                + ": check --kafka."
                + named.group(1)
                + " and --kafkaProperties");
      }
    }
    return ShipException.atStart(
        "Kafka's "
            + client
            + " does not take its properties: check --kafka.* and --kafkaProperties");
  }

  /** Ends what a producer of the same id has left behind: what it committed is there now. */
  void begin() {
    if (producer == null) {
      producer = newProducer();
    }
    producer.initTransactions();
  }

  /** Sends a record, in a transaction that is begun if there is none. */
  void send(ProducerRecord<byte[], byte[]> record) {
    if (!inTransaction) {
      producer.beginTransaction();
      inTransaction = true;
    }
    producer.send(record);
  }

  /** Makes what was sent visible, all of it. */
  void commit() {
    producer.commitTransaction();
    inTransaction = false;
  }

  /** Gives up what was sent and perhaps not committed: {@link #begin} comes next. */
  void giveUp() {
    if (producer == null) {
      return;
    }
    try {
      if (inTransaction) {
        producer.abortTransaction();
      }
    } catch (KafkaException | IllegalStateException e) {
      // Its outcome is not known here: the next producer's start ends it, one way or the other.
    } finally {
      inTransaction = false;
      producer.close(Duration.ZERO);
      producer = null;
    }
  }

  /**
   * The offsets behind the last records of topics, whether they are committed or not.
   *
   * @param topics those that must be there: a broker that has just come back may not know them yet
   * @param former those that may be deleted
   */
  TreeMap<String, TreeMap<Integer, Long>> ends(
      Collection<String> topics, Collection<String> former) {
    TreeSet<String> all = new TreeSet<>(topics);
    all.addAll(former);
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    Map<String, KafkaFuture<TopicDescription>> described =
        admin.describeTopics(all).topicNameValues();
    for (String topic : all) {
      try {
        await(described.get(topic))
            .partitions()
            .forEach(p -> asked.put(new TopicPartition(topic, p.partition()), OffsetSpec.latest()));
      } catch (UnknownTopicOrPartitionException e) {
        if (topics.contains(topic)) {
          throw e;
        }
      }
    }
    TreeMap<String, TreeMap<Integer, Long>> ends = new TreeMap<>();
    await(admin.listOffsets(asked).all())
        .forEach(
            (partition, end) ->
                ends.computeIfAbsent(partition.topic(), topic -> new TreeMap<>())
                    .put(partition.partition(), end.offset()));
    return ends;
  }

  /**
   * Reads the committed records of topics. It waits for transactions of others that are under way
   * among them.
   *
   * @param from per topic and partition the first offset; where there is none, from the start
   * @param to per topic and partition the offset to end before
   * @param restarted is told of topics that end before they should begin
   * @param waiting is told once, in words for the user, if nothing comes for a while
   * @param stopped whether to give up
   * @return whether all was read
   */
  boolean read(
      Map<String, TreeMap<Integer, Long>> from,
      Map<String, TreeMap<Integer, Long>> to,
      Consumer<String> restarted,
      Consumer<String> waiting,
      BooleanSupplier stopped,
      Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    Map<TopicPartition, Long> ends = new HashMap<>();
    Map<TopicPartition, Long> starts = new HashMap<>();
    to.forEach(
        (topic, partitions) ->
            partitions.forEach(
                (partition, end) -> {
                  long start =
                      from.getOrDefault(topic, new TreeMap<>()).getOrDefault(partition, 0L);
                  if (start > end) {
                    restarted.accept(topic);
                    start = 0;
                  }
                  if (start < end) {
                    ends.put(new TopicPartition(topic, partition), end);
                    starts.put(new TopicPartition(topic, partition), start);
                  }
                }));
    Map<String, Object> config = connection.forConsumers();
    config.remove(ConsumerConfig.GROUP_ID_CONFIG); // offsets are nobody's but ours
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    // What is no longer kept cannot be read, and no longer matters.
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> open = new ArrayList<>(ends.keySet());
      consumer.assign(open);
      starts.forEach(consumer::seek);
      long quietSince = System.nanoTime();
      boolean told = false;
      while (!open.isEmpty()) {
        if (stopped.getAsBoolean()) {
          return false;
        }
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        records.forEach(reader);
        if (!records.isEmpty()) {
          quietSince = System.nanoTime();
        } else if (!told && System.nanoTime() - quietSince > WAIT.toNanos()) {
          told = true;
          waiting.accept(
              "waiting for the end of "
                  + open.get(0)
                  + ", to find out what is shipped: the broker does not answer, or another"
                  + " producer's transaction is open there");
        }
        if (open.removeIf(partition -> consumer.position(partition) >= ends.get(partition))) {
          consumer.assign(open); // what stays keeps its position
        }
      }
      return true;
    }
  }

  private static <T> T await(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * Whether the broker takes nothing more from this producer: another one has the same id, or a
   * transaction was open for longer than its timeout. Brokers say the same of both.
   */
  static boolean isFenced(KafkaException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProducerFencedException
          || cause instanceof InvalidProducerEpochException) {
        return true;
      }
    }
    return false;
  }

  /** The longest that a transaction may be open. */
  Duration transactionTimeout() {
    return transactionTimeout;
  }

  /**
   * Why it is of no use to try again, in words for the user; null if it may be.
   *
   * @param failure what one of these methods threw
   */
  static @Nullable String refusal(KafkaException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof AuthorizationException) {
        return "the broker forbids it ("
            + cause.getClass().getSimpleName()
            + "): give this user the right to write to the topics in transactions, and to read"
            + " them";
      }
      if (cause instanceof AuthenticationException) {
        return "the broker does not accept who this is ("
            + cause.getClass().getSimpleName()
            + "): check the security properties";
      }
      if (cause instanceof RecordTooLargeException) {
        return "a record is larger than the producer or the broker allows: give a smaller"
            + " --maxLineBytes";
      }
      if (cause instanceof InvalidTxnTimeoutException) {
        return "the broker does not allow such a long transaction.timeout.ms: give less";
      }
      if (cause instanceof UnsupportedVersionException) {
        return "the broker is too old for transactions: take Kafka 2.5 or later";
      }
      if (cause instanceof ConfigException) {
        return "Kafka's client does not take its properties: check --kafkaProperties";
      }
      if (cause instanceof InterruptException) {
        return "it was interrupted";
      }
    }
    return null;
  }

  /** What is sent and not committed is not there for anyone. */
  @Override
  public void close() {
    if (producer != null) {
      producer.close(Duration.ofSeconds(5));
    }
    admin.close(Duration.ofSeconds(5));
  }
}
