package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.stack.LocalStack;
import dev.vigil.stack.LocalStack.Server;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole deployment on a local stack, as its command starts it: generated logs, ShipLogs, Kafka,
 * the main job; and then four places that must hold the same, which the reference has found, too.
 */
class MultiSinkTest {
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
      ProductDocuments documents =
          ProductDocuments.inTopics(
              stack.kafka().bootstrapServers(),
              Products.ALL.stream().collect(Collectors.toMap(p -> p, Products::topic)));
      assertThat(documents.get(Products.EVENTS)).hasSize((int) (lines.all() - lines.malformed()));
      assertThat(documents.get(Products.FAILURES)).hasSize((int) lines.malformed()).isNotEmpty();
      assertThat(Reference.counts(documents.all(Products.SUSPICIOUS_LOGINS)))
          .isEqualTo(reference.counts(logins, List.of()))
          .isNotEmpty();
      assertThat(Reference.pairs(documents.all(Products.ALERTS)))
          .isEqualTo(reference.pairs(logins, ids, JOIN_WINDOW_SECONDS, List.of()))
          .isNotEmpty();

      assertThat(ProductDocuments.inFiles(directory.resolve("out"))).isEqualTo(documents);
      documents.assertAreIn(stack.search().url());
      documents.assertAreIn(stack.warehouse(), DATASET);
    }
  }

  /** In a JVM of its own: it trusts this warehouse, and this JVM may trust another. */
  private void vigil(LocalStack stack, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("jvm.opens").split(" ")));
    command.addAll(stack.warehouse().clientArguments());
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
}
