package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.stack.LocalStack;
import dev.vigil.stack.LocalStack.Server;
import dev.vigil.stack.LocalWarehouse;
import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestBroker;
import dev.vigil.stack.WarehouseContent;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole deployment on a local stack, as its command starts it: generated logs, ShipLogs, Kafka,
 * the main job; and then four places that must hold the same, which the reference has found, too.
 */
class MultiSinkTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long JOIN_WINDOW_SECONDS = 300;
  private static final String DATASET = "vigil";

  private static final List<String> GENERATE =
      Arrays.asList(
          ("--seed 606 --logins 6000 --ids 600 --keys 300 --attackers 40 --hot 0.02 --dup 0.02"
                  + " --bad 0.01 --rate 20")
              .split(" "));

  @TempDir Path directory;

  @Test
  void fourSinksHoldTheSame() throws Exception {
    Reference reference = Reference.find();
    Path in = directory.resolve("in");
    reference.generate(in, GENERATE);
    Path logins = in.resolve("logins.jsonl");
    Path ids = in.resolve("ids.jsonl");
    try (LocalStack stack =
        LocalStack.start(
            directory.resolve("stack"),
            EnumSet.of(Server.KAFKA, Server.OPENSEARCH, Server.WAREHOUSE),
            line -> {})) {
      String broker = "--bootstrapServers=" + stack.kafka().bootstrapServers();
      String search = "--elasticsearch=" + stack.search().url();
      List<String> warehouse =
          List.of(
              "--bigQueryDataset=local:" + DATASET,
              "--bigQueryEndpoint=" + stack.warehouse().url());
      try (Admin admin =
          Admin.create(Map.of("bootstrap.servers", stack.kafka().bootstrapServers()))) {
        admin
            .createTopics(
                Stream.of("Logins", "IDS").map(name -> new NewTopic(name, 2, (short) 1)).toList())
            .all()
            .get();
      }
      vigil(stack, List.of("--setup", search));
      vigil(stack, Stream.concat(Stream.of("--setup"), warehouse.stream()).toList());
      ProgramRun.ofShipLogs(
              "--input=" + logins + "=Logins," + ids + "=IDS",
              broker,
              "--state=" + directory.resolve("state"),
              "--once=true")
          .assertDone();
      List<String> job = new ArrayList<>(warehouse);
      job.addAll(
          List.of(
              "--input=kafka:Logins,IDS",
              "--startFrom=earliest",
              "--stopAt=end",
              broker,
              search,
              "--outputTopics=events,suspicious-logins,alerts,late,failures",
              "--createTopics=true",
              "--output=" + directory.resolve("out")));
      vigil(stack, job);

      Reference.Lines lines = Reference.lines(in);
      Map<String, JsonNode> events = topic(stack, Products.EVENTS);
      Map<String, JsonNode> suspicious = topic(stack, Products.SUSPICIOUS_LOGINS);
      Map<String, JsonNode> alerts = topic(stack, Products.ALERTS);
      Map<String, JsonNode> failures = topic(stack, Products.FAILURES);
      assertThat(events).hasSize((int) (lines.all() - lines.malformed()));
      assertThat(failures).hasSize((int) lines.malformed()).isNotEmpty();
      assertThat(Reference.counts(List.copyOf(suspicious.values())))
          .isEqualTo(reference.counts(logins, List.of()))
          .isNotEmpty();
      assertThat(Reference.pairs(List.copyOf(alerts.values())))
          .isEqualTo(reference.pairs(logins, ids, JOIN_WINDOW_SECONDS, List.of()))
          .isNotEmpty();

      assertThat(files(Products.EVENTS)).isEqualTo(events);
      assertThat(files(Products.SUSPICIOUS_LOGINS)).isEqualTo(suspicious);
      assertThat(files(Products.ALERTS)).isEqualTo(alerts);
      assertThat(files(Products.FAILURES)).isEqualTo(failures);

      Map<String, JsonNode> found = new TreeMap<>(suspicious);
      found.putAll(alerts);
      assertThat(SearchContent.documents(stack.search().url(), "vigil-events")).isEqualTo(events);
      assertThat(SearchContent.documents(stack.search().url(), "vigil-alerts")).isEqualTo(found);
      assertThat(SearchContent.documents(stack.search().url(), "vigil-failures"))
          .isEqualTo(failures);

      assertThat(rows(stack, "events")).isEqualTo(normalized(events));
      assertThat(rows(stack, "suspicious_logins")).isEqualTo(normalized(suspicious));
      assertThat(rows(stack, "alerts")).isEqualTo(normalized(alerts));
      assertThat(rows(stack, "failures")).isEqualTo(normalized(failures));
    }
  }

  /** In a JVM of its own: it trusts this warehouse, and this JVM may trust another. */
  private void vigil(LocalStack stack, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("jvm.opens").split(" ")));
    command.add("-Djavax.net.ssl.trustStore=" + stack.warehouse().trustStore());
    command.add("-Djavax.net.ssl.trustStorePassword=" + LocalWarehouse.TRUST_STORE_PASSWORD);
    command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path")));
    command.add(Vigil.class.getName());
    command.addAll(arguments);
    Path said = Files.createTempFile(directory, "vigil", ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(said)).isZero();
  }

  private static Map<String, JsonNode> topic(LocalStack stack, String product) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record :
        TestBroker.readAll(stack.kafka().bootstrapServers(), Products.topic(product))) {
      documents.add(JSON.readTree(record.value()));
    }
    return newest(documents);
  }

  private Map<String, JsonNode> files(String product) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    for (String file : Products.files(directory.resolve("out").toString(), product)) {
      for (String line : Files.readAllLines(Path.of(file))) {
        documents.add(JSON.readTree(line));
      }
    }
    return newest(documents);
  }

  /** By id; of an alert's revisions the newest. */
  private static Map<String, JsonNode> newest(List<JsonNode> documents) {
    Map<String, JsonNode> newest = new TreeMap<>();
    for (JsonNode document : documents) {
      newest.merge(
          document.at("/event/id").asText(),
          document,
          (one, other) ->
              other.at("/vigil/revision").asLong() >= one.at("/vigil/revision").asLong()
                  ? other
                  : one);
    }
    return newest;
  }

  private static Map<String, JsonNode> rows(LocalStack stack, String table) {
    return WarehouseContent.documents(stack.warehouse(), DATASET, table);
  }

  private static Map<String, JsonNode> normalized(Map<String, JsonNode> documents) {
    Map<String, JsonNode> normalized = new TreeMap<>();
    documents.forEach((id, document) -> normalized.put(id, WarehouseContent.normalized(document)));
    return normalized;
  }
}
