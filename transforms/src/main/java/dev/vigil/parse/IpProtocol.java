package dev.vigil.parse;

import dev.vigil.event.IpAddress;
import java.util.Locale;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The protocol of a packet in ECS's terms: {@code network.transport}, {@code network.iana_number}
 * and {@code network.type}.
 *
 * @param transport the name in lower case, or null where the log gives a number, or only {@code IP}
 * @param number the number that IANA assigned, or null if it is not known here
 */
record IpProtocol(@Nullable String transport, @Nullable String number) {
  private static final IpProtocol NONE = new IpProtocol(null, null);

  /** <a href="https://www.iana.org/assignments/protocol-numbers">IANA's numbers</a>. */
  private static final Map<String, String> NUMBERS =
      Map.of(
          "icmp", "1",
          "igmp", "2",
          "tcp", "6",
          "udp", "17",
          "gre", "47",
          "esp", "50",
          "ah", "51",
          "ipv6-icmp", "58",
          "sctp", "132");

  /** The protocol of a name in any case, or of its number. */
  static IpProtocol of(@Nullable String text) {
    if (text == null) {
      return NONE;
    }
    String name = text.strip().toLowerCase(Locale.ROOT);
    // Both Snort and Suricata write PROTO:103 for what they have no name for.
    String digits = name.startsWith("proto:") ? name.substring("proto:".length()) : name;
    int number = digits.length() > 3 ? -1 : Timestamps.digits(digits, 0, digits.length());
    if (number >= 0) {
      String known = nameOf(Integer.toString(number));
      return new IpProtocol(known, Integer.toString(number));
    }
    return switch (name) {
      case "", "ip", "unknown" -> NONE;
      case "icmp6", "icmpv6" -> new IpProtocol("ipv6-icmp", "58");
      default -> new IpProtocol(name, NUMBERS.get(name));
    };
  }

  private static @Nullable String nameOf(String number) {
    for (Map.Entry<String, String> entry : NUMBERS.entrySet()) {
      if (entry.getValue().equals(number)) {
        return entry.getKey();
      }
    }
    return null;
  }

  /** Whether its packets have ports; where not, a number behind an address is something else. */
  boolean hasPorts() {
    return transport != null
        && switch (transport) {
          case "tcp", "udp", "sctp" -> true;
          default -> false;
        };
  }

  /** ECS {@code network.type} of traffic from or to an address, or null if it is none. */
  static @Nullable String typeOf(@Nullable String address) {
    String ip = address == null ? null : IpAddress.canonical(address);
    if (ip == null) {
      return null;
    }
    return ip.indexOf(':') >= 0 ? "ipv6" : "ipv4";
  }
}
