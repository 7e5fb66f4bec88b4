package dev.vigil.pipeline.io;

import java.nio.file.Path;

/**
 * Which files go to which topic.
 *
 * @param glob a file of this machine, or a pattern in the syntax of Beam's file systems
 * @param topic the Kafka topic for every line in them
 */
public record FileRoute(String glob, String topic) {

  /** Whether a file, by its full name, is one of them; it need not be there. */
  public boolean takes(Path file) {
    return Storage.wouldMatch(glob, file);
  }
}
