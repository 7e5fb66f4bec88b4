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
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What {@link CorrelateAttacksWithLogins} is to find, event by event, from the lists of all events.
 */
record EpisodesModel(Duration memory, int shown) {

  /** In order, for each source. */
  List<Alert> of(List<LoginAttempt> logins, List<Intrusion> intrusions) {
    List<SourceEvent> all =
        Stream.<SourceEvent>concat(logins.stream(), intrusions.stream())
            .sorted(
                Comparator.comparing(SourceEvent::timestamp).thenComparing(SourceEvent::eventId))
            .toList();
    List<Alert> found = new ArrayList<>();
    for (String source : new TreeSet<>(all.stream().map(SourceEvent::source).toList())) {
      Source walk = new Source(source, found);
      all.stream().filter(event -> event.source().equals(source)).forEach(walk::take);
      walk.end();
    }
    return found;
  }

  private static long second(SourceEvent event) {
    return event.timestamp().getEpochSecond();
  }

  /** Goes through the events of one source. */
  private final class Source {
    private final String source;
    private final List<Alert> found;
    private final List<SourceEvent> past = new ArrayList<>();
    private final List<SourceEvent> waiting = new ArrayList<>();
    private final List<SourceEvent> episode = new ArrayList<>();
    private SourceEvent anchor;
    private long lastPair;
    private boolean opened;

    Source(String source, List<Alert> found) {
      this.source = source;
      this.found = found;
    }

    void take(SourceEvent event) {
      if (!past.isEmpty() && second(past.get(past.size() - 1)) < second(event)) {
        endSecond();
      }
      if (anchor != null && second(event) - lastPair > memory.toSeconds()) {
        close();
      }
      boolean runGoesOn = past.stream().anyMatch(other -> isNear(other, event, true));
      boolean completes = past.stream().anyMatch(other -> isNear(other, event, false));
      if (!runGoesOn) {
        waiting.removeIf(other -> other.getClass() == event.getClass());
      }
      waiting.add(event);
      past.add(event);
      if (completes) {
        if (anchor == null) {
          anchor = event;
          opened = true;
        }
        lastPair = second(event);
        episode.addAll(waiting);
        waiting.clear();
      }
    }

    private boolean isNear(SourceEvent before, SourceEvent event, boolean sameSide) {
      return (before.getClass() == event.getClass()) == sameSide
          && second(event) - second(before) <= memory.toSeconds();
    }

    void end() {
      endSecond();
      if (anchor != null) {
        close();
      }
    }

    private void endSecond() {
      if (opened) {
        found.add(alert("open", 1));
        opened = false;
      }
    }

    private void close() {
      found.add(alert("closed", 2));
      anchor = null;
      episode.clear();
    }

    private Alert alert(String state, long revision) {
      Ecs.Rule rule =
          new Ecs.Rule(
              "attack-from-login-source-across-windows",
              "Attack from a login source, across windows",
              null,
              "The source of an IDS alert tried to log in, within %d s of it, before or after"
                  .formatted(memory.toSeconds()),
              "1");
      return new Alert(
          anchor.timestamp(),
          new AlertFields.Event(
              AlertFields.alertId(rule, source, anchor.eventId().toString()),
              "alert",
              List.of("authentication", "intrusion_detection"),
              List.of("info"),
              NaiveFacts.first(episode),
              NaiveFacts.last(episode)),
          rule,
          AlertFields.Source.of(source),
          new Alert.Details(
              revision,
              null,
              new Alert.Episode(
                  state, anchor.eventId().toString(), Instant.ofEpochSecond(lastPair)),
              NaiveFacts.ofLogins(only(LoginAttempt.class), shown),
              NaiveFacts.ofIntrusions(only(Intrusion.class), shown)));
    }

    private <E> List<E> only(Class<E> side) {
      return episode.stream().filter(side::isInstance).map(side::cast).toList();
    }
  }
}
