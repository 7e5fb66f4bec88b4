package dev.vigil.detect;

import dev.vigil.event.Alert;
import dev.vigil.event.AlertFields;
import dev.vigil.event.Ecs;
import java.time.Instant;
import java.util.List;

/** Makes the alerts of the detections that look at logins and IDS events together. */
final class Alerts {
  private Alerts() {}

  /** The alert of a source whose two sides met in a window. */
  static Alert ofWindow(
      Ecs.Rule rule,
      String source,
      AlertFields.Window window,
      LoginSummary logins,
      IntrusionSummary intrusions,
      int shown) {
    return new Alert(
        window.end(),
        event(AlertFields.alertId(rule, source, window.start().toString()), logins, intrusions),
        rule,
        AlertFields.Source.of(source),
        new Alert.Details(
            logins.events() + intrusions.events(),
            window,
            null,
            logins.facts(shown),
            intrusions.facts(shown)));
  }

  /** The alert of an episode. */
  static Alert ofEpisode(
      SourceHistory.Episode episode, String state, long revision, SourceHistory.Terms terms) {
    String anchor = episode.anchor().eventId().toString();
    return new Alert(
        episode.anchor().timestamp(),
        event(
            AlertFields.alertId(terms.rule(), terms.source(), anchor),
            episode.logins(),
            episode.intrusions()),
        terms.rule(),
        AlertFields.Source.of(terms.source()),
        new Alert.Details(
            revision,
            null,
            new Alert.Episode(state, anchor, episode.lastPair()),
            episode.logins().facts(terms.shown()),
            episode.intrusions().facts(terms.shown())));
  }

  private static AlertFields.Event event(
      String id, LoginSummary logins, IntrusionSummary intrusions) {
    return new AlertFields.Event(
        id,
        "alert",
        List.of("authentication", "intrusion_detection"),
        List.of("info"),
        earlier(logins.first(), intrusions.first()),
        later(logins.last(), intrusions.last()));
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
