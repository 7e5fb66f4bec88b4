package dev.vigil.parse;

import dev.vigil.event.SecurityEventBuilder;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Requests to a web server in JSON: {@code {"event_time", "source_ip", "method", "path", "status",
 * "bytes", "user_agent"}}, and optionally {@code "username"}. Each is one access, whose outcome the
 * status tells. Other fields are ignored, and {@code -} stands for nothing. Only the time and
 * {@code source_ip} are required.
 */
public final class WebLogJson implements LogFormat {
  private static final long serialVersionUID = 1L;

  @Override
  public String name() {
    return "weblog";
  }

  @Override
  public @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine {
    if (line.jsonShape() != JsonShape.WEB_LOG) {
      return null;
    }
    JsonFields json = JsonFields.parse(line.text());
    Integer status = json.httpStatus("status");
    SecurityEventBuilder event =
        SecurityEventBuilder.at(json.time("event_time", line.context()))
            .category("web")
            .type("access")
            .httpMethod(unlessDash(json.text("method")))
            .url(RequestUrl.of(unlessDash(json.text("path")), null, null))
            .statusCode(status)
            .responseBytes(json.number("bytes"))
            .userAgent(unlessDash(json.text("user_agent")))
            .user(unlessDash(json.text("username")));
    if (status != null) {
      event.outcome(status < 400 ? "success" : "failure");
    }
    event.source().address(json.ip("source_ip"));
    return event;
  }

  private static @Nullable String unlessDash(@Nullable String text) {
    return text == null || text.equals("-") ? null : text;
  }
}
