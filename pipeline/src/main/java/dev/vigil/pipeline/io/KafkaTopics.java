package dev.vigil.pipeline.io;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;

/** Looks at a Kafka cluster before a job uses it. */
public final class KafkaTopics implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

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
    Properties properties = new Properties();
    properties.putAll(connection.forAdministration());
    properties.put(
        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(PATIENCE.toMillis()));
    properties.put(
        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(PATIENCE.toMillis() / 2));
    try {
      return new KafkaTopics(connection, Admin.create(properties));
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

  /** Makes compacted topics, with as many partitions and replicas as the cluster thinks best. */
  public void create(Collection<String> topics) throws UnusableException {
    List<NewTopic> compacted =
        topics.stream()
            .map(
                topic ->
                    new NewTopic(topic, Optional.empty(), Optional.empty())
                        .configs(
                            Map.of(
                                TopicConfig.CLEANUP_POLICY_CONFIG,
                                TopicConfig.CLEANUP_POLICY_COMPACT)))
            .toList();
    try {
      admin.createTopics(compacted).all().get();
    } catch (ExecutionException | InterruptedException e) {
      throw unusable(e);
    }
  }

  /** How large a batch of records may be that a topic takes, in bytes. */
  public int maxMessageBytes(String topic) throws UnusableException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      return Integer.parseInt(
          admin
              .describeConfigs(List.of(resource))
              .all()
              .get()
              .get(resource)
              .get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
              .value());
    } catch (ExecutionException | InterruptedException e) {
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
