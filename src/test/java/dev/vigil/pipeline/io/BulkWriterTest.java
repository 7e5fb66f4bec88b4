package dev.vigil.pipeline.io;

import static dev.vigil.stack.TestSearchNode.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.event.EcsDocument;
import dev.vigil.stack.FaultProxy;
import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestSearchNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which a server or what is before it fails, with real servers behind. */
class BulkWriterTest {
  private static final Predicate<FaultProxy.Request> BULK =
      request -> request.path().startsWith("/_bulk");

  private static final TestSearchNode NODE = TestSearchNode.OPENSEARCH;

  /** Is written with {@code n}, which an index may want to be a number. */
  private record Note(String id, Instant timestamp, Long revision, String n)
      implements EcsDocument {}

  private static Note note(int number) {
    return new Note("note-" + number, Instant.EPOCH, null, Integer.toString(number));
  }

  private static List<Note> notes(int count) {
    return IntStream.range(0, count).mapToObj(BulkWriterTest::note).toList();
  }

  private static String freshIndex(TestSearchNode node) {
    String index = node.freshIndex("bulk");
    String mapping =
        "{\"mappings\":{\"dynamic\":false,\"properties\":{\"n\":{\"type\":\"long\"}}}}";
    assertThat(node.request("PUT", "/" + index, mapping).status()).isEqualTo(200);
    return index;
  }

  private static List<BulkItem<Note>> items(String index, List<Note> notes) {
    return notes.stream().map(note -> BulkItem.of(note, index)).toList();
  }

  private static List<BulkWriter.Refusal<Note>> write(String url, String index, List<Note> notes)
      throws Exception {
    try (RestClient client = SearchConnection.to(List.of(url)).open()) {
      return new BulkWriter(client, "the server").write(items(index, notes));
    }
  }

  /** The values of {@code n} by id. */
  private static List<String> written(TestSearchNode node, String index) {
    return SearchContent.documents(node.url(), index).values().stream()
        .map(document -> document.get("n").asText())
        .sorted()
        .toList();
  }

  private static List<String> texts(List<Note> notes) {
    return notes.stream().map(Note::n).sorted().toList();
  }

  private static long bulks(FaultProxy proxy) {
    return proxy.requests().stream().filter(BULK).count();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsWrittenTwiceIsThereOnce(TestSearchNode node) throws Exception {
    String index = freshIndex(node);
    for (int time = 0; time < 2; time++) {
      assertThat(write(node.url(), index, notes(500))).isEmpty();
      assertThat(written(node, index)).isEqualTo(texts(notes(500)));
    }
  }

  /** What is refused has the server's word for it; what stands around it is written. */
  @ParameterizedTest
  @EnumSource
  void aDocumentThatTheMappingRefuses(TestSearchNode node) throws Exception {
    String index = freshIndex(node);
    Note bad = new Note("bad", Instant.EPOCH, null, "many");
    List<BulkWriter.Refusal<Note>> refused =
        write(node.url(), index, List.of(note(1), bad, note(2)));
    assertThat(refused).hasSize(1);
    assertThat(refused.get(0).document()).isEqualTo(bad);
    assertThat(refused.get(0).error())
        .isEqualTo(
            node == TestSearchNode.OPENSEARCH
                ? "mapper_parsing_exception"
                : "document_parsing_exception");
    assertThat(refused.get(0).reason())
        .contains("failed to parse field [n] of type [long]", "For input string: \"many\"");
    assertThat(written(node, index)).containsExactly("1", "2");
  }

  /** The same revision is no conflict, and the same content. */
  @ParameterizedTest
  @EnumSource
  void theNewestRevisionWinsInWhateverOrderTheyCome(TestSearchNode node) throws Exception {
    String index = freshIndex(node);
    for (long revision : new long[] {2, 3, 1, 3, 2}) {
      Note note = new Note("a", Instant.EPOCH, revision, Long.toString(revision));
      assertThat(write(node.url(), index, List.of(note))).isEmpty();
    }
    assertThat(written(node, index)).containsExactly("3");
    Note first = new Note("b", Instant.EPOCH, 7L, "7");
    Note second = new Note("b", Instant.EPOCH, 5L, "5");
    assertThat(write(node.url(), index, List.of(first, second))).isEmpty();
    assertThat(written(node, index)).containsExactly("3", "7");
  }

  /** The end of a line within a document would end it, and begin what the server takes for more. */
  @ParameterizedTest
  @EnumSource
  void aDocumentIsOneLineWhateverIsInIt(TestSearchNode node) throws Exception {
    String index = node.freshIndex("lines");
    String text =
        "a\n{\"delete\":{\"_index\":\"" + index + "\",\"_id\":\"x\"}}\n\r\u2028\u0000\\\"";
    Note note = new Note("x\n\"{", Instant.EPOCH, null, text);
    String lines = new String(BulkItem.of(note, index).lines(), StandardCharsets.UTF_8);
    assertThat(lines.chars().filter(c -> c == '\n').count()).isEqualTo(2);
    assertThat(lines).endsWith("\n").doesNotContain("\r");

    assertThat(write(node.url(), index, List.of(note))).isEmpty();
    Map<String, JsonNode> documents = SearchContent.documents(node.url(), index);
    assertThat(documents).containsOnlyKeys(note.id());
    assertThat(documents.get(note.id()).get("n").asText()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504, 507})
  void aServerThatIsBusyForAWhile(int status) throws Exception {
    String index = freshIndex(NODE);
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answer(2, BULK, status, "busy");
      long start = System.nanoTime();
      assertThat(write(proxy.url(), index, notes(10))).isEmpty();
      // 200 ms, then 400.
      assertThat(System.nanoTime() - start).isBetween(600_000_000L, 10_000_000_000L);
      assertThat(bulks(proxy)).isEqualTo(3);
    }
    assertThat(written(NODE, index)).isEqualTo(texts(notes(10)));
  }

