package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets by name: who gets them, and who does not. */
class SecretPropertiesTest {
  private static final String NAME = "projects/my-project/secrets/kafka/versions/3";
  private static final String PLACE = "secret:" + NAME;
  private static final String PASSWORD = "open sesame";

  @TempDir Path directory;

  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private SecretStore store;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            asked.incrementAndGet();
            String answer = answers.get(exchange.getRequestURI().getPath());
            byte[] body =
                (answer == null
                        ? "{\"error\":{\"code\":403,\"message\":\"Permission denied.\"}}"
                        : answer)
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer == null ? 403 : 200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
    store = new SecretStore("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void put(String content, long damage) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    answers.put(
        "/v1/" + NAME + ":access",
        "{\"name\":\"%s\",\"payload\":{\"data\":\"%s\",\"dataCrc32c\":\"%d\"}}"
            .formatted(NAME, Base64.getEncoder().encodeToString(bytes), sum.getValue() + damage));
  }

  /** As text, in which no part is packed. */
  private static String serialized(Object object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }

  /** Whoever uses it asks for it, once; what travels has the name alone. */
  @Test
  void aSecretStaysWhereItIs() throws IOException {
    put("sasl.password = " + PASSWORD + " \nclient.id=é\n", 0);
    SecretProperties secret = SecretProperties.at(PLACE, store);
    Map<String, String> values = Map.of("sasl.password", PASSWORD, "client.id", "é");
    assertThat(secret.values()).isEqualTo(values);
    assertThat(asked).hasValue(1);

    assertThat(serialized(KafkaConnection.of(Map.of("a", "b"), secret)))
        .contains(NAME)
        .doesNotContain(PASSWORD);

    SecretProperties arrived = SerializableUtils.clone(secret);
    assertThat(asked).hasValue(1);
    assertThat(arrived.values()).isEqualTo(values);
    assertThat(arrived.values()).isEqualTo(values);
    assertThat(asked).hasValue(2);
    assertThat(arrived).hasToString("properties of " + NAME);
  }

  @Test
  void aFileTravels() throws IOException {
    Path file = Files.writeString(directory.resolve("kafka.properties"), "a=" + PASSWORD);
    SecretProperties properties = SecretProperties.at(file.toString());
    assertThat(properties.isReference()).isFalse();
    assertThat(serialized(properties)).contains(PASSWORD);
    assertThat(SerializableUtils.clone(properties).values()).isEqualTo(Map.of("a", PASSWORD));
    assertThat(properties).hasToString("properties [a]");
  }

  @Test
  void whatIsGivenStandsInForTheSecret() throws IOException {
    put("bootstrap.servers=a:1\nmax.request.size=100000\ngroup.id=g\n", 0);
    SecretProperties secret = SecretProperties.at(PLACE, store);
    KafkaConnection connection = KafkaConnection.of(Map.of("bootstrap.servers", "b:1"), secret);
    assertThat(connection.bootstrapServers()).isEqualTo("b:1");
    assertThat(connection.group()).isEqualTo("g");
    assertThat(connection.maxRecordBytes()).isEqualTo(100_000);
    assertThat(SerializableUtils.clone(connection).forConsumers())
        .containsEntry("bootstrap.servers", "b:1")
        .containsEntry("group.id", "g");
    put("key.serializer=x\n", 0);
    SecretProperties wrong = SecretProperties.at(PLACE, store);
    assertThatThrownBy(() -> KafkaConnection.of(Map.of(), wrong))
        .hasMessage("Vigil itself sets key.serializer: leave it out");
  }

  @Test
  void aSearchNodeIsShownWhatTheSecretSays() throws IOException {
    SearchConnection open = SearchConnection.to(List.of("http://127.0.0.1:9200"));
    put("apiKey=" + PASSWORD + "\n", 0);
    SearchConnection connection = open.withSecrets(SecretProperties.at(PLACE, store));
    assertThat(serialized(connection)).contains(NAME).doesNotContain(PASSWORD);
    assertThat(SerializableUtils.clone(connection).authorization()).isEqualTo("ApiKey " + PASSWORD);
    put("user=vigil\npassword=" + PASSWORD + "\n", 0);
    assertThat(open.withSecrets(SecretProperties.at(PLACE, store)).authorization())
        .isEqualTo("Basic dmlnaWw6b3BlbiBzZXNhbWU=");
    assertThat(connection).hasToString("http://127.0.0.1:9200 with properties of " + NAME);
  }

  @Test
  void whatCannotBeRead() {
    assertThatThrownBy(() -> SecretProperties.at(PLACE, store))
        .isInstanceOf(IOException.class)
        .hasMessage("Secret Manager answers 403: Permission denied.");
    put("a=b", 1);
    assertThatThrownBy(() -> SecretProperties.at(PLACE, store))
        .isInstanceOf(IOException.class)
        .hasMessage("Secret Manager's answer was damaged on its way");
    assertThatThrownBy(() -> SecretProperties.at("secret:kafka", store))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("it is not secret:projects/P/secrets/S/versions/V");
  }
}
