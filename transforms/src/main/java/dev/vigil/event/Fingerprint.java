package dev.vigil.event;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Deterministic identifiers: the first 128 bits of SHA-256 over the parts, as 32 hex digits.
 *
 * <p>Each part goes in behind its length, so that ("ab", "c") and ("a", "bc") differ.
 */
public final class Fingerprint {
  private static final int BYTES = 16;

  /** Never fed: to copy it is much cheaper than to look one up. */
  private static final MessageDigest EMPTY = sha256();

  private Fingerprint() {}

  public static String of(String... parts) {
    MessageDigest digest = copy(EMPTY);
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      int n = bytes.length;
      digest.update((byte) (n >>> 24));
      digest.update((byte) (n >>> 16));
      digest.update((byte) (n >>> 8));
      digest.update((byte) n);
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("the JDK's can be copied", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
