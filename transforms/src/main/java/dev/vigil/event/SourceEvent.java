package dev.vigil.event;

import java.time.Instant;
import java.util.List;

/** Something that one source address did at one time. */
public sealed interface SourceEvent permits LoginAttempt, Intrusion {
  /** The event time. */
  Instant timestamp();

  /** The canonical IP address, or the name where the log names no address. */
  String source();

  /** The {@code event.id} of the event. */
  EventId eventId();

  /** The earliest of the times of events, of which there is at least one. */
  static Instant earliest(List<? extends SourceEvent> events) {
    Instant earliest = events.get(0).timestamp();
    for (SourceEvent event : events) {
      earliest = event.timestamp().isBefore(earliest) ? event.timestamp() : earliest;
    }
    return earliest;
  }
}
