package dev.vigil.stack.warehouse;

/**
 * A row that says what is to be done with the row of the same primary key.
 *
 * @param row all columns; for DELETE those of the primary key suffice
 */
record Change(Kind kind, ChangeSequence sequence, Object[] row) {
  /** The values of {@code _CHANGE_TYPE}. */
  enum Kind {
    UPSERT,
    DELETE
  }
}
