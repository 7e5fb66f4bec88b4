package dev.vigil.parse;

import dev.vigil.event.SecurityEventBuilder;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Syslog lines of OpenSSH's server.
 *
 * <p>Every such line becomes an event. Those that say how a login attempt ended, {@code Accepted …}
 * and {@code Failed …}, are of type {@code start}, and only those: of the many other lines about an
 * attempt each would count it again. Where rsyslog wrote that a line repeated, its event stands for
 * that many attempts.
 */
public final class SshdFormat implements LogFormat {
  private static final long serialVersionUID = 1L;

  private static final String LOGIN = "ssh_login";
  private static final String DISCONNECT = "ssh_disconnect";
  private static final String CONNECT = "ssh_connect";
  private static final String REPEATED = "message repeated ";
  private static final String REPEATED_TIMES = " times: [";
  private static final long MAX_REPEATED = 1_000_000;

  @Override
  public String name() {
    return "sshd";
  }

  @Override
  public @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine {
    SyslogHeader header = line.syslog();
    if (header == null || !owns(header)) {
      return null;
    }
    SecurityEventBuilder event = SyslogFormat.begin(header, line.context());
    String text = header.message().stripTrailing();
    long attempts = 1;
    int times = text.startsWith(REPEATED) ? text.indexOf(REPEATED_TIMES, REPEATED.length()) : -1;
    if (times >= 0) {
      attempts = repeated(text.substring(REPEATED.length(), times));
      int end = text.endsWith("]") ? text.length() - 1 : text.length();
      text = text.substring(Math.min(times + REPEATED_TIMES.length(), end), end).strip();
    }
    describe(event, header, text, attempts);
    return event;
  }

  /** Whether the line is the server's. */
  static boolean owns(SyslogHeader header) {
    return switch (SyslogFormat.process(header)) {
      case "sshd", "sshd-session", "sshd-auth" -> true;
      default -> false;
    };
  }

  private static long repeated(String count) throws MalformedLine {
    Long times = Numbers.parseLong(count);
    if (times == null || times < 1 || times > MAX_REPEATED) {
      throw new MalformedLine("implausible repeat count", count);
    }
    return times;
  }

  private static void describe(
      SecurityEventBuilder event, SyslogHeader header, String message, long attempts) {
    String text = withoutSuffix(withoutSuffix(message, " [preauth]"), " [postauth]");
    if (text.startsWith("Failed ")) {
      verdict(event, text, "Failed ".length(), "failure", attempts);
    } else if (text.startsWith("Accepted ")) {
      verdict(event, text, "Accepted ".length(), "success", attempts);
    } else if (text.startsWith("Postponed ")) {
      unfinished(event, text, "Postponed ".length());
    } else if (text.startsWith("Partial ")) {
      unfinished(event, text, "Partial ".length());
    } else if (!PamMessage.describe(event, header, text, LOGIN)) {
      String plain = withoutPrefix(withoutPrefix(text, "error: "), "fatal: ");
      if (!refusal(event, plain) && !farewell(event, plain)) {
        connection(event, plain);
      }
    }
  }

  /** {@code METHOD for [invalid user ]NAME from ADDRESS port N ssh2[: KEY]}. */
  private static void verdict(
      SecurityEventBuilder event, String text, int start, String outcome, long attempts) {
    int end = text.indexOf(" for ", start);
    if (end < 0) {
      return;
    }
    boolean success = outcome.equals("success");
    String method = text.substring(start, end);
    if (success && method.indexOf(' ') >= 0) {
      // "Accepted certificate ID …", where the rest is text of the client's.
      return;
    }
    SshdPeer peer = SshdPeer.namedFrom(text, end + " for ".length());
    event.category("authentication").action(LOGIN).outcome(outcome).label("ssh_method", method);
    if (peer == null || !peer.complete()) {
      // Cut short: whose attempt it was is not to be told, so it cannot be counted.
      event.type("info").reason("incomplete message");
      return;
    }
    if (success) {
      event.category("session");
    }
    event.type("start").loginAttempts(attempts);
    from(event, peer).label("ssh_signature", peer.info());
    if (peer.unknown()) {
      event.reason("invalid user");
    }
  }

