package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Follows files and writes each record of them once to a Kafka topic, as {@link LineRecord} says,
 * in its file's order.
 *
 * <p>It is a loop and no Beam graph: only who sees the broker's acknowledgement may move the place
 * on disk, and on one machine a Beam source cannot know of it. Its runner says that a checkpoint is
 * final when the lines have left the source, and the Direct runner keeps none on disk.
 *
 * <p>Records are sent in transactions. In each, the last record of a file says how far the file has
 * been shipped with it; the state on disk is replaced when the transaction is committed. So a
 * process that begins anew, whatever ended the one before, first lets the broker end the
 * transaction that was open, and then reads what was committed to the topics since the state was
 * written: the places told there are at least as far as those on disk, and belong to what is in the
 * topics. The same is done when the broker does not answer or refuses a transaction, after a pause.
 *
 * <p>How files are read that are replaced or cut, and what of them is lost: {@link FollowedFile}.
 * Globs should not match the names that replaced files are given: under such a name a file is
 * another one, and is shipped again. A topic that was made anew gets what has not been shipped yet.
 * A damaged compressed file gives {@link LogLine#unreadable} in its place. Where a file cannot be
 * read at all, it ends.
 */
public final class FileShipper implements AutoCloseable {
  private static final int TRANSACTION_RECORDS = 10_000;
  private static final Duration TRANSACTION_TIME = Duration.ofMillis(500);

  /** For a path of 4096 bytes as the key and in two headers, what else is said, and framing. */
  private static final int ROOM_FOR_HEADERS = 1 << 14;

  /** How often files are looked for, and those that were read to their end are looked at. */
  private static final Duration POLL = Duration.ofMillis(250);

  /** How many records of a file come before it is the next one's turn. */
  private static final int TURN = 500;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final Config config;
  private final StateDirectory directory;
  private final Delivery delivery;
  private final Consumer<String> messages;
  private final CountDownLatch stop = new CountDownLatch(1);

  private ShipState state;

  /** How far each file has been shipped, as far as it is known that the broker has it. */
  private final TreeMap<String, FollowedFile.Position> shipped = new TreeMap<>();

  private final TreeMap<String, ShippedFile> files = new TreeMap<>();
  private final TreeMap<String, Long> counts = new TreeMap<>();
  private String lastTurn = "";

  /**
   * @param routes the first one that takes a file says where it goes
   * @param host what the names of files begin with in the records; null for nothing
   * @param maxLineBytes how much of a record is kept
   * @param begin what the first line of a record has in it; null if each line is a record
   * @param patience how long a file must have nothing more for its last record to be complete
   * @param once whether to end when all files have been read to their ends
   */
  public record Config(
      List<FileRoute> routes,
      Path state,
      KafkaConnection connection,
      @Nullable String host,
      int maxLineBytes,
      @Nullable Pattern begin,
      Duration patience,
      boolean once) {}

  /** What a transaction took: nothing, all that was there, or as much as it may. */
  private enum Transaction {
    NONE,
    ALL,
    FULL
  }

  /** A file that is read, and the last of its records, which is not sent yet. */
  private static final class ShippedFile {
    private final FileRecords records;
    private final String topic;
    private @Nullable ProducerRecord<byte[], byte[]> last;

    ShippedFile(FileRecords records, String topic) {
      this.records = records;
      this.topic = topic;
    }
  }

  private FileShipper(
      Config config,
      StateDirectory directory,
      ShipState state,
      Delivery delivery,
      Consumer<String> messages) {
    this.config = config;
    this.directory = directory;
    this.state = state;
    this.delivery = delivery;
    this.messages = messages;
    state.files().forEach(file -> shipped.put(file.path(), file));
  }

  /**
   * Takes possession of the state, and looks for the broker and the topics.
   *
   * @param messages where to tell what the user should know, while it goes on
   * @throws ShipException if the state is in use or damaged, no broker answers, or a topic is not
   *     there
   */
  public static FileShipper open(Config config, Consumer<String> messages) throws ShipException {
    StateDirectory directory = StateDirectory.open(config.state);
    Delivery delivery = null;
    FileShipper shipper = null;
    try {
      ShipState state = directory.read();
      if (state == null) {
        state = ShipState.first();
      }
      delivery = new Delivery(config.connection, "vigil-ship-" + state.shipper());
      check(config);
      shipper = new FileShipper(config, directory, state, delivery, messages);
      return shipper;
    } finally {
      if (shipper == null) {
        if (delivery != null) {
          delivery.close();
        }
        release(directory);
      }
    }
  }

  private static void check(Config config) throws ShipException {
    try (KafkaTopics topics = KafkaTopics.of(config.connection)) {
      Set<String> missing = topics.missing(topics(config));
      if (!missing.isEmpty()) {
        throw ShipException.atStart(
            "--input: there is no Kafka topic "
                + String.join(", ", missing)
                + " at "
                + config.connection.bootstrapServers()
                + ": make it, or check the name");
      }
      for (String topic : topics(config)) {
        int most =
            Math.min(
                    topics.maxMessageBytes(topic).orElse(Integer.MAX_VALUE),
                    config.connection.maxRecordBytes())
                - ROOM_FOR_HEADERS;
        if (config.maxLineBytes > most) {
          throw ShipException.atStart(
              "--maxLineBytes="
                  + config.maxLineBytes
                  + " is more than fits into a record of topic "
                  + topic
                  + (most > 0
                      ? ": give " + most + " or less"
                      : ": raise max.message.bytes of the topic, and max.request.size"));
        }
      }
    } catch (KafkaTopics.UnusableException e) {
      throw ShipException.atStart(e.getMessage());
    }
  }

  private static Collection<String> topics(Config config) {
    return new TreeSet<>(config.routes.stream().map(FileRoute::topic).toList());
  }

  /**
   * Ships until it is told to stop, or, if that is all, what is there.
   *
   * @return how many records were shipped to each topic
   * @throws ShipException if it cannot go on
   */
  public Map<String, Long> run() throws ShipException {
    try {
      if (recover()) {
        shipUntilStopped();
      }
    } catch (IOException e) {
      throw ShipException.underWay(
          "a file cannot be read: check its permissions, and start again (" + e + ")");
    }
    return counts;
  }

  /** Makes {@link #run} return when the transaction that is under way is committed. */
  public void stop() {
    stop.countDown();
  }

  private boolean isStopped() {
    return stop.getCount() == 0;
  }

  /** Whether it was told to stop while it waited. */
  private boolean stoppedWithin(Duration pause) throws ShipException {
    try {
      return stop.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw ShipException.underWay("it was interrupted");
    }
  }

  private void shipUntilStopped() throws IOException, ShipException {
    while (!isStopped()) {
      try {
        look();
        Transaction done = shipTransaction();
        if (done == Transaction.NONE && config.once) {
          break;
        }
        if (done != Transaction.FULL && stoppedWithin(POLL)) {
          break;
        }
      } catch (KafkaException e) {
        if (!recoverFrom(e)) {
          return; // the broker does not answer: the topics know more than the state
        }
      }
    }
    write(true, state.ends());
  }

  /** Finds files, and lines that were added. */
  private void look() throws IOException {
    for (FileRoute route : config.routes) {
      for (String path : Storage.match(route.glob())) {
        if (!files.containsKey(path)) {
          open(path, route.topic());
        }
      }
    }
    for (ShippedFile file : files.values()) {
      file.records.look();
    }
  }

  private void open(String path, String topic) {
    FollowedFile file =
        new FollowedFile(
            shipped.getOrDefault(path, FollowedFile.Position.start(path)), config.maxLineBytes);
    files.put(
        path,
        new ShippedFile(
            new FileRecords(file, config.begin, config.patience, config.maxLineBytes), topic));
  }

  private Transaction shipTransaction() throws IOException, ShipException {
    long start = System.nanoTime();
    Map<String, Long> sent = new HashMap<>();
    int count = 0;
    boolean more = true;
    while (more && count < TRANSACTION_RECORDS && isWithin(start)) {
      more = false;
      for (String path : inTurn()) {
        ShippedFile file = files.get(path);
        int taken = send(file, Math.min(TURN, TRANSACTION_RECORDS - count));
        if (taken > 0) {
          count += taken;
          sent.merge(file.topic, (long) taken, Long::sum);
          more = true;
        }
        lastTurn = path;
        if (count == TRANSACTION_RECORDS) {
          break;
        }
      }
    }
    if (count == 0) {
      return Transaction.NONE;
    }
    for (ShippedFile file : files.values()) {
      if (file.last != null) {
        new ShippedUntil(state.shipper(), file.records.position()).addTo(file.last);
        delivery.send(file.last);
        file.last = null;
      }
    }
    delivery.commit();
    files.forEach((path, file) -> shipped.put(path, file.records.position()));
    sent.forEach((topic, number) -> counts.merge(topic, number, Long::sum));
    write(false, delivery.ends(topics(config), List.of()));
    return more ? Transaction.FULL : Transaction.ALL;
  }

  /** All files, from the one after the last that had its turn: none waits for ever. */
  private List<String> inTurn() {
    List<String> paths = new ArrayList<>(files.tailMap(lastTurn, false).keySet());
    paths.addAll(files.headMap(lastTurn, true).keySet());
    return paths;
  }

  private static boolean isWithin(long start) {
    return System.nanoTime() - start < TRANSACTION_TIME.toNanos();
  }

  /** Sends a file's next records, but for the last one; returns how many it took. */
  private int send(ShippedFile file, int most) throws IOException {
    for (int taken = 0; taken < most; taken++) {
      LogLine record = file.records.next(System.nanoTime(), config.once);
      if (record == null) {
        return taken;
      }
      if (file.last != null) {
        delivery.send(file.last);
      }
      file.last = LineRecord.of(record, file.topic, config.host);
    }
    return most;
  }

  private void write(boolean complete, Map<String, TreeMap<Integer, Long>> ends)
      throws ShipException {
    ShipState next = state.with(complete, ends, shipped);
    try {
      directory.write(next);
    } catch (IOException e) {
      throw ShipException.underWay("--state=" + config.state + " cannot be written: " + e);
    }
    state = next;
  }

  /** Ends what was under way, and finds out how far the files have been shipped. */
  private void begin() throws IOException, ShipException {
    for (ShippedFile file : files.values()) {
      file.records.close();
    }
    files.clear();
    delivery.begin();
    TreeMap<String, TreeMap<Integer, Long>> ends =
        delivery.ends(topics(config), state.ends().keySet());
    if (!state.complete()) {
      TreeSet<String> madeAnew = new TreeSet<>();
      delivery.read(
          state.ends(),
          ends,
          madeAnew::add,
          record -> {
            ShippedUntil told = ShippedUntil.of(record);
            if (told != null && told.shipper().equals(state.shipper())) {
              shipped.merge(told.file().path(), told.file(), FileShipper::farther);
            }
          });
      for (String topic : madeAnew) {
        messages.accept(
            "topic "
                + topic
                + " has fewer records than before, as if made anew: going on with the lines that"
                + " are not shipped yet; to ship all again, stop and remove "
                + config.state.resolve(StateDirectory.STATE));
      }
    }
    ends.keySet().retainAll(topics(config));
    write(false, ends);
    openKnownFiles();
  }

  private static FollowedFile.Position farther(
      FollowedFile.Position one, FollowedFile.Position other) {
    return other.total() >= one.total() ? other : one;
  }

  /** A file that was replaced may have more under its new name, also when none is at its path. */
  private void openKnownFiles() {
    for (String path : new ArrayList<>(shipped.keySet())) {
      config.routes.stream()
          .filter(route -> route.takes(Path.of(path)))
          .findFirst()
          .ifPresent(route -> open(path, route.topic()));
    }
  }

  /** Begins; false if it was told to stop before the broker answered. */
  private boolean recover() throws IOException, ShipException {
    try {
      begin();
      return true;
    } catch (KafkaException e) {
      return recoverFrom(e);
    }
  }

  private boolean recoverFrom(KafkaException failure) throws IOException, ShipException {
    KafkaException last = failure;
    for (Duration pause = FIRST_PAUSE; ; pause = longer(pause)) {
      try {
        refuse(last);
        delivery.giveUp();
        messages.accept(
            "the broker did not do what it was asked ("
                + name(last)
                + "): going back to what it has, and trying again in "
                + pause.toMillis()
                + " ms");
        if (stoppedWithin(pause)) {
          return false;
        }
        begin();
        messages.accept("the broker is back: going on");
        return true;
      } catch (KafkaException e) {
        last = e;
      }
    }
  }

  private static void refuse(KafkaException failure) throws ShipException {
    String refusal = Delivery.refusal(failure);
    if (refusal != null) {
      throw ShipException.underWay(refusal);
    }
  }

  private static String name(KafkaException failure) {
    Throwable cause = failure;
    while (cause.getClass() == KafkaException.class && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getClass().getSimpleName();
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }

  /** Gives all back: files, broker, state. */
  @Override
  public void close() throws IOException {
    for (ShippedFile file : files.values()) {
      file.records.close();
    }
    delivery.close();
    directory.close();
  }

  private static void release(StateDirectory directory) throws ShipException {
    try {
      directory.close();
    } catch (IOException e) {
      throw ShipException.atStart("the state cannot be unlocked: " + e);
    }
  }
}
