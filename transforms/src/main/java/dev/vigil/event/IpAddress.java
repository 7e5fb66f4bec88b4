package dev.vigil.event;

import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * IP addresses in one canonical spelling, so that equal addresses are equal strings.
 *
 * <p>IPv4 is dotted decimal. IPv6 is as RFC 5952 writes it: lower case, no leading zeros, the
 * longest run of two or more zero groups (the first of equals) as {@code ::}. An IPv4-mapped IPv6
 * address (RFC 4291, {@code ::ffff:a.b.c.d}) is the IPv4 address. A scope ({@code %eth0}) and
 * enclosing brackets are dropped. No name is ever looked up.
 */
public final class IpAddress {
  private IpAddress() {}

  /**
   * The canonical spelling, or null if the text is no IP address. IPv4 parts are decimal, without
   * leading zeros (which some read as octal).
   */
  public static @Nullable String canonical(String text) {
    int start = 0;
    int end = text.length();
    if (end > 2 && text.charAt(0) == '[' && text.charAt(end - 1) == ']') {
      start = 1;
      end--;
    }
    if (text.indexOf(':', start) < 0) {
      return ipv4(text, start, end) < 0 ? null : text.substring(start, end);
    }
    int scope = text.indexOf('%', start);
    if (scope >= 0 && scope < end) {
      if (scope == end - 1) {
        return null;
      }
      end = scope;
    }
    int[] groups = ipv6(text, start, end);
    return groups == null ? null : spell(groups);
  }

  /** The 32 bits of a dotted decimal address, or -1. */
  private static long ipv4(String text, int start, int end) {
    if (end - start < 7 || end - start > 15) {
      return -1;
    }
    long bits = 0;
    int position = start;
    for (int part = 0; part < 4; part++) {
      int value = 0;
      int digits = 0;
      while (position < end && text.charAt(position) >= '0' && text.charAt(position) <= '9') {
        if (digits > 0 && value == 0) {
          return -1;
        }
        value = value * 10 + (text.charAt(position++) - '0');
        if (++digits > 3) {
          return -1;
        }
      }
      if (digits == 0 || value > 255) {
        return -1;
      }
      bits = bits << 8 | value;
      if (part < 3) {
        if (position >= end || text.charAt(position++) != '.') {
          return -1;
        }
      }
    }
    return position == end ? bits : -1;
  }

  /** The eight groups, or null. */
  private static int @Nullable [] ipv6(String text, int start, int end) {
    int[] groups = new int[8];
    int count = 0;
    int gap = -1;
    int position = start;
    if (end - start < 2) {
      return null;
    }
    if (text.charAt(position) == ':') {
      if (text.charAt(position + 1) != ':') {
        return null;
      }
      gap = 0;
      position += 2;
    }
    while (position < end) {
      int groupStart = position;
      int value = 0;
      while (position < end && Character.digit(text.charAt(position), 16) >= 0) {
        if (text.charAt(position) > 'f' || position - groupStart == 4) {
          return null;
        }
        value = value << 4 | Character.digit(text.charAt(position), 16);
        position++;
      }
      if (position < end && text.charAt(position) == '.') {
        long bits = ipv4(text, groupStart, end);
        if (bits < 0 || count > 6) {
          return null;
        }
        groups[count++] = (int) (bits >>> 16);
        groups[count++] = (int) (bits & 0xffff);
        position = end;
        break;
      }
      if (position == groupStart || count == 8) {
        return null;
      }
      groups[count++] = value;
      if (position == end) {
        break;
      }
      if (text.charAt(position++) != ':' || position == end) {
        return null;
      }
      if (text.charAt(position) == ':') {
        if (gap >= 0) {
          return null;
        }
        gap = count;
        position++;
      }
    }
    if (gap < 0) {
      return count == 8 ? groups : null;
    }
    if (count == 8) {
      return null;
    }
    int tail = count - gap;
    System.arraycopy(groups, gap, groups, 8 - tail, tail);
    Arrays.fill(groups, gap, 8 - tail, 0);
    return groups;
  }

  private static String spell(int[] groups) {
    boolean mapped = groups[5] == 0xffff;
    for (int i = 0; i < 5; i++) {
      mapped &= groups[i] == 0;
    }
    if (mapped) {
      return (groups[6] >> 8)
          + "."
          + (groups[6] & 255)
          + "."
          + (groups[7] >> 8)
          + "."
          + (groups[7] & 255);
    }
    int runStart = -1;
    int runLength = 1;
    for (int i = 0; i < 8; i++) {
      int j = i;
      while (j < 8 && groups[j] == 0) {
        j++;
      }
      if (j - i > runLength) {
        runStart = i;
        runLength = j - i;
      }
      i = Math.max(i, j);
    }
    StringBuilder out = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      if (i == runStart) {
        out.append("::");
        i += runLength - 1;
        continue;
      }
      if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
        out.append(':');
      }
      out.append(Integer.toHexString(groups[i]));
    }
    return out.toString();
  }
}
