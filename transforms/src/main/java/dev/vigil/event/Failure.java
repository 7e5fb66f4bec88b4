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
 * @param stage the step that refused it, such as {@code parse} or {@code write to Kafka}
 * @param reason why, in words that are the same for every record refused for the same reason
 * @param detail what was wrong with this very record, or null; no more than its beginning if it is
 *     longer than 1,000 characters
 * @param raw the record as it came in; cut at the reader's limit if it was longer
 * @param provenance where it came from, or null for a record that was made of many
 * @param refused the id of the record, if it was one of Vigil's own that a sink refused
 * @param rawLength the record's length in bytes, if {@code raw} is only its beginning; else null
 */
public record Failure(
    @Nullable Instant timestamp,
    String stage,
    String reason,
    @Nullable String detail,
    byte[] raw,
    @Nullable Provenance provenance,
    @Nullable String refused,
    @Nullable Long rawLength) {

  /** Enough to see what is wrong; the raw record is there, too. */
  private static final int MAX_DETAIL = 1_000;

  public Failure {
    if (detail != null && detail.length() > MAX_DETAIL) {
      detail = detail.substring(0, MAX_DETAIL) + " …";
    }
  }

  /** Of a line, which is all there. */
  public Failure(
      @Nullable Instant timestamp,
      String stage,
      String reason,
      @Nullable String detail,
      byte[] raw,
      Provenance provenance) {
    this(timestamp, stage, reason, detail, raw, provenance, null, null);
  }

  /** Of a record that a sink does not take. */
  public static <T extends Record & EcsDocument> Failure refused(
      T record, String stage, String reason, @Nullable String detail) {
    return new Failure(
        record.timestamp(),
        stage,
        reason,
        detail,
        EcsJson.of(record).getBytes(StandardCharsets.UTF_8),
        record.provenance(),
        record.id(),
        null);
  }

  /** The same with no more than the beginning of the raw record, for a sink that takes no more. */
  public Failure withRawCutTo(int bytes) {
    if (raw.length <= bytes) {
      return this;
    }
    int end = bytes;
    while (end > 0 && (raw[end] & 0xC0) == 0x80) {
      end--; // not within a character of UTF-8
    }
    return new Failure(
        timestamp,
        stage,
        reason,
        detail,
        Arrays.copyOf(raw, end),
        provenance,
        refused,
        rawLength == null ? (long) raw.length : rawLength);
  }

  /** The id that the event would have had; for a record that was refused, one for each stage. */
  public String id() {
    return refused != null
        ? Fingerprint.of("refused", stage, refused)
        : Objects.requireNonNull(provenance).eventId();
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
        provenance == null ? null : provenance.log(),
        provenance == null ? null : provenance.kafka(),
        new Stage(stage, base64, rawLength));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Failure that
        && Objects.equals(timestamp, that.timestamp)
        && stage.equals(that.stage)
        && reason.equals(that.reason)
        && Objects.equals(detail, that.detail)
        && Arrays.equals(raw, that.raw)
        && Objects.equals(provenance, that.provenance)
        && Objects.equals(refused, that.refused)
        && Objects.equals(rawLength, that.rawLength);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        timestamp, stage, reason, detail, Arrays.hashCode(raw), provenance, refused, rawLength);
  }

  /** The ECS form of a failure; see {@link #document()}. */
  public record Document(
      @Nullable Instant timestamp,
      ErrorEvent event,
      Error error,
      Ecs.@Nullable Log log,
      Ecs.@Nullable Kafka kafka,
      Stage vigil)
      implements EcsDocument {
    @Override
    public String id() {
      return event.id;
    }
  }

  /** ECS {@code event.*} of a failure. */
  public record ErrorEvent(String id, String kind, @Nullable String original) {}

  /** ECS {@code error.*}. */
  public record Error(String type, String message) {}

  /**
   * What ECS has no field for.
   *
   * @param rawLength the raw record's length in bytes, if only its beginning is here
   */
  public record Stage(String stage, @Nullable String rawBase64, @Nullable Long rawLength) {}
}
