package dev.vigil.detect;

import dev.vigil.event.Alert;
import dev.vigil.event.Ecs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What is remembered of one source, in bounded space: the decisions behind {@link
 * CorrelateAttacksWithLogins}, without Beam. Immutable; each step gives the next history and the
 * alerts that are due.
 *
 * <p>Time goes in whole seconds here: two events are within the memory time if their seconds are.
 * The events of one second come in together, as a {@link Second}; within it they are in the order
 * of {@link Evidence}.
 *
 * <p>A <em>pair</em> is completed by an event when one of the other side came before it, within the
 * memory time. The first pair opens an <em>episode</em>; the episode takes in whatever has come of
 * either side since a pair was last completed, as does every later pair. What is waiting to be
 * taken in is a run of events of one side with no gap longer than the memory time; after such a gap
 * the run begins anew.
 *
 * @param lastLogin the second of the last login, or null
 * @param lastIntrusion the second of the last IDS event, or null
 * @param waitingLogins logins not yet in an episode
 * @param waitingIntrusions IDS events not yet in an episode
 * @param episode the open episode, or null
 */
record SourceHistory(
    @Nullable Instant lastLogin,
    @Nullable Instant lastIntrusion,
    @Nullable LoginSummary waitingLogins,
    @Nullable IntrusionSummary waitingIntrusions,
    @Nullable Episode episode) {

  static final Duration SECOND = Duration.ofSeconds(1);

  static final SourceHistory EMPTY = new SourceHistory(null, null, null, null, null);

  /**
   * An open episode.
   *
   * @param anchor the event that completed the first pair
   * @param lastPair the second in which a pair was last completed
   */
  record Episode(
      Evidence anchor, Instant lastPair, LoginSummary logins, IntrusionSummary intrusions) {}

  /**
   * The events of a source in one second; at least one side is there.
   *
   * @param start the second
   */
  record Second(
      Instant start, @Nullable LoginSummary logins, @Nullable IntrusionSummary intrusions) {

    Second plus(Second other, int maxEvidence) {
      return new Second(
          start,
          sum(maxEvidence, logins, other.logins),
          sum(maxEvidence, intrusions, other.intrusions));
    }
  }

  /** The fixed parts of the rule. */
  record Terms(Ecs.Rule rule, String source, Duration memory, int shown) {}

  /** A history, and the alerts on the way to it. */
  record Step(SourceHistory history, List<Alert> alerts) {}

  /** Takes in the next second. One that is before the last counts as if it were the last. */
  Step take(Second second, Terms terms) {
    Instant now = latest(second.start, latest(lastLogin, lastIntrusion));
    Step closing = advance(now, terms);
    List<Alert> alerts = new ArrayList<>(closing.alerts);
    SourceHistory before = closing.history;

    boolean loginIsNear = near(before.lastLogin, now, terms.memory);
    boolean intrusionIsNear = near(before.lastIntrusion, now, terms.memory);
    Evidence completing = completing(second, loginIsNear, intrusionIsNear);

    LoginSummary logins = before.waitingLogins;
    if (second.logins != null) {
      logins = sum(terms.shown, loginIsNear ? logins : null, second.logins);
    }
    IntrusionSummary intrusions = before.waitingIntrusions;
    if (second.intrusions != null) {
      intrusions = sum(terms.shown, intrusionIsNear ? intrusions : null, second.intrusions);
    }

    Episode episode = before.episode;
    if (completing != null) {
      if (episode == null) {
        episode = new Episode(completing, now, logins, intrusions);
        alerts.add(Alerts.ofEpisode(episode, "open", 1, terms));
      } else {
        episode =
            new Episode(
                episode.anchor,
                now,
                sum(terms.shown, episode.logins, logins),
                sum(terms.shown, episode.intrusions, intrusions));
      }
      logins = null;
      intrusions = null;
    }
    return new Step(
        new SourceHistory(
            second.logins == null ? before.lastLogin : now,
            second.intrusions == null ? before.lastIntrusion : now,
            logins,
            intrusions,
            episode),
        alerts);
  }

  /** Lets time pass to a second in which nothing has happened yet. */
  Step advance(Instant now, Terms terms) {
    if (episode == null || near(episode.lastPair, now, terms.memory)) {
      return new Step(this, List.of());
    }
    return new Step(
        new SourceHistory(lastLogin, lastIntrusion, waitingLogins, waitingIntrusions, null),
        List.of(Alerts.ofEpisode(episode, "closed", 2, terms)));
  }

  /** The first second in which {@link #advance} has something to do, or nothing is remembered. */
  Instant nextChange(Duration memory) {
    Instant last = episode != null ? episode.lastPair : latest(lastLogin, lastIntrusion);
    return last.plus(memory).plus(SECOND);
  }

  /** Whether nothing that happens from now on can have to do with what is remembered. */
  boolean isForgotten(Instant now, Duration memory) {
    return episode == null && !near(lastLogin, now, memory) && !near(lastIntrusion, now, memory);
  }

  private static @Nullable Instant latest(@Nullable Instant a, @Nullable Instant b) {
    return a == null || b != null && b.isAfter(a) ? b : a;
  }

  private static boolean near(@Nullable Instant before, Instant now, Duration memory) {
    return before != null && !now.isAfter(before.plus(memory));
  }

  /** The first event of a second that has one of the other side before it, or null. */
  private static @Nullable Evidence completing(
      Second second, boolean loginIsNear, boolean intrusionIsNear) {
    Evidence login = second.logins == null ? null : second.logins.evidence().get(0);
    Evidence intrusion = second.intrusions == null ? null : second.intrusions.evidence().get(0);
    if (login != null && intrusion != null) {
      boolean loginFirst = login.compareTo(intrusion) < 0;
      if (loginFirst) {
        return intrusionIsNear ? login : intrusion;
      }
      return loginIsNear ? intrusion : login;
    }
    if (login != null) {
      return intrusionIsNear ? login : null;
    }
    return loginIsNear ? intrusion : null;
  }

  private static @Nullable LoginSummary sum(
      int maxEvidence, @Nullable LoginSummary a, @Nullable LoginSummary b) {
    return a == null || b == null
        ? (a == null ? b : a)
        : new LoginSummary.Sum(maxEvidence).addSummary(a).addSummary(b).summary();
  }

  private static @Nullable IntrusionSummary sum(
      int maxEvidence, @Nullable IntrusionSummary a, @Nullable IntrusionSummary b) {
    return a == null || b == null
        ? (a == null ? b : a)
        : new IntrusionSummary.Sum(maxEvidence).addSummary(a).addSummary(b).summary();
  }
}
