package dev.vigil.pipeline.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/**
 * Takes a channel's bytes apart into lines, each with the offset of its first byte. A line ends
 * before {@code \n} or {@code \r\n}. Of a line longer than the limit only the first bytes are kept;
 * its true length is still told.
 */
final class LineReader {
  private static final int BUFFER_BYTES = 1 << 16;

  private final ReadableByteChannel channel;
  private final int maxLineBytes;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private long nextOffset;

  /** What stands before the buffer, and before the line. */
  private final TailBytes beforeBuffer = new TailBytes();

  private final TailBytes beforeLine = new TailBytes();

  private byte[] line = new byte[1 << 10];
  private int kept;
  private byte last;
  private long length;
  private long offset;
  private boolean terminated;

  /**
   * @param offset of the channel's first byte
   */
  LineReader(ReadableByteChannel channel, long offset, int maxLineBytes) {
    this(channel, offset, new TailBytes(), maxLineBytes);
  }

  /**
   * @param offset of the channel's first byte
   * @param before what stands before it
   */
  LineReader(ReadableByteChannel channel, long offset, TailBytes before, int maxLineBytes) {
    this.channel = channel;
    this.nextOffset = offset;
    this.maxLineBytes = maxLineBytes;
    beforeBuffer.set(before);
  }

  /**
   * Goes to the next line; false if there is none. The last line need not be terminated: see {@link
   * #isTerminated}.
   */
  boolean next() throws IOException {
    beforeLine.set(beforeBuffer);
    beforeLine.append(buffer, position);
    offset = nextOffset;
    kept = 0;
    length = 0;
    while (true) {
      int newline = position;
      while (newline < limit && buffer[newline] != '\n') {
        newline++;
      }
      keep(position, newline);
      nextOffset += newline - position;
      if (newline < limit) {
        position = newline + 1;
        nextOffset++;
        terminated = true;
        dropCarriageReturn();
        return true;
      }
      position = limit;
      if (!fill()) {
        terminated = false;
        return length > 0;
      }
    }
  }

  /**
   * Goes over the rest of a line to the next one.
   *
   * @param end an offset at which to give up
   * @return false if no line begins before it
   */
  boolean skipLine(long end) throws IOException {
    while (nextOffset < end) {
      if (position == limit && !fill()) {
        return false;
      }
      nextOffset++;
      if (buffer[position++] == '\n') {
        return nextOffset < end;
      }
    }
    return false;
  }

  /** Whether the line was ended by a newline, and not by the end of what there is so far. */
  boolean isTerminated() {
    return terminated;
  }

  /** Closes the channel. */
  void close() throws IOException {
    channel.close();
  }

  /** The bytes that stand before the line, as they were read. */
  TailBytes before() {
    return beforeLine;
  }

  /** The offset of the line's first byte. */
  long offset() {
    return offset;
  }

  /** The offset of the first byte after the line and its end. */
  long nextOffset() {
    return nextOffset;
  }

  /** The line, or if it is too long its beginning. */
  byte[] bytes() {
    return Arrays.copyOf(line, kept);
  }

  /** The line's true length in bytes. */
  long length() {
    return length;
  }

  private void keep(int from, int to) {
    int count = (int) Math.min(to - from, (long) maxLineBytes - kept);
    if (count > 0) {
      if (kept + count > line.length) {
        line = Arrays.copyOf(line, Math.max(kept + count, 2 * line.length));
      }
      System.arraycopy(buffer, from, line, kept, count);
      kept += count;
    }
    if (to > from) {
      last = buffer[to - 1];
      length += to - from;
    }
  }

  private void dropCarriageReturn() {
    if (length > 0 && last == '\r') {
      length--;
      kept = (int) Math.min(kept, length);
    }
  }

  private boolean fill() throws IOException {
    beforeBuffer.append(buffer, limit);
    ByteBuffer bytes = ByteBuffer.wrap(buffer);
    int count = 0;
    while (count == 0) {
      count = channel.read(bytes);
    }
    position = 0;
    limit = Math.max(count, 0);
    return count > 0;
  }
}
