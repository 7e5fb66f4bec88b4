package dev.vigil.detect;

import dev.vigil.event.Alert;
import dev.vigil.event.AlertFields;
import dev.vigil.event.Ecs;
import dev.vigil.event.Intrusion;
import dev.vigil.event.LoginAttempt;
import dev.vigil.event.SourceEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What {@link JoinAttacksWithLogins} is to find, from the lists of all events. */
record WindowedJoinModel(Duration window, int shown) {

  List<Alert> of(List<LoginAttempt> logins, List<Intrusion> intrusions) {
    List<Alert> found = new ArrayList<>();
    for (String source : new TreeSet<>(logins.stream().map(LoginAttempt::source).toList())) {
      TreeSet<Instant> starts = new TreeSet<>(logins.stream().map(login -> start(login)).toList());
      for (Instant start : starts) {
        List<LoginAttempt> here = in(logins.stream(), source, start);
        List<Intrusion> there = in(intrusions.stream(), source, start);
        if (!here.isEmpty() && !there.isEmpty()) {
          found.add(alert(source, start, here, there));
        }
      }
    }
    return found;
  }

  private <E extends SourceEvent> List<E> in(Stream<E> events, String source, Instant start) {
    return events
        .filter(event -> event.source().equals(source) && start(event).equals(start))
        .toList();
  }

  private Instant start(SourceEvent event) {
    return SuspiciousLoginsModel.windowStart(event.timestamp(), window);
  }

  private Alert alert(
      String source, Instant start, List<LoginAttempt> logins, List<Intrusion> intrusions) {
    Ecs.Rule rule =
        new Ecs.Rule(
            "attack-from-login-source",
            "Attack from a login source",
            null,
            "The source of an IDS alert tried to log in, in one window of %d s"
                .formatted(window.toSeconds()),
            "1");
    List<SourceEvent> all =
        Stream.<SourceEvent>concat(logins.stream(), intrusions.stream()).toList();
    return new Alert(
        start.plus(window),
        new AlertFields.Event(
            AlertFields.alertId(rule, source, start.toString()),
            "alert",
            List.of("authentication", "intrusion_detection"),
            List.of("info"),
            NaiveFacts.first(all),
            NaiveFacts.last(all)),
        rule,
        AlertFields.Source.of(source),
        new Alert.Details(
            all.size(),
            new AlertFields.Window(start, start.plus(window)),
            null,
            NaiveFacts.ofLogins(logins, shown),
            NaiveFacts.ofIntrusions(intrusions, shown)));
  }
}
