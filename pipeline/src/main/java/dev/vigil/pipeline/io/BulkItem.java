package dev.vigil.pipeline.io;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.vigil.event.EcsDocument;
import dev.vigil.event.EcsJson;
import java.nio.charset.StandardCharsets;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One document of a bulk request: the two lines that it takes there, each with its end, in the form
 * of the <a href="https://docs.opensearch.org/latest/api-reference/document-apis/bulk/">bulk
 * API</a>.
 *
 * @param versioned whether the server knows of revisions of this document, and keeps the newest
 */
record BulkItem<T>(T document, boolean versioned, byte[] lines) {

  /** A document for an index, under its own id. */
  static <T extends Record & EcsDocument> BulkItem<T> of(T document, String index) {
    @Nullable Long revision = document.revision();
    StringBuilder lines = new StringBuilder(1_024);
    lines.append("{\"index\":{\"_index\":\"").append(index).append("\",\"_id\":\"");
    JsonStringEncoder.getInstance().quoteAsString(document.id(), lines);
    lines.append('"');
    if (revision != null) {
      // The same revision again is no conflict: a retry changes nothing.
      lines.append(",\"version\":").append(revision.longValue());
      lines.append(",\"version_type\":\"external_gte\"");
    }
    lines.append("}}\n").append(EcsJson.of(document)).append('\n');
    return new BulkItem<>(
        document, revision != null, lines.toString().getBytes(StandardCharsets.UTF_8));
  }
}
