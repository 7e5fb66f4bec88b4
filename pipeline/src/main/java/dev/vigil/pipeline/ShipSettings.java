package dev.vigil.pipeline;

import dev.vigil.pipeline.io.FileRoute;
import dev.vigil.pipeline.io.FileShipper;
import dev.vigil.pipeline.io.SecretProperties;
import dev.vigil.pipeline.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The options of {@link ShipLogs}, read and checked. */
final class ShipSettings {
  /** What exactly-once rests on. */
  private static final List<String> OURS = List.of("acks", "enable.idempotence");

  private static final Pattern HOST = Pattern.compile("[a-zA-Z0-9._-]{1,253}");

  private ShipSettings() {}

  /**
   * @param properties the Kafka client properties on the command line
   * @throws UsageException if an option's value is none that it can have, or names what is not
   *     there
   */
  static FileShipper.Config of(ShipOptions options, Map<String, String> properties)
      throws UsageException {
    List<FileRoute> routes = routes(required("input", options.getInput(), "GLOB=TOPIC"));
    Path state = Path.of(required("state", options.getState(), "DIR")).toAbsolutePath();
    Map<String, String> given = KafkaSettings.given(options.getBootstrapServers(), properties);
    SecretProperties secrets = Settings.secrets("kafkaProperties", options.getKafkaProperties());
    Map<String, String> all = KafkaSettings.all(given, secrets);
    for (String name : OURS) {
      if (all.containsKey(name)) {
        throw new UsageException("Vigil itself sets " + name + ": leave it out");
      }
    }
    required("bootstrapServers", all.get("bootstrap.servers"), "HOST:PORT");
    for (FileRoute route : routes) {
      checkFiles(route, state, options.getOnce());
    }
    return new FileShipper.Config(
        routes,
        state,
        KafkaSettings.connection(given, secrets),
        host(options.getHost()),
        (int) Settings.within("maxLineBytes", options.getMaxLineBytes(), 1, 1 << 30),
        begin(options.getMultiline()),
        Settings.duration("multilineWait", options.getMultilineWait(), Duration.ZERO),
        options.getOnce());
  }

  private static String required(String option, @Nullable String value, String form)
      throws UsageException {
    if (value == null || value.isBlank()) {
      throw new UsageException("--" + option + " is missing: give --" + option + "=" + form);
    }
    return value;
  }

  private static List<FileRoute> routes(String text) throws UsageException {
    List<FileRoute> routes = new ArrayList<>();
    for (String part : text.split(Settings.COMMA_OUTSIDE_BRACES)) {
      String input = part.strip();
      if (input.isEmpty()) {
        continue;
      }
      int equals = input.lastIndexOf('=');
      if (equals <= 0) {
        throw new UsageException(
            "--input="
                + input
                + " names no topic: give GLOB=TOPIC, as in /var/log/auth.log=Logins");
      }
      String topic = input.substring(equals + 1);
      if (!KafkaSettings.isTopic(topic)) {
        throw new UsageException(
            "--input=" + input + ": " + topic + " is no name of a Kafka topic: give GLOB=TOPIC");
      }
      routes.add(new FileRoute(input.substring(0, equals), topic));
    }
    if (routes.isEmpty()) {
      throw new UsageException("--input names no file: give GLOB=TOPIC");
    }
    return routes;
  }

  private static void checkFiles(FileRoute route, Path state, boolean once) throws UsageException {
    String glob = route.glob();
    if (!Storage.isLocal(glob)) {
      throw new UsageException("--input=" + glob + ": only files of this machine are shipped");
    }
    if (Files.isDirectory(Path.of(glob))) {
      throw new UsageException("--input=" + glob + " is a directory: give " + glob + "/*");
    }
    try {
      List<String> files = Storage.match(glob);
      if (files.isEmpty() && once) {
        throw new UsageException("--input=" + glob + " names no file: check the path");
      }
      for (String path : files) {
        if (!Files.isReadable(Path.of(path))) {
          throw new UsageException("--input: " + path + " cannot be read: check its permissions");
        }
      }
      if (FileShipper.stateFiles(state).stream().anyMatch(route::takes)) {
        throw new UsageException(
            "--input=" + glob + " would ship the files in --state: give another --state");
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException("--input=" + glob + " cannot be read: " + e.getMessage());
    }
  }

  private static @Nullable String host(@Nullable String text) throws UsageException {
    if (text != null && !HOST.matcher(text).matches()) {
      throw new UsageException("--host=" + text + " is no name of a host: give one such as web1");
    }
    return text;
  }

  private static @Nullable Pattern begin(@Nullable String regex) throws UsageException {
    try {
      return regex == null ? null : Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          "--multiline=" + regex + " is no regular expression: " + e.getDescription());
    }
  }
}
