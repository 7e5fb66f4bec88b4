package dev.vigil.pipeline.io;

/**
 * A server does what nobody can go on from: it lets us no longer in, or its answers make no sense.
 * The message says what, without secrets.
 */
final class SearchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SearchException(String message) {
    super(message);
  }
}
