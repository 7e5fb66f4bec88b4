package dev.vigil.parse;

import dev.vigil.event.IpAddress;
import dev.vigil.event.SecurityEventBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Packets that the Linux kernel logged for a rule with the target {@code LOG} of iptables,
 * ip6tables or nftables, also by way of UFW, firewalld, Shorewall or a Ubiquiti gateway: {@code
 * PREFIX IN=eth0 OUT= MAC=… SRC=… DST=… LEN=… PROTO=TCP SPT=… DPT=… …} behind a syslog header. The
 * fields are those of the kernel's {@code nf_log_syslog}.
 *
 * <p>Out comes a connection, {@code denied} or {@code allowed} as far as the rule's prefix says so:
 * the line itself never does.
 */
public final class IptablesFormat implements LogFormat {
  private static final long serialVersionUID = 1L;

  private static final String IN = "IN=";

  /** Some gateways have the facility before the program, which is then part of the message. */
  private static final String FACILITY_KERNEL = " kernel:";

  /** Fields of which at least two make a line from the kernel one of netfilter's, if torn. */
  private static final Set<String> KNOWN =
      Set.of(
          "IN",
          "OUT",
          "MAC",
          "SRC",
          "DST",
          "LEN",
          "TOS",
          "PREC",
          "TTL",
          "ID",
          "PROTO",
          "SPT",
          "DPT",
          "WINDOW",
          "RES",
          "URGP",
          "TC",
          "HOPLIMIT",
          "FLOWLBL",
          "PHYSIN",
          "PHYSOUT");

  private static final Set<String> TCP_FLAGS =
      Set.of("CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN");

  /** Octets of a MAC address; the MAC field has the destination's, the source's and the type. */
  private static final int MAC_OCTETS = 6;

  @Override
  public String name() {
    return "iptables";
  }

  @Override
  public @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine {
    SyslogHeader header = line.syslog();
    if (header == null) {
      return withoutTime(line.text());
    }
    String message = header.message();
    int start = packetStart(message);
    boolean fromKernel = isFromKernel(header);
    if (!owns(header, line.text())) {
      return null;
    }
    if (start < 0) {
      throw malformed("no IN= and OUT=");
    }
    Map<String, String> fields = new HashMap<>();
    List<String> flags = new ArrayList<>(2);
    readFields(message, start, fields, flags);
    String source = address("SRC", fields);
    String destination = address("DST", fields);
    String prefix = message.substring(0, start);
    if (header.program() != null && !fromKernel) {
      // Without "kernel:" a prefix such as "DROPPED:" is where a program would be.
      prefix = header.program() + ":" + prefix;
    } else if (!fromKernel && prefix.contains(FACILITY_KERNEL)) {
      prefix = prefix.substring(prefix.indexOf(FACILITY_KERNEL) + FACILITY_KERNEL.length()).strip();
    }
    SecurityEventBuilder event =
        SecurityEventBuilder.at(header.timestamp(line.context()))
            .category("network")
            .host(header.host())
            .observer(header.host(), null, "iptables", "firewall")
            .ingress(fields.get("IN"))
            .egress(fields.get("OUT"))
            .networkType(source.indexOf(':') < 0 ? "ipv4" : "ipv6")
            .label("tcp_flags", String.join(",", flags))
            .label("icmp_type", fields.get("TYPE"))
            .label("icmp_code", fields.get("CODE"))
            .message(header.rest());
    event.source().address(source).port(Numbers.parsePort(fields.get("SPT")));
    event.destination().address(destination).port(Numbers.parsePort(fields.get("DPT")));
    putProtocol(fields.get("PROTO"), event);
    putMacs(fields, event);
    putRule(withoutUptime(prefix).strip(), event);
    return event;
  }

