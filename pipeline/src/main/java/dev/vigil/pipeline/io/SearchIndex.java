package dev.vigil.pipeline.io;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The indices of one kind of document: one for each day or month of event time, in UTC, behind an
 * alias. A document's index follows from the document alone, so that it is found and replaced there
 * when it is written again.
 */
public enum SearchIndex {
  EVENTS("vigil-events", "uuuu.MM.dd"),
  ALERTS("vigil-alerts", "uuuu.MM"),
  LATE("vigil-late", "uuuu.MM"),
  FAILURES("vigil-failures", "uuuu.MM");

  /** What a document without a time has in place of one: only failures can be such. */
  private static final String UNDATED = "undated";

  private final String alias;
  private final DateTimeFormatter date;

  SearchIndex(String alias, String pattern) {
    this.alias = alias;
    this.date = DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
  }

  /** The alias of all of them. */
  public String alias() {
    return alias;
  }

  /** What the names of all of them match, and no other's: {@code vigil-events-*}. */
  public String pattern() {
    return alias + "-*";
  }

  /** The name of the index for a document of this time: {@code vigil-events-2026.01.15}. */
  public String at(@Nullable Instant time) {
    return alias + "-" + (time == null ? UNDATED : date.format(time));
  }
}
