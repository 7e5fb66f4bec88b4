package dev.vigil.parse;

import dev.vigil.event.Failure;
import dev.vigil.event.SecurityEvent;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What became of a line: exactly one of the two.
 *
 * @param event the event, or null
 * @param failure why there is none, or null
 */
public record ParseResult(@Nullable SecurityEvent event, @Nullable Failure failure) {}
