package dev.vigil.stack;

import java.util.List;

/**
 * What to run as a server.
 *
 * @param name what people call the server, for messages
 * @param classPath of the server's JVM
 * @param mainClass the class to run; see {@link ServerProcess} for what it must do
 * @param jvmArguments options of the JVM. They come after, and so win over, those that every server
 *     gets: 512 MB of heap, the serial collector, the fast compiler alone
 * @param arguments for the main class
 */
public record ServerCommand(
    String name,
    String classPath,
    String mainClass,
    List<String> jvmArguments,
    List<String> arguments) {
  public ServerCommand {
    jvmArguments = List.copyOf(jvmArguments);
    arguments = List.copyOf(arguments);
  }
}
