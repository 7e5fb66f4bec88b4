package dev.vigil.pipeline.io;

import dev.vigil.event.Alert;
import dev.vigil.event.EcsDocument;
import dev.vigil.event.Failure;
import dev.vigil.event.LateEvent;
import dev.vigil.event.SecurityEvent;
import dev.vigil.event.SuspiciousLogins;
import java.util.List;

/**
 * The tables of a dataset, one for each kind of record. All have the record's {@link
 * EcsDocument#id} as their primary key, and a partition for each day of event time, in UTC; what
 * has no time is in the partition for null.
 */
public enum BigQueryTable {
  EVENTS("events", SecurityEvent.class),
  SUSPICIOUS_LOGINS("suspicious_logins", SuspiciousLogins.class),
  ALERTS("alerts", Alert.class),
  LATE("late", LateEvent.class),
  FAILURES("failures", Failure.Document.class);

  private final String id;
  private final Class<? extends Record> type;

  <T extends Record & EcsDocument> BigQueryTable(String id, Class<T> type) {
    this.id = id;
    this.type = type;
  }

  /** Its name in the dataset. */
  public String id() {
    return id;
  }

  /** What its rows are made of. */
  Class<? extends Record> type() {
    return type;
  }

  /** The columns by which the rows of a day are sorted: those of them that the table has. */
  List<String> clustering() {
    List<String> columns = BigQueryLayout.of(type).schema().getFieldNames();
    return List.of(BigQueryLayout.SOURCE_IP, BigQueryLayout.RULE_ID, BigQueryLayout.ID).stream()
        .filter(columns::contains)
        .toList();
  }
}