  /** An attempt that needs another step, in the same words as a verdict. */
  private static void unfinished(SecurityEventBuilder event, String text, int start) {
    int end = text.indexOf(" for ", start);
    if (end >= 0) {
      event.category("authentication").type("info").action(LOGIN);
      event.label("ssh_method", text.substring(start, end));
      from(event, SshdPeer.namedFrom(text, end + " for ".length()));
    }
  }

  /** Messages on an attempt that failed, beside or before the verdict. */
  private static boolean refusal(SecurityEventBuilder event, String text) {
    String user = null;
    SshdPeer peer = null;
    String reason;
    if (text.startsWith("Invalid user ") || text.startsWith("Illegal user ")) {
      peer = SshdPeer.namedFrom(text, "Invalid user ".length());
      reason = "invalid user";
    } else if (text.startsWith("input_userauth_request: invalid user")) {
      user = text.substring("input_userauth_request: invalid user".length());
      user = user.isEmpty() ? user : user.substring(1);
      reason = "invalid user";
    } else if (text.startsWith("maximum authentication attempts exceeded for ")) {
      peer = SshdPeer.namedFrom(text, "maximum authentication attempts exceeded for ".length());
      reason = "maximum authentication attempts exceeded";
    } else if (text.startsWith("Disconnecting")
        && text.contains(": Too many authentication failures")) {
      int end = text.lastIndexOf(": Too many authentication failures");
      int start = "Disconnecting ".length();
      peer = end < start ? null : SshdPeer.named(text.substring(0, end), start);
      int of = end + ": Too many authentication failures".length();
      if (end < start && text.startsWith(" for ", of)) {
        user = text.substring(of + " for ".length());
      }
      reason = "Too many authentication failures";
    } else if (text.startsWith("User ") && text.contains(" not allowed because ")) {
      int end = text.indexOf(" not allowed because ");
      peer = SshdPeer.namedFrom(text.substring(0, end), "User ".length());
      user = peer == null && end > "User ".length() ? text.substring("User ".length(), end) : null;
      reason = text.substring(end + 1);
    } else if (text.startsWith("ROOT LOGIN REFUSED FROM ")) {
      user = "root";
      peer = SshdPeer.at(text, "ROOT LOGIN REFUSED FROM ".length());
      reason = "root login refused";
    } else if (text.startsWith("PAM: ") && text.contains(" for ")) {
      int end = text.indexOf(" for ");
      peer = SshdPeer.namedFrom(text, end + " for ".length());
      reason = text.substring(Math.min("PAM: ".length(), end), end);
    } else if (text.startsWith("Access denied for user ") && text.contains(" by PAM account")) {
      int end = text.lastIndexOf(" by PAM account");
      int start = "Access denied for user ".length();
      user = text.substring(Math.min(start, end), end);
      reason = "denied by PAM account configuration";
    } else {
      return false;
    }
    event.category("authentication").type("info").outcome("failure").action(LOGIN).reason(reason);
    from(event, peer);
    if (user != null) {
      event.user(user);
    }
    return true;
  }

  /** The end of a connection: of a session, of an attempt that was given up, or before either. */
  private static boolean farewell(SecurityEventBuilder event, String text) {
    SshdPeer peer;
    String reason = null;
    if (text.startsWith("Connection closed by ") || text.startsWith("Connection reset by ")) {
      int by = text.indexOf(" by ");
      peer = SshdPeer.named(text, by + " by ".length());
      reason = text.substring(0, by);
    } else if (text.startsWith("Disconnected from ")) {
      peer = SshdPeer.named(text, "Disconnected from ".length());
    } else if (text.startsWith("Received disconnect from ")) {
      // The text at the end is the client's, so the first address counts.
      peer = SshdPeer.at(text, "Received disconnect from ".length());
      reason = peer == null ? null : withoutCode(peer.info());
    } else if (text.startsWith("Close session: user ")) {
      int id = text.lastIndexOf(" id ");
      int start = "Close session: user ".length();
      peer = id < start ? null : SshdPeer.namedFrom(text.substring(0, id), start);
      event.category("session").type("end").action("session_closed");
      from(event, peer);
      return true;
    } else {
      return false;
    }
    event.action(DISCONNECT).reason(reason);
    if (peer == null || peer.user() == null) {
      event.category("network").type("connection", "end");
    } else if (text.startsWith("Disconnected from user ")) {
      event.category("session").type("end");
    } else {
      event.category("authentication").type("info").outcome("failure");
    }
    from(event, peer);
    return true;
  }

