package dev.vigil.pipeline.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.entity.NByteArrayEntity;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches of documents, each until the server has said of every document that it has it, or
 * why it never will.
 *
 * <p>While the server is busy (429), away (502, 503, 504) or cannot be reached, it waits, and sends
 * again what is not confirmed, for as long as it takes: documents have ids, so that what was
 * written without a confirmation is not doubled. A request that is refused as a whole for what is
 * in it (400, 413) is halved, until the document is alone that is the reason. Anything else is an
 * exception.
 */
final class BulkWriter {
  private static final Logger LOG = LoggerFactory.getLogger(BulkWriter.class);

  private static final Duration FIRST_WAIT = Duration.ofMillis(200);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  private final RestClient client;
  private final String server;

  /**
   * @param client the caller closes it
   * @param server its name in messages
   */
  BulkWriter(RestClient client, String server) {
    this.client = client;
    this.server = server;
  }

  /**
   * A document that the server does not take.
   *
   * @param error the server's word for what is wrong, the same for all documents of which it is
   * @param reason what is wrong with this one
   */
  record Refusal<T>(T document, String error, String reason) {}

  /** Writes all, and returns once each is written or refused. */
  <T> List<Refusal<T>> write(List<BulkItem<T>> items) throws InterruptedException {
    List<Refusal<T>> refused = new ArrayList<>();
    write(items, refused);
    return refused;
  }

  private <T> void write(List<BulkItem<T>> items, List<Refusal<T>> refused)
      throws InterruptedException {
    List<BulkItem<T>> left = items;
    Duration wait = FIRST_WAIT;
    while (!left.isEmpty()) {
      String busy;
      try {
        Response response = client.performRequest(request(left));
        BulkReply reply;
        try (InputStream body = response.getEntity().getContent()) {
          reply = BulkReply.read(body, left.size());
        } catch (BulkReply.NotAReplyException e) {
          throw new SearchException(
              server + ": what became of a request is not known: " + e.getMessage());
        }
        int sent = left.size();
        left = left(left, reply, refused);
        if (left.size() < sent) {
          wait = FIRST_WAIT;
        }
        busy = "does not yet take " + left.size() + " documents";
      } catch (ResponseException e) {
        int status = e.getResponse().getStatusLine().getStatusCode();
        switch (status) {
          case 429, 502, 503, 504 -> busy = "answers " + status;
          case 400, 413 -> {
            halve(left, e.getResponse(), refused);
            return;
          }
          default -> throw refusedForGood(e);
        }
      } catch (IOException e) {
        if (isUntrusted(e)) {
          throw new SearchException(server + ": its certificate is not trusted");
        }
        busy = "cannot be reached (" + e.getMessage() + ")";
      }
      if (!left.isEmpty()) {
        if (wait.equals(FIRST_WAIT)) {
          LOG.warn("{} {}: trying again until it is back", server, busy);
        }
        Thread.sleep(wait.toMillis());
        wait = wait.multipliedBy(2);
        wait = wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
      }
    }
  }

  /** Whether it will be the same next time; a handshake that breaks off may not. */
  static boolean isUntrusted(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException || cause instanceof SSLPeerUnverifiedException) {
        return true;
      }
    }
    return false;
  }

  private static <T> Request request(List<BulkItem<T>> items) {
    ByteArrayOutputStream body =
        new ByteArrayOutputStream(items.stream().mapToInt(item -> item.lines().length).sum());
    items.forEach(item -> body.writeBytes(item.lines()));
    Request request = new Request("POST", "/_bulk");
    request.addParameter("filter_path", BulkReply.FILTER);
    request.setEntity(new NByteArrayEntity(body.toByteArray(), ContentType.APPLICATION_JSON));
    return request;
  }

  /** Those that the server may take later. */
  private static <T> List<BulkItem<T>> left(
      List<BulkItem<T>> sent, BulkReply reply, List<Refusal<T>> refused) {
    List<BulkItem<T>> left = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      BulkItem<T> item = sent.get(i);
      BulkReply.Item became = reply.items().get(i);
      if (became.isForLater()) {
        left.add(item);
      } else if (!became.isWritten() && !(became.isConflict() && item.versioned())) {
        refused.add(refusal(item, became));
      }
    }
    return left;
  }

  private <T> void halve(List<BulkItem<T>> items, Response response, List<Refusal<T>> refused)
      throws InterruptedException {
    if (items.size() == 1) {
      refused.add(refusal(items.get(0), said(response)));
      return;
    }
    int half = items.size() / 2;
    write(items.subList(0, half), refused);
    write(items.subList(half, items.size()), refused);
  }

  private static <T> Refusal<T> refusal(BulkItem<T> item, BulkReply.Item became) {
    return new Refusal<>(
        item.document(), String.valueOf(became.error()), String.valueOf(became.reason()));
  }

  private SearchException refusedForGood(ResponseException e) {
    BulkReply.Item said = said(e.getResponse());
    return new SearchException(
        server
            + switch (said.status()) {
              case 401 -> " no longer lets us in: the credentials are not, or no longer, valid";
              case 403 -> " lets this user not write: " + said.reason();
              default -> " answers " + said.status() + " " + said.error() + ": " + said.reason();
            });
  }

  private static BulkReply.Item said(Response response) {
    int status = response.getStatusLine().getStatusCode();
    if (response.getEntity() == null) {
      return BulkReply.ofRequest(status, new byte[0]);
    }
    try (InputStream body = response.getEntity().getContent()) {
      return BulkReply.ofRequest(status, body.readAllBytes());
    } catch (IOException e) {
      throw new SearchException("an answer of status " + status + " cannot be read: " + e);
    }
  }
}
