package dev.vigil.event;

import java.time.Instant;
import java.util.List;

/**
 * A number of login attempts, summed up. The same for the same attempts, in whatever order they
 * came.
 *
 * @param attempts how many, whatever their outcome
 * @param failed how many of them are known to have failed
 * @param first the time of the first
 * @param last the time of the last
 * @param distinctUsers how many user names were tried
 * @param distinctUsersEstimated whether that number is an estimate: above 1,000 it is
 * @param users the first names in alphabetical order
 * @param evidence the ids of the first events, by time, then id
 * @param evidenceOmitted how many more events there are
 */
public record LoginFacts(
    long attempts,
    long failed,
    Instant first,
    Instant last,
    long distinctUsers,
    boolean distinctUsersEstimated,
    List<String> users,
    List<String> evidence,
    long evidenceOmitted) {}
