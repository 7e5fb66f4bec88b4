package dev.vigil.pipeline.io;

import java.util.zip.CRC32C;

/** The last {@value #LIMIT} bytes of what was appended, or all of it where that is less. */
final class TailBytes {
  static final int LIMIT = 256;

  private final byte[] bytes = new byte[LIMIT];
  private int length;

  /** Appends an array's first bytes. */
  void append(byte[] more, int count) {
    int added = Math.min(count, LIMIT);
    int kept = Math.min(length, LIMIT - added);
    System.arraycopy(bytes, length - kept, bytes, 0, kept);
    System.arraycopy(more, count - added, bytes, kept, added);
    length = kept + added;
  }

  /** Becomes a copy of another one. */
  void set(TailBytes other) {
    System.arraycopy(other.bytes, 0, bytes, 0, other.length);
    length = other.length;
  }

  /** A checksum of the bytes, which tells them from others but for one time in four billion. */
  long checksum() {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return crc.getValue();
  }
}
