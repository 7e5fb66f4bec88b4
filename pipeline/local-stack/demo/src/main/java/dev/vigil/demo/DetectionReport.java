package dev.vigil.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Which of the labelled attacks were found, when and by which rule; what was missed and why; and
 * the alerts that are about no attack. All times are event times.
 *
 * <p>An alert belongs to a label if it is about one of its sources, at a time between its start and
 * the end of the last window that can hold its lines.
 *
 * @param found for each label, the alerts that belong to it
 * @param unlabelled alerts that belong to none
 */
record DetectionReport(
    Labels labels,
    Map<Label, List<FoundAlert>> found,
    List<FoundAlert> unlabelled,
    List<FoundFailure> failures) {

  /** An alert may come this long after the last event that it is about. */
  static final Duration LONGEST_WINDOW = Duration.ofMinutes(5);

  private static final Comparator<FoundAlert> ORDER =
      Comparator.comparing(FoundAlert::timestamp)
          .thenComparing(FoundAlert::rule)
          .thenComparing(FoundAlert::source);

  static DetectionReport of(Labels labels, Findings findings) {
    Map<Label, List<FoundAlert>> found = new LinkedHashMap<>();
    labels.attacks().forEach(label -> found.put(label, new ArrayList<>()));
    List<FoundAlert> unlabelled = new ArrayList<>();
    for (FoundAlert alert : findings.alerts().stream().sorted(ORDER).toList()) {
      Label label = labelOf(alert, labels.attacks());
      (label == null ? unlabelled : found.get(label)).add(alert);
    }
    return new DetectionReport(labels, found, unlabelled, findings.failures());
  }

  private static @Nullable Label labelOf(FoundAlert alert, List<Label> labels) {
    for (Label label : labels) {
      if (label.sources().contains(alert.source())
          && !alert.timestamp().isBefore(label.start())
          && !alert.timestamp().isAfter(label.end().plus(LONGEST_WINDOW))) {
        return label;
      }
    }
    return null;
  }

  /** Whether each rule that is to find an attack found it. */
  boolean allFound() {
    return found.entrySet().stream()
        .filter(each -> each.getKey().malicious())
        .allMatch(each -> missedRules(each.getKey()).isEmpty());
  }

  /** Whether the alerts are those that the rules' definitions demand, and no others. */
  boolean isExact() {
    return unlabelled.isEmpty()
        && found.entrySet().stream()
            .allMatch(each -> expected(each.getKey()).equals(actual(each.getValue())));
  }

  private static Set<ExpectedAlert> expected(Label label) {
    return new HashSet<>(label.alerts());
  }

  private static Set<ExpectedAlert> actual(List<FoundAlert> alerts) {
    Set<ExpectedAlert> actual = new HashSet<>();
    alerts.forEach(alert -> actual.add(alert.asExpected()));
    return actual;
  }

  private List<String> missedRules(Label label) {
    Set<String> rules = byRule(label).keySet();
    return label.rules().stream().filter(rule -> !rules.contains(rule)).toList();
  }

  /** The alerts that belong to a label, by rule, in order of time. */
  private Map<String, List<FoundAlert>> byRule(Label label) {
    Map<String, List<FoundAlert>> byRule = new TreeMap<>();
    for (FoundAlert alert : found.get(label)) {
      byRule.computeIfAbsent(alert.rule(), rule -> new ArrayList<>()).add(alert);
    }
    return byRule;
  }

  /** For people to read; ends with a line feed. */
  String text() {
    List<Label> attacks = labels.attacks().stream().filter(Label::malicious).toList();
    List<Label> detectable = attacks.stream().filter(a -> !a.alerts().isEmpty()).toList();
    List<Label> undetectable = attacks.stream().filter(a -> a.alerts().isEmpty()).toList();
    long whole = detectable.stream().filter(label -> missedRules(label).isEmpty()).count();
    StringBuilder text = new StringBuilder();
    text.append("Attacks that a rule is made for: ").append(detectable.size());
    text.append(", found: ").append(whole).append('\n');
    text.append(detections(detectable));
    text.append("Attacks that no rule is made for: ").append(undetectable.size()).append('\n');
    text.append(undetected(undetectable));
    text.append(falseAlarms());
    text.append(malformed());
    return text.toString();
  }

  private String detections(List<Label> detectable) {
    TextTable table = new TextTable();
    if (!detectable.isEmpty()) {
      table.row("ID", "ATTACK", "TECHNIQUE", "SOURCE", "BEGAN", "RULE", "ALERT", "AFTER", "ALERTS");
    }
    for (Label label : detectable) {
      Map<String, List<FoundAlert>> byRule = byRule(label);
      missedRules(label).forEach(rule -> byRule.put(rule, List.of()));
      String[] head = head(label);
      byRule.forEach(
          (rule, alerts) -> {
            Instant first = alerts.isEmpty() ? null : alerts.get(0).timestamp();
            table.row(
                head[0],
                head[1],
                head[2],
                head[3],
                head[4],
                rule,
                first == null ? "MISSED" : time(first),
                first == null ? "" : span(Duration.between(label.start(), first)),
                count(label, rule, alerts));
            Arrays.fill(head, "");
          });
    }
    return table.text();
  }

  private static String[] head(Label label) {
    return new String[] {
      label.id(),
      label.title(),
      String.valueOf(label.technique()),
      sources(label),
      time(label.start())
    };
  }

  private static String sources(Label label) {
    int more = label.sources().size() - 1;
    return label.sources().get(0) + (more == 0 ? "" : " and " + more + " more");
  }

  /** How many of the alerts that are demanded are there, and how many that are not. */
  private static String count(Label label, String rule, List<FoundAlert> alerts) {
    List<ExpectedAlert> demanded =
        label.alerts().stream().filter(alert -> alert.rule().equals(rule)).toList();
    long hits = alerts.stream().filter(alert -> demanded.contains(alert.asExpected())).count();
    long others = alerts.size() - hits;
    return hits + " of " + demanded.size() + (others == 0 ? "" : ", " + others + " unforeseen");
  }

  private String undetected(List<Label> undetectable) {
    TextTable table = new TextTable();
    for (Label label : undetectable) {
      String[] head = head(label);
      List<FoundAlert> alerts = found.get(label);
      table.row(
          head[0],
          head[1],
          head[2],
          head[3],
          head[4],
          alerts.isEmpty()
              ? String.valueOf(label.undetectedBecause())
              : "found all the same: "
                  + alerts.get(0).rule()
                  + ", "
                  + time(alerts.get(0).timestamp()));
    }
    return table.text();
  }

  private String falseAlarms() {
    TextTable table = new TextTable();
    long count = unlabelled.size();
    for (Map.Entry<Label, List<FoundAlert>> each : found.entrySet()) {
      Label label = each.getKey();
      if (!label.malicious()) {
        count += each.getValue().size();
        for (FoundAlert alert : each.getValue()) {
          table.row(
              label.id(), label.title(), alert.source(), alert.rule(), time(alert.timestamp()));
        }
      }
    }
    for (FoundAlert alert : unlabelled) {
      table.row("-", "no label", alert.source(), alert.rule(), time(alert.timestamp()));
    }
    return "False alarms: " + count + '\n' + table.text();
  }

  private String malformed() {
    List<FoundFailure> others = new ArrayList<>(failures);
    TextTable missing = new TextTable();
    int hits = 0;
    for (MalformedLine line : labels.malformed()) {
      if (others.remove(new FoundFailure(line.text(), line.reason()))) {
        hits++;
      } else {
        missing.row("MISSED", line.file(), line.reason(), line.text());
      }
    }
    TextTable more = new TextTable();
    others.forEach(failure -> more.row("not malformed", failure.reason(), failure.text()));
    return "Malformed lines: "
        + labels.malformed().size()
        + ", among the failures: "
        + hits
        + ", other failures: "
        + others.size()
        + '\n'
        + missing.text()
        + more.text();
  }

  /** {@code 2026-01-15 08:42:01}. */
  private static String time(Instant time) {
    return time.toString().substring(0, 19).replace('T', ' ');
  }

  /** {@code 23 s}, {@code 4 min 10 s}, {@code 1 h 2 min}. */
  private static String span(Duration span) {
    long seconds = span.toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    return seconds < 3_600
        ? seconds / 60 + " min " + seconds % 60 + " s"
        : seconds / 3_600 + " h " + seconds / 60 % 60 + " min";
  }
}
