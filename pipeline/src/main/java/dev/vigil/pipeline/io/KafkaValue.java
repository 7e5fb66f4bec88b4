package dev.vigil.pipeline.io;

import dev.vigil.parse.ParsedLine;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A record's value, with the line that it is once somebody asked: its event time is needed before
 * the record goes on, and the line should not be parsed again then.
 */
final class KafkaValue {
  private final byte @Nullable [] bytes;
  private @Nullable ParsedLine line;

  private KafkaValue(byte @Nullable [] bytes) {
    this.bytes = bytes;
  }

  /** Null for a record without a value. */
  byte @Nullable [] bytes() {
    return bytes;
  }

  /** Null as long as nobody has set it. */
  @Nullable ParsedLine line() {
    return line;
  }

  void setLine(ParsedLine value) {
    line = value;
  }

  /** It travels as its bytes. */
  static Coder<KafkaValue> coder() {
    return DelegateCoder.of(
        NullableCoder.of(ByteArrayCoder.of()),
        KafkaValue::bytes,
        KafkaValue::new,
        TypeDescriptor.of(KafkaValue.class));
  }

  /** By Kafka's name for it: takes the bytes as they are. */
  public static final class Deserializer
      implements org.apache.kafka.common.serialization.Deserializer<KafkaValue> {
    @Override
    public KafkaValue deserialize(String topic, byte @Nullable [] data) {
      return new KafkaValue(data);
    }
  }
}
