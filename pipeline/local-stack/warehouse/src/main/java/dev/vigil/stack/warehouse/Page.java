package dev.vigil.stack.warehouse;

/**
 * Which part of a result is asked for.
 *
 * @param start the first row
 * @param size how many rows at most
 */
record Page(long start, long size) {
  /** A reply of more would be slow to read for every client. */
  private static final long LARGEST = 10_000;

  /** From the parameters that all methods with pages have. A token is the number of a row. */
  static Page of(Router.Call call) {
    return of(
        call.number("pageToken", call.number("startIndex", 0)), call.number("maxResults", LARGEST));
  }

  static Page of(long start, long size) {
    return new Page(Math.max(0, start), Math.max(0, Math.min(size, LARGEST)));
  }

  /** The token of the page behind this one; null if this is the last. */
  String next(long total) {
    return start + size < total ? Long.toString(start + size) : null;
  }
}
