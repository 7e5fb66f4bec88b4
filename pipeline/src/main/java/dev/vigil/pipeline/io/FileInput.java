package dev.vigil.pipeline.io;

import java.io.Serializable;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Files to read.
 *
 * @param glob a file, or a pattern in the syntax of Beam's file systems
 * @param format the name of the format of every line in them, or null to recognise it line by line
 */
public record FileInput(String glob, @Nullable String format) implements Serializable {

  /**
   * Reads {@code GLOB} or {@code GLOB=FORMAT}. What follows the last equals sign is a format only
   * if it is the name of one: file names may hold equals signs, too.
   */
  public static FileInput parse(String text, List<String> formats) {
    int equals = text.lastIndexOf('=');
    if (equals > 0 && formats.contains(text.substring(equals + 1))) {
      return new FileInput(text.substring(0, equals), text.substring(equals + 1));
    }
    return new FileInput(text, null);
  }
}