  /** Whether a line with a syslog header is of netfilter. */
  static boolean owns(SyslogHeader header, String text) {
    String message = header.message();
    int start = packetStart(message);
    if (isFromKernel(header)) {
      return start >= 0 || hasKnownFields(message);
    }
    return isPacket(message, start, header)
        && !SshdFormat.owns(header)
        && !SnortFast.owns(header)
        && !CiscoAsaFormat.owns(header, text);
  }

  private static boolean isFromKernel(SyslogHeader header) {
    return header.isFrom("kernel", "ulogd");
  }

  /** Refuses a packet in the kernel's own log, whose clock counts from the start of the system. */
  private static @Nullable SecurityEventBuilder withoutTime(String text) throws MalformedLine {
    if (text.startsWith("[")
        && !withoutUptime(text).equals(text)
        && packetStart(text) >= 0
        && !WebAccessFormat.hasRequest(text)) {
      throw new MalformedLine("no time", "only the seconds since the system's start");
    }
    return null;
  }

  /** Where "IN=… OUT=" begins, or -1. */
  private static int packetStart(String message) {
    int at = message.indexOf(IN);
    while (at >= 0) {
      int blank = message.indexOf(' ', at);
      if (blank < 0) {
        return -1;
      }
      if (message.startsWith("OUT=", blank + 1)) {
        return at;
      }
      at = message.indexOf(IN, blank);
    }
    return -1;
  }

  /** Whether a message that does not say it comes from the kernel is of netfilter all the same. */
  private static boolean isPacket(String message, int start, SyslogHeader header) {
    if (start >= 0) {
      // What looks like a program may be the rule's prefix, if nothing but it is before the fields.
      return (message.contains(" SRC=") || message.contains(" DST="))
          && (header.program() == null || message.lastIndexOf(' ', start) < 0);
    }
    int kernel = message.indexOf(FACILITY_KERNEL);
    return header.program() == null
        && kernel >= 0
        && message.lastIndexOf(' ', kernel - 1) < 0
        && hasKnownFields(message);
  }

  /** Whether fields of netfilter are there, although not those with which it begins. */
  private static boolean hasKnownFields(String message) {
    int known = 0;
    for (String word : message.split(" ")) {
      int equals = word.indexOf('=');
      if (equals > 0 && KNOWN.contains(word.substring(0, equals))) {
        known++;
      }
    }
    return known >= 2;
  }

  /** Reads up to the packet that an ICMP error quotes in brackets. The first of equals counts. */
  private static void readFields(
      String message, int start, Map<String, String> fields, List<String> flags) {
    int position = start;
    while (position < message.length()) {
      int blank = message.indexOf(' ', position);
      int end = blank < 0 ? message.length() : blank;
      String word = message.substring(position, end);
      if (word.startsWith("[")) {
        return;
      }
      int equals = word.indexOf('=');
      if (equals > 0) {
        fields.putIfAbsent(word.substring(0, equals), word.substring(equals + 1));
      } else if (TCP_FLAGS.contains(word)) {
        flags.add(word);
      }
      position = end + 1;
    }
  }

  private static String address(String name, Map<String, String> fields) throws MalformedLine {
    String value = fields.get(name);
    if (value == null) {
      throw malformed("no " + name);
    }
    String ip = IpAddress.canonical(value);
    if (ip == null) {
      throw malformed(name + " is not an IP address: " + value);
    }
    return ip;
  }

  private static void putProtocol(@Nullable String protocol, SecurityEventBuilder event) {
    if (protocol == null) {
      return;
    }
    Long number = Numbers.parseLong(protocol);
    if (number == null) {
      event.transport(protocol.toLowerCase(Locale.ROOT));
    } else {
      event.ianaNumber(number.toString());
    }
  }

  private static void putMacs(Map<String, String> fields, SecurityEventBuilder event) {
    String both = fields.get("MAC");
    if (both != null) {
      int octets = 3 * MAC_OCTETS;
      // Shorter ones are not of Ethernet.
      if (both.length() >= 2 * octets - 1) {
        event.destination().mac(mac(both.substring(0, octets - 1)));
        event.source().mac(mac(both.substring(octets, 2 * octets - 1)));
      }
    } else {
      event.destination().mac(mac(fields.get("MACDST")));
      event.source().mac(mac(fields.get("MACSRC")));
    }
  }

