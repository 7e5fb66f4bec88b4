package dev.vigil.demo;

import java.io.IOException;

/** A place to which Vigil wrote its results, from which they are read back. */
interface Sink {
  /** What it is, for people. */
  String name();

  Findings read(Period period) throws IOException, InterruptedException;
}
