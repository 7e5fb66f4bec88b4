package dev.vigil.detect;

import dev.vigil.event.LoginAttempt;
import dev.vigil.event.LoginFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Any number of login attempts in bounded space. It depends on the attempts alone, not on their
 * order or on how parts were merged. An event that comes twice counts twice.
 *
 * @param events how many events the attempts were in
 * @param evidence the first events
 */
public record LoginSummary(
    long events,
    long attempts,
    long failed,
    Instant first,
    Instant last,
    NameSample users,
    List<Evidence> evidence) {

  /** What an alert says of it, with at most {@code shown} names and event ids. */
  LoginFacts facts(int shown) {
    List<Evidence> firstEvents = evidence.subList(0, Math.min(shown, evidence.size()));
    return new LoginFacts(
        attempts,
        failed,
        first,
        last,
        users.distinct(),
        users.isEstimated(),
        users.first(shown),
        Evidence.ids(firstEvents),
        events - firstEvents.size());
  }

  /** Sums up attempts, and summaries of attempts. */
  static final class Sum implements Tally<LoginAttempt, LoginSummary> {
    private final int maxEvidence;
    private long events;
    private long attempts;
    private long failed;
    private @Nullable Instant first;
    private @Nullable Instant last;
    private final NameSample.Tally users = new NameSample.Tally();
    private final List<Evidence> evidence = new ArrayList<>(2);

    /**
     * @param maxEvidence how many events to keep
     */
    Sum(int maxEvidence) {
      this.maxEvidence = maxEvidence;
    }

    /** Back to nothing. */
    void clear() {
      events = 0;
      attempts = 0;
      failed = 0;
      first = null;
      last = null;
      users.clear();
      evidence.clear();
    }

    long events() {
      return events;
    }

    long attempts() {
      return attempts;
    }

    long failed() {
      return failed;
    }

    Instant first() {
      return first;
    }

    Instant last() {
      return last;
    }

    NameSample.Tally users() {
      return users;
    }

    List<Evidence> evidence() {
      return evidence;
    }

    @Override
    public Sum add(LoginAttempt login) {
      events++;
      attempts += login.attempts();
      failed += login.failed() ? login.attempts() : 0;
      span(login.timestamp(), login.timestamp());
      if (login.user() != null) {
        users.add(login.user());
      }
      Evidence.add(evidence, new Evidence(login.timestamp(), login.eventId()), maxEvidence);
      return this;
    }

    @Override
    public Sum addSummary(@Nullable LoginSummary other) {
      if (other != null) {
        events += other.events;
        attempts += other.attempts;
        failed += other.failed;
        span(other.first, other.last);
        users.add(other.users);
        other.evidence.forEach(e -> Evidence.add(evidence, e, maxEvidence));
      }
      return this;
    }

    @Override
    public @Nullable LoginSummary summary() {
      return events == 0
          ? null
          : new LoginSummary(
              events, attempts, failed, first, last, users.sample(), List.copyOf(evidence));
    }

    private void span(Instant from, Instant to) {
      first = first == null || from.isBefore(first) ? from : first;
      last = last == null || to.isAfter(last) ? to : last;
    }
  }
}
