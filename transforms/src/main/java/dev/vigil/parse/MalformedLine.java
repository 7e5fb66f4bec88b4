package dev.vigil.parse;

import org.checkerframework.checker.nullness.qual.Nullable;

/** A line that belongs to a format but cannot be read as one of its events. */
public final class MalformedLine extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;
  private final @Nullable String detail;

  /**
   * @param reason what is wrong, in words that are the same for every such line
   * @param detail what is wrong with this very line, or null
   */
  public MalformedLine(String reason, @Nullable String detail) {
    super(detail == null ? reason : reason + ": " + detail, null, false, false);
    this.reason = reason;
    this.detail = detail;
  }

  public String reason() {
    return reason;
  }

  public @Nullable String detail() {
    return detail;
  }
}
