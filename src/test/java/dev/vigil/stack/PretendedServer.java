package dev.vigil.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Stands in for a server that may behave badly: its argument says how. */
final class PretendedServer {
  private PretendedServer() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "good" -> {
        System.out.println("before");
        System.out.println("READY here, there");
        System.out.println("after");
        System.err.println("warning");
        while (System.in.read() >= 0) {}
        System.err.println("goodbye");
      }
      case "talkative" -> {
        for (int i = 0; i < 20_000; i++) {
          System.err.println("line " + i);
        }
        System.out.println("READY");
        System.out.println("READY talkative");
        while (System.in.read() >= 0) {}
      }
      case "failing" -> {
        System.err.println("the disk is full");
        System.exit(3);
      }
      case "slow" -> {
        System.out.println("one moment");
        Thread.sleep(600_000);
      }
      case "mute" -> {
        System.out.close();
        System.err.close();
        Thread.sleep(600_000);
      }
      case "parent" -> {
        ServerProcess child = start("good", Duration.ofMinutes(1));
        System.out.println("READY " + child.pid());
        Thread.sleep(600_000);
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /** One of them, in a process of its own. */
  static ServerProcess start(String behaviour, Duration timeout) {
    return ServerProcess.start(
        new ServerCommand(
            "The " + behaviour + " one",
            classPath(PretendedServer.class)
                + System.getProperty("path.separator")
                + classPath(ServerProcess.class),
            PretendedServer.class.getName(),
            List.of("-Xmx32m"),
            List.of(behaviour)),
        timeout);
  }

  private static String classPath(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