  /** ECS's spelling of six octets with colons, or null for anything else. */
  private static @Nullable String mac(@Nullable String text) {
    if (text == null || text.length() != 3 * MAC_OCTETS - 1) {
      return null;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (i % 3 == 2 ? c != ':' : c > 'f' || Character.digit(c, 16) < 0) {
        return null;
      }
    }
    return text.toUpperCase(Locale.ROOT).replace(':', '-');
  }

  /** The prefix without the kernel's clock in front of it: {@code [ 203.842973]}. */
  private static String withoutUptime(String prefix) {
    int position = 0;
    if (prefix.startsWith("[")) {
      position++;
      while (position < prefix.length()
          && (prefix.charAt(position) == ' '
              || prefix.charAt(position) == '.'
              || Timestamps.isDigit(prefix.charAt(position)))) {
        position++;
      }
      if (position > 2 && position < prefix.length() && prefix.charAt(position) == ']') {
        return prefix.substring(position + 1);
      }
    }
    return prefix;
  }

  /** What the prefix tells: the rule, and what it does with the packet. */
  private static void putRule(String prefix, SecurityEventBuilder event) {
    int end = prefix.length();
    while (end > 0 && ": ".indexOf(prefix.charAt(end - 1)) >= 0) {
      end--;
    }
    String rule = prefix.substring(0, end);
    boolean bracketed = rule.startsWith("[") && rule.indexOf(']') == rule.length() - 1;
    if (bracketed) {
      rule = rule.substring(1, rule.length() - 1);
    }
    String action = null;
    String[] parts = rule.split("-");
    if (bracketed && parts.length >= 3) {
      // Ubiquiti's [chain-rule-verdict], of late [chain-verdict-rule]
      int last = parts.length - 1;
      action = verdictOfLetter(parts[last]);
      int verdictAt = action == null ? last - 1 : last;
      if (action == null) {
        action = verdictOfLetter(parts[verdictAt]);
      }
      if (action != null) {
        int idAt = verdictAt == last ? last - 1 : last;
        event.ruleId(parts[idAt]);
        rule = String.join("-", List.of(parts).subList(0, last - 1));
      }
    }
    if (action == null) {
      action = verdictOfWords(rule);
    }
    event.ruleName(rule).action(action).type("connection");
    if (action != null) {
      event.type(action.equals("accept") ? "allowed" : "denied");
    }
  }

  private static @Nullable String verdictOfLetter(String letter) {
    return switch (letter) {
      case "A" -> "accept";
      case "D" -> "drop";
      case "R" -> "reject";
      default -> null;
    };
  }

  /** The first word for a verdict in a prefix that people, or their firewall's front end, chose. */
  private static @Nullable String verdictOfWords(String prefix) {
    String text = prefix.toUpperCase(Locale.ROOT);
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || !Character.isLetter(text.charAt(i))) {
        String action =
            switch (text.substring(start, i)) {
              case "REJECT", "REJECTED", "REJECTING" -> "reject";
              case "DROP",
                      "DROPPED",
                      "DROPPING",
                      "BLOCK",
                      "BLOCKED",
                      "BLOCKING",
                      "DENY",
                      "DENIED",
                      "DISCARD",
                      "DISCARDED" ->
                  "drop";
              case "ACCEPT",
                      "ACCEPTED",
                      "ALLOW",
                      "ALLOWED",
                      "PASS",
                      "PASSED",
                      "PERMIT",
                      "PERMITTED" ->
                  "accept";
              default -> null;
            };
        if (action != null) {
          return action;
        }
        start = i + 1;
      }
    }
    return null;
  }

  private static MalformedLine malformed(String detail) {
    return new MalformedLine("malformed netfilter line", detail);
  }
}
