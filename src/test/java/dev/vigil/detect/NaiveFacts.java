package dev.vigil.detect;

import dev.vigil.event.Intrusion;
import dev.vigil.event.IntrusionFacts;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.LoginFacts;
import dev.vigil.event.SourceEvent;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What alerts say of events, worked out from the events themselves: for at most 1,000 names. */
final class NaiveFacts {
  /** Every severity that tests use, from the lowest: the order is written out, not computed. */
  static final List<String> SEVERITIES =
      List.of(
          "odd", "informational", "info", "low", "medium", "moderate", "High", "high", "critical");

  private NaiveFacts() {}

  static LoginFacts ofLogins(Collection<LoginAttempt> logins, int shown) {
    List<String> users = names(logins.stream().map(LoginAttempt::user));
    List<String> ids = evidence(logins, shown);
    return new LoginFacts(
        logins.stream().mapToLong(LoginAttempt::attempts).sum(),
        logins.stream().filter(LoginAttempt::failed).mapToLong(LoginAttempt::attempts).sum(),
        first(logins),
        last(logins),
        users.size(),
        false,
        users.stream().limit(shown).toList(),
        ids,
        logins.size() - ids.size());
  }

  static IntrusionFacts ofIntrusions(Collection<Intrusion> intrusions, int shown) {
    List<String> classes = names(intrusions.stream().map(Intrusion::classification));
    List<String> signatures = names(intrusions.stream().map(Intrusion::signature));
    List<String> ids = evidence(intrusions, shown);
    return new IntrusionFacts(
        intrusions.size(),
        first(intrusions),
        last(intrusions),
        intrusions.stream()
            .map(Intrusion::severity)
            .filter(Objects::nonNull)
            .max(Comparator.comparingInt(SEVERITIES::indexOf))
            .orElse(null),
        classes.size(),
        classes.stream().limit(shown).toList(),
        signatures.size(),
        signatures.stream().limit(shown).toList(),
        ids,
        intrusions.size() - ids.size());
  }

  static Instant first(Collection<? extends SourceEvent> events) {
    return events.stream().map(SourceEvent::timestamp).min(Instant::compareTo).orElseThrow();
  }

  static Instant last(Collection<? extends SourceEvent> events) {
    return events.stream().map(SourceEvent::timestamp).max(Instant::compareTo).orElseThrow();
  }

  private static List<String> names(Stream<String> names) {
    return names.filter(Objects::nonNull).distinct().sorted().toList();
  }

  /** An event that came twice is shown once. */
  private static List<String> evidence(Collection<? extends SourceEvent> events, int shown) {
    return events.stream()
        .map(event -> List.of(event.timestamp(), event.eventId().toString()))
        .distinct()
        .sorted(
            Comparator.<List<?>, Instant>comparing(event -> (Instant) event.get(0))
                .thenComparing(event -> (String) event.get(1)))
        .limit(shown)
        .map(event -> (String) event.get(1))
        .toList();
  }
}
