package dev.vigil.event;

import java.time.Instant;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A record that Vigil writes: {@link EcsJson} gives its JSON form, its Beam schema the columns of a
 * table.
 */
public interface EcsDocument {
  /**
   * The document's identity, the same in every run: what is written twice under one id is one
   * document.
   */
  String id();

  /** Its event time; null only where a failure has none. */
  @Nullable Instant timestamp();

  /**
   * Of two documents with the same id, the one with the higher revision is the newer; null where a
   * document has no revisions, and is the same in every run.
   */
  default @Nullable Long revision() {
    return null;
  }

  /** The line that it was made of, where it was made of one. */
  default @Nullable Provenance provenance() {
    return null;
  }
}
