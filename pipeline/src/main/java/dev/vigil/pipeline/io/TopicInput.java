package dev.vigil.pipeline.io;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A Kafka topic to read.
 *
 * @param format the name of the format of every line in it, or null to recognise it line by line
 */
public record TopicInput(String topic, @Nullable String format) implements Serializable {

  /** The formats by topic; a HashMap because it travels with a function. */
  static HashMap<String, @Nullable String> formats(List<TopicInput> inputs) {
    HashMap<String, @Nullable String> formats = new HashMap<>();
    inputs.forEach(input -> formats.put(input.topic(), input.format()));
    return formats;
  }
}
