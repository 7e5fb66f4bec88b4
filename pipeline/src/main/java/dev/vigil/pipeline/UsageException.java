package dev.vigil.pipeline;

/** Something that the user can put right; the message names the thing and the fix. */
final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