  /** Messages about a connection, before anybody logs in. */
  private static void connection(SecurityEventBuilder event, String text) {
    if (text.startsWith("Did not receive identification string from ")) {
      event.category("network").type("connection", "info").action("ssh_no_identification");
      from(event, SshdPeer.at(text, "Did not receive identification string from ".length()));
    } else if (text.startsWith("Bad protocol version identification ")) {
      int last = text.lastIndexOf(" from ");
      event.category("network").type("connection", "denied").action("ssh_bad_protocol");
      from(event, last < 0 ? null : SshdPeer.at(text, last + " from ".length()));
    } else if (text.startsWith("banner exchange: Connection from ")) {
      SshdPeer peer = SshdPeer.at(text, "banner exchange: Connection from ".length());
      event.category("network").type("connection", "denied").action("ssh_bad_protocol");
      from(event, peer).reason(peer == null ? null : peer.info());
    } else if (text.startsWith("Unable to negotiate with ")) {
      SshdPeer peer = SshdPeer.at(text, "Unable to negotiate with ".length());
      event.category("network").type("connection", "denied").action("ssh_negotiation");
      from(event, peer).reason(peer == null ? null : peer.info());
    } else if (text.startsWith("Timeout before authentication for ")) {
      int start = "Timeout before authentication for ".length();
      event.category("network").type("connection", "end").action(DISCONNECT);
      event.reason("timeout before authentication");
      from(event, accepted(text, withoutPrefix(text, start, "connection from "), " to "));
    } else if (text.startsWith("Connection from ")) {
      event.category("network").type("connection", "start").action(CONNECT);
      from(event, accepted(text, "Connection from ".length(), " on "));
    } else if (text.startsWith("Starting session: ")) {
      startingSession(event, text);
    } else if (text.startsWith("reverse mapping checking getaddrinfo for ")) {
      int open = text.lastIndexOf(" [");
      int close = text.indexOf("] failed", Math.max(open, 0));
      event.category("network").type("info").action("ssh_reverse_mapping");
      event.reason("reverse mapping failed");
      if (open >= 0 && close > open) {
        event.source().address(text.substring(open + 2, close));
      }
    } else if (text.startsWith("Address ") && text.contains(" maps to ")) {
      event.category("network").type("info").action("ssh_reverse_mapping");
      event.reason("reverse mapping failed");
      from(event, accepted(text, "Address ".length(), " maps to "));
    }
  }

  /** {@code ADDRESS[ port N]}, up to the words that come after it. */
  private static @Nullable SshdPeer accepted(String text, int start, String words) {
    int end = text.indexOf(words, start);
    return SshdPeer.at(end < 0 ? text : text.substring(0, end), start);
  }

  /** {@code shell on pts/0 for NAME from ADDRESS port N id 0}. */
  private static void startingSession(SecurityEventBuilder event, String text) {
    int name = text.indexOf(" for ");
    int id = text.lastIndexOf(" id ");
    event.category("session").type("start").action("session_opened");
    if (name >= 0) {
      String peer = id < name ? text : text.substring(0, id);
      from(event, SshdPeer.namedFrom(peer, Math.min(name + " for ".length(), peer.length())));
    }
  }

  private static SecurityEventBuilder from(SecurityEventBuilder event, @Nullable SshdPeer peer) {
    if (peer != null) {
      event.user(peer.user()).source().address(peer.address()).port(peer.port());
    }
    return event;
  }

  /** A disconnect's text without the protocol's number for the reason. */
  private static @Nullable String withoutCode(@Nullable String info) {
    int colon = info == null ? -1 : info.indexOf(':');
    return colon < 0 ? info : info.substring(colon + 1).strip();
  }

  private static String withoutPrefix(String text, String prefix) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  private static int withoutPrefix(String text, int start, String prefix) {
    return text.startsWith(prefix, start) ? start + prefix.length() : start;
  }

  private static String withoutSuffix(String text, String suffix) {
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }
}
