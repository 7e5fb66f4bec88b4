package dev.vigil.event;

import java.time.Instant;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What detections need of an IDS or IPS alert.
 *
 * @param severity see {@link SecurityEvent.Extension#severity()}
 * @param classification see {@link SecurityEvent.Extension#attackClassification()}
 * @param signature the name of the rule that matched, or null
 */
public record Intrusion(
    Instant timestamp,
    String source,
    @Nullable String severity,
    @Nullable String classification,
    @Nullable String signature,
    EventId eventId)
    implements SourceEvent {}
