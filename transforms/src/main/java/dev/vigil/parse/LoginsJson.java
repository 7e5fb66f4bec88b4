package dev.vigil.parse;

import dev.vigil.event.SecurityEventBuilder;
import java.util.List;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Login records in JSON: {@code {"login_time", "username", "source_ip", "status"}}. Each is one
 * login attempt, whatever its status; other fields are ignored.
 */
public final class LoginsJson implements LogFormat {
  private static final long serialVersionUID = 1L;

  private static final List<String> NAMES =
      List.of("login_time", "username", "source_ip", "status");

  @Override
  public String name() {
    return "logins";
  }

  @Override
  public @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine {
    if (line.jsonShape() != JsonShape.LOGIN) {
      return null;
    }
    JsonFields json = JsonFields.parse(line.text(), NAMES);
    String status = json.text("status");
    SecurityEventBuilder event =
        SecurityEventBuilder.at(json.time("login_time", line.context()))
            .category("authentication")
            .type("start")
            .action("login")
            .outcome(outcome(status))
            .user(json.text("username"))
            .label("status", status);
    event.source().ip(json.ip("source_ip"));
    return event;
  }

  private static String outcome(@Nullable String status) {
    if (status == null) {
      return "unknown";
    }
    return switch (status.strip().toLowerCase(Locale.ROOT)) {
      case "success", "successful", "succeeded", "accepted", "allowed", "ok" -> "success";
      case "failure", "failed", "fail", "denied", "rejected", "invalid", "error", "blocked" ->
          "failure";
      default -> "unknown";
    };
  }
}
