package dev.vigil.pipeline.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.entity.NByteArrayEntity;
import org.checkerframework.checker.nullness.qual.Nullable;
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
 * <p>While the server is busy (408, 429), in trouble (5xx, or as many shards as it may have, or
 * closed to writing) or cannot be reached, it waits, and sends again what is not confirmed, for as
 * long as it takes: documents have ids, so that what was written without a confirmation is not
 * doubled. A request that is refused as a whole for what is in it (400, 413) is halved, until the
 * document is alone that is the reason. A document that alone is more than a request should be, and
 * that is answered 429 for minutes, is more than the server has room for. Anything else is an
 * exception.
 */
final class BulkWriter {
  private static final Logger LOG = LoggerFactory.getLogger(BulkWriter.class);

  private static final int TOO_MANY = 429;

  private static final Duration FIRST_WAIT = Duration.ofMillis(200);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  /** How long a server may have no room for a large document, before it never has. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final RestClient client;
  private final String server;
  private final Duration patience;
  private final Outage outage;

  /**
   * @param client the caller closes it
   * @param server its name in messages
   */
  BulkWriter(RestClient client, String server) {
    this(client, server, PATIENCE);
  }

  /** With another patience for large documents. */
  BulkWriter(RestClient client, String server, Duration patience) {
    this.client = client;
    this.server = server;
    this.patience = patience;
    this.outage = new Outage(server);
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
    @Nullable Long noRoomSince = null;
    while (!left.isEmpty()) {
      String trouble;
      boolean noRoom = false;
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
        trouble = "does not yet take " + size(left) + " (" + reply.whyLater() + ")";
      } catch (ResponseException e) {
        BulkReply.Item said = said(e.getResponse());
        if (!said.isForLater()) {
          halve(left, said, refused);
          return;
        }
        noRoom = said.status() == TOO_MANY && isLargeAlone(left);
        if (noRoom && noRoomSince != null && hasPassed(patience, noRoomSince)) {
          refused.add(refusal(left.get(0), said));
          return;
        }
        trouble = "answers " + said.status() + " to " + size(left) + " (" + said.reason() + ")";
      } catch (IOException e) {
        if (isUntrusted(e)) {
          throw new SearchException(server + ": its certificate is not trusted");
        }
        trouble = "cannot be reached (" + e.getMessage() + ") to write " + size(left);
      }
      if (left.isEmpty()) {
        warn(outage.isOver(System.nanoTime()));
        return;
      }
      warn(outage.goesOn(System.nanoTime(), trouble));
      if (!noRoom) {
        noRoomSince = null;
      } else if (noRoomSince == null) {
        noRoomSince = System.nanoTime();
      }
      Thread.sleep(wait.toMillis());
      wait = wait.multipliedBy(2);
      wait = wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
    }
  }

  private static boolean hasPassed(Duration duration, long since) {
    return System.nanoTime() - since >= duration.toNanos();
  }

  /** Whether it is a single document of which only the size can be the reason. */
  private static <T> boolean isLargeAlone(List<BulkItem<T>> items) {
    return items.size() == 1 && items.get(0).lines().length > WriteSearch.MAX_BYTES;
  }

  private static <T> String size(List<BulkItem<T>> items) {
    return String.format(
        Locale.ROOT,
        "%,d documents of %,d bytes",
        items.size(),
        items.stream().mapToLong(item -> item.lines().length).sum());
  }

  /** That it is back, too: who was warned must see that there is nothing to do. */
  private static void warn(@Nullable String news) {
    if (news != null) {
      LOG.warn(news);
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
  private <T> List<BulkItem<T>> left(
      List<BulkItem<T>> sent, BulkReply reply, List<Refusal<T>> refused) {
    List<BulkItem<T>> left = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      BulkItem<T> item = sent.get(i);
      BulkReply.Item became = reply.items().get(i);
      if (became.isForLater()) {
        left.add(item);
      } else if (!became.isWritten() && !(became.isConflict() && item.versioned())) {
        if (!became.isRefused()) {
          throw refusedForGood(became);
        }
        refused.add(refusal(item, became));
      }
    }
    return left;
  }

  private <T> void halve(List<BulkItem<T>> items, BulkReply.Item said, List<Refusal<T>> refused)
      throws InterruptedException {
    if (said.status() != 400 && said.status() != 413) {
      throw refusedForGood(said);
    }
    if (items.size() == 1) {
      refused.add(refusal(items.get(0), said));
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

  private SearchException refusedForGood(BulkReply.Item said) {
    return new SearchException(
        server
            + switch (said.status()) {
              case 401 -> " no longer lets us in: the credentials are not, or no longer, valid";
              case 403 -> " lets this user not write: " + said.reason();
              case 404 ->
                  " has no place for a document, and makes none ("
                      + said.reason()
                      + "): let it make vigil-* by action.auto_create_index";
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
