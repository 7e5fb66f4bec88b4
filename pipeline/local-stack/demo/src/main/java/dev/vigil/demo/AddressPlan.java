package dev.vigil.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Who has which address. All are of ranges that nobody has on the internet: those for documentation
 * (RFC 5737, RFC 3849), for benchmarks (RFC 2544) and for private networks.
 *
 * <p>Sources of attacks are given out once and belong to nobody else, so that whatever a line says
 * of such an address belongs to that attack.
 */
final class AddressPlan {
  /** What the ranges of attackers have room for, whatever the attacks. */
  static final int MOST_ATTACKS = 200;

  private static final int LAST_BYTE = 254;

  private final List<String> outside = new ArrayList<>();
  private int outsideTaken;
  private int officesTaken;
  private int insideTaken;
  private int ipv6Taken;

  AddressPlan(SplittableRandom random) {
    for (int i = 1; i <= LAST_BYTE; i++) {
      outside.add("203.0.113." + i);
      outside.add("198.51.100." + i);
    }
    for (int i = outside.size() - 1; i > 0; i--) {
      outside.set(i, outside.set(random.nextInt(i + 1), outside.get(i)));
    }
  }

  /** An attacker's on the internet. */
  String outside() {
    return outside.get(outsideTaken++);
  }

  /** The same in IPv6. */
  String outsideIpv6() {
    return "2001:db8:bad:" + Integer.toHexString(0x100 + ipv6Taken++) + "::1";
  }

  /** An office's, with many people behind it. */
  String office() {
    return "192.0.2." + (100 + officesTaken++);
  }

  /** A machine's in the company that does something out of the ordinary. */
  String inside() {
    insideTaken++;
    return "10.1.66." + insideTaken;
  }

  // Below: ordinary ones, by number.

  /** Where one of the company's people is; several of them share an address behind a NAT. */
  static String ofPerson(int person) {
    return switch (person % 5) {
      case 0, 1 -> "10.1." + (32 + (person / 200 & 31)) + "." + (1 + person % 200);
      case 2, 3 -> "192.0.2." + (2 + person / 10 % 50);
      default -> "2001:db8:20:" + Integer.toHexString(1 + person % 0xFFFF) + "::7";
    };
  }

  /** A machine of the company's that logs in at others without anybody's doing. */
  static String ofService(int service) {
    return "10.1.2." + (1 + service % LAST_BYTE);
  }

  /** A visitor of the web site. */
  static String ofVisitor(int visitor) {
    return "198.19." + (visitor >> 8 & 0xFF) + "." + (visitor & 0xFF);
  }

  /** One of those who knock at every door of the internet, all day long. */
  static String ofNoise(int scanner) {
    return "198.18." + (scanner >> 8 & 0xFF) + "." + (scanner & 0xFF);
  }

  /** A server out there that the company's people use. */
  static String ofServer(int server) {
    return "192.0.2." + (200 + server % 40);
  }
}
