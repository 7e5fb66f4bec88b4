package dev.vigil.pipeline.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.apache.http.HttpHeaders;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;

/** Looks at an Elasticsearch or OpenSearch cluster before a job uses it, and sets it up. */
public final class SearchCluster implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE_MILLIS = 10_000;

  private final RestClient client;
  private final String server;

  private SearchCluster(RestClient client, String server) {
    this.client = client;
    this.server = server;
  }

  /** The cluster cannot be used as it is; the message says why and what to do, without secrets. */
  public static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableException(String message) {
      super(message);
    }
  }

  /**
   * What the cluster answered.
   *
   * @param status of HTTP; neither 3xx, 401 nor 403
   * @param body empty, of type missing, if it is not JSON
   */
  record Answer(int status, JsonNode body) {}

  public static SearchCluster at(SearchConnection connection) {
    return new SearchCluster(
        connection.open(PATIENCE_MILLIS, PATIENCE_MILLIS),
        String.join(",", connection.addresses()));
  }

  /**
   * What the cluster is, as it says itself.
   *
   * @throws UnusableException if it is nothing that can be written to
   */
  public SearchBackend backend() throws UnusableException {
    Answer answer = ask("GET", "/", null);
    String product = SearchBackend.product(answer.body());
    if (answer.status() / 100 != 2 || product == null) {
      throw new UnusableException(
          server
              + (answer.status() / 100 == 2
                  ? " is neither Elasticsearch nor OpenSearch"
                  : " answers " + answer.status())
              + ": check --elasticsearch");
    }
    SearchBackend backend = SearchBackend.ofProduct(product);
    if (backend == null) {
      throw new UnusableException(
          server
              + " is "
              + product
              + ": use one of "
              + String.join(", ", SearchBackend.texts())
              + ", or say by --elasticsearchBackend that it is like one of them");
    }
    return backend;
  }

  /** The aliases of the indices for which there is no template yet. */
  public List<String> withoutTemplate() throws UnusableException {
    List<String> without = new ArrayList<>();
    for (SearchIndex index : SearchIndex.values()) {
      Answer answer = ask("GET", SearchTemplates.path(index), null);
      if (answer.status() == 404) {
        without.add(index.alias());
      } else {
        check(answer, "GET " + SearchTemplates.path(index));
      }
    }
    return without;
  }

  /** An answer of another status than 2xx is an exception. */
  void check(Answer answer, String request) throws UnusableException {
    if (answer.status() / 100 != 2) {
      String reason = BulkReply.reason(answer.body().path("error"));
      throw new UnusableException(
          server
              + " answers "
              + answer.status()
              + " to "
              + request
              + (reason.isEmpty() ? "" : ": " + reason));
    }
  }

  /**
   * Asks once.
   *
   * @param body null for none
   * @throws UnusableException if there is no answer, or the cluster does not let us
   */
  Answer ask(String method, String path, @Nullable JsonNode body) throws UnusableException {
    Request request = new Request(method, path);
    if (body != null) {
      request.setJsonEntity(body.toString());
    }
    Response response;
    try {
      response = client.performRequest(request);
    } catch (ResponseException e) {
      response = e.getResponse();
    } catch (IOException e) {
      throw unreachable(e);
    }
    int status = response.getStatusLine().getStatusCode();
    if (status == 401) {
      throw new UnusableException(
          server
              + " does not let us in: check VIGIL_ELASTICSEARCH_USER and"
              + " VIGIL_ELASTICSEARCH_PASSWORD, or VIGIL_ELASTICSEARCH_API_KEY");
    }
    if (status / 100 == 3) {
      throw new UnusableException(server + " answers " + status + sendsTo(response, path));
    }
    JsonNode answer = read(response);
    if (status == 403) {
      String reason = BulkReply.reason(answer.path("error"));
      throw new UnusableException(
          server
              + " does not allow "
              + method
              + " "
              + path
              + (reason.isEmpty() ? "" : " (" + reason + ")")
              + ": give the user the right to it"
              + (path.equals("/") ? ", or say by --elasticsearchBackend what is there" : ""));
    }
    return new Answer(status, answer);
  }

  /** Where somebody should have asked instead, without what was asked there. */
  private static String sendsTo(Response response, String path) {
    String location = response.getHeader(HttpHeaders.LOCATION);
    if (location == null || location.contains("@")) {
      return ": check --elasticsearch";
    }
    String to =
        location.endsWith(path)
            ? location.substring(0, location.length() - path.length())
            : location;
    return " and sends us to " + to + ": give that address";
  }

  private static JsonNode read(Response response) throws UnusableException {
    if (response.getEntity() == null) {
      return JSON.missingNode();
    }
    try (InputStream body = response.getEntity().getContent()) {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    } catch (IOException e) {
      throw new UnusableException("an answer cannot be read: " + e.getMessage());
    }
  }

  private UnusableException unreachable(IOException e) {
    if (BulkWriter.isUntrusted(e)) {
      return new UnusableException(
          server
              + ": its certificate is not trusted: give its authority's by --elasticsearchCa=FILE,"
              + " and the name that it is for");
    }
    if (e instanceof SSLException) {
      return new UnusableException(
          server + " does not speak TLS as we do: check whether it is https:// there");
    }
    return new UnusableException(
        server
            + " cannot be reached ("
            + e.getMessage()
            + "): check --elasticsearch, the network, and whether it is http:// or https:// there");
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