  /** The batch is halved, not given up, whatever went before. */
  @Test
  void busyAndThenARefusal() throws Exception {
    String index = freshIndex(NODE);
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answer(1, BULK, 400, "{\"error\":{\"type\":\"odd\",\"reason\":\"why\"}}");
      proxy.answer(1, BULK, 503, "busy");
      assertThat(write(proxy.url(), index, notes(10))).isEmpty();
      assertThat(bulks(proxy)).isEqualTo(4);
    }
    assertThat(written(NODE, index)).isEqualTo(texts(notes(10)));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413})
  void oneDocumentForWhichWholeRequestsAreRefused(int status) throws Exception {
    String index = freshIndex(NODE);
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answerAll(
          BULK.and(request -> request.body().contains("note-6\"")), status, "<html>no</html>");
      List<BulkWriter.Refusal<Note>> refused = write(proxy.url(), index, notes(10));
      assertThat(refused)
          .containsExactly(
              new BulkWriter.Refusal<>(note(6), "HTTP " + status, "the answer is no JSON"));
    }
    assertThat(written(NODE, index))
        .isEqualTo(texts(notes(10).stream().filter(note -> !note.equals(note(6))).toList()));
  }

  @Test
  void repliesThatAreLost() throws Exception {
    String index = freshIndex(NODE);
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.loseReplies(2, BULK);
      assertThat(write(proxy.url(), index, notes(10))).isEmpty();
      assertThat(bulks(proxy)).isEqualTo(3);
    }
    assertThat(written(NODE, index)).isEqualTo(texts(notes(10)));
  }

  @Test
  void nobodyThereForAWhile() throws Exception {
    String index = freshIndex(NODE);
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.refuse();
      Thread later =
          new Thread(
              () -> {
                try {
                  Thread.sleep(2_000);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                proxy.accept();
              });
      later.start();
      assertThat(write(proxy.url(), index, notes(10))).isEmpty();
      later.join();
    }
    assertThat(written(NODE, index)).isEqualTo(texts(notes(10)));
  }

  /** Waiting ends when the job does. */
  @Test
  void whoWaitsCanBeInterrupted() throws Exception {
    List<Throwable> thrown = new ArrayList<>();
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answerAll(BULK, 429, "busy");
      Thread waiting =
          new Thread(
              () -> {
                try {
                  write(proxy.url(), "any", notes(1));
                } catch (Exception e) {
                  thrown.add(e);
                }
              });
      waiting.start();
      Thread.sleep(500);
      waiting.interrupt();
      waiting.join(5_000);
      assertThat(waiting.isAlive()).isFalse();
    }
    assertThat(thrown).hasSize(1);
  }

  private static String reply(int... statuses) {
    return "{\"errors\":true,\"items\":["
        + String.join(
            ",",
            IntStream.of(statuses)
                .mapToObj(
                    status ->
                        "{\"index\":{\"status\":"
                            + status
                            + (status == 201 ? "" : ",\"error\":{\"type\":\"t\",\"reason\":\"r\"}")
                            + "}}")
                .toList())
        + "]}";
  }

  /** Only what was not taken is sent again. */
  @Test
  void documentsForWhichTheServerIsTooBusy() throws Exception {
    String index = freshIndex(NODE);
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answer(1, BULK, 200, reply(201, 429, 503, 400, 500, 502, 413));
      List<Note> notes = notes(7);
      assertThat(write(proxy.url(), index, notes))
          .containsExactly(
              new BulkWriter.Refusal<>(note(3), "t", "r"),
              new BulkWriter.Refusal<>(note(6), "t", "r"));
      assertThat(bulks(proxy)).isEqualTo(2);
      String again = proxy.requests().get(1).body();
      assertThat(again)
          .contains("note-1", "note-2", "note-4", "note-5")
          .doesNotContain("note-0", "note-3", "note-6");
    }
    assertThat(written(NODE, index)).containsExactly("1", "2", "4", "5");
  }

  /** A conflict is none of ours where there are no revisions: nobody else may write there. */
  @Test
  void aConflictWithoutRevisions() throws Exception {
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answer(1, BULK, 200, reply(409));
      assertThat(write(proxy.url(), "any", notes(1)))
          .containsExactly(new BulkWriter.Refusal<>(note(0), "t", "r"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"errors\":false}",
        "{\"errors\":false,\"items\":[]}",
        "{\"errors\":false,\"items\":[{\"index\":{\"status\":201}}]}",
        "{\"errors\":false,\"items\":[{\"index\":{}},{\"index\":{\"status\":201}}]}",
        "{\"errors\":false,\"items\":[{\"create\":{\"status\":201}},{\"index\":{\"status\":201}}]}",
        "{\"errors\":false,\"items\":2}",
        "[]",
        "OK",
        "",
      })
  void answersThatTellNothingOfTheDocuments(String body) throws Exception {
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answer(1, BULK, 200, body);
      assertThatThrownBy(() -> write(proxy.url(), "any", notes(2)))
          .isInstanceOf(SearchException.class)
          .hasMessageStartingWith("the server: what became of a request is not known: the reply ");
    }
  }

  @Test
  void whoIsNoLongerLetInIsTold() throws Exception {
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.require("Basic abc");
      assertThatThrownBy(() -> write(proxy.url(), "any", notes(2)))
          .isInstanceOf(SearchException.class)
          .hasMessage(
              "the server no longer lets us in: the credentials are not, or no longer, valid");
      proxy.require(null);
      proxy.answer(1, BULK, 403, "{\"error\":{\"type\":\"s\",\"reason\":\"not yours\"}}");
      assertThatThrownBy(() -> write(proxy.url(), "any", notes(2)))
          .isInstanceOf(SearchException.class)
          .hasMessage("the server lets this user not write: not yours");
      proxy.answer(1, BULK, 405, "{\"error\":{\"type\":\"odd\",\"reason\":\"oh\"}}");
      assertThatThrownBy(() -> write(proxy.url(), "any", notes(2)))
          .isInstanceOf(SearchException.class)
          .hasMessage("the server answers 405 odd: oh");
    }
  }

  private static String error(int status, String type) {
    return "{\"items\":[{\"index\":{\"status\":%d,\"error\":{\"type\":\"%s\",\"reason\":\"why\"}}}]}"
        .formatted(status, type);
  }

  /** What says nothing of the document is no refusal of it, although each has an answer. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | security_exception | no longer lets us in: the credentials are not, or no longer, valid",
        "403 | security_exception | lets this user not write: why",
        "403 | status_exception | lets this user not write: why",
        "404 | index_not_found_exception | has no place for a document, and makes none (why): let it"
            + " make vigil-* by action.auto_create_index",
        "405 | odd | answers 405 odd: why",
      })
  void errorsOfDocumentsThatAreNotTheirs(int status, String type, String message) throws Exception {
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      proxy.answer(1, BULK, 200, error(status, type));
      assertThatThrownBy(() -> write(proxy.url(), "any", notes(1)))
          .isInstanceOf(SearchException.class)
          .hasMessage("the server " + message);
    }
  }

  private static void setting(TestSearchNode node, String name, String value) {
    String body = "{\"persistent\":{\"" + name + "\":" + value + "}}";
    assertThat(node.request("PUT", "/_cluster/settings", body).status()).isEqualTo(200);
  }

  /** Nobody makes indices by themselves there: one line says it, and no document is at fault. */
  @ParameterizedTest
  @EnumSource
  void aServerThatMakesNoIndices(TestSearchNode node) throws Exception {
    String index = node.freshIndex("unmade");
    setting(node, "action.auto_create_index", "\"false\"");
    try {
      assertThatThrownBy(() -> write(node.url(), index, notes(2)))
          .isInstanceOf(SearchException.class)
          .hasMessageStartingWith(
              "the server has no place for a document, and makes none (no such index ["
                  + index
                  + "]")
          .hasMessageEndingWith("): let it make vigil-* by action.auto_create_index");
    } finally {
      setting(node, "action.auto_create_index", "null");
    }
  }

  /** Waits until there is room again: that a cluster is full, or closed, is no document's fault. */
  @ParameterizedTest
  @CsvSource({
    "OPENSEARCH, cluster.max_shards_per_node, 1",
    "ELASTICSEARCH, cluster.max_shards_per_node, 1",
    "OPENSEARCH, cluster.blocks.read_only, true",
    "ELASTICSEARCH, cluster.blocks.read_only, true",
  })
  void aServerThatTakesNoMore(TestSearchNode node, String setting, String value) throws Exception {
    freshIndex(node);
    String index = node.freshIndex("one-too-many");
    setting(node, setting, value);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (FaultProxy proxy = FaultProxy.of(node.url())) {
      Future<List<BulkWriter.Refusal<Note>>> written =
          thread.submit(() -> write(proxy.url(), index, notes(2)));
      // The first has its answer when the second is there.
      while (bulks(proxy) < 2) {
        assertThat(written.isDone()).isFalse();
        LockSupport.parkNanos(10_000_000);
      }
      setting(node, setting, "null");
      assertThat(written.get()).isEmpty();
    } finally {
      thread.shutdownNow();
      setting(node, setting, "null");
    }
    assertThat(written(node, index)).isEqualTo(texts(notes(2)));
  }

  /** An old index that its owner has closed to writing takes no document any more. */
  @ParameterizedTest
  @EnumSource
  void anIndexThatIsReadOnly(TestSearchNode node) throws Exception {
    String index = freshIndex(node);
    node.request("PUT", "/" + index + "/_settings", "{\"index.blocks.write\":true}");
    List<BulkWriter.Refusal<Note>> refused = write(node.url(), index, notes(1));
    assertThat(refused).hasSize(1);
    assertThat(refused.get(0).error()).isEqualTo("cluster_block_exception");
    assertThat(refused.get(0).reason()).contains(index, "FORBIDDEN/8/index write (api)");
  }

  private static Note large() {
    return new Note("large", Instant.EPOCH, null, "x".repeat(WriteSearch.MAX_BYTES));
  }

  /**
   * What only its size can be the reason for; smaller ones, and those with others, are waited for.
   */
  @Test
  void aDocumentForWhichThereIsNeverRoom() throws Exception {
    String index = NODE.freshIndex("large");
    try (FaultProxy proxy = FaultProxy.of(NODE.url());
        RestClient client = SearchConnection.to(List.of(proxy.url())).open()) {
      String answer = "{\"error\":{\"type\":\"rejected\",\"reason\":\"no room\"}}";
      proxy.answerAll(BULK.and(r -> r.body().contains("\"large\"")), 429, answer);
      BulkWriter writer = new BulkWriter(client, "the server", Duration.ofMillis(150));
      assertThat(writer.write(items(index, List.of(large()))))
          .containsExactly(new BulkWriter.Refusal<>(large(), "rejected", "no room"));
      // The first wait is 200 ms.
      assertThat(bulks(proxy)).isEqualTo(2);

      proxy.passOn();
      proxy.answer(2, BULK, 429, answer);
      assertThat(writer.write(items(index, List.of(note(1))))).isEmpty();
      proxy.answer(2, BULK, 429, answer);
      assertThat(writer.write(items(index, List.of(note(2), large())))).isEmpty();
      proxy.answer(2, BULK, 503, answer);
      assertThat(writer.write(items(index, List.of(large())))).isEmpty();
    }
    assertThat(SearchContent.documents(NODE.url(), index))
        .containsOnlyKeys("note-1", "note-2", "large");
  }

  /** With more than one address, one that is gone holds nobody up. */
  @Test
  void anotherNodeTakesItWhereOneIsGone() throws Exception {
    String index = freshIndex(NODE);
    try (FaultProxy gone = FaultProxy.of(NODE.url());
        FaultProxy there = FaultProxy.of(NODE.url())) {
      gone.refuse();
      try (RestClient client = SearchConnection.to(List.of(gone.url(), there.url())).open()) {
        BulkWriter writer = new BulkWriter(client, "the servers");
        long start = System.nanoTime();
        for (Note note : notes(10)) {
          assertThat(writer.write(items(index, List.of(note)))).isEmpty();
        }
        assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
      }
    }
    assertThat(written(NODE, index)).isEqualTo(texts(notes(10)));
  }

  @Test
  void nothingToWriteIsNoRequest() throws Exception {
    try (FaultProxy proxy = FaultProxy.of(NODE.url())) {
      assertThat(write(proxy.url(), "any", List.of())).isEmpty();
      assertThat(proxy.requests()).isEmpty();
    }
    assertThat(Stream.of(request(NODE.url(), "HEAD", "/any", null).status())).containsExactly(404);
  }
}
