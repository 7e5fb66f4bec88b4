package dev.vigil.parse;

import dev.vigil.event.SecurityEventBuilder;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Syslog lines of any program that has no format of its own, but for the kernel: host, process and
 * message, and what PAM, sudo, su and the programs that manage accounts say of users.
 */
public final class SyslogFormat implements LogFormat {
  private static final long serialVersionUID = 1L;

  @Override
  public String name() {
    return "syslog";
  }

  @Override
  public @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine {
    SyslogHeader header = line.syslog();
    if (header == null || !isProgram(header.program()) || hasOwnFormat(header, line.text())) {
      return null;
    }
    SecurityEventBuilder event = begin(header, line.context());
    String text = header.message().stripTrailing();
    if (!PamMessage.describe(event, header, text, "pam_authentication")) {
      switch (process(header)) {
        case "useradd", "userdel", "usermod", "groupadd", "groupdel" -> account(event, text);
        case "sudo" -> sudo(event, text);
        case "su" -> su(event, text);
        default -> {}
      }
    }
    return event;
  }

  /** The event of a line, with what its header says. */
  static SecurityEventBuilder begin(SyslogHeader header, LineContext context) throws MalformedLine {
    return SecurityEventBuilder.at(header.timestamp(context))
        .host(header.host())
        .process(process(header), header.pid())
        .message(header.message());
  }

  /** The program without its path, and without the PAM module that some put behind it. */
  static String process(SyslogHeader header) {
    String program = header.program();
    if (program == null) {
      return "";
    }
    int module = program.indexOf("(pam_");
    String name = module > 0 ? program.substring(0, module) : program;
    return name.startsWith("/") ? name.substring(name.lastIndexOf('/') + 1) : name;
  }

  /** Without a letter it is part of something else that has a colon in it, such as a time. */
  private static boolean isProgram(@Nullable String program) {
    return program != null && program.chars().anyMatch(Character::isLetter);
  }

  private static boolean hasOwnFormat(SyslogHeader header, String text) {
    // What the kernel says, but for packets, is of hardware and drivers: no event for security.
    return header.isFrom("kernel")
        || SshdFormat.owns(header)
        || SnortFast.owns(header)
        || IptablesFormat.owns(header, text)
        || CiscoAsaFormat.owns(header, text);
  }

  private static void account(SecurityEventBuilder event, String text) {
    if (text.startsWith("new user: ")) {
      event.category("iam").type("user", "creation").outcome("success");
      event.user(listed(text, "name=")).userId(listed(text, "UID="));
    } else if (text.startsWith("new group: ")) {
      event.category("iam").type("group", "creation").outcome("success");
      event.label("group_name", listed(text, "name=")).label("group_id", listed(text, "GID="));
    } else if (text.startsWith("failed adding user '")) {
      event.category("iam").type("user", "creation").outcome("failure").user(quoted(text));
    } else if (text.startsWith("delete user '")) {
      event.category("iam").type("user", "deletion").outcome("success").user(quoted(text));
    } else if (text.startsWith("change user '")) {
      event.category("iam").type("user", "change").outcome("success").user(quoted(text));
    }
  }

  /** {@code NAME : [ERROR ; ]TTY=… ; PWD=… ; USER=NAME ; COMMAND=…}. */
  private static void sudo(SecurityEventBuilder event, String text) {
    int colon = text.indexOf(" : ");
    int command = text.indexOf("COMMAND=");
    if (colon < 0 || command < colon) {
      return;
    }
    event.action("sudo").user(text.substring(0, colon).strip());
    String fields = text.substring(colon + " : ".length(), command);
    int user = fields.lastIndexOf("USER=");
    if (user >= 0) {
      int end = fields.indexOf(" ;", user);
      event.label(
          "effective_user",
          fields.substring(user + "USER=".length(), end < 0 ? fields.length() : end));
    }
    int error = fields.indexOf(" ; ");
    if (error >= 0 && fields.lastIndexOf('=', error) < 0) {
      event.outcome("failure").reason(fields.substring(0, error));
    }
  }

  /** {@code Successful su for NAME by NAME}, or {@code FAILED su …}. */
  private static void su(SecurityEventBuilder event, String text) {
    int verb = text.indexOf(" su for ");
    int by = text.lastIndexOf(" by ");
    boolean success = text.startsWith("Successful su for ");
    if (by > verb && (success || text.startsWith("FAILED su for "))) {
      event
          .category("authentication")
          .type("info")
          .action("su")
          .outcome(success ? "success" : "failure")
          .user(text.substring(by + " by ".length()))
          .label("effective_user", text.substring(Math.min(verb + " su for ".length(), by), by));
    }
  }

  /** The value of a name in a list with commas, or null. */
  private static @Nullable String listed(String text, String name) {
    int start = text.indexOf(name);
    if (start < 0) {
      return null;
    }
    start += name.length();
    int comma = text.indexOf(',', start);
    return text.substring(start, comma < 0 ? text.length() : comma);
  }

  /** What stands in the first single quotes, or null. */
  private static @Nullable String quoted(String text) {
    int open = text.indexOf('\'');
    int close = text.indexOf('\'', open + 1);
    return open < 0 || close < 0 ? null : text.substring(open + 1, close);
  }
}
