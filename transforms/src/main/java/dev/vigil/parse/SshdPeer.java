package dev.vigil.parse;

import dev.vigil.event.IpAddress;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Who an sshd message is about, and where from.
 *
 * <p>A remote user chooses the user name and may write there what looks like the rest of a message,
 * so the address is the one that sshd itself wrote last.
 *
 * @param user the user name, maybe empty, or null where the message names none
 * @param unknown whether sshd says that there is no such user
 * @param address the address or host name, or null if sshd did not know it
 * @param port the port, or null
 * @param info what follows the protocol and a colon, the key, or null
 * @param complete whether something of sshd's follows the address, so that it was not cut short
 */
record SshdPeer(
    @Nullable String user,
    boolean unknown,
    @Nullable String address,
    @Nullable Integer port,
    @Nullable String info,
    boolean complete) {

  private static final String FROM = " from ";
  private static final String INVALID = "invalid user ";
  private static final String ILLEGAL = "illegal user ";

  /** What sshd writes of an address that it could not find out. */
  private static final String NO_ADDRESS = "UNKNOWN";

  /**
   * Reads {@code [invalid user ]NAME from ADDRESS[ port N][ ssh2][: KEY]} to the text's end.
   *
   * @param start where this begins in the text
   * @return null if the text does not end so
   */
  static @Nullable SshdPeer namedFrom(String text, int start) {
    boolean unknown = text.startsWith(INVALID, start) || text.startsWith(ILLEGAL, start);
    int name = unknown ? start + INVALID.length() : start;
    int last = text.lastIndexOf(FROM);
    if (last < name - 1) {
      return null;
    }
    SshdPeer peer = at(text, last + FROM.length());
    if (!unknown && (peer == null || peer.info != null)) {
      // Here it is the holder of the key who may have written " from ", not the known user.
      for (int i = text.indexOf(FROM, name); i >= 0 && i < last; i = text.indexOf(FROM, i + 1)) {
        SshdPeer first = at(text, i + FROM.length());
        if (first != null && first.info != null) {
          if (isFreeText(first.info)) {
            last = i;
            peer = first;
          }
          break;
        }
      }
    }
    return peer == null ? null : peer.of(text.substring(name, Math.max(name, last)), unknown);
  }

  /**
   * Reads {@code [[invalid |authenticating ]user NAME ]ADDRESS[ port N]} to the text's end.
   *
   * @param start where this begins in the text
   * @return null if the text does not end so
   */
  static @Nullable SshdPeer named(String text, int start) {
    int blank = text.lastIndexOf(" port ");
    int address = text.lastIndexOf(' ', (blank < start ? text.length() : blank) - 1) + 1;
    SshdPeer peer = address < start ? null : at(text, address);
    if (peer == null || address == start) {
      // "Connection reset by peer" names nobody.
      return peer != null
              && peer.address != null
              && !peer.complete
              && IpAddress.canonical(peer.address) == null
          ? null
          : peer;
    }
    int name = start;
    for (String prefix : new String[] {INVALID, "authenticating user ", "user "}) {
      if (text.startsWith(prefix, start)) {
        name = start + prefix.length();
        return peer.of(text.substring(name, Math.max(name, address - 1)), prefix.equals(INVALID));
      }
    }
    return null;
  }

  /** Reads {@code ADDRESS[ port N][ ssh2][: INFO]} to the text's end, or null. */
  static @Nullable SshdPeer at(String text, int start) {
    int end = text.length();
    int position = text.indexOf(' ', start);
    position = position < 0 ? end : position;
    // Without a port the colon follows the address, which may hold colons itself.
    boolean colon = position > start && text.charAt(position - 1) == ':';
    String address = text.substring(start, colon ? --position : position);
    if (address.isEmpty()) {
      return null;
    }
    boolean complete = false;
    Integer port = null;
    if (text.startsWith(" port ", position)) {
      int digits = position + " port ".length();
      position = digits;
      while (position < end && Timestamps.isDigit(text.charAt(position))) {
        position++;
      }
      if (position == digits) {
        return null;
      }
      port = Numbers.parsePort(text.substring(digits, position));
      complete = true;
    }
    if (text.startsWith(" ssh", position)
        && position + 5 <= end
        && Timestamps.isDigit(text.charAt(position + 4))) {
      position += 5;
      complete = true;
    }
    String info = null;
    if (position < end && text.charAt(position) == ':') {
      info = text.substring(position + 1).strip();
    } else if (position < end) {
      return null;
    }
    boolean known = !address.equals(NO_ADDRESS);
    return new SshdPeer(null, false, known ? address : null, known ? port : null, info, complete);
  }

  private SshdPeer of(String name, boolean isUnknown) {
    return new SshdPeer(name, isUnknown, address, port, info, complete);
  }

  /** Whether a key's description holds text that its holder chose: a certificate's, a host's. */
  private static boolean isFreeText(String info) {
    int blank = info.indexOf(' ');
    return (blank > 0 && info.substring(0, blank).endsWith("-CERT"))
        || info.contains(", client user \"");
  }
}
