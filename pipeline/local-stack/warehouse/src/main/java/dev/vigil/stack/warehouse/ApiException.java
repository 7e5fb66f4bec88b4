package dev.vigil.stack.warehouse;

/**
 * A request that BigQuery's REST API would refuse, in its terms.
 *
 * @see <a href="https://cloud.google.com/bigquery/docs/error-messages">BigQuery's error table</a>
 */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String reason;

  /**
   * @param status of HTTP
   * @param reason the short word by which clients decide what to do
   */
  ApiException(int status, String reason, String message) {
    super(message);
    this.status = status;
    this.reason = reason;
  }

  static ApiException invalid(String message) {
    return new ApiException(400, "invalid", message);
  }

  static ApiException invalidQuery(String message) {
    return new ApiException(400, "invalidQuery", message);
  }

  static ApiException notFound(String what) {
    return new ApiException(404, "notFound", "Not found: " + what);
  }

  static ApiException duplicate(String what) {
    return new ApiException(409, "duplicate", "Already Exists: " + what);
  }

  /** What the warehouse does not imitate is refused, so that nobody believes it worked. */
  static ApiException notImitated(String what) {
    return new ApiException(501, "notImplemented", "the local warehouse does not imitate " + what);
  }

  int status() {
    return status;
  }

  String reason() {
    return reason;
  }
}
