package dev.vigil.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * An Apache Kafka broker on loopback. It keeps every record for ever, creates no topic by itself,
 * and takes part in transactions.
 */
public final class LocalKafka implements AutoCloseable {
  private static final Duration LONGEST_START = Duration.ofMinutes(2);

  private final ServerProcess server;

  private LocalKafka(ServerProcess server) {
    this.server = server;
  }

  /** The same as {@link #start(Path, int)}, on any free port. */
  public static LocalKafka start(Path home) {
    return start(home, 0);
  }

  /**
   * Starts a broker and waits until clients can use it.
   *
   * @param home directory of all that it keeps: made if it is not there, found again if it is; for
   *     one broker at a time
   * @param port where clients reach it; 0 is any free one
   * @throws IllegalStateException if it does not start, or is not built; the message says why
   */
  public static LocalKafka start(Path home, int port) {
    return new LocalKafka(
        ServerProcess.start(
            new ServerCommand(
                "Kafka",
                NodeClassPath.of("kafka"),
                "dev.vigil.stack.kafka.KafkaNode",
                List.of(),
                List.of(home.toString(), Integer.toString(port))),
            LONGEST_START));
  }

  /** Host and port, as clients take them. */
  public String bootstrapServers() {
    return server.address();
  }

  /** The port alone: another start with it comes back at the same place. */
  public int port() {
    String address = server.address();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  /** The process, to see whether it lives and what it said. */
  public ServerProcess process() {
    return server;
  }

  /** Ends the broker at once, as a crash would. */
  public void kill() {
    server.kill();
  }

  /** Stops the broker in good order. */
  @Override
  public void close() {
    server.close();
  }
}
