package dev.vigil.demo;

import dev.vigil.demo.Sighting.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rules as they are defined, with their preset windows, in the plainest code there is. It
 * shares none with the detections, so that labels say what should be found, and not what is found.
 */
final class DetectionRules {
  /** More than 5 login attempts of a source in a window of 20 seconds. */
  static final String SUSPICIOUS_LOGINS = "suspicious-logins";

  /** A login attempt and an IDS alert of a source in the same window of 5 minutes. */
  static final String SAME_WINDOW = "attack-from-login-source";

  /** The same within an hour of each other, in full seconds; once for pairs that go on. */
  static final String ACROSS_WINDOWS = "attack-from-login-source-across-windows";

  private static final long THRESHOLD = 5;
  private static final Duration LOGIN_WINDOW = Duration.ofSeconds(20);
  private static final Duration JOIN_WINDOW = Duration.ofMinutes(5);
  private static final Duration MEMORY = Duration.ofHours(1);

  private DetectionRules() {}

  /** All alerts that these sightings demand, in order of time. */
  static List<ExpectedAlert> alerts(Collection<Sighting> sightings) {
    Map<String, List<Sighting>> bySource = new TreeMap<>();
    for (Sighting sighting : sightings) {
      bySource.computeIfAbsent(sighting.source(), s -> new ArrayList<>()).add(sighting);
    }
    List<ExpectedAlert> alerts = new ArrayList<>();
    bySource.forEach(
        (source, ofSource) -> {
          ofSource.sort(Comparator.comparing(Sighting::time));
          suspiciousLogins(source, ofSource, alerts);
          sameWindow(source, ofSource, alerts);
          acrossWindows(source, ofSource, alerts);
        });
    alerts.sort(null);
    return alerts;
  }

  private static void suspiciousLogins(
      String source, List<Sighting> sightings, List<ExpectedAlert> alerts) {
    count(sightings, LOGIN_WINDOW)
        .forEach(
            (start, counts) -> {
              if (counts.getOrDefault(Side.LOGIN, 0L) > THRESHOLD) {
                alerts.add(new ExpectedAlert(SUSPICIOUS_LOGINS, source, start.plus(LOGIN_WINDOW)));
              }
            });
  }

  private static void sameWindow(
      String source, List<Sighting> sightings, List<ExpectedAlert> alerts) {
    count(sightings, JOIN_WINDOW)
        .forEach(
            (start, counts) -> {
              if (counts.size() == Side.values().length) {
                alerts.add(new ExpectedAlert(SAME_WINDOW, source, start.plus(JOIN_WINDOW)));
              }
            });
  }

  /** How many of each side there are in each window. */
  private static Map<Instant, Map<Side, Long>> count(List<Sighting> sightings, Duration window) {
    Map<Instant, Map<Side, Long>> counts = new TreeMap<>();
    long size = window.toSeconds();
    for (Sighting sighting : sightings) {
      long start = Math.floorDiv(sighting.time().getEpochSecond(), size) * size;
      counts
          .computeIfAbsent(Instant.ofEpochSecond(start), s -> new EnumMap<>(Side.class))
          .merge(sighting.side(), sighting.count(), Long::sum);
    }
    return counts;
  }

  private static void acrossWindows(
      String source, List<Sighting> sightings, List<ExpectedAlert> alerts) {
    Map<Side, Long> last = new EnumMap<>(Side.class);
    Long lastPair = null;
    for (Sighting sighting : sightings) {
      long second = sighting.time().getEpochSecond();
      Long other = last.get(sighting.side() == Side.LOGIN ? Side.IDS : Side.LOGIN);
      if (isNear(other, second)) {
        if (!isNear(lastPair, second)) {
          alerts.add(new ExpectedAlert(ACROSS_WINDOWS, source, sighting.time()));
        }
        lastPair = second;
      }
      last.put(sighting.side(), second);
    }
  }

  private static boolean isNear(Long before, long second) {
    return before != null && second - before <= MEMORY.toSeconds();
  }
}
