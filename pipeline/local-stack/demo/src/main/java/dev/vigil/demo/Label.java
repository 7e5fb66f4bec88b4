package dev.vigil.demo;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The truth about something in the logs that is not ordinary.
 *
 * @param id {@code a01}, {@code a02} …
 * @param kind the kind's name
 * @param title what it is, for people
 * @param malicious whether it is an attack; otherwise it only looks like one
 * @param technique of MITRE ATT&amp;CK, or null for what is no attack
 * @param sources the addresses that it comes from; nobody else has them
 * @param start the time of its first line, as the line shows it
 * @param end the time of its last line
 * @param lines how many lines it has in which file; each names one of the sources
 * @param alerts every alert that the rules' definitions demand
 * @param undetectedBecause why there is no rule that finds it; null if there is one
 */
record Label(
    String id,
    String kind,
    String title,
    boolean malicious,
    @Nullable String technique,
    List<String> sources,
    Instant start,
    Instant end,
    Map<String, Integer> lines,
    List<ExpectedAlert> alerts,
    @Nullable String undetectedBecause) {

  /** The rules that are to find it, in order of their first alerts. */
  List<String> rules() {
    return alerts.stream().map(ExpectedAlert::rule).distinct().toList();
  }
}
