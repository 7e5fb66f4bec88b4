package dev.vigil.parse;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A line on its way through the formats, with what several of them need of it worked out once. Used
 * by one thread.
 */
public final class LineText {
  private final String text;
  private final LineContext context;
  private boolean syslogTried;
  private @Nullable SyslogHeader syslog;
  private @Nullable JsonShape jsonShape;

  public LineText(String text, LineContext context) {
    this.text = text;
    this.context = context;
  }

  public String text() {
    return text;
  }

  public LineContext context() {
    return context;
  }

  /** The line's syslog header, or null if it does not begin with one. */
  public @Nullable SyslogHeader syslog() {
    if (!syslogTried) {
      syslog = SyslogHeader.parse(text);
      syslogTried = true;
    }
    return syslog;
  }

  /** Which of the known JSON documents the line looks like. */
  JsonShape jsonShape() {
    if (jsonShape == null) {
      jsonShape = JsonShape.of(text);
    }
    return jsonShape;
  }
}
