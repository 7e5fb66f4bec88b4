package dev.vigil.event;

import java.time.Instant;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The field sets that {@link SuspiciousLogins} and {@link Alert} share. */
public final class AlertFields {
  /** Goes into every alert id; a change of what alerts mean changes it. */
  private static final String SCHEMA = "1";

  private AlertFields() {}

  /**
   * ECS {@code event.*} of an alert.
   *
   * @param id see {@link #alertId}
   * @param start the time of the first event behind it
   * @param end the time of the last
   */
  public record Event(
      String id,
      String kind,
      List<String> category,
      List<String> type,
      Instant start,
      Instant end) {}

  /** ECS {@code source.*} of an alert; {@code ip} is null where the logs gave a name. */
  public record Source(String address, @Nullable String ip) {
    public static Source of(String address) {
      return new Source(address, IpAddress.canonical(address));
    }
  }

  /** A window of event time: from start, inclusive, to end, exclusive. */
  public record Window(Instant start, Instant end) {}

  /**
   * The deterministic id of an alert.
   *
   * @param rule the rule that it comes from; its id and version count
   * @param group the key within the rule, such as the source address
   * @param anchor the window's start, or the id of the event that completed it
   */
  public static String alertId(Ecs.Rule rule, String group, String anchor) {
    return Fingerprint.of(
        "alert", SCHEMA, String.valueOf(rule.id()), String.valueOf(rule.version()), group, anchor);
  }
}
