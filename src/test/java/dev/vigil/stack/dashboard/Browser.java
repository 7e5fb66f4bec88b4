package dev.vigil.stack.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.stack.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A Chromium without a window, and one page in it, driven by the <a
 * href="https://chromedevtools.github.io/devtools-protocol/">DevTools protocol</a>. It keeps what
 * the page complains of.
 */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String LISTENING = "DevTools listening on ";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
  private WebSocket socket;
  private String session;

  private Browser(Process process) {
    this.process = process;
  }

  /** The program, or null if this machine has none. */
  static @Nullable Path find() {
    for (String directory : System.getenv("PATH").split(":")) {
      for (String name : List.of("chromium", "chromium-browser", "google-chrome")) {
        Path program = Path.of(directory, name);
        if (Files.isExecutable(program)) {
          return program;
        }
      }
    }
    return null;
  }

  /**
   * Starts one.
   *
   * @param profile an empty directory
   */
  static Browser start(Path profile) throws Exception {
    Process process =
        new ProcessBuilder(
                String.valueOf(find()),
                "--headless=new",
                // Tests may run as root, or in a container: it opens no page but ours.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Browser browser = new Browser(process);
    try {
      browser.connect();
      return browser;
    } catch (Exception | AssertionError e) {
      browser.close();
      throw e;
    }
  }

  private void connect() throws Exception {
    CompletableFuture<String> address = new CompletableFuture<>();
    Thread listener = new Thread(() -> listen(address), "browser's errors");
    listener.setDaemon(true);
    listener.start();
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(
                URI.create(address.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)), new Listener())
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    String target =
        send("Target.createTarget", Map.of("url", "about:blank")).get("targetId").asText();
    session =
        send("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .get("sessionId")
            .asText();
    for (String domain : List.of("Page", "Runtime", "Log")) {
      send(domain + ".enable", Map.of());
    }
    // As on a phone: so that a width is the same for the window and for what is in it.
    send("Emulation.setScrollbarsHidden", Map.of("hidden", true));
  }

  private void listen(CompletableFuture<String> address) {
    try (BufferedReader errors =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = errors.readLine(); line != null; line = errors.readLine()) {
        if (line.startsWith(LISTENING)) {
          address.complete(line.substring(LISTENING.length()));
        }
      }
    } catch (IOException e) {
      // Its end, as well.
    }
    address.completeExceptionally(new IOException("the browser has ended"));
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        hear(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      answers.values().forEach(answer -> answer.completeExceptionally(error));
    }
  }

  private void hear(String message) {
    JsonNode json;
    try {
      json = JSON.readTree(message);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    if (json.has("id")) {
      answers.remove(json.get("id").asInt()).complete(json);
      return;
    }
    JsonNode parameters = json.path("params");
    switch (json.path("method").asText()) {
      case "Runtime.exceptionThrown" ->
          complaints.add("exception: " + parameters.get("exceptionDetails"));
      case "Runtime.consoleAPICalled" ->
          complaints.add("console: " + parameters.get("type") + " " + parameters.get("args"));
      case "Log.entryAdded" -> {
        JsonNode entry = parameters.get("entry");
        complaints.add(entry.get("source").asText() + ": " + entry.get("text").asText());
      }
      default -> {
        // Nothing that is asked for.
      }
    }
  }

  /** Gives an order, and waits until it is done. */
  private JsonNode send(String method, Map<String, ?> parameters) throws Exception {
    int id = lastId.incrementAndGet();
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", JSON.valueToTree(parameters));
    if (session != null) {
      message.put("sessionId", session);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    socket.sendText(message.toString(), true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    JsonNode answered = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(answered.has("error")).as("%s %s: %s", method, parameters, answered).isFalse();
    return answered.get("result");
  }

  /** What the page, or the browser, has complained of since it was last asked. */
  List<String> complaints() {
    List<String> all = List.copyOf(complaints);
    complaints.clear();
    return all;
  }

  /** Goes to an address; a page that differs in its fragment alone is loaded anew, too. */
  void open(String url) throws Exception {
    send("Page.navigate", Map.of("url", "about:blank"));
    send("Page.navigate", Map.of("url", url));
  }

  /** The value of an expression of JavaScript, or of the promise that it is. */
  JsonNode evaluate(String expression) throws Exception {
    JsonNode result =
        send(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    assertThat(result.has("exceptionDetails")).as("%s: %s", expression, result).isFalse();
    return result.at("/result/value");
  }

  /** Waits until an expression is true. */
  void await(String expression) throws Exception {
    Waiting.until(expression, PATIENCE, () -> evaluate("!!(" + expression + ")").asBoolean());
  }

  /** What is seen of the first element that a selector names. */
  String text(String selector) throws Exception {
    return evaluate("document.querySelector(" + JSON.writeValueAsString(selector) + ").innerText")
        .asText();
  }

  /** The same of all of them. */
  List<String> texts(String selector) throws Exception {
    return JSON.convertValue(
        evaluate(
            "[...document.querySelectorAll("
                + JSON.writeValueAsString(selector)
                + ")].map(e => e.innerText)"),
        JSON.getTypeFactory().constructCollectionType(List.class, String.class));
  }

  /** Presses a key of the keyboard and lets it go, such as {@code Tab} or {@code Enter}. */
  void press(String key) throws Exception {
    String text = key.equals("Enter") ? "\r" : key.equals("Space") ? " " : "";
    Map<String, Integer> codes =
        Map.of("Tab", 9, "Enter", 13, "Escape", 27, "Space", 32, "ArrowUp", 38, "ArrowDown", 40);
    for (String type : List.of(text.isEmpty() ? "rawKeyDown" : "keyDown", "keyUp")) {
      send(
          "Input.dispatchKeyEvent",
          Map.of(
              "type",
              type,
              "key",
              key.equals("Space") ? " " : key,
              "code",
              key,
              "text",
              type.equals("keyUp") ? "" : text,
              "windowsVirtualKeyCode",
              codes.get(key)));
    }
  }

  /** How large the window is, in CSS pixels. */
  void resize(int width, int height) throws Exception {
    send(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** What the system prefers: {@code light} or {@code dark}. */
  void prefer(String colours) throws Exception {
    send(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colours))));
  }

  /** A picture of what is in the window, as PNG. */
  byte[] picture() throws Exception {
    return Base64.getDecoder()
        .decode(send("Page.captureScreenshot", Map.of("format", "png")).get("data").asText());
  }

  @Override
  public void close() {
    // Its children go with it.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
