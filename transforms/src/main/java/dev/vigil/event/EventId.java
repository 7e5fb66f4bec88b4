package dev.vigil.event;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The id of an event, as text only once somebody asks: of most events nobody ever does.
 *
 * @param text the id, or null where it follows from where the event stood
 * @param origin where the event stood, as far as its id depends on it; or null where the id is
 *     given
 */
public record EventId(@Nullable String text, @Nullable Provenance origin)
    implements Comparable<EventId> {

  public EventId {
    if ((text == null) == (origin == null)) {
      throw new IllegalArgumentException("an event has either an id, or a place to make it of");
    }
    origin = origin == null ? null : origin.identity();
  }

  /** An id that is given. */
  public static EventId of(String text) {
    return new EventId(text, null);
  }

  /** The id of what stands there: {@link Provenance#eventId}. */
  public static EventId of(Provenance origin) {
    return new EventId(null, origin);
  }

  @Override
  public int compareTo(EventId other) {
    return isAt(other.origin) ? 0 : toString().compareTo(other.toString());
  }

  private boolean isAt(@Nullable Provenance place) {
    return place != null && place.equals(origin);
  }

  /** Ids are equal if they are as text. */
  @Override
  public boolean equals(Object other) {
    return other instanceof EventId that && compareTo(that) == 0;
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** The id. */
  @Override
  public String toString() {
    return text != null ? text : origin.eventId();
  }
}
