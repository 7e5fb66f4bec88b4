package dev.vigil.demo;

import dev.vigil.demo.Arguments.Option;
import dev.vigil.stack.LocalStack;
import dev.vigil.stack.LocalStack.Server;
import dev.vigil.stack.LocalStack.StackException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Starts the local stack, and runs until it is stopped (SIGINT, SIGTERM) or one of the servers
 * ends.
 *
 * <p>Exit code 1: a server did not start, or ended by itself; 2: the command line, or what it
 * names, is wrong. One message on standard error says which and why.
 */
public final class StackCommand {
  private static final List<Option> OPTIONS =
      List.of(
          new Option("home", "directory of all that is kept; vigil-stack by default"),
          new Option("fresh", "true to begin without what an earlier stack has kept"),
          new Option("flink", "true for a Flink cluster as well"));

  private StackCommand() {}

  /**
   * @param args see {@code --help}
   */
  public static void main(String[] args) throws InterruptedException {
    int code = run(args, System.out, System.err);
    if (code != 0) {
      System.exit(code);
    }
  }

  private static int run(String[] args, PrintStream out, PrintStream err)
      throws InterruptedException {
    if (Arguments.askForHelp(args)) {
      out.print(Arguments.help(OPTIONS));
      return 0;
    }
    try {
      Arguments arguments = Arguments.of(args, OPTIONS);
      Path home = Path.of(arguments.text("home", "vigil-stack"));
      Set<Server> servers = EnumSet.complementOf(EnumSet.of(Server.FLINK));
      if (arguments.flag("flink")) {
        servers.add(Server.FLINK);
      }
      if (arguments.flag("fresh")) {
        LocalStack.clear(home);
      }
      RunningStack stack = RunningStack.start(home, servers, out);
      out.print(stack.addresses());
      stack.await(err);
      return 1;
    } catch (UsageException e) {
      err.println("vigil: " + e.getMessage());
      return 2;
    } catch (StackException e) {
      err.println("vigil: " + e.getMessage());
      return e.isUsage() ? 2 : 1;
    }
  }
}
