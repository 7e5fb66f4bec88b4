package dev.vigil.pipeline.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What a shipper has to remember: all that is on its disk. Files that are gone stay in it, so that
 * the offsets of a later file of the same name go on counting.
 *
 * @param format {@value #FORMAT}, to know the file by
 * @param shipper who ships, for ever: a random id
 * @param complete whether nothing was shipped after this was written; otherwise the topics know
 * @param ends per topic and partition an offset before which there is nothing that was shipped
 *     after this was written
 * @param files how far each file has been shipped
 */
record ShipState(
    String format,
    String shipper,
    boolean complete,
    TreeMap<String, TreeMap<Integer, Long>> ends,
    List<FollowedFile.Position> files) {

  static final String FORMAT = "vigil-shipped-files-1";

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  static ShipState first() {
    return new ShipState(FORMAT, UUID.randomUUID().toString(), true, new TreeMap<>(), List.of());
  }

  ShipState with(
      boolean nowComplete,
      Map<String, TreeMap<Integer, Long>> nowEnds,
      Map<String, FollowedFile.Position> nowFiles) {
    return new ShipState(
        FORMAT, shipper, nowComplete, new TreeMap<>(nowEnds), List.copyOf(nowFiles.values()));
  }

  byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("every state has a JSON form", e);
    }
  }

  /**
   * @throws JsonProcessingException if it is not what {@link #toJson} writes
   */
  static ShipState ofJson(String json) throws JsonProcessingException {
    ShipState state = JSON.readValue(json, ShipState.class);
    boolean whole =
        state != null
            && FORMAT.equals(state.format)
            && Stream.of(state.shipper, state.ends, state.files).allMatch(part -> part != null)
            && state.files.stream().allMatch(ShipState::isPlace)
            && state.ends.values().stream()
                .allMatch(
                    topic ->
                        topic != null
                            && topic.values().stream().allMatch(end -> end != null && end >= 0));
    if (!whole) {
      throw new JsonProcessingException("it is no state of this program") {
        private static final long serialVersionUID = 1L;
      };
    }
    return state;
  }

  private static boolean isPlace(FollowedFile.Position file) {
    return file != null && file.path() != null && file.base() >= 0 && file.offset() >= 0;
  }
}
