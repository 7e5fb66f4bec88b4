package dev.vigil.stack.warehouse;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is to go wrong on purpose, and how often each method was called: so that a test can bring
 * about a failure, and prove that it happened. Nothing goes wrong unless somebody asked for it.
 */
final class Faults {
  /** What can go wrong. */
  enum Kind {
    /** The request is done, and the connection breaks before its reply. */
    DROP_REPLY,
    /** The request is refused: too many of them. */
    QUOTA,
    /** The request is refused: the service is not there. */
    UNAVAILABLE,
    /** An append is refused: its rows have fields that the table has not. */
    SCHEMA_MISMATCH,
    /** Rows that have a given value in a given column are refused. */
    ROW_ERROR
  }

  /**
   * A fault that waits for its requests.
   *
   * @param method as {@link #calls} names it
   * @param left how many more times it happens
   * @param column for ROW_ERROR, else null
   * @param value for ROW_ERROR, as text
   */
  record Fault(Kind kind, String method, AtomicLong left, String column, String value) {
    private boolean take() {
      return left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }
  }

  private final List<Fault> faults = new CopyOnWriteArrayList<>();
  private final Map<String, Long> calls = new TreeMap<>();

  /** Asks for a fault. */
  void add(Fault fault) {
    faults.add(fault);
  }

  /** From now on nothing goes wrong. */
  void clear() {
    faults.clear();
  }

  List<Fault> pending() {
    return faults.stream().filter(fault -> fault.left().get() > 0).toList();
  }

  /** Counts a call. */
  synchronized void called(String method) {
    calls.merge(method, 1L, Long::sum);
  }

  /**
   * The calls of each method since the start: {@code resource.method} for the REST API, the method
   * alone for the Storage Write API, in which each append request counts.
   */
  synchronized Map<String, Long> calls() {
    return new TreeMap<>(calls);
  }

  /** Whether this call is one that goes wrong so. It is one fewer then. */
  boolean take(Kind kind, String method) {
    for (Fault fault : faults) {
      if (fault.kind() == kind && fault.method().equals(method) && fault.take()) {
        return true;
      }
    }
    return false;
  }

  /** Refuses a row if somebody asked for it. */
  void check(String method, TableLayout layout, Object[] row) throws BadValueException {
    for (Fault fault : faults) {
      if (fault.kind() == Kind.ROW_ERROR && fault.method().equals(method)) {
        int column = layout.indexOf(fault.column()).orElse(-1);
        if (column >= 0
            && row[column] != null
            && row[column].toString().equals(fault.value())
            && fault.take()) {
          throw new BadValueException(
              fault.column(),
              "%s is %s: refused on purpose"
                  .formatted(fault.column().toLowerCase(Locale.ROOT), fault.value()));
        }
      }
    }
  }
}
