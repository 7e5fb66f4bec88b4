package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A program that has run, and what it said. */
public record ProgramRun(int code, String out, String err) {

  /** A program's main method, but that it may say where it prints. */
  interface Program {
    int run(String[] arguments, PrintStream out, PrintStream err);
  }

  /** The main job. */
  public static ProgramRun ofVigil(String... arguments) {
    return of(CommandLine::run, arguments);
  }

  /** The shipper. */
  static ProgramRun ofShipLogs(String... arguments) {
    return of((args, out, err) -> new ShipLogs(out, err).run(args), arguments);
  }

  private static ProgramRun of(Program program, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        program.run(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new ProgramRun(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** It has ended well, and had nothing to complain of. */
  public ProgramRun assertDone() {
    assertThat(err).isEmpty();
    assertThat(code).isZero();
    return this;
  }

  /** It has said one line, and done nothing. */
  void assertRefused(String message) {
    assertThat(this).isEqualTo(new ProgramRun(2, "", "vigil: " + message + System.lineSeparator()));
  }
}
