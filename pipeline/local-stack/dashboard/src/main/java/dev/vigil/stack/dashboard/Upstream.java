package dev.vigil.stack.dashboard;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A server that the page's data come from, and since when it has not answered. Its answers are JSON
 * and are passed on as they are; around them is what the page needs to understand them.
 */
final class Upstream {
  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(3);
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(15);
  private static final int OK = 200;
  private static final int BAD_GATEWAY = 502;
  private static final int LONGEST_EXCERPT = 300;

  private final URI url;
  private final InstantSource clock;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(LONGEST_CONNECT)
          .build();

  /** When it first did not answer, since it last did; null while it answers. */
  private final AtomicReference<Long> away = new AtomicReference<>();

  /**
   * @param url without a path
   */
  Upstream(URI url, InstantSource clock) {
    this.url = url;
    this.clock = clock;
  }

  /**
   * What the page gets.
   *
   * @param status of HTTP: 200, or 502 if there is no good answer
   * @param json an object: {@code server}, {@code now}, and {@code answer}; or in place of it
   *     {@code error}, and {@code since} when that has been so
   */
  record Reply(int status, String json) {}

  /**
   * Sends some searches as one.
   *
   * @param facts members to put into the reply, each with a comma behind it
   */
  Reply search(SearchQueries.Searches searches, String facts) throws InterruptedException {
    StringBuilder names = new StringBuilder(facts).append("\"searches\":[");
    for (String name : searches.names()) {
      names.append(SearchQueries.quoted(name)).append(',');
    }
    names.setCharAt(names.length() - 1, ']');
    return ask(
        request("/_msearch")
            .header("Content-Type", "application/x-ndjson")
            .POST(BodyPublishers.ofString(searches.body()))
            .build(),
        names.append(',').toString());
  }

  /** Reads a path. */
  Reply get(String path) throws InterruptedException {
    return ask(request(path).build(), "");
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(url.resolve(path)).timeout(LONGEST_ANSWER);
  }

  private Reply ask(HttpRequest request, String facts) throws InterruptedException {
    try {
      HttpResponse<byte[]> answer = client.send(request, BodyHandlers.ofByteArray());
      String body = new String(answer.body(), StandardCharsets.UTF_8);
      if (answer.statusCode() != OK) {
        return failed(
            "it answers with HTTP status %d: %s"
                .formatted(
                    answer.statusCode(),
                    body.substring(0, Math.min(body.length(), LONGEST_EXCERPT))));
      }
      away.set(null);
      return reply(OK, facts + "\"answer\":" + body);
    } catch (HttpTimeoutException e) {
      return failed("it does not answer in time");
    } catch (ConnectException e) {
      return failed("nothing listens there");
    } catch (IOException e) {
      return failed("the connection broke: " + e.getMessage());
    }
  }

  private Reply failed(String error) {
    away.compareAndSet(null, clock.millis());
    Long since = away.get();
    // Another request may just have been answered.
    return reply(
        BAD_GATEWAY,
        "\"since\":%d,\"error\":%s"
            .formatted(since == null ? clock.millis() : since, SearchQueries.quoted(error)));
  }

  private Reply reply(int status, String members) {
    return new Reply(
        status,
        "{\"server\":%s,\"now\":%d,%s}"
            .formatted(SearchQueries.quoted(url.toString()), clock.millis(), members));
  }
}
