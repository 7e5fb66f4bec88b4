package dev.vigil.event;

import java.time.Instant;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A number of IDS alerts, summed up. The same for the same alerts, in whatever order they came.
 *
 * @param count how many
 * @param first the time of the first
 * @param last the time of the last
 * @param severity the highest severity, or null where none has one
 * @param distinctClassifications how many classes of attack; an estimate above 1,000
 * @param attackClassification the first of them in alphabetical order
 * @param distinctSignatures how many rules matched; an estimate above 1,000
 * @param signatures the first of their names in alphabetical order
 * @param evidence the ids of the first events, by time, then id
 * @param evidenceOmitted how many more events there are
 */
public record IntrusionFacts(
    long count,
    Instant first,
    Instant last,
    @Nullable String severity,
    long distinctClassifications,
    List<String> attackClassification,
    long distinctSignatures,
    List<String> signatures,
    List<String> evidence,
    long evidenceOmitted) {}
