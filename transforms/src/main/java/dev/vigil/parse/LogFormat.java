package dev.vigil.parse;

import dev.vigil.event.SecurityEventBuilder;
import java.io.Serializable;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One log format. Stateless, and pure: what comes out depends on the line and its {@link
 * LineContext} alone.
 *
 * <p>No two formats may take the same line: which format is tried first must not matter.
 */
public interface LogFormat extends Serializable {
  /** The name users give to choose this format, and the {@code event.dataset} of its events. */
  String name();

  /**
   * Reads a line.
   *
   * @return what the line says, or null if the line is not of this format
   * @throws MalformedLine if the line is of this format, and no other, but cannot be read
   */
  @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine;
}
