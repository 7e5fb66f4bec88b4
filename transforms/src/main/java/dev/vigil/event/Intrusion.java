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
    String eventId)
    implements SourceEvent {

  /**
   * The intrusion that an event reports: in ECS, an event of kind {@code alert} and category {@code
   * intrusion_detection}.
   *
   * @return null if the event is none, or names no source
   */
  public static @Nullable Intrusion of(SecurityEvent event) {
    if (event.source() == null
        || event.source().address() == null
        || !event.event().kind().equals("alert")
        || !event.event().category().contains("intrusion_detection")) {
      return null;
    }
    SecurityEvent.Extension vigil = event.vigil();
    return new Intrusion(
        event.timestamp(),
        event.source().address(),
        vigil == null ? null : vigil.severity(),
        vigil == null ? null : vigil.attackClassification(),
        event.rule() == null ? null : event.rule().name(),
        event.event().id());
  }
}
