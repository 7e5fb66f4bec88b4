package dev.vigil.detect;

import dev.vigil.event.AlertFields;
import dev.vigil.event.Ecs;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SuspiciousLogins;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** What {@link DetectSuspiciousLogins} is to find, from the list of all attempts. */
record SuspiciousLoginsModel(
    Duration window,
    long threshold,
    int shown,
    String keyField,
    Function<LoginAttempt, String> key) {

  static SuspiciousLoginsModel bySource(Duration window, long threshold, int shown) {
    return new SuspiciousLoginsModel(
        window, threshold, shown, "source.address", LoginAttempt::source);
  }

  List<SuspiciousLogins> of(List<LoginAttempt> logins) {
    Map<String, Map<Instant, List<LoginAttempt>>> groups = new TreeMap<>();
    for (LoginAttempt login : logins) {
      if (key.apply(login) != null) {
        groups
            .computeIfAbsent(key.apply(login), k -> new TreeMap<>())
            .computeIfAbsent(windowStart(login.timestamp(), window), w -> new ArrayList<>())
            .add(login);
      }
    }
    List<SuspiciousLogins> found = new ArrayList<>();
    groups.forEach(
        (value, windows) ->
            windows.forEach(
                (start, attempts) -> {
                  if (attempts.stream().mapToLong(LoginAttempt::attempts).sum() > threshold) {
                    found.add(record(value, start, attempts));
                  }
                }));
    return found;
  }

  private SuspiciousLogins record(String value, Instant start, List<LoginAttempt> attempts) {
    Ecs.Rule rule =
        new Ecs.Rule(
            "suspicious-logins",
            "Suspicious logins",
            null,
            "More than %d login attempts with one %s in %d s"
                .formatted(threshold, keyField, window.toSeconds()),
            "1");
    return new SuspiciousLogins(
        start.plus(window),
        new AlertFields.Event(
            AlertFields.alertId(rule, value, start.toString()),
            "alert",
            List.of("authentication"),
            List.of("info"),
            NaiveFacts.first(attempts),
            NaiveFacts.last(attempts)),
        rule,
        keyField.equals("source.address") ? AlertFields.Source.of(value) : null,
        new SuspiciousLogins.Details(
            attempts.stream().mapToLong(LoginAttempt::attempts).sum(),
            new SuspiciousLogins.Group(keyField, value),
            new AlertFields.Window(start, start.plus(window)),
            NaiveFacts.ofLogins(attempts, shown)));
  }

  /** By stepping from the epoch to the window that holds the time, from start to before end. */
  static Instant windowStart(Instant time, Duration window) {
    long size = window.toMillis();
    long start = time.toEpochMilli() / size * size;
    while (start > time.toEpochMilli()) {
      start -= size;
    }
    return Instant.ofEpochMilli(start);
  }
}
