package dev.vigil.pipeline;

import dev.vigil.pipeline.io.KafkaConnection;
import dev.vigil.pipeline.io.SecretProperties;
import dev.vigil.pipeline.io.StartPosition;
import dev.vigil.pipeline.io.TopicInput;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What the options say of Kafka.
 *
 * @param connection null where no topic is read or written
 * @param stops whether the topics are read to an end
 * @param stopTime null to stop at the present end
 * @param outputs the topic of each product that goes to one
 */
record KafkaSettings(
    @Nullable KafkaConnection connection,
    List<TopicInput> inputs,
    StartPosition start,
    boolean stops,
    @Nullable Instant stopTime,
    boolean replay,
    Map<String, String> outputs,
    boolean createTopics,
    boolean exactlyOnce) {

  /** What a client property's argument begins with. */
  static final String PROPERTY = "--kafka.";

  private static final String TRANSACTIONAL_ID = "transactional.id";

  private static final Instant FIRST_TIME = Instant.EPOCH;
  private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59Z");

  private static final Pattern TOPIC = Pattern.compile(TemplateParameter.TOPIC);

  /**
   * @param inputs the topics among the inputs
   * @param properties the client properties on the command line
   * @throws UsageException if an option's value is none that it can have
   */
  static KafkaSettings of(
      VigilOptions options, List<TopicInput> inputs, Map<String, String> properties)
      throws UsageException {
    Map<String, String> outputs = outputs(options.getOutputTopics());
    Map<String, String> given = given(options.getBootstrapServers(), properties);
    SecretProperties secrets = Settings.secrets("kafkaProperties", options.getKafkaProperties());
    Map<String, String> all = all(given, secrets);
    boolean used = !inputs.isEmpty() || !outputs.isEmpty();
    if (used && !all.containsKey("bootstrap.servers")) {
      throw new UsageException(
          "Kafka topics are named, but no brokers: give --bootstrapServers=HOST:PORT");
    }
    if (!used && !all.isEmpty()) {
      throw new UsageException(
          "Kafka brokers or properties are given, but no topics:"
              + " name some by --input=kafka:TOPIC or --outputTopics");
    }
    checkUse(options, inputs, outputs);
    if (all.containsKey(TRANSACTIONAL_ID)) {
      throw new UsageException("Vigil itself sets " + TRANSACTIONAL_ID + ": leave it out");
    }
    StartPosition start = start(options.getStartFrom());
    Instant stopTime =
        options.getStopAt() == null || options.getStopAt().equals("end")
            ? null
            : time("stopAt", options.getStopAt(), "end");
    if (start.time() != null && stopTime != null && !stopTime.isAfter(start.time())) {
      throw new UsageException(
          "--stopAt=" + stopTime + " is not after --startFrom: give a later one");
    }
    return new KafkaSettings(
        used ? connection(given, secrets) : null,
        inputs,
        start,
        options.getStopAt() != null,
        stopTime,
        options.getReplay(),
        outputs,
        options.getCreateTopics(),
        exactlyOnce(options));
  }

  /** The same, with the numbers of partitions of its topics. */
  KafkaSettings withPartitions(Map<String, Integer> partitions) {
    return new KafkaSettings(
        connection,
        inputs.stream().map(input -> input.withPartitions(partitions.get(input.topic()))).toList(),
        start,
        stops,
        stopTime,
        replay,
        outputs,
        createTopics,
        exactlyOnce);
  }

  /** Refuses what would have no effect, or one without end. */
  private static void checkUse(
      VigilOptions options, List<TopicInput> inputs, Map<String, String> outputs)
      throws UsageException {
    for (TopicInput input : inputs) {
      if (outputs.containsValue(input.topic())) {
        throw new UsageException(
            "the topic "
                + input.topic()
                + " is both read and written, without end: give another one to --outputTopics");
      }
    }
    if (inputs.isEmpty()) {
      refuse(!options.getStartFrom().equals("committed"), "startFrom", "reads no Kafka topic");
      refuse(options.getStopAt() != null, "stopAt", "reads no Kafka topic");
      refuse(options.getReplay(), "replay", "reads no Kafka topic");
    }
    if (outputs.isEmpty()) {
      refuse(options.getCreateTopics(), "createTopics", "writes no Kafka topic");
      refuse(!options.getDelivery().equals("at-least-once"), "delivery", "writes no Kafka topic");
    }
    refuse(
        options.getReplay() && options.getStopAt() != null,
        "replay",
        "ends at --stopAt, and nothing is late in it");
  }

  private static void refuse(boolean given, String option, String why) throws UsageException {
    if (given) {
      throw new UsageException(
          "--" + option + " has no effect where the job " + why + ": leave it out");
    }
  }

  /** Whether a text can be a topic's name; file names with a slash cannot. */
  static boolean isTopic(String text) {
    return TOPIC.matcher(text).matches() && !text.equals(".") && !text.equals("..");
  }

  /** The properties among the arguments, which no option holds and nobody prints. */
  static Map<String, String> properties(List<String> args) throws UsageException {
    Map<String, String> properties = new TreeMap<>();
    for (String arg : args) {
      if (arg.startsWith(PROPERTY)) {
        int equals = arg.indexOf('=');
        if (equals <= PROPERTY.length()) {
          throw new UsageException(
              (equals < 0 ? arg : arg.substring(0, equals))
                  + " needs a name and a value, as in --kafka.group.id=vigil");
        }
        String name = arg.substring(PROPERTY.length(), equals);
        if (properties.put(name, arg.substring(equals + 1)) != null) {
          throw new UsageException(PROPERTY + name + " is given twice: give it once");
        }
      }
    }
    return properties;
  }

  /**
   * The client properties that are no secrets.
   *
   * @param servers the brokers; null where properties name them
   */
  static Map<String, String> given(@Nullable String servers, Map<String, String> properties) {
    Map<String, String> given = new TreeMap<>(properties);
    if (servers != null) {
      given.put("bootstrap.servers", servers);
    }
    return given;
  }

  /** All client properties: those of the file, replaced by those that are given. */
  static Map<String, String> all(Map<String, String> given, @Nullable SecretProperties secrets) {
    Map<String, String> all = new TreeMap<>(secrets == null ? Map.of() : secrets.values());
    all.putAll(given);
    return all;
  }

  static KafkaConnection connection(Map<String, String> given, @Nullable SecretProperties secrets)
      throws UsageException {
    try {
      return KafkaConnection.of(given, secrets);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static StartPosition start(String text) throws UsageException {
    return switch (text) {
      case "committed" -> StartPosition.COMMITTED;
      case "earliest" -> StartPosition.EARLIEST;
      case "latest" -> StartPosition.LATEST;
      default -> StartPosition.at(time("startFrom", text, "committed, earliest, latest"));
    };
  }

  private static Instant time(String option, String text, String words) throws UsageException {
    try {
      Instant time = Instant.parse(text);
      if (!time.isBefore(FIRST_TIME) && !time.isAfter(LAST_TIME)) {
        return time;
      }
    } catch (DateTimeParseException e) {
      // The same answer as for one that is too far away.
    }
    throw new UsageException(
        "--"
            + option
            + "="
            + text
            + ": give "
            + words
            + ", or a time such as 2026-01-15T08:00:00Z");
  }

  private static Map<String, String> outputs(@Nullable String text) throws UsageException {
    Map<String, String> outputs = new LinkedHashMap<>();
    if (text == null) {
      return outputs;
    }
    for (String output : text.split(",")) {
      String[] parts = output.strip().split("=", 2);
      String product = parts[0];
      if (!Products.ALL.contains(product)) {
        throw new UsageException(
            "--outputTopics: there is no " + product + ": give some of " + Products.ALL);
      }
      String topic = parts.length == 2 ? parts[1] : Products.topic(product);
      if (!isTopic(topic)) {
        throw new UsageException("--outputTopics: " + topic + " is no name of a Kafka topic");
      }
      if (outputs.containsValue(topic) || outputs.put(product, topic) != null) {
        throw new UsageException(
            "--outputTopics=" + text + ": give each product once, and a topic of its own");
      }
    }
    return outputs;
  }

  private static boolean exactlyOnce(VigilOptions options) throws UsageException {
    switch (options.getDelivery()) {
      case "at-least-once":
        return false;
      case "exactly-once":
        String runner = options.getRunner().getSimpleName();
        if (runner.equals("FlinkRunner")) {
          throw new UsageException(
              "--delivery=exactly-once: on Flink, Beam makes a transaction of each single record, and"
                  + " cannot go on after a crash: leave it out, a record that comes again has the"
                  + " same key");
        }
        if (!DataflowJob.is(options)) {
          throw new UsageException(
              "--delivery=exactly-once: "
                  + runner
                  + " keeps no checkpoints that transactions could follow: leave it out");
        }
        return true;
      default:
        throw new UsageException(
            "--delivery=" + options.getDelivery() + ": give at-least-once or exactly-once");
    }
  }
}
