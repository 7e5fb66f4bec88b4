package dev.vigil.pipeline.io;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A Kafka topic to read.
 *
 * @param format the name of the format of every line in it, or null to recognise it line by line
 * @param partitions how many it had when the job was made; 0 if nobody has looked
 */
public record TopicInput(String topic, @Nullable String format, int partitions)
    implements Serializable {

  public TopicInput(String topic, @Nullable String format) {
    this(topic, format, 0);
  }

  public TopicInput withPartitions(int value) {
    return new TopicInput(topic, format, value);
  }

  /** The formats by topic; a HashMap because it travels with a function. */
  static HashMap<String, @Nullable String> formats(List<TopicInput> inputs) {
    HashMap<String, @Nullable String> formats = new HashMap<>();
    inputs.forEach(input -> formats.put(input.topic(), input.format()));
    return formats;
  }
}
