package dev.vigil.stack.warehouse;

import com.google.api.client.json.gson.GsonFactory;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The REST API's resources as JSON, and back. What a model does not know is kept all the same. */
final class Resources {
  private static final GsonFactory JSON = GsonFactory.getDefaultInstance();

  private Resources() {}

  static String write(Object resource) {
    try {
      return JSON.toString(resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a request's body or what was stored of it.
   *
   * @throws ApiException if it is not JSON of that form
   */
  static <T> T read(String json, Class<T> type) {
    try {
      T resource = JSON.createJsonParser(json).parse(type);
      if (resource == null) {
        throw ApiException.invalid("The request has no body.");
      }
      return resource;
    } catch (IOException | IllegalArgumentException e) {
      throw ApiException.invalid("Invalid JSON payload received: " + e.getMessage());
    }
  }
}
