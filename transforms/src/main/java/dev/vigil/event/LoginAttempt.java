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
    EventId eventId)
    implements SourceEvent {}
