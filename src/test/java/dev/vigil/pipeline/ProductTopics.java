package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.stack.TestBroker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A topic for each product, on the tests' broker. */
record ProductTopics(Map<String, String> topics) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static ProductTopics fresh() {
    Map<String, String> topics = new TreeMap<>();
    Products.ALL.forEach(product -> topics.put(product, TestBroker.freshTopic(product, 2)));
    return new ProductTopics(topics);
  }

  String option() {
    return "--outputTopics="
        + String.join(
            ",", topics.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String product) {
    return TestBroker.readAll(topics.get(product));
  }

  /** What was written so far of some products. */
  ProductDocuments documents(Collection<String> products) throws IOException {
    Map<String, String> some = new TreeMap<>(topics);
    some.keySet().retainAll(products);
    return ProductDocuments.inTopics(TestBroker.bootstrapServers(), some);
  }

  int records(String product) {
    return read(product).size();
  }

  /** How many records of each product are there again, with the same id and value. */
  Map<String, Integer> writtenAgain() {
    Map<String, Integer> again = new TreeMap<>();
    for (String product : Products.ALL) {
      List<ConsumerRecord<byte[], byte[]>> records = read(product);
      long different =
          records.stream()
              .map(record -> new String(record.value(), StandardCharsets.UTF_8))
              .distinct()
              .count();
      again.put(product, records.size() - (int) different);
    }
    return again;
  }

  /**
   * How often each event was written that came from before a place.
   *
   * @param places offsets in the topic that is read, by partition
   */
  Map<String, Integer> eventsBefore(Map<Integer, Long> places) throws IOException {
    Map<String, Integer> times = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : read(Products.EVENTS)) {
      JsonNode from = JSON.readTree(record.value()).get("kafka");
      if (from.get("offset").asLong() < places.getOrDefault(from.get("partition").asInt(), 0L)) {
        times.merge(new String(record.key(), StandardCharsets.UTF_8), 1, Integer::sum);
      }
    }
    return times;
  }

  /** The ids of each product that were written so far. */
  Set<String> ids() {
    Set<String> ids = new TreeSet<>();
    for (String product : Products.ALL) {
      for (ConsumerRecord<byte[], byte[]> record : read(product)) {
        ids.add(product + " " + new String(record.key(), StandardCharsets.UTF_8));
      }
    }
    return ids;
  }

  /**
   * Of each id of each product the last record, which must be the highest revision, too: so it is
   * when nothing is to come any more, and not yet while something is written again.
   */
  Map<String, String> latest() throws IOException {
    Map<String, String> latest = new TreeMap<>();
    for (String product : Products.ALL) {
      Map<String, Long> highest = new HashMap<>();
      Map<String, Long> last = new HashMap<>();
      for (ConsumerRecord<byte[], byte[]> record : read(product)) {
        String id = product + " " + new String(record.key(), StandardCharsets.UTF_8);
        String value = new String(record.value(), StandardCharsets.UTF_8);
        JsonNode revision = JSON.readTree(value).at("/vigil/revision");
        latest.put(id, value);
        last.put(id, revision.asLong());
        highest.merge(id, revision.asLong(), Math::max);
      }
      assertThat(last).isEqualTo(highest);
    }
    return latest;
  }

  /**
   * Fills them by a bounded run on the Direct runner, which nothing disturbs.
   *
   * @param arguments the input and the settings
   */
  Map<String, String> undisturbed(List<String> arguments) throws IOException {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    int code = CommandLine.run(arguments.toArray(String[]::new), out, out);
    assertThat(code).as(said.toString(StandardCharsets.UTF_8)).isZero();
    return latest();
  }
}
