package dev.vigil.event;

import java.time.Instant;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Too many login attempts of one source in one window.
 *
 * @param timestamp the window's end, which no late attempt can move
 * @param source the source, where attempts are counted by source
 */
public record SuspiciousLogins(
    Instant timestamp,
    AlertFields.Event event,
    Ecs.Rule rule,
    AlertFields.@Nullable Source source,
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
   * @param revision grows with every revision of the same record (it is the number of attempts): of
   *     two records with the same id, the one with the higher revision is the newer
   * @param group what the attempts were counted by
   * @param window where they were counted
   * @param logins the attempts
   */
  public record Details(long revision, Group group, AlertFields.Window window, LoginFacts logins) {}

  /** The field that attempts are counted by, and its value. */
  public record Group(String field, String value) {}
}
