package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private record Line(String text, long offset, long next, long length, boolean terminated) {}

  private static List<Line> read(ReadableByteChannel channel, long offset, int limit)
      throws IOException {
    LineReader reader = new LineReader(channel, offset, limit);
    List<Line> lines = new ArrayList<>();
    while (reader.next()) {
      lines.add(
          new Line(
              new String(reader.bytes(), StandardCharsets.ISO_8859_1),
              reader.offset(),
              reader.nextOffset(),
              reader.length(),
              reader.isTerminated()));
    }
    assertThat(reader.next()).isFalse();
    return lines;
  }

  private static List<Line> read(String text, int limit) throws IOException {
    return read(channel(text.getBytes(StandardCharsets.ISO_8859_1)), 0, limit);
  }

  private static ReadableByteChannel channel(byte[] bytes) {
    return Channels.newChannel(new ByteArrayInputStream(bytes));
  }

  @Test
  void offsetsAndLineEnds() throws IOException {
    assertThat(read("a\nbc\r\n\n\r\nd\re\r\r\nf", NO_LIMIT))
        .containsExactly(
            new Line("a", 0, 2, 1, true),
            new Line("bc", 2, 6, 2, true),
            new Line("", 6, 7, 0, true),
            new Line("", 7, 9, 0, true),
            new Line("d\re\r", 9, 15, 4, true),
            new Line("f", 15, 16, 1, false));
  }

  @Test
  void nothing() throws IOException {
    assertThat(read("", NO_LIMIT)).isEmpty();
    assertThat(read("\n", NO_LIMIT)).containsExactly(new Line("", 0, 1, 0, true));
  }

  @Test
  void aCarriageReturnAtTheEndMayStillBeHalfALineEnd() throws IOException {
    assertThat(read("a\r", NO_LIMIT)).containsExactly(new Line("a\r", 0, 2, 2, false));
  }

  @Test
  void zeroBytesAreBytes() throws IOException {
    assertThat(read("\0a\0\n\0", NO_LIMIT))
        .containsExactly(new Line("\0a\0", 0, 4, 3, true), new Line("\0", 4, 5, 1, false));
  }

  @Test
  void offsetsGoOnFromTheFirst() throws IOException {
    assertThat(
            read(
                channel("a\nb\n".getBytes(StandardCharsets.ISO_8859_1)), 10_000_000_000L, NO_LIMIT))
        .containsExactly(
            new Line("a", 10_000_000_000L, 10_000_000_002L, 1, true),
            new Line("b", 10_000_000_002L, 10_000_000_004L, 1, true));
  }

  @Test
  void linesLongerThanTheLimitAreCut() throws IOException {
    assertThat(read("abc\nabcd\nabcd\r\nabc\r\n", 3))
        .containsExactly(
            new Line("abc", 0, 4, 3, true),
            new Line("abc", 4, 9, 4, true),
            new Line("abc", 9, 15, 4, true),
            new Line("abc", 15, 20, 3, true));
  }

  @Test
  void linesLongerThanTheBuffer() throws IOException {
    String huge = "x".repeat(300_000);
    assertThat(read(huge + "\r\ny\n" + huge, NO_LIMIT))
        .containsExactly(
            new Line(huge, 0, 300_002, 300_000, true),
            new Line("y", 300_002, 300_004, 1, true),
            new Line(huge, 300_004, 600_004, 300_000, false));
    assertThat(read(huge + "\ny", 100_000))
        .containsExactly(
            new Line(huge.substring(0, 100_000), 0, 300_001, 300_000, true),
            new Line("y", 300_001, 300_002, 1, false));
  }

  @Test
  void lineEndsOnTheBuffersEdge() throws IOException {
    for (int size = (1 << 16) - 2; size <= (1 << 16) + 2; size++) {
      String line = "x".repeat(size);
      assertThat(read(line + "\r\n" + "y\n", NO_LIMIT))
          .containsExactly(
              new Line(line, 0, size + 2, size, true), new Line("y", size + 2, size + 4, 1, true));
    }
  }

  /** Gives one byte at a time, and now and then none. */
  private static final class Trickle implements ReadableByteChannel {
    private final byte[] bytes;
    private final Random random;
    private int position;

    Trickle(byte[] bytes, Random random) {
      this.bytes = bytes;
      this.random = random;
    }

    @Override
    public int read(ByteBuffer target) {
      if (position == bytes.length) {
        return -1;
      }
      if (random.nextInt(4) == 0) {
        return 0;
      }
      target.put(bytes[position++]);
      return 1;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private static List<Line> model(byte[] bytes, int limit) {
    List<Line> lines = new ArrayList<>();
    int start = 0;
    while (start < bytes.length) {
      int end = start;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      boolean terminated = end < bytes.length;
      int length = end - start;
      if (terminated && length > 0 && bytes[end - 1] == '\r') {
        length--;
      }
      byte[] kept = Arrays.copyOfRange(bytes, start, start + Math.min(length, limit));
      int next = terminated ? end + 1 : end;
      lines.add(
          new Line(new String(kept, StandardCharsets.ISO_8859_1), start, next, length, terminated));
      start = next;
    }
    return lines;
  }

  @Test
  void anyBytesInAnyPieces() throws IOException {
    Random random = new Random(7);
    byte[] alphabet = {'\n', '\n', '\r', 'a', 'b', 0, -1};
    for (int i = 0; i < 3_000; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = alphabet[random.nextInt(alphabet.length)];
      }
      int limit = 1 + random.nextInt(8);
      List<Line> expected = model(bytes, limit);
      assertThat(read(channel(bytes), 0, limit)).isEqualTo(expected);
      assertThat(read(new Trickle(bytes, random), 0, limit)).isEqualTo(expected);
    }
  }
}
