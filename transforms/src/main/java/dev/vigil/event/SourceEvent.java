package dev.vigil.event;

import java.time.Instant;

/** Something that one source address did at one time. */
public sealed interface SourceEvent permits LoginAttempt, Intrusion {
  /** The event time. */
  Instant timestamp();

  /** The canonical IP address, or the name where the log names no address. */
  String source();

  /** The {@code event.id} of the event. */
  String eventId();
}
