package dev.vigil.pipeline.io;

/** Why files cannot be shipped, in one line that names the thing and the fix. */
public final class ShipException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean atStart;

  private ShipException(String message, boolean atStart) {
    super(message);
    this.atStart = atStart;
  }

  /** What the user named is wrong or not there; nothing was shipped. */
  static ShipException atStart(String message) {
    return new ShipException(message, true);
  }

  /** It cannot go on; started again, it goes on where it stopped. */
  static ShipException underWay(String message) {
    return new ShipException(message, false);
  }

  /** Whether what the user named is wrong or not there. */
  public boolean isAtStart() {
    return atStart;
  }
}
