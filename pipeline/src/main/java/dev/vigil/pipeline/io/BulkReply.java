package dev.vigil.pipeline.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What a server says became of each document of a bulk request, in the order of the request. */
record BulkReply(List<Item> items) {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int CONFLICT = 409;

  /** Closed to writing, of 403: an index by its owner, or the cluster, which the reason tells. */
  private static final String BLOCKED = "cluster_block_exception";

  private static final String BLOCKED_INDEX = "index [";

  /** The cluster has as many shards as it may have: no status tells that. */
  private static final String INVALID = "validation_exception";

  private static final String SHARD_LIMIT = "shards open";

  /**
   * What became of one document.
   *
   * @param status as of HTTP
   * @param error the server's word for what is wrong; null if nothing is
   * @param reason in the server's words, with the causes; null if nothing is wrong
   */
  record Item(int status, @Nullable String error, @Nullable String reason) {
    boolean isWritten() {
      return status / 100 == 2 && error == null;
    }

    /**
     * Whether it is the server that is in trouble, and not the document: it is too busy, its disk
     * or its number of shards is full, a shard is away, it is closed to writing, or it fails.
     */
    boolean isForLater() {
      return status == 408
          || status == 429
          || status / 100 == 5
          || (isError(INVALID) && reason.contains(SHARD_LIMIT))
          || (isError(BLOCKED) && !reason.startsWith(BLOCKED_INDEX));
    }

    /**
     * Whether the server takes others, but not this document in its index. Of anything else, such
     * as a user without the right to write, the reason is not in the document.
     */
    boolean isRefused() {
      return switch (status) {
        case 400, CONFLICT, 413 -> true;
        default -> isError(BLOCKED);
      };
    }

    private boolean isError(String type) {
      return type.equals(error) && reason != null;
    }

    /** Whether the server has a newer revision. */
    boolean isConflict() {
      return status == CONFLICT;
    }
  }

  /** The reply is not one to a bulk request of that many documents. */
  static final class NotAReplyException extends Exception {
    private static final long serialVersionUID = 1L;

    NotAReplyException(String message) {
      super(message);
    }
  }

  /** The only members of a reply that count, as the parameter {@code filter_path} has them. */
  static final String FILTER = "errors,items.*.status,items.*.error";

  /**
   * @param body the body of a reply of status 200; read to its end
   * @param sent how many documents the request had
   * @throws NotAReplyException if the body does not say what became of each of them
   * @throws IOException if the body breaks off
   */
  static BulkReply read(InputStream body, int sent) throws IOException, NotAReplyException {
    byte[] bytes = body.readAllBytes();
    JsonNode reply;
    try {
      reply = JSON.readTree(bytes);
    } catch (IOException e) {
      throw new NotAReplyException("the reply is no JSON");
    }
    JsonNode listed = reply.path("items");
    if (listed.size() != sent) {
      throw new NotAReplyException(
          "the reply tells of " + listed.size() + " documents where " + sent + " were sent");
    }
    List<Item> items = new ArrayList<>(sent);
    for (JsonNode each : listed) {
      JsonNode item = each.path("index");
      if (!item.path("status").isInt()) {
        throw new NotAReplyException("the reply does not tell the status of each document");
      }
      items.add(item(item));
    }
    return new BulkReply(items);
  }

  /** What the server says of the first document that it may take later; empty if there is none. */
  String whyLater() {
    return items.stream()
        .filter(Item::isForLater)
        .findFirst()
        .map(item -> item.error() + ": " + item.reason())
        .orElse("");
  }

  private static Item item(JsonNode item) {
    int status = item.get("status").intValue();
    JsonNode error = item.path("error");
    return error.isMissingNode()
        ? new Item(status, null, null)
        : new Item(status, error.path("type").asText("HTTP " + status), reason(error));
  }

  /** The reason of an error and those of its causes, each once. */
  static String reason(JsonNode error) {
    if (!error.isObject()) {
      return error.asText();
    }
    StringBuilder reasons = new StringBuilder();
    for (JsonNode cause = error; cause.isObject(); cause = cause.path("caused_by")) {
      String reason = cause.path("reason").asText();
      if (!reason.isEmpty() && reasons.indexOf(reason) < 0) {
        reasons.append(reasons.isEmpty() ? "" : ": ").append(reason);
      }
    }
    return reasons.toString();
  }

  /**
   * What a server says of a whole request that it does not take, as {@code status} where it says
   * nothing in JSON.
   */
  static Item ofRequest(int status, byte[] body) {
    try {
      JsonNode error = JSON.readTree(body).path("error");
      if (!error.isMissingNode()) {
        return new Item(status, error.path("type").asText("HTTP " + status), reason(error));
      }
    } catch (IOException e) {
      // What stands between us and the server answers in a form of its own.
      return new Item(status, "HTTP " + status, "the answer is no JSON");
    }
    return new Item(status, "HTTP " + status, "the answer tells no error");
  }
}
