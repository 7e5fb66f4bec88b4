package dev.vigil.event;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A record that could not go on, with all that is needed to see why, and to try it again.
 *
 * @param timestamp the record's event time, or null where it is not known: never the current time
 * @param stage the step that refused it, such as {@code parse}
 * @param reason why, in words that are the same for every record refused for the same reason
 * @param detail what was wrong with this very record, or null
 * @param raw the record as it came in; cut at the reader's limit if it was longer
 * @param provenance where it came from
 */
public record Failure(
    @Nullable Instant timestamp,
    String stage,
    String reason,
    @Nullable String detail,
    byte[] raw,
    Provenance provenance) {

  /** The id that the event would have had. */
  public String id() {
    return provenance.eventId();
  }

  /**
   * The failure as an ECS document: {@code event.kind} is {@code pipeline_error}, {@code
   * error.type} the reason, {@code error.message} reason and detail, {@code event.original} the raw
   * record, or {@code vigil.raw_base64} where it is not UTF-8.
   */
  public Document document() {
    String original = null;
    String base64 = null;
    try {
      original = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (CharacterCodingException e) {
      base64 = Base64.getEncoder().encodeToString(raw);
    }
    return new Document(
        timestamp,
        new ErrorEvent(id(), "pipeline_error", original),
        new Error(reason, detail == null ? reason : reason + ": " + detail),
        provenance.log(),
        provenance.kafka(),
        new Stage(stage, base64));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Failure that
        && Objects.equals(timestamp, that.timestamp)
        && stage.equals(that.stage)
        && reason.equals(that.reason)
        && Objects.equals(detail, that.detail)
        && Arrays.equals(raw, that.raw)
        && provenance.equals(that.provenance);
  }

  @Override
  public int hashCode() {
    return Objects.hash(timestamp, stage, reason, detail, Arrays.hashCode(raw), provenance);
  }

  /** The ECS form of a failure; see {@link #document()}. */
  public record Document(
      @Nullable Instant timestamp,
      ErrorEvent event,
      Error error,
      Ecs.@Nullable Log log,
      Ecs.@Nullable Kafka kafka,
      Stage vigil) {}

  /** ECS {@code event.*} of a failure. */
  public record ErrorEvent(String id, String kind, @Nullable String original) {}

  /** ECS {@code error.*}. */
  public record Error(String type, String message) {}

  /** What ECS has no field for. */
  public record Stage(String stage, @Nullable String rawBase64) {}
}
