package dev.vigil.stack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the main methods of all servers do. Arguments: {@code HOME [PORT]}. What a server keeps lies
 * under HOME and is found again by the next start; a port of 0, or none, is any free one. It prints
 * {@code READY address} on standard output once clients can use it, warnings on standard error, and
 * stops when standard input ends: so it never outlives the process that started it, however that
 * one ends.
 */
public final class NodeMain {
  private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

  private NodeMain() {}

  /** Starts a server in this JVM, with a shutdown hook that stops it. */
  public interface Node {
    /**
     * Returns when clients can use it.
     *
     * @param home an existing directory
     * @param port where clients reach it, on loopback
     * @return the address, as clients take it
     */
    String start(Path home, int port) throws Exception;
  }

  /** See the class. Exits with 0 when it was told to stop, 1 if it cannot run, 2 if misused. */
  public static void run(String[] args, Node node) {
    if (args.length < 1 || args.length > 2) {
      System.err.println("arguments: HOME [PORT]");
      System.exit(2);
    }
    // First of all: whoever waits for us may end while we start.
    stopAtEndOf(System.in);
    try {
      Path home = Files.createDirectories(Path.of(args[0]).toAbsolutePath());
      int port = args.length == 2 ? Integer.parseInt(args[1]) : 0;
      System.out.println("READY " + node.start(home, port == 0 ? LoopbackPorts.free() : port));
    } catch (Throwable e) {
      // Threads of a half started server would keep the JVM alive.
      e.printStackTrace();
      System.exit(1);
    }
  }

  /** By a thread that also keeps the JVM alive: all of a server's own may be daemons. */
  private static void stopAtEndOf(InputStream in) {
    new Thread(
            () -> {
              try {
                while (in.read() >= 0) {
                  // What is said does not matter.
                }
              } catch (IOException e) {
                // Whoever held the other end is gone: as good as the end.
              }
              haltWhenStoppingTakesTooLong();
              System.exit(0);
            },
            "end of input")
        .start();
  }

  /** Nobody is left who could end a server that hangs while it stops. */
  private static void haltWhenStoppingTakesTooLong() {
    Thread thread =
        new Thread(
            () -> {
              try {
                Thread.sleep(LONGEST_STOP.toMillis());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(1);
            },
            "last resort");
    thread.setDaemon(true);
    thread.start();
  }
}
