package dev.vigil.stack.warehouse;

/** A value that does not fit its column: its row is refused, and the message goes to the client. */
final class BadValueException extends Exception {
  private static final long serialVersionUID = 1;

  private final String column;

  /**
   * @param column with the columns around it, separated by dots
   */
  BadValueException(String column, String message) {
    super(message);
    this.column = column;
  }

  String column() {
    return column;
  }
}
