package dev.vigil.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.time.InstantSource;

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
   * @param args {@code --broker=HOST:PORT}, and what {@link DemoOptions} and {@link
   *     GenerationOptions} name
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
      return new DemoRun(options, clock, out).run().allFound() ? OK : MISSED;
    } catch (UsageException e) {
      err.println("vigil-demo: " + e.getMessage());
      return USAGE;
    } catch (ChildProcess.FailedException e) {
      err.println("vigil-demo: " + e.getMessage());
      return MISSED;
    }
  }
}
