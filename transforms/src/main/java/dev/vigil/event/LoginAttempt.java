package dev.vigil.event;

import java.time.Instant;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What detections need of a login attempt.
 *
 * @param user who tried to log in, or null where the log does not say
 * @param failed whether it is known to have failed
 * @param attempts how many attempts this stands for; one, but for lines that say they are repeated
 */
public record LoginAttempt(
    Instant timestamp,
    String source,
    @Nullable String user,
    boolean failed,
    long attempts,
    String eventId)
    implements SourceEvent {

  /**
   * The attempt that an event is: in ECS, an event of category {@code authentication} and type
   * {@code start}, whatever its outcome.
   *
   * @return null if the event is no login attempt, or names no source
   */
  public static @Nullable LoginAttempt of(SecurityEvent event) {
    Ecs.Event ecs = event.event();
    if (event.source() == null
        || event.source().address() == null
        || !ecs.category().contains("authentication")
        || !ecs.type().contains("start")) {
      return null;
    }
    Long attempts = event.vigil() == null ? null : event.vigil().loginAttempts();
    return new LoginAttempt(
        event.timestamp(),
        event.source().address(),
        event.user() == null ? null : event.user().name(),
        "failure".equals(ecs.outcome()),
        attempts == null ? 1 : attempts,
        ecs.id());
  }
}
