package dev.vigil.stack.dashboard;

/** A request that is not one of the page's own. */
final class BadRequest extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  BadRequest(int status, String message) {
    super(message);
    this.status = status;
  }

  /** Of HTTP. */
  int status() {
    return status;
  }
}
