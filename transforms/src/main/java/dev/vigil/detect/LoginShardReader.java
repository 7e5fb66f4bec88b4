package dev.vigil.detect;

import dev.vigil.event.Ecs;
import dev.vigil.event.EventId;
import dev.vigil.event.Provenance;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads what {@link LoginShardWriter} has written: key after key, and of each only its number of
 * attempts; its summary if that is asked for.
 */
final class LoginShardReader {
  private final byte[] bytes;
  private int at;
  private final List<Provenance> firstOfPlaces = new ArrayList<>(2);
  private final long firstTime;
  private long keysLeft;
  private int next;
  private @Nullable String key;
  private long attempts;
  private int place;

  LoginShardReader(byte[] bytes) {
    this.bytes = bytes;
    for (long left = number(); left > 0; left--) {
      if (number() == 0) {
        String path = text();
        firstOfPlaces.add(Provenance.ofFile(path, number()));
      } else {
        String topic = text();
        int partition = (int) number();
        firstOfPlaces.add(Provenance.ofKafka(topic, partition, number()));
      }
    }
    firstTime = signed();
    keysLeft = number();
    next = at;
  }

  /** Goes to the next key, if there is one. */
  boolean next() {
    if (keysLeft == 0) {
      return false;
    }
    keysLeft--;
    at = next;
    key = text();
    place = at;
    attempts = number();
    int length = (int) number();
    next = at + length;
    return true;
  }

  /** The key that it is at. */
  String key() {
    return key;
  }

  /** The key's. */
  long attempts() {
    return attempts;
  }

  /** Where the key's summary is, for {@link #summary}. */
  int place() {
    return place;
  }

  /** The summary at a place. It does not go to another key. */
  LoginSummary summary(int summaryPlace) {
    at = summaryPlace;
    long allAttempts = number();
    number();
    long events = number();
    long failed = number();
    long first = firstTime + signed();
    long last = first + number();
    return new LoginSummary(
        events, allAttempts, failed, time(first), time(last), users(), evidence(first));
  }

  private NameSample users() {
    int size = (int) number();
    List<String> names = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      names.add(text());
    }
    int hashes = (int) number() - 1;
    if (hashes < 0) {
      return new NameSample(names, null);
    }
    List<Long> all = new ArrayList<>(hashes);
    for (int i = 0; i < hashes; i++) {
      all.add(number());
    }
    return new NameSample(names, all);
  }

  private List<Evidence> evidence(long first) {
    int size = (int) number();
    List<Evidence> evidence = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      Instant time = time(first + number());
      evidence.add(new Evidence(time, id()));
    }
    return evidence;
  }

  private EventId id() {
    int number = (int) number();
    if (number == 0) {
      return EventId.of(text());
    }
    Provenance origin = firstOfPlaces.get(number - 1);
    long more = signed();
    Ecs.Kafka record = origin.kafka();
    return EventId.of(
        record == null
            ? Provenance.ofFile(origin.path(), origin.offset() + more)
            : Provenance.ofKafka(record.topic(), record.partition(), record.offset() + more));
  }

  private String text() {
    int length = (int) number();
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  private long signed() {
    long number = number();
    return number >>> 1 ^ -(number & 1);
  }

  private long number() {
    long number = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = bytes[at++];
      number |= (b & 0x7FL) << shift;
      if (b >= 0) {
        return number;
      }
    }
  }

  private static Instant time(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
  }
}
