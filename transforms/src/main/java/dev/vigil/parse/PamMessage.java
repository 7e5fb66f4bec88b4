package dev.vigil.parse;

import dev.vigil.event.SecurityEventBuilder;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What the PAM modules write into the log of the program that uses them. */
final class PamMessage {
  private static final String OPENED = "session opened for user ";
  private static final String CLOSED = "session closed for user ";
  private static final String CHANGED = "password changed for ";
  private static final String UID = "(uid=";
  private static final String RHOST = " rhost=";
  private static final String RUSER = " ruser=";

  private PamMessage() {}

  /**
   * Adds to an event what a message of PAM's says. Failures are of type {@code info}: it is the
   * program that decides on the login, and says so itself.
   *
   * @param header the line's header, whose program may name the module
   * @param text the program's message
   * @param failureAction the {@code event.action} of a failed authentication
   * @return whether the message is one of those of PAM's that say something of a user
   */
  static boolean describe(
      SecurityEventBuilder event, SyslogHeader header, String text, String failureAction) {
    String body = body(header, text);
    if (body == null) {
      return false;
    }
    if (body.startsWith(OPENED)) {
      event.category("session").type("start").action("session_opened");
      opened(event, body.substring(OPENED.length()));
    } else if (body.startsWith(CLOSED)) {
      Account account = Account.parse(body.substring(CLOSED.length()));
      event.category("session").type("end").action("session_closed");
      event.user(account.name).userId(account.id);
    } else if (isFailure(body)) {
      event.category("authentication").type("info").outcome("failure").action(failureAction);
      failed(event, body);
    } else if (body.startsWith("check pass; user unknown")) {
      event.category("authentication").type("info").outcome("failure").action(failureAction);
      event.reason("user unknown");
    } else if (body.startsWith(CHANGED)) {
      event.category("iam").type("user", "change").outcome("success").action("password_changed");
      event.user(body.substring(CHANGED.length()));
    } else {
      return false;
    }
    return true;
  }

  /** The message without the module's name, or null if no module wrote it. */
  private static @Nullable String body(SyslogHeader header, String text) {
    if (text.startsWith("pam_")) {
      int colon = text.indexOf(": ");
      return colon < 0 || text.lastIndexOf(' ', colon) >= 0 ? null : text.substring(colon + 2);
    }
    if (text.startsWith("(pam_")) {
      int close = text.indexOf(") ");
      return close < 0 ? null : text.substring(close + 2);
    }
    if (text.startsWith("PAM ")) {
      String body = text.substring("PAM ".length());
      return isFailure(body) ? body : null;
    }
    boolean moduleInTag = header.program() != null && header.program().contains("(pam_");
    return moduleInTag || isFailure(text) ? text : null;
  }

  /** {@code authentication failure; …}, or {@code 2 more authentication failures; …}. */
  private static boolean isFailure(String body) {
    int position = 0;
    while (position < body.length() && Timestamps.isDigit(body.charAt(position))) {
      position++;
    }
    if (position > 0) {
      if (!body.startsWith(" more ", position)) {
        return false;
      }
      position += " more ".length();
    }
    return body.startsWith("authentication failure; ", position)
        || body.startsWith("authentication failures; ", position);
  }

  /** {@code NAME(uid=N) by NAME(uid=N)}; who opens it is the user, if it is somebody else. */
  private static void opened(SecurityEventBuilder event, String text) {
    int by = text.lastIndexOf(" by ");
    Account account = Account.parse(by < 0 ? text : text.substring(0, by));
    Account opener = Account.parse(by < 0 ? "" : text.substring(by + " by ".length()));
    if (opener.name.isEmpty()) {
      event.user(account.name).userId(account.id);
    } else {
      event.user(opener.name).userId(opener.id);
      event.label("effective_user", account.name);
    }
  }

  /** {@code … ruser=NAME rhost=HOST user=NAME}, of which a remote user may write the names. */
  private static void failed(SecurityEventBuilder event, String body) {
    int ruser = body.indexOf(RUSER);
    int rhost =
        ruser >= 0 && body.startsWith(RHOST, ruser + RUSER.length())
            ? ruser + RUSER.length()
            : body.lastIndexOf(RHOST);
    if (rhost < 0) {
      return;
    }
    int start = rhost + RHOST.length();
    int blank = body.indexOf(' ', start);
    int end = blank < 0 ? body.length() : blank;
    String remainder = body.substring(end).strip();
    String remoteUser =
        ruser >= 0 && ruser < rhost ? body.substring(ruser + RUSER.length(), rhost) : null;
    event.user(remainder.startsWith("user=") ? remainder.substring("user=".length()) : remoteUser);
    event.source().address(body.substring(start, end));
  }

  /** {@code NAME(uid=N)}, the number being optional. */
  private record Account(String name, @Nullable String id) {
    static Account parse(String text) {
      int start = text.endsWith(")") ? text.lastIndexOf(UID) : -1;
      return start < 0
          ? new Account(text, null)
          : new Account(
              text.substring(0, start), text.substring(start + UID.length(), text.length() - 1));
    }
  }
}
