package dev.vigil.pipeline.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How far a file has been shipped, as its last record of a transaction tells in the header {@link
 * LineRecord#SHIPPED}: the record is in the topic if and only if the transaction was committed.
 *
 * @param shipper who shipped it: other machines may have files of the same name
 */
record ShippedUntil(String shipper, FollowedFile.Position file) {
  private static final ObjectMapper JSON = new ObjectMapper();

  void addTo(ProducerRecord<byte[], byte[]> record) {
    try {
      record.headers().add(LineRecord.SHIPPED, JSON.writeValueAsBytes(this));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("every position has a JSON form", e);
    }
  }

  /** What a record tells; null if nothing, or nothing that this program wrote. */
  static @Nullable ShippedUntil of(ConsumerRecord<byte[], byte[]> record) {
    Header header = record.headers().lastHeader(LineRecord.SHIPPED);
    if (header == null || header.value() == null) {
      return null;
    }
    try {
      ShippedUntil told = JSON.readValue(header.value(), ShippedUntil.class);
      return told == null || told.file == null || told.file.path() == null ? null : told;
    } catch (IOException e) {
      return null; // another program's: ours are always read
    }
  }
}
