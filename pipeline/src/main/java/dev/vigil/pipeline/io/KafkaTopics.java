package dev.vigil.pipeline.io;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Looks at a Kafka cluster before a job uses it. */
public final class KafkaTopics implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long POLL_MILLIS = 50;

  private final KafkaConnection connection;
  private final Admin admin;

  private KafkaTopics(KafkaConnection connection, Admin admin) {
    this.connection = connection;
    this.admin = admin;
  }

  /** The cluster cannot be used as it is; the message says why and what to do, without secrets. */
  public static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * @throws UnusableException if the client properties are wrong
   */
  public static KafkaTopics of(KafkaConnection connection) throws UnusableException {
    Map<String, Object> administration = connection.forAdministration();
    // The last request may begin when the time for all of them ends.
    int request = Math.toIntExact(PATIENCE.toMillis() / 4);
    administration.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, request);
    administration.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 3 * request);
    Map<String, Object> consumer = connection.forConsumers();
    consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    Map<String, Object> producer = connection.forProducers();
    producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    try {
      // To find out here, and not on a worker.
      new ConsumerConfig(consumer);
      new ProducerConfig(producer);
      return new KafkaTopics(connection, Admin.create(administration));
    } catch (KafkaException e) {
      throw new UnusableException("the Kafka properties are not right: " + reason(e), e);
    }
  }

  /** Those that do not exist, in order. */
  public Set<String> missing(Collection<String> topics) throws UnusableException {
    Set<String> missing = new TreeSet<>(topics);
    try {
      missing.removeAll(admin.listTopics().names().get());
      return missing;
    } catch (ExecutionException | InterruptedException e) {
      throw unusable(e);
    }
  }

  /** How many partitions each of these topics has, which must exist. */
  public Map<String, Integer> partitions(Collection<String> topics) throws UnusableException {
    try {
      Map<String, Integer> partitions = new TreeMap<>();
      admin
          .describeTopics(topics)
          .allTopicNames()
          .get()
          .forEach((topic, description) -> partitions.put(topic, description.partitions().size()));
      return partitions;
    } catch (ExecutionException | InterruptedException e) {
      throw unusable(e);
    }
  }

  /**
   * Makes topics for results: they are compacted, and have as many partitions and replicas as the
   * cluster thinks best.
   */
  public void createCompacted(Collection<String> topics) throws UnusableException {
    create(topics, TopicConfig.CLEANUP_POLICY_COMPACT);
  }

  /** Makes topics for lines, which have no key of their own. */
  public void create(Collection<String> topics) throws UnusableException {
    create(topics, TopicConfig.CLEANUP_POLICY_DELETE);
  }

  private void create(Collection<String> topics, String cleanupPolicy) throws UnusableException {
    List<NewTopic> created =
        topics.stream()
            .map(
                topic ->
                    new NewTopic(topic, Optional.empty(), Optional.empty())
                        .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, cleanupPolicy)))
            .toList();
    try {
      admin.createTopics(created).all().get();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!missing(topics).isEmpty() && System.nanoTime() - deadline < 0) {
        Thread.sleep(POLL_MILLIS); // brokers learn of new topics a moment later
      }
    } catch (ExecutionException | InterruptedException e) {
      throw unusable(e);
    }
  }

  /**
   * How large a batch of records may be that a topic takes, in bytes; nothing if this user may not
   * know.
   */
  public OptionalInt maxMessageBytes(String topic) throws UnusableException {
    return setting(topic, TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
        .map(value -> OptionalInt.of(Integer.parseInt(value)))
        .orElse(OptionalInt.empty());
  }

  /** Whether a topic keeps but the last record of each key; false if this user may not know. */
  public boolean isCompacted(String topic) throws UnusableException {
    return setting(topic, TopicConfig.CLEANUP_POLICY_CONFIG)
        .map(value -> value.contains(TopicConfig.CLEANUP_POLICY_COMPACT))
        .orElse(false);
  }

  /** A topic's setting; nothing if this user may not know: who may read and write need not. */
  private Optional<String> setting(String topic, String name) throws UnusableException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      return Optional.of(
          admin.describeConfigs(List.of(resource)).all().get().get(resource).get(name).value());
    } catch (ExecutionException | InterruptedException e) {
      if (e.getCause() instanceof AuthorizationException) {
        return Optional.empty();
      }
      throw unusable(e);
    }
  }

  private UnusableException unusable(Exception e) {
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String servers = "Kafka at " + connection.bootstrapServers();
    if (cause instanceof AuthenticationException) {
      return new UnusableException(
          servers + " does not let us in: check the user, password and certificates", e);
    }
    if (cause instanceof TimeoutException) {
      return new UnusableException(
          servers
              + " does not answer within "
              + PATIENCE.toSeconds()
              + " s: check --bootstrapServers, the network, and security.protocol",
          e);
    }
    return new UnusableException(servers + ": " + cause.getMessage(), e);
  }

  /** Not everything that a client says of its properties may be shown. */
  private static String reason(KafkaException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConfigException) {
        return String.valueOf(cause.getMessage());
      }
    }
    return "check "
        + SaslConfigs.SASL_JAAS_CONFIG
        + ", the ssl.* properties and the files they name";
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }
}
