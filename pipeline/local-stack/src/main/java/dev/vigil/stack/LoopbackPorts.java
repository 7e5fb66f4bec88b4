package dev.vigil.stack;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that cannot be asked which port the system gave them.
 *
 * <p>All of them are below those that systems give to outgoing connections. From among those,
 * another program's connection could take the port before the server does; and a client that knocks
 * at a stopped server's port could be given that very port, connect to itself, and keep the server
 * from coming back.
 */
public final class LoopbackPorts {
  private static final int FIRST = 20_000;
  private static final int END = 32_000;
  private static final int ATTEMPTS = 1_000;

  private LoopbackPorts() {}

  /** A port that nobody listens on now. */
  public static int free() throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      // At random, so that servers that start at the same time do not choose the same.
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IOException("no free port from " + FIRST + " to " + (END - 1));
  }

  /** Whether nobody listens on a port now. */
  static boolean isFree(int port) throws IOException {
    try {
      new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1")).close();
      return true;
    } catch (BindException e) {
      return false;
    }
  }
}
