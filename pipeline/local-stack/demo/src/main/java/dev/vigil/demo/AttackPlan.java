package dev.vigil.demo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What is to happen beside the ordinary: decided before the first line is written, so that labels
 * need not be gathered from the logs.
 *
 * @param entries the lines, in order of time
 */
record AttackPlan(Labels labels, List<LogEntry> entries) {
  private static final long MINUTE_MILLIS = 60_000;

  /** Of the kinds of malformed lines. */
  private static final List<String> REASONS =
      List.of(
          "invalid JSON",
          "unparsable time",
          "no format takes this line",
          "malformed access log line");

  /** Kinds that take longer than the period are left out. */
  static AttackPlan of(Period period, Scale scale, SplittableRandom random, LogLines lines) {
    AddressPlan addresses = new AddressPlan(random.split());
    List<AttackKind> kinds = new ArrayList<>();
    for (AttackKind kind : AttackKind.values()) {
      if (kind.minutes() <= period.length().toMinutes()) {
        kinds.add(kind);
      }
    }
    List<Label> labels = new ArrayList<>();
    List<LogEntry> entries = new ArrayList<>();
    for (int i = 0; i < scale.attacks() && !kinds.isEmpty(); i++) {
      AttackKind kind = kinds.get(i % kinds.size());
      long minutes = period.length().toMinutes() - kind.minutes();
      long start = period.start().toEpochMilli() + random.nextLong(minutes + 1) * MINUTE_MILLIS;
      AttackBuilder attack = new AttackBuilder(random.split(), lines, addresses);
      kind.script().write(attack, start);
      labels.add(label("a" + (i < 9 ? "0" : "") + (i + 1), kind, attack));
      entries.addAll(attack.entries());
    }
    List<MalformedLine> malformed = new ArrayList<>();
    for (int i = 0; i < scale.malformed(); i++) {
      long millis = period.start().toEpochMilli() + random.nextLong(period.length().toMillis());
      LogEntry entry = malformed(i, millis, lines);
      entries.add(entry);
      malformed.add(
          new MalformedLine(entry.file().path(), entry.text(), REASONS.get(i % REASONS.size())));
    }
    entries.sort(Comparator.comparingLong(LogEntry::millis));
    return new AttackPlan(new Labels(labels, malformed), Collections.unmodifiableList(entries));
  }

  private static LogEntry malformed(int number, long millis, LogLines lines) {
    String half = "{\"timestamp\":\"2026-01-15T08:00:00." + number;
    return switch (number % REASONS.size()) {
      case 0 -> new LogEntry(millis, LogFile.SURICATA, half + "\",\"event_type\":\"fl");
      case 1 ->
          new LogEntry(
              millis,
              LogFile.PORTAL,
              "{\"login_time\":\"yesterday at "
                  + number
                  + "\",\"username\":\"alice\","
                  + "\"source_ip\":\"10.1.32.1\",\"status\":\"success\"}");
      case 2 -> new LogEntry(millis, LogFile.BASTION, "-- MARK " + number + " --");
      default -> {
        String whole =
            lines.access(millis, "198.19.0." + number, "-", "GET /cut", 200, 1, "-").text();
        yield new LogEntry(millis, LogFile.ACCESS, whole.substring(0, whole.indexOf(" HTTP")));
      }
    };
  }

  private static Label label(String id, AttackKind kind, AttackBuilder attack) {
    Instant start = Instant.MAX;
    Instant end = Instant.MIN;
    Map<String, Integer> lines = new TreeMap<>();
    for (LogEntry entry : attack.entries()) {
      Instant shown = LogLines.shown(entry.file(), entry.millis());
      start = shown.isBefore(start) ? shown : start;
      end = shown.isAfter(end) ? shown : end;
      lines.merge(entry.file().path(), 1, Integer::sum);
    }
    return new Label(
        id,
        kind.label(),
        kind.title(),
        kind.technique() != null,
        kind.technique(),
        attack.sources(),
        start,
        end,
        lines,
        DetectionRules.alerts(attack.sightings()),
        kind.undetectedBecause());
  }
}
