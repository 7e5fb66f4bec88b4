package dev.vigil.event;

import java.time.Instant;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One log line, understood: the event model of Vigil, in the terms of {@link Ecs}. Made with {@link
 * SecurityEventBuilder}.
 *
 * @param timestamp when it happened, as the record itself says ({@code @timestamp}), in whole
 *     microseconds: finer fractions are cut off. Beam's event time is its millisecond
 * @param vigil what ECS has no field for
 */
public record SecurityEvent(
    Instant timestamp,
    Ecs.Event event,
    Ecs.@Nullable Endpoint source,
    Ecs.@Nullable Endpoint destination,
    Ecs.@Nullable User user,
    Ecs.@Nullable Host host,
    Ecs.@Nullable Process process,
    Ecs.@Nullable Network network,
    Ecs.@Nullable Observer observer,
    Ecs.@Nullable Http http,
    Ecs.@Nullable Url url,
    Ecs.@Nullable UserAgent userAgent,
    Ecs.@Nullable Rule rule,
    Ecs.@Nullable Related related,
    Ecs.@Nullable Log log,
    Ecs.@Nullable Kafka kafka,
    @Nullable String message,
    @Nullable Map<String, String> labels,
    @Nullable Extension vigil)
    implements EcsDocument {

  @Override
  public String id() {
    return event.id();
  }

  @Override
  public Provenance provenance() {
    return new Provenance(
        log == null ? null : log.file().path(), log == null ? null : log.offset(), kafka);
  }

  /**
   * What ECS has no field for.
   *
   * @param severity the severity of an IDS event in words: the source's own, or for a source that
   *     counts from 1, the worst, {@code high}, {@code medium}, {@code low}, {@code informational}
   * @param attackClassification the class of attack that an IDS event names, in its own words
   * @param loginAttempts how many attempts the line stands for, where it is not one
   */
  public record Extension(
      @Nullable String severity,
      @Nullable String attackClassification,
      @Nullable Long loginAttempts) {}
}
