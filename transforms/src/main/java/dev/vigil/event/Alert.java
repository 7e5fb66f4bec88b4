package dev.vigil.event;

import java.time.Instant;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * An address that both attacks, as an IDS saw it, and logs in.
 *
 * @param timestamp the end of the window, or the time of the event that completed the pair: no
 *     later event moves it
 */
public record Alert(
    Instant timestamp,
    AlertFields.Event event,
    Ecs.Rule rule,
    AlertFields.Source source,
    Details vigil)
    implements EcsDocument {

  @Override
  public String id() {
    return event.id();
  }

  @Override
  public Long revision() {
    return vigil.revision();
  }

  /**
   * What ECS has no field for.
   *
   * @param revision of two alerts with the same id, the one with the higher revision is the newer
   * @param window the window in which both sides fell, for an alert of a window
   * @param episode how far the episode has come, for an alert across windows
   * @param logins the login side
   * @param ids the IDS side
   */
  public record Details(
      long revision,
      AlertFields.@Nullable Window window,
      @Nullable Episode episode,
      LoginFacts logins,
      IntrusionFacts ids) {}

  /**
   * A span of time in which pairs of a login and an IDS event kept coming.
   *
   * @param state {@code open} in the alert that goes out at once, {@code closed} in its final
   *     revision
   * @param anchor the id of the event that completed the first pair
   * @param lastPair when the last pair was completed, in whole seconds
   */
  public record Episode(String state, String anchor, Instant lastPair) {}
}
