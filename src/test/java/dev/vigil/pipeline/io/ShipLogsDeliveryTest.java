package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.pipeline.ShipLogs;
import dev.vigil.stack.LocalKafka;
import dev.vigil.stack.TestBroker;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link ShipLogs} as a process of its own, which is killed, and a real broker. */
class ShipLogsDeliveryTest {
  private static final long PATIENCE_NANOS = 300_000_000_000L;
  private static final int LINES = 100_000;

  @TempDir Path directory;

  private Path state;
  private Path errors;
  private Process process;

  /** A line that a record stands for: path, offset among all that was ever at the path, text. */
  private record Place(String path, long offset, String text) {}

  @BeforeEach
  void begin() {
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
    state = directory.resolve("state");
    errors = directory.resolve("errors");
  }

  @AfterEach
  void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  private void start(String servers, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .reduce((one, other) -> one + File.pathSeparator + other)
            .orElseThrow());
    command.add(ShipLogs.class.getName());
    command.add("--bootstrapServers=" + servers);
    command.add("--state=" + state);
    command.addAll(List.of(args));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(errors.toFile()))
            .start();
  }

  /** Kill -9. */
  private void crash() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor()).isEqualTo(137);
  }

  private void end() throws Exception {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
  }

  /** SIGTERM. */
  private void stop() throws Exception {
    process.destroy();
    end();
  }

  private FileShipper.Config config(String servers, boolean once, List<FileRoute> routes) {
    return config(routes, once, 1_000, null, Map.of("bootstrap.servers", servers));
  }

  private FileShipper.Config config(
      List<FileRoute> routes,
      boolean once,
      int maxLineBytes,
      @Nullable Pattern begin,
      Map<String, String> properties) {
    return new FileShipper.Config(
        routes,
        state,
        KafkaConnection.of(properties),
        null,
        maxLineBytes,
        begin,
        Duration.ofSeconds(5),
        once);
  }

  /** Ships what is there, in this process; returns what it told. */
  private static List<String> once(FileShipper.Config config) throws Exception {
    List<String> messages = new ArrayList<>();
    try (FileShipper shipper = FileShipper.open(config, messages::add)) {
      shipper.run();
    }
    return messages;
  }

  private List<String> once(Path log, String topic) throws Exception {
    return once(
        config(TestBroker.bootstrapServers(), true, List.of(new FileRoute(log.toString(), topic))));
  }

  private void await(BooleanSupplier condition) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline)
          .as("time is up; it said: %s", Files.exists(errors) ? Files.readString(errors) : "")
          .isNegative();
      LockSupport.parkNanos(20_000_000);
    }
  }

  /** How many bytes of a path are shipped, by the state on disk. */
  private long shipped(Path file) {
    try {
      Path json = state.resolve(StateDirectory.STATE);
      return Files.exists(json)
          ? ShipState.ofJson(Files.readString(json)).files().stream()
              .filter(position -> position.path().equals(file.toString()))
              .mapToLong(FollowedFile.Position::total)
              .findFirst()
              .orElse(0)
          : 0;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** What is in a topic, by path, in the topic's order. */
  private static Map<String, List<Place>> places(List<ConsumerRecord<byte[], byte[]>> records) {
    Map<String, List<Place>> places = new TreeMap<>();
    Set<String> ids = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      LogLine line = line(record);
      Provenance provenance = line.provenance();
      assertThat(record.key()).isEqualTo(provenance.path().getBytes(StandardCharsets.UTF_8));
      assertThat(ids.add(provenance.eventId())).as("again: %s", provenance).isTrue();
      places
          .computeIfAbsent(provenance.path(), path -> new ArrayList<>())
          .add(
              new Place(
                  provenance.path(),
                  provenance.offset(),
                  new String(line.bytes(), StandardCharsets.UTF_8)));
    }
    return places;
  }

  private static LogLine line(ConsumerRecord<byte[], byte[]> record) {
    return LineRecord.line(
        record.value(),
        record.headers(),
        Provenance.ofKafka(record.topic(), record.partition(), record.offset()),
        record.timestamp(),
        null,
        Integer.MAX_VALUE);
  }

  private enum Rotation {
    NONE,
    RENAME,
    COPY_AND_TRUNCATE
  }

  /** Writes a file as a daemon does whose log is rotated, and knows what it wrote. */
  private final class Writer {
    private final Path log;
    private final Rotation rotation;
    private final int lines;
    private final List<Place> written = new ArrayList<>();
    private long total;
    private long before;
    private int generation;

    Writer(Path log, Rotation rotation, int lines) {
      this.log = log;
      this.lines = lines;
      this.rotation = rotation;
    }

    private void append(int from, int to) throws IOException {
      StringBuilder text = new StringBuilder();
      for (int i = from; i < to; i++) {
        String line =
            "line " + i + " of " + log.getFileName() + " é " + "x".repeat(i % 97 * (i % 3));
        written.add(new Place(log.toString(), total, line));
        total += line.getBytes(StandardCharsets.UTF_8).length + 1;
        text.append(line).append('\n');
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      try (OutputStream out =
          Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        // In pieces that end in the middle of lines.
        int middle = bytes.length - 7;
        out.write(bytes, 0, middle);
        out.write(bytes, middle, bytes.length - middle);
      }
    }

    private void rotate() throws IOException {
      Path old = log.resolveSibling(log.getFileName() + "." + ++generation);
      if (rotation == Rotation.RENAME) {
        // The one before must have been seen; this one need not have been read to its end.
        await(() -> shipped(log) > before);
        Files.move(log, old);
      } else {
        // What is not read yet would be lost, by the nature of it.
        await(() -> shipped(log) == total);
        Files.copy(log, old);
        Files.newByteChannel(log, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)
            .close();
      }
      before = total;
    }

    void write() {
      try {
        for (int i = 0; i < lines; i += 250) {
          if (i > 0 && i % 20_000 == 0 && rotation != Rotation.NONE) {
            rotate();
          }
          append(i, i + 250);
          if (i % 1_000 == 0) {
            LockSupport.parkNanos(10_000_000);
          }
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void rotatedLogsAreShippedOnceThoughTheShipperIsKilledTwice() throws Exception {
    String one = TestBroker.freshTopic("ship", 3);
    String other = TestBroker.freshTopic("ship", 1);
    Writer renamed = new Writer(directory.resolve("renamed.log"), Rotation.RENAME, LINES);
    Writer truncated =
        new Writer(directory.resolve("truncated.log"), Rotation.COPY_AND_TRUNCATE, LINES);
    Writer whole = new Writer(directory.resolve("whole.log"), Rotation.NONE, 10_000);
    List<Writer> writers = List.of(renamed, truncated, whole);
    String input =
        "--input="
            + renamed.log
            + "="
            + one
            + ","
            + truncated.log
            + "="
            + other
            + ","
            + directory
            + "/w*.log="
            + one;

    start(TestBroker.bootstrapServers(), input);
    List<CompletableFuture<Void>> writing =
        writers.stream().map(writer -> CompletableFuture.runAsync(writer::write)).toList();
    await(() -> shipped(renamed.log) > 2_000_000 && shipped(truncated.log) > 1_000_000);
    crash();
    assertThat(writing.get(0)).isNotDone();
    assertThat(writing.get(1)).isNotDone();
    start(TestBroker.bootstrapServers(), input);
    await(() -> shipped(renamed.log) > 4_000_000 && shipped(truncated.log) > 2_500_000);
    crash();
    assertThat(writing.get(0)).isNotDone();
    start(TestBroker.bootstrapServers(), input);
    await(() -> writing.stream().allMatch(CompletableFuture::isDone));
    writing.forEach(CompletableFuture::join);
    await(() -> writers.stream().allMatch(writer -> shipped(writer.log) == writer.total));
    stop();

    assertThat(renamed.generation).isEqualTo(4);
    assertThat(truncated.generation).isEqualTo(4);
    Map<String, List<Place>> places = places(TestBroker.readAll(one));
    assertThat(places).containsOnlyKeys(renamed.log.toString(), whole.log.toString());
    places.putAll(places(TestBroker.readAll(other)));
    for (Writer writer : writers) {
      List<Place> shipped = places.get(writer.log.toString());
      assertThat(shipped).hasSize(writer.lines);
      assertThat(shipped.equals(writer.written)).as("%s", writer.log).isTrue();
    }
  }

  private List<String> texts(String topic) {
    return TestBroker.readAll(topic).stream()
        .map(record -> new String(record.value(), StandardCharsets.UTF_8))
        .toList();
  }

  private void append(Path log, String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** The state as a process leaves it that dies after a commit and before it is written. */
  private byte[] stateOfOneThatWillDie() throws IOException {
    ShipState last = ShipState.ofJson(Files.readString(state.resolve(StateDirectory.STATE)));
    assertThat(last.complete()).isTrue();
    return new ShipState(last.format(), last.shipper(), false, last.ends(), last.files()).toJson();
  }

  @Test
  void aShipperThatDiedAfterACommitAndBeforeItsStateWasWritten() throws Exception {
    String topic = TestBroker.freshTopic("ship", 2);
    Path log = directory.resolve("log");
    append(log, "one\ntwo\n");
    once(log, topic);
    byte[] before = stateOfOneThatWillDie();
    append(log, "three\nfour\n");
    once(log, topic);
    Files.write(state.resolve(StateDirectory.STATE), before);
    // Another machine ships a file of the same name.
    ProducerRecord<byte[], byte[]> others =
        LineRecord.of(
            LogLine.of(
                "other".getBytes(StandardCharsets.UTF_8),
                Provenance.ofFile(log.toString(), 1_000_000)),
            topic,
            null);
    new ShippedUntil(
            "another shipper",
            new FollowedFile.Position(log.toString(), 0, 2_000_000, "other", null, false))
        .addTo(others);
    TestBroker.produce(List.of(others));
    // And the file that was being read is gone: what replaced it has the offsets after it.
    Files.writeString(directory.resolve("new"), "five\n");
    Files.move(directory.resolve("new"), log, StandardCopyOption.REPLACE_EXISTING);
    once(log, topic);
    assertThat(texts(topic)).containsExactly("one", "two", "three", "four", "other", "five");
    List<ConsumerRecord<byte[], byte[]>> records = TestBroker.readAll(topic);
    assertThat(line(records.get(5)).provenance().eventId())
        .isEqualTo(Provenance.ofFile(log.toString(), 19).eventId());
    once(log, topic);
    assertThat(texts(topic)).hasSize(6);
  }

  /** Its lines are neither seen nor lost, and the transaction holds nobody up. */
  @Test
  void aShipperThatDiedInATransaction() throws Exception {
    String topic = TestBroker.freshTopic("ship", 1);
    Path log = directory.resolve("log");
    append(log, "one\n");
    once(log, topic);
    byte[] before = stateOfOneThatWillDie();
    String shipper = ShipState.ofJson(new String(before, StandardCharsets.UTF_8)).shipper();
    Files.write(state.resolve(StateDirectory.STATE), before);
    append(log, "two\nthree\n");
    KafkaProducer<byte[], byte[]> dying =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                TestBroker.bootstrapServers(),
                "transactional.id",
                "vigil-ship-" + shipper),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    try {
      dying.initTransactions();
      dying.beginTransaction();
      ProducerRecord<byte[], byte[]> sent =
          LineRecord.of(
              LogLine.of(
                  "two".getBytes(StandardCharsets.UTF_8), Provenance.ofFile(log.toString(), 4)),
              topic,
              null);
      new ShippedUntil(shipper, new FollowedFile.Position(log.toString(), 0, 8, null, null, false))
          .addTo(sent);
      dying.send(sent);
      dying.flush();
      once(log, topic);
    } finally {
      dying.close(Duration.ZERO);
    }
    assertThat(texts(topic)).containsExactly("one", "two", "three");
  }

  @Test
  void whatARecordTells() throws Exception {
    String topic = TestBroker.freshTopic("ship", 1);
    String archived = TestBroker.freshTopic("ship", 1);
    Path log = directory.resolve("log");
    append(log, "x".repeat(50) + "\n# a\n b\nleft");
    Files.setLastModifiedTime(log, FileTime.from(Instant.parse("2026-01-15T08:00:00Z")));
    Path archive = directory.resolve("a.gz");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write("in an archive\n".getBytes(StandardCharsets.UTF_8));
    }
    byte[] damaged = bytes.toByteArray();
    damaged[damaged.length - 6] ^= 1; // of the checksum
    Files.write(archive, damaged);

    FileShipper.Config config =
        config(
            List.of(
                new FileRoute(directory + "/{l,k}*", topic),
                new FileRoute(directory + "/*.gz", archived)),
            true,
            40,
            Pattern.compile("^[#x]"),
            Map.of("bootstrap.servers", TestBroker.bootstrapServers()));
    once(config);
    once(config);
    Instant written = Instant.parse("2026-01-15T08:00:00Z");
    List<ConsumerRecord<byte[], byte[]>> records = TestBroker.readAll(topic);
    assertThat(records.stream().map(ShipLogsDeliveryTest::line).toList())
        .containsExactly(
            new LogLine(
                "x".repeat(40).getBytes(StandardCharsets.UTF_8),
                Provenance.ofFile(log.toString(), 0).through(Provenance.ofKafka(topic, 0, 0)),
                written,
                null,
                50,
                null),
            new LogLine(
                "# a\n b".getBytes(StandardCharsets.UTF_8),
                Provenance.ofFile(log.toString(), 51).through(Provenance.ofKafka(topic, 0, 1)),
                written,
                null,
                6,
                null));
    List<LogLine> fromArchive =
        TestBroker.readAll(archived).stream().map(ShipLogsDeliveryTest::line).toList();
    // How far a damaged archive can be read is its library's affair; that it is told, once, is
    // ours.
    assertThat(fromArchive).filteredOn(line -> line.error() != null).hasSize(1);
    assertThat(fromArchive.get(fromArchive.size() - 1).error()).isNotNull();
  }

  @Test
  void aTopicThatWasMadeAnewGetsWhatIsNotShippedYet() throws Exception {
    String topic = TestBroker.freshTopic("ship", 1);
    Path log = directory.resolve("log");
    append(log, "one\ntwo\n");
    once(log, topic);
    byte[] before = stateOfOneThatWillDie();
    Files.write(state.resolve(StateDirectory.STATE), before);
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", TestBroker.bootstrapServers()))) {
      admin.deleteTopics(List.of(topic)).all().get();
      await(() -> !names(admin).contains(topic));
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
      await(() -> names(admin).contains(topic));
    }
    append(log, "three\n");
    assertThat(once(log, topic))
        .containsExactly(
            "topic "
                + topic
                + " has fewer records than before, as if made anew: going on with the lines that"
                + " are not shipped yet; to ship all again, stop and remove "
                + state.resolve("shipped.json"));
    assertThat(texts(topic)).containsExactly("three");
  }

  private static Set<String> names(Admin admin) {
    try {
      return admin.listTopics().names().get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** More files than fit into a transaction at a turn each: none has to wait for all of another. */
  @Test
  void manyFilesTakeTurns() throws Exception {
    String topic = TestBroker.freshTopic("ship", 1);
    List<String> expected = new ArrayList<>();
    for (int file = 100; file < 125; file++) {
      StringBuilder text = new StringBuilder();
      for (int line = 0; line < 1_000; line++) {
        text.append(file).append(' ').append(line).append('\n');
        expected.add(file + " " + line);
      }
      append(directory.resolve(file + ".log"), text.toString());
    }
    once(
        config(
            TestBroker.bootstrapServers(),
            true,
            List.of(new FileRoute(directory + "/*.log", topic))));
    List<String> texts = texts(topic);
    assertThat(texts.indexOf("124 0")).isLessThan(texts.indexOf("100 999"));
    assertThat(texts.stream().sorted(Comparator.comparing(t -> t.substring(0, 3))).toList())
        .isEqualTo(expected);
  }

  private FileShipper.Config config(Path log, String topic, Map<String, String> more) {
    Map<String, String> properties = new TreeMap<>(more);
    properties.put("bootstrap.servers", TestBroker.bootstrapServers());
    return config(List.of(new FileRoute(log.toString(), topic)), false, 1_000, null, properties);
  }

  @Test
  void twoThatShareATransactionalId() throws Exception {
    String topic = TestBroker.freshTopic("ship", 1);
    Path log = directory.resolve("log");
    Path other = directory.resolve("other");
    append(log, "one\n");
    start(
        TestBroker.bootstrapServers(),
        "--input=" + log + "=" + topic,
        "--kafka.transactional.id=" + topic);
    await(() -> shipped(log) == 4);
    state = directory.resolve("other state");
    try (FileShipper shipper =
        FileShipper.open(config(other, topic, Map.of("transactional.id", topic)), m -> {})) {
      CompletableFuture<Map<String, Long>> shipping =
          CompletableFuture.supplyAsync(() -> run(shipper));
      await(
          () -> {
            // As long as both have something to ship, one of them has to end.
            try {
              append(log, "more\n");
              append(other, "more\n");
            } catch (IOException e) {
              throw new AssertionError(e);
            }
            return !process.isAlive() || shipping.isDone();
          });
      String refusal = "another process ships with the same transactional.id: stop one of them";
      if (shipping.isDone()) {
        assertThatThrownBy(shipping::get).hasStackTraceContaining(refusal);
      } else {
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(Files.readString(errors)).endsWith("vigil: " + refusal + "\n");
        shipper.stop();
        shipping.get();
      }
    }
    places(TestBroker.readAll(topic)); // none is there twice
  }

  private static void fence(String transactionalId) {
    try (KafkaProducer<byte[], byte[]> fencing =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                TestBroker.bootstrapServers(),
                "transactional.id",
                transactionalId),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      fencing.initTransactions();
    }
  }

  /** A broker says the same of a transaction that took too long. */
  @Test
  void whoIsFencedGoesOnOnce() throws Exception {
    String topic = TestBroker.freshTopic("ship", 1);
    Path log = directory.resolve("log");
    append(log, "one\n");
    List<String> messages = new CopyOnWriteArrayList<>();
    try (FileShipper shipper =
        FileShipper.open(config(log, topic, Map.of("transactional.id", topic)), messages::add)) {
      CompletableFuture<Map<String, Long>> shipping =
          CompletableFuture.supplyAsync(() -> run(shipper));
      await(() -> shipped(log) == 4);
      assertThat(shipper.isExact()).isTrue();
      fence(topic);
      append(log, "two\n");
      await(() -> shipped(log) == 8);
      assertThat(messages).hasSize(2).last().isEqualTo("the broker is back: going on");
      assertThat(shipper.isExact()).isFalse();
      fence(topic);
      append(log, "three\n");
      assertThatThrownBy(() -> shipping.get(300, TimeUnit.SECONDS))
          .hasStackTraceContaining(
              "another process ships with the same transactional.id: stop one of them");
    }
    assertThat(texts(topic)).containsExactly("one", "two");
  }

  @Test
  void aTransactionThatTookTooLong() throws Exception {
    String topic = TestBroker.freshTopic("ship", 1);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, "x".getBytes(StandardCharsets.UTF_8));
    try (Admin admin =
            Admin.create(
                Map.<String, Object>of("bootstrap.servers", TestBroker.bootstrapServers()));
        Delivery delivery =
            new Delivery(
                KafkaConnection.of(
                    Map.of(
                        "bootstrap.servers",
                        TestBroker.bootstrapServers(),
                        "transaction.timeout.ms",
                        "300",
                        "delivery.timeout.ms",
                        "250",
                        "request.timeout.ms",
                        "200",
                        "linger.ms",
                        "0")),
                topic)) {
      assertThat(delivery.transactionTimeout()).isEqualTo(Duration.ofMillis(300));
      delivery.begin();
      delivery.send(record);
      await(() -> transaction(admin, topic) == TransactionState.COMPLETE_ABORT);
      assertThatThrownBy(
              () -> {
                delivery.send(record);
                delivery.commit();
              })
          .isInstanceOfSatisfying(
              KafkaException.class,
              e -> {
                assertThat(Delivery.isFenced(e)).isTrue();
                assertThat(Delivery.refusal(e)).isNull();
              });
      delivery.giveUp();
      delivery.begin();
      delivery.send(record);
      delivery.commit();
    }
    assertThat(texts(topic)).containsExactly("x");
  }

  private static @Nullable TransactionState transaction(Admin admin, String id) {
    try {
      return admin.describeTransactions(List.of(id)).description(id).get().state();
    } catch (ExecutionException e) {
      return null; // none yet
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whoWaitsForAnothersTransactionSaysSoAndCanBeStopped() throws Exception {
    String topic = TestBroker.freshTopic("ship", 1);
    Path log = directory.resolve("log");
    append(log, "one\n");
    once(log, topic);
    byte[] before = stateOfOneThatWillDie();
    Files.write(state.resolve(StateDirectory.STATE), before);
    try (KafkaProducer<byte[], byte[]> another =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                TestBroker.bootstrapServers(),
                "transactional.id",
                "another " + topic),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      another.initTransactions();
      another.beginTransaction();
      another.send(new ProducerRecord<>(topic, new byte[1])).get();
      List<String> messages = new CopyOnWriteArrayList<>();
      try (FileShipper shipper = FileShipper.open(config(log, topic, Map.of()), messages::add)) {
        CompletableFuture<Map<String, Long>> shipping =
            CompletableFuture.supplyAsync(() -> run(shipper));
        await(() -> !messages.isEmpty());
        assertThat(messages)
            .containsExactly(
                "waiting for the end of "
                    + topic
                    + "-0, to find out what is shipped: the broker does not answer, or another"
                    + " producer's transaction is open there");
        shipper.stop();
        assertThat(shipping.get(60, TimeUnit.SECONDS)).isEmpty();
      }
      assertThat(Files.readAllBytes(state.resolve(StateDirectory.STATE))).isEqualTo(before);
      another.abortTransaction();
    }
    once(log, topic);
    assertThat(texts(topic)).containsExactly("one");
  }

  @Test
  void aBrokerThatIsStoppedAndStartedInTheMiddle() throws Exception {
    Path home = directory.resolve("broker");
    Path log = directory.resolve("the.log");
    Writer writer = new Writer(log, Rotation.NONE, LINES);
    LocalKafka broker = LocalKafka.start(home);
    try {
      String servers = broker.bootstrapServers();
      try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", servers))) {
        admin
            .createTopics(List.of(new NewTopic("T", Optional.of(2), Optional.empty())))
            .all()
            .get();
      }
      // Short patience, so that the producer gives up and the shipper has to begin anew.
      List<String> messages = new CopyOnWriteArrayList<>();
      try (FileShipper shipper =
          FileShipper.open(
              config(
                  List.of(new FileRoute(log.toString(), "T")),
                  false,
                  1_000,
                  null,
                  Map.of(
                      "bootstrap.servers",
                      servers,
                      "max.block.ms",
                      "1000",
                      "request.timeout.ms",
                      "500",
                      "delivery.timeout.ms",
                      "1000")),
              messages::add)) {
        CompletableFuture<Map<String, Long>> shipping =
            CompletableFuture.supplyAsync(() -> run(shipper));
        CompletableFuture<Void> writing = CompletableFuture.runAsync(writer::write);
        await(() -> shipped(log) > 1_000_000);
        int port = broker.port();
        broker.close();
        await(() -> !messages.isEmpty() && writing.isDone());
        writing.join();
        assertThat(shipped(log)).isLessThan(writer.total);
        // Rotated to where nobody looks for it: only who has it open has its lines.
        Files.move(log, Files.createDirectory(directory.resolve("elsewhere")).resolve("old"));
        writer.append(LINES, LINES + 1);
        broker = LocalKafka.start(home, port);
        await(() -> shipped(log) == writer.total);
        shipper.stop();
        shipping.get(60, TimeUnit.SECONDS);
      }
      assertThat(messages.get(0)).startsWith("the broker did not do what it was asked (");
      assertThat(messages).last().isEqualTo("the broker is back: going on");
      assertThat(
              places(TestBroker.readAll(servers, "T")).get(log.toString()).equals(writer.written))
          .isTrue();
    } finally {
      broker.kill();
    }
  }

  private static Map<String, Long> run(FileShipper shipper) {
    try {
      return shipper.run();
    } catch (ShipException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aStateThatIsInUse() throws Exception {
    String topic = TestBroker.freshTopic("ship", 1);
    Path log = directory.resolve("log");
    append(log, "one\n");
    start(TestBroker.bootstrapServers(), "--input=" + log + "=" + topic);
    await(() -> shipped(log) == 4);
    Process first = process;
    try {
      start(TestBroker.bootstrapServers(), "--input=" + log + "=" + topic);
      assertThat(process.waitFor()).isEqualTo(2);
      assertThat(Files.readString(errors))
          .isEqualTo(
              "vigil: --state="
                  + state
                  + " is in use by another process: stop it, or give another one\n");
    } finally {
      process = first;
    }
    stop();
    assertThat(Arrays.asList(Files.readString(errors).split("\n")))
        .last()
        .isEqualTo("shipped 1 records to " + topic);
  }
}
