package dev.vigil.demo;

import dev.vigil.demo.DemoOptions.Deployment;
import dev.vigil.stack.LocalStack;
import dev.vigil.stack.LocalStack.Server;
import dev.vigil.stack.LocalStack.StackException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;

/**
 * Logs with labelled attacks through a whole deployment, and which of the attacks were found.
 *
 * <p>Exit code 0: every attack that a rule is made for was found; 1: one was not, or a program
 * failed; 2: the command line, or what it names, is wrong, and one line on standard error says what
 * and how to put it right.
 */
public final class Demo {
  private static final int OK = 0;
  private static final int MISSED = 1;
  private static final int USAGE = 2;

  private Demo() {}

  /**
   * @param args see {@code --help}
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    System.exit(run(args, InstantSource.system(), System.out, System.err));
  }

  /** The same, as a part of a program that started what is deployed; returns the exit code. */
  public static int run(String[] args, InstantSource clock, PrintStream out, PrintStream err)
      throws IOException, InterruptedException {
    if (Arguments.askForHelp(args)) {
      out.print(Arguments.help(DemoOptions.OPTIONS));
      return OK;
    }
    try {
      DemoOptions options = DemoOptions.of(args, clock.instant());
      return options.deployment() == null
          ? runOnOwnStack(options, clock, out, err)
          : run(options, options.deployment(), clock, out);
    } catch (UsageException e) {
      err.println("vigil-demo: " + e.getMessage());
      return USAGE;
    } catch (ChildProcess.FailedException e) {
      err.println("vigil-demo: " + e.getMessage());
      return MISSED;
    } catch (StackException e) {
      err.println("vigil-demo: " + e.getMessage());
      return e.isUsage() ? USAGE : MISSED;
    }
  }

  private static int run(
      DemoOptions options, Deployment deployment, InstantSource clock, PrintStream out)
      throws IOException, InterruptedException, UsageException, ChildProcess.FailedException {
    return new DemoRun(options, deployment, clock, out).run().allFound() ? OK : MISSED;
  }

  /** On servers that have nothing of an earlier run. */
  private static int runOnOwnStack(
      DemoOptions options, InstantSource clock, PrintStream out, PrintStream err)
      throws IOException, InterruptedException, UsageException, ChildProcess.FailedException {
    Path home = options.directory().resolve(DemoRun.STACK);
    LocalStack.clear(home);
    Set<Server> servers = EnumSet.complementOf(EnumSet.of(Server.FLINK));
    RunningStack stack = RunningStack.start(home, servers, out);
    Deployment deployment =
        new Deployment(
            stack.servers().kafka().bootstrapServers(),
            stack.servers().search().url(),
            stack.servers().warehouse());
    int code = run(options, deployment, clock, out);
    if (options.stays()) {
      out.print(stack.addresses());
      stack.await(err);
    }
    return code;
  }
}
