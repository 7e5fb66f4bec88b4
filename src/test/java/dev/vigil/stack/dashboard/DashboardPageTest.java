package dev.vigil.stack.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.stack.FaultProxy;
import dev.vigil.stack.SearchContent;
import dev.vigil.stack.TestSearchNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a real browser, with what the main job wrote to a real node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DashboardPageTest {
  private static final TestSearchNode NODE = TestSearchNode.OPENSEARCH;

  /** Refreshed, at least once, since it was opened. */
  private static final String SHOWN = "document.documentElement?.dataset.refreshed";

  private IndexedLogs logs;
  private FaultProxy proxy;
  private Dashboard dashboard;
  private Browser browser;

  @BeforeAll
  void start(@TempDir Path directory, @TempDir Path profile) throws Exception {
    assumeTrue(Browser.find() != null, "there is no Chromium on this machine");
    logs = IndexedLogs.write(NODE, directory);
    proxy = FaultProxy.of(NODE.url());
    dashboard = Dashboard.start(proxy.url(), 0);
    browser = Browser.start(profile);
  }

  @AfterAll
  void stop() {
    if (browser != null) {
      browser.close();
    }
    if (dashboard != null) {
      dashboard.close();
      proxy.close();
    }
  }

  @BeforeEach
  void fresh() throws Exception {
    browser.resize(1280, 1000);
    browser.prefer("light");
    open("");
    browser.evaluate("localStorage.clear()");
  }

  /** Whatever was done: the page has made no mistake, and was kept from nothing. */
  @AfterEach
  void noComplaints() {
    assertThat(browser.complaints()).isEmpty();
  }

  private void open(String fragment) throws Exception {
    open(dashboard, fragment);
  }

  private void open(Dashboard which, String fragment) throws Exception {
    browser.open(which.url() + fragment);
    browser.await("document.readyState === 'complete' && " + SHOWN);
  }

  /** The rows of a table as the page shows them: the cells, without what bars are drawn of. */
  private List<String> rows(String selector) throws Exception {
    return browser.texts(selector + " tbody tr").stream()
        .map(row -> row.replaceAll("\\s*\\t\\s*|\\n+", "|").strip())
        .toList();
  }

  private static String number(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  private static List<String> legend(Map<String, Long> counts, Map<String, String> names) {
    long all = counts.values().stream().mapToLong(Long::longValue).sum();
    List<String> rows = new ArrayList<>();
    counts.forEach(
        (name, count) -> {
          double share = 100.0 * count / all;
          rows.add(
              names.getOrDefault(name, name)
                  + "|"
                  + number(count)
                  + "|"
                  + (share < 1 ? "< 1 %" : Math.round(share) + " %"));
        });
    return rows;
  }

  private String tile(String name) throws Exception {
    return browser.text("#tiles [data-key='" + name + "'] b");
  }

  @Test
  void theNumbersAreThoseOfTheProducts() throws Exception {
    assertThat(browser.evaluate("document.getElementById('range').value").asText())
        .as("all of it is older than the default")
        .isEqualTo("all");
    assertThat(browser.text("#span")).contains("everything there is");
    assertThat(tile("Alerts")).isEqualTo(number(logs.alerts().size()));
    assertThat(tile("Events")).isEqualTo(number(logs.events().size()));
    assertThat(tile("Failures")).isEqualTo(number(logs.failures().size()));
    assertThat(tile("Login attempts"))
        .isEqualTo(number(logs.outcomes().values().stream().mapToLong(Long::longValue).sum()));
    assertThat(browser.text("#tiles [data-key='Newest event'] span"))
        .as("to the second")
        .isEqualTo("ago: 2026-01-15 11:00:08");
    assertThat(rows("#by-rule .legend"))
        .containsExactlyInAnyOrderElementsOf(legend(logs.rules(), Map.of()));
    assertThat(rows("#by-severity .legend"))
        .containsExactlyInAnyOrderElementsOf(
            legend(logs.severities(), Map.of("none", "none: logins alone")));
    assertThat(rows("#datasets .legend"))
        .containsExactlyInAnyOrderElementsOf(legend(logs.datasets(), Map.of()));
    assertThat(rows("#logins .legend"))
        .containsExactlyInAnyOrderElementsOf(
            legend(logs.outcomes(), Map.of("unknown", "not told")));
    assertThat(rows("#failures > .scroller"))
        .containsExactlyInAnyOrderElementsOf(
            logs.reasons().entrySet().stream()
                .map(
                    each ->
                        each.getKey()
                            + "|parse|"
                            + logs.failures().stream()
                                .filter(
                                    f ->
                                        f.at("/error/type").asText().equals(each.getKey())
                                            && !f.has("@timestamp"))
                                .count()
                            + "|"
                            + each.getValue())
                .toList());
    assertThat(browser.texts("#alert-list tbody button"))
        .containsExactlyElementsOf(
            logs.latest().stream()
                .map(a -> a.get("@timestamp").asText().substring(0, 19).replace('T', ' '))
                .toList());
    assertThat(browser.text("#current")).contains("no index behind vigil-late yet");
  }

  /** Who does not see the charts has their numbers: those of a column give the sum. */
  @ParameterizedTest
  @ValueSource(strings = {"by-rule", "by-severity", "logins", "datasets"})
  void chartsHaveTables(String panel) throws Exception {
    assertThat(
            browser.evaluate("document.querySelector('#" + panel + " .plot').ariaLabel").asText())
        .containsPattern("one bar for every \\d+ (s|min|h|d).* in all, the most, ");
    assertThat(
            browser.evaluate("document.querySelectorAll('#" + panel + " canvas').length").asInt())
        .isEqualTo(1);
    browser.evaluate("document.querySelector('#" + panel + " summary').click()");
    browser.await("document.querySelector('#" + panel + " details tbody tr')");
    List<String> names = browser.texts("#" + panel + " details thead th.number");
    List<String> sums = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      sums.add(
          names.get(i)
              + "|"
              + number(
                  browser
                      .texts("#" + panel + " details tbody td:nth-child(" + (i + 2) + ")")
                      .stream()
                      .mapToLong(text -> Long.parseLong(text.replace(",", "")))
                      .sum()));
    }
    assertThat(rows("#" + panel + " .legend"))
        .extracting(row -> row.substring(0, row.lastIndexOf('|')))
        .isEqualTo(sums)
        .isNotEmpty();
  }

  private void assertShows(JsonNode alert) throws Exception {
    browser.await("document.querySelector('#alert tbody tr')");
    assertThat(browser.text("#alert .facts")).contains(alert.at("/event/id").asText());
    List<JsonNode> evidence = logs.evidence(alert);
    assertThat(evidence).isNotEmpty();
    assertThat(
            browser.evaluate(
                "[...document.querySelectorAll('#alert .line')].map(e => e.textContent)"))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(
            evidence.stream().map(event -> event.at("/event/original").asText()).toList());
    assertThat(browser.texts("#alert .place"))
        .containsExactlyElementsOf(
            evidence.stream()
                .map(
                    event ->
                        event.at("/event/dataset").asText()
                            + " · "
                            + event.at("/log/file/path").asText()
                            + ", byte "
                            + number(event.at("/log/offset").asLong()))
                .toList());
  }

  @Test
  void fromAnAlertToTheLinesBehindIt() throws Exception {
    for (String rule : logs.rules().keySet()) {
      JsonNode alert =
          logs.latest().stream()
              .filter(each -> each.at("/rule/id").asText().equals(rule))
              .findFirst()
              .orElseThrow();
      String id = alert.at("/event/id").asText();
      browser.evaluate(
          "document.querySelector('#alert-list tr[data-key=\"" + id + "\"] td').click()");
      browser.await("document.querySelector('#alert .facts').innerText.includes('" + id + "')");
      assertShows(alert);
      assertThat(browser.evaluate("location.hash").asText()).isEqualTo("#alert=" + id);
    }
    // A link leads there, too.
    JsonNode alert = logs.latest().get(logs.latest().size() - 1);
    open("#alert=" + alert.at("/event/id").asText());
    assertShows(alert);
    assertThat(
            browser
                .evaluate("document.querySelector('#alert-list tr.selected').dataset.key")
                .asText())
        .isEqualTo(alert.at("/event/id").asText());
  }

  @Test
  void fromAReasonToTheLinesThatFailed() throws Exception {
    String line = "{\"broken\": \"" + IndexedLogs.HOSTILE + "\"";
    String reason =
        logs.failures().stream()
            .filter(failure -> failure.at("/event/original").asText().equals(line))
            .map(failure -> failure.at("/error/type").asText())
            .findFirst()
            .orElseThrow();
    browser.evaluate(
        "[...document.querySelectorAll('#failures button')].find(b => b.textContent === '"
            + reason
            + "').click()");
    browser.await("document.querySelector('#failed-lines tbody tr')");
    assertThat(browser.texts("#failed-lines .line"))
        .containsExactlyInAnyOrderElementsOf(
            logs.failures().stream()
                .filter(failure -> failure.at("/error/type").asText().equals(reason))
                .map(failure -> failure.at("/event/original").asText())
                .toList());
  }

  private String focused() throws Exception {
    return browser
        .evaluate("(e => (e.id || e.tagName) + ': ' + e.innerText)(document.activeElement)")
        .asText();
  }

  private void assertFocusIsSeen() throws Exception {
    assertThat(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle").asText())
        .as(focused())
        .isEqualTo("solid");
  }

  @Test
  void byTheKeyboardAlone() throws Exception {
    browser.press("Tab");
    assertThat(focused()).isEqualTo("A: Skip to the latest alerts");
    assertFocusIsSeen();
    for (String next : List.of("range", "pause", "theme")) {
      browser.press("Tab");
      assertThat(focused()).startsWith(next + ":");
      assertFocusIsSeen();
    }
    browser.evaluate("document.querySelector('.skip').focus()");
    browser.press("Enter");
    browser.await("document.activeElement.id === 'alerts'");
    List<JsonNode> latest = logs.latest();
    String[] keys = {"Enter", "Space"};
    browser.evaluate("document.querySelector('#alert-list tbody button').focus()");
    for (int row = 0; row < keys.length; row++) {
      assertFocusIsSeen();
      browser.press(keys[row]);
      browser.await("document.activeElement.id === 'alert-title'");
      browser.await(
          "document.querySelector('#alert .facts').innerText.includes('"
              + latest.get(row).at("/event/id").asText()
              + "')");
      assertShows(latest.get(row));
      browser.press("Escape");
      browser.await("document.getElementById('alert').hidden");
      assertThat(browser.evaluate("document.activeElement.closest('tr').dataset.key").asText())
          .isEqualTo(latest.get(row).at("/event/id").asText());
      browser.press("ArrowDown");
    }
    browser.press("ArrowUp");
    assertThat(browser.evaluate("document.activeElement.closest('tr').dataset.key").asText())
        .isEqualTo(latest.get(1).at("/event/id").asText());
  }

  @Test
  void hostileLinesAreText() throws Exception {
    JsonNode alert =
        logs.latest().stream()
            .filter(each -> each.at("/source/address").asText().equals(IndexedLogs.HOSTILE_SOURCE))
            .findFirst()
            .orElseThrow();
    String row = "#alert-list tr[data-key='" + alert.at("/event/id").asText() + "']";
    assertThat(browser.text(row)).contains(IndexedLogs.HOSTILE);
    browser.evaluate("document.querySelector(\"" + row + " button\").click()");
    assertShows(alert);
    assertThat(browser.text("#alert .facts")).contains(IndexedLogs.HOSTILE);
    browser.evaluate("[...document.querySelectorAll('#failures button')].forEach(b => b.click())");
    browser.await("document.querySelector('#failed-lines tbody tr')");
    assertThat(browser.evaluate("typeof window.ran").asText()).isEqualTo("undefined");
    assertThat(browser.evaluate("document.images.length").asInt()).isEqualTo(1);
    assertThat(
            browser.evaluate("document.querySelectorAll('main script, main img').length").asInt())
        .isZero();
    assertThat(
            browser
                .evaluate(
                    "import('./format.js').then(f => f.visible('a\\u202eb\\u001b[31m\\u200b é\\n'))")
                .asText())
        .isEqualTo("a\\u202eb\\u001b[31m\\u200b é\n");
  }

  private String background() throws Exception {
    return browser.evaluate("getComputedStyle(document.body).backgroundColor").asText();
  }

  @Test
  void lightAndDark() throws Exception {
    String light = background();
    browser.prefer("dark");
    String dark = background();
    assertThat(dark).isNotEqualTo(light);
    browser.await("document.getElementById('theme').innerText === 'Light'");
    browser.evaluate("document.getElementById('theme').click()");
    assertThat(background()).isEqualTo(light);
    open("");
    assertThat(background()).as("remembered").isEqualTo(light);
    browser.evaluate("document.getElementById('theme').click()");
    browser.prefer("light");
    assertThat(background()).isEqualTo(dark);
  }

  /** WCAG 2.1, 1.4.3: at least 4.5 to 1. */
  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void everyTextCanBeRead(String colours) throws Exception {
    browser.prefer(colours);
    open("#alert=" + logs.latest().get(0).at("/event/id").asText());
    browser.await("document.querySelector('#alert tbody tr')");
    JsonNode weak =
        browser.evaluate(
            """
            (() => {
              const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
              const light = (c) => {
                const [r, g, b] = c.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const behind = (e) => {
                for (; e; e = e.parentElement) {
                  const c = rgb(getComputedStyle(e).backgroundColor);
                  if (c.length < 4 || c[3] > 0) return c;
                }
              };
              const weak = [];
              let seen = 0;
              for (const e of document.querySelectorAll("body *")) {
                const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
                if (!own || e.offsetParent === null || e.tagName === "OPTION") continue;
                seen++;
                const [a, b] = [light(rgb(getComputedStyle(e).color).slice(0, 3)), light(behind(e).slice(0, 3))];
                const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                if (ratio < 4.5) weak.push(`${e.tagName}.${e.className} ${e.textContent.slice(0, 30)} ${ratio.toFixed(2)}`);
              }
              return {weak, seen};
            })()
            """);
    assertThat(weak.get("weak")).isEmpty();
    assertThat(weak.get("seen").asInt()).isGreaterThan(100);
  }

  @ParameterizedTest
  @ValueSource(ints = {320, 390, 1280})
  void nothingStandsOut(int width) throws Exception {
    browser.resize(width, 900);
    open("#alert=" + logs.latest().get(0).at("/event/id").asText());
    browser.await("document.querySelector('#alert tbody tr')");
    assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt()).isEqualTo(width);
  }

  @Test
  void whatIsSelectedStaysWhenItRefreshes() throws Exception {
    String id = logs.latest().get(1).at("/event/id").asText();
    browser.evaluate(
        "window.row = document.querySelector('#alert-list tr[data-key=\""
            + id
            + "\"]'); row.querySelector('button').click()");
    browser.await("document.querySelector('#alert tbody tr')");
    browser.evaluate("row.querySelector('button').focus()");
    browser.evaluate("window.canvas = document.querySelector('#by-rule canvas')");
    String index = "vigil-alerts-2026.01";
    String path = "/" + index + "/_doc/test-of-refreshing";
    String alert =
        """
        {"@timestamp":"2026-01-15T23:00:00.000Z","event":{"id":"test-of-refreshing"},
        "rule":{"id":"suspicious-logins","name":"Suspicious logins"},"source":{"address":"198.51.100.99"},
        "vigil":{"revision":1,"logins":{"attempts":9,"failed":9,"users":[],"evidence":[]}}}
        """;
    NODE.request("PUT", path + "?refresh=true", alert);
    try {
      browser.await(
          "document.querySelectorAll('#alert-list tbody tr').length === "
              + (logs.alerts().size() + 1));
      assertThat(browser.text("#alert-list tbody tr")).contains("198.51.100.99");
      assertThat(browser.text("#announcement"))
          .isEqualTo("1 new alert, " + (logs.alerts().size() + 1) + " in all");
      assertThat(
              browser
                  .evaluate("document.activeElement === row.querySelector('button')")
                  .asBoolean())
          .isTrue();
      assertThat(
              browser.evaluate("row.isConnected && row.classList.contains('selected')").asBoolean())
          .isTrue();
      assertThat(browser.evaluate("canvas.isConnected").asBoolean()).isTrue();
      assertThat(browser.text("#alert .facts")).contains(id);
    } finally {
      NODE.request("DELETE", path + "?refresh=true", null);
    }
    browser.await(
        "document.querySelectorAll('#alert-list tbody tr').length === " + logs.alerts().size());
  }

  @Test
  void paused() throws Exception {
    browser.evaluate("document.getElementById('pause').click()");
    assertThat(browser.text("#pause")).isEqualTo("Resume");
    assertThat(browser.evaluate("document.getElementById('pause').ariaPressed").asText())
        .isEqualTo("true");
    assertThat(browser.text("#state")).startsWith("Paused; data of ");
    String refreshed = browser.evaluate(SHOWN).asText();
    browser.evaluate("document.getElementById('pause').click()");
    browser.await(SHOWN + " !== '" + refreshed + "'");
    assertThat(browser.text("#state")).startsWith("Live; data of ");
  }

  @Test
  void anotherTime() throws Exception {
    browser.evaluate(
        "(s => { s.value = '1h'; s.dispatchEvent(new Event('change')); })(document.getElementById('range'))");
    browser.await("!document.getElementById('notice').hidden");
    assertThat(browser.text("#notice"))
        .startsWith("Nothing in this time. The data are from 2026-01-1");
    assertThat(browser.text("#by-rule")).isEqualTo("No alerts in this time.");
    browser.evaluate("document.querySelector('#notice button').click()");
    browser.await("document.getElementById('notice').hidden");
    assertThat(tile("Events")).isEqualTo(number(logs.events().size()));
    String first = "2026-01-15T10:59:00";
    String last = "2026-01-15T11:01:00";
    long from = Instant.parse(first + "Z").toEpochMilli();
    open("#range=custom&from=" + from + "&to=" + (from + 120_000));
    assertThat(browser.evaluate("document.getElementById('from').value").asText())
        .startsWith(first.substring(0, 16));
    assertThat(browser.text("#span")).startsWith("2026-01-15 10:59:00 to 2026-01-15 11:01:00");
    assertThat(tile("Events"))
        .isEqualTo(
            number(
                logs.events().stream()
                    .map(event -> event.get("@timestamp").asText())
                    .filter(
                        at ->
                            at.compareTo(first + ".000Z") >= 0 && at.compareTo(last + ".000Z") <= 0)
                    .count()));
  }

  @Test
  void aNodeThatGoesAndComesBack() throws Exception {
    proxy.refuse();
    try {
      browser.await("!document.getElementById('banner').hidden");
      assertThat(browser.text("#banner"))
          .matches(
              "The search node at "
                  + proxy.url()
                  + " gives no answer since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d: nothing listens there\\. "
                  + "What is shown is of \\d\\d:\\d\\d:\\d\\d\\. It is asked again every 5 seconds\\.");
      assertThat(browser.text("#state")).isEqualTo("No answer");
      assertThat(
              browser
                  .evaluate("document.getElementById('panels').classList.contains('stale')")
                  .asBoolean())
          .isTrue();
      assertThat(browser.texts("#alert-list tbody tr")).hasSize(logs.alerts().size());
      browser.open(dashboard.url());
      browser.await(SHOWN + " && !document.getElementById('banner').hidden");
      assertThat(browser.text("#banner")).contains("There is nothing to show yet.");
    } finally {
      proxy.accept();
    }
    browser.await(
        "document.getElementById('banner').hidden && !document.getElementById('panels').hidden");
    assertThat(
            browser
                .evaluate("document.getElementById('panels').classList.contains('stale')")
                .asBoolean())
        .isFalse();
    assertThat(browser.texts("#alert-list tbody tr")).hasSize(logs.alerts().size());
    // What the browser says of each answer that is none; nothing else may be there.
    assertThat(browser.complaints())
        .allMatch(
            each ->
                each.equals(
                    "network: Failed to load resource: the server responded with a status of 502 (Bad Gateway)"))
        .isNotEmpty();
  }

  @Test
  void anEmptyNode() throws Exception {
    TestSearchNode empty = TestSearchNode.ELASTICSEARCH;
    SearchContent.clear(empty.url());
    try (Dashboard other = Dashboard.start(empty.url(), 0)) {
      open(other, "");
      assertThat(browser.text("#start"))
          .startsWith("This node has no indices of Vigil's yet")
          .contains("--elasticsearch=" + empty.url() + " --setup")
          .contains("--elasticsearch=" + empty.url() + " --input=");
      assertThat(browser.evaluate("document.getElementById('panels').hidden").asBoolean()).isTrue();

      String mapping =
          """
          {"aliases":{"vigil-events":{}},"mappings":{"dynamic":false,"properties":{
            "@timestamp":{"type":"date"},
            "event":{"properties":{"id":{"type":"keyword"},"dataset":{"type":"keyword"}}},
            "source":{"properties":{"address":{"type":"keyword"}}},
            "vigil":{"properties":{"login_attempts":{"type":"long"}}}}}}
          """;
      empty.request("PUT", "/vigil-events-2026.01.15", mapping);
      browser.await(
          "document.getElementById('start-title').innerText === \"Vigil's indices are empty\"");

      empty.request(
          "PUT",
          "/vigil-events-2026.01.15/_doc/1?refresh=true",
          "{\"@timestamp\":\"2026-01-15T08:00:00.000Z\",\"event\":{\"id\":\"1\",\"dataset\":\"sshd\"}}");
      browser.await("document.querySelector('#datasets .legend tbody tr')");
      assertThat(rows("#datasets .legend")).containsExactly("sshd|1|100 %");
      assertThat(browser.text("#by-rule"))
          .isEqualTo("There is no index behind vigil-alerts yet: it is made with the first alert.");
      assertThat(browser.text("#alert-list"))
          .isEqualTo("There is no index behind vigil-alerts yet: it is made with the first alert.");
    } finally {
      SearchContent.clear(empty.url());
    }
  }
}
