package dev.vigil.event;

import java.time.Duration;
import java.time.Instant;

/**
 * An event that reached a detection too late to count in it. It is still among the events.
 *
 * @param timestamp its event time
 * @param event its id
 * @param rule the detection that it missed
 * @param vigil the window that it missed
 */
public record LateEvent(
    Instant timestamp, Event event, Rule rule, AlertFields.Source source, Details vigil)
    implements EcsDocument {

  /** One for each detection that the event missed. */
  @Override
  public String id() {
    return Fingerprint.of("late", event.id, rule.id);
  }

  /** The event is {@code id} among the events. */
  public record Event(String id, String kind) {}

  /** The detection. */
  public record Rule(String id) {}

  /** What ECS has no field for. */
  public record Details(AlertFields.Window window) {}

  public static LateEvent of(SourceEvent event, String ruleId, Instant windowStart, Duration size) {
    return new LateEvent(
        event.timestamp(),
        new Event(event.eventId().toString(), "event"),
        new Rule(ruleId),
        AlertFields.Source.of(event.source()),
        new Details(new AlertFields.Window(windowStart, windowStart.plus(size))));
  }
}
