import { AlertDetail, subject } from "./alert.js";
import { palette, TimeChart } from "./chart.js";
import { barColumn, el, setAttribute, setText, sync, Table } from "./dom.js";
import { Failures } from "./failures.js";
import { clock, count, duration, many, percent, second, time, timeOf, visible } from "./format.js";
import { ask, search } from "./server.js";
import * as timeRange from "./time-range.js";

const PERIOD = 5_000;

const byId = (id) => document.getElementById(id);

// What the reader chose. It stands in the address, too: a reload, or a link, shows the same.
const chosen = { range: null, alert: null, paused: false };

// What was last answered.
const last = { bounds: null, panels: null, range: null, at: null, awaySince: null, alerts: null };

// ---------------------------------------------------------------- panels

const SEVERITIES = { critical: "bad", high: "high", medium: "medium", low: "low", informational: "info", none: "none" };
const OUTCOMES = { success: ["success", "good"], failure: ["failure", "bad"], unknown: ["not told", "none"] };

const charts = {
  rules: new TimeChart(byId("by-rule"), {
    name: "Alerts by rule", kind: "Rule", unit: "alert", empty: "No alerts in this time.",
  }),
  severities: new TimeChart(byId("by-severity"), {
    name: "Alerts by severity", kind: "Severity", unit: "alert", empty: "No alerts in this time.",
  }),
  logins: new TimeChart(byId("logins"), {
    name: "Login attempts", kind: "Outcome", unit: "attempt", empty: "No login attempts in this time.",
  }),
  datasets: new TimeChart(byId("datasets"), {
    name: "Events by dataset", kind: "Dataset", unit: "event", empty: "No events in this time.",
  }),
};

const colours = { rules: palette(), datasets: palette(), severities: palette() };

const alerts = new Table(byId("alert-list"), {
  caption: "Latest alerts",
  key: (alert) => alert.event.id,
  empty: "No alerts in this time.",
  columns: [
    {
      title: "Time",
      cell: () => el("button", { type: "button", class: "open", "aria-controls": "alert" }),
      fill: (cell, alert) => {
        const button = cell.firstChild;
        setText(button, timeOf(alert["@timestamp"]).slice(0, 19));
        setAttribute(button, "aria-expanded", String(alert.event.id === chosen.alert));
        setAttribute(button, "aria-label", `${timeOf(alert["@timestamp"])}: ${alert.rule.name}, ${visible(subject(alert))}. Show the evidence`);
      },
    },
    { title: "Rule", text: (alert) => alert.rule.name, full: (alert) => alert.rule.description },
    {
      title: "Severity",
      cell: () => el("span", { class: "badge" }),
      fill: (cell, alert) => {
        const severity = alert.vigil.ids?.severity ?? "none";
        setText(cell.firstChild, visible(severity === "none" ? "–" : severity));
        setAttribute(cell.firstChild, "class", `badge ${SEVERITIES[severity] ?? "none"}`);
      },
    },
    { title: "Source", style: "address", text: (alert) => visible(subject(alert)) },
    { title: "Attempts", number: true, narrow: false, text: (alert) => count(alert.vigil.logins.attempts) },
    { title: "Failed", number: true, narrow: false, text: (alert) => count(alert.vigil.logins.failed) },
    { title: "IDS alerts", number: true, narrow: false, text: (alert) => (alert.vigil.ids ? count(alert.vigil.ids.count) : "–") },
    {
      title: "Users, signatures", style: "cut", narrow: false, text: names, full: names,
    },
  ],
  row: (row, alert) => row.classList.toggle("selected", alert.event.id === chosen.alert),
});

function names(alert) {
  return [alert.vigil.logins.users, alert.vigil.ids?.signatures]
    .filter((list) => list?.length)
    .map((list) => list.map(visible).join(", "))
    .join(" · ");
}

const alertSources = new Table(byId("alert-sources"), {
  caption: "Sources with the most alerts",
  key: (bucket) => bucket.key,
  empty: "No alerts in this time.",
  columns: [
    { title: "Source", style: "address", text: (bucket) => visible(bucket.key) },
    { title: "Rules", number: true, text: (bucket) => count(bucket.rules.value) },
    { title: "Last", style: "when", narrow: false, text: (bucket) => time(bucket.last.value) },
    barColumn("Alerts", (bucket) => bucket.doc_count, count),
  ],
});

const eventSources = new Table(byId("event-sources"), {
  caption: "Sources with the most events",
  key: (bucket) => bucket.key,
  empty: "No events with a source in this time.",
  columns: [
    { title: "Source", style: "address", text: (bucket) => visible(bucket.key) },
    { title: "Failed logins", number: true, text: (bucket) => count(bucket.failed.attempts.value) },
    { title: "IDS alerts", number: true, narrow: false, text: (bucket) => count(bucket.ids.doc_count) },
    barColumn("Events", (bucket) => bucket.doc_count, count),
  ],
});

const failures = new Failures(byId("failures"));

const detail = new AlertDetail(byId("alert"), { closed: () => select(null) });

/** Series of a chart, from a terms aggregation with a histogram in each of its buckets. */
function series(terms, { label = (key) => key, colour, value = (bucket) => bucket.doc_count }) {
  return (terms?.buckets ?? []).map((bucket) => {
    const values = new Map(bucket.time.buckets.map((each) => [each.key, value(each)]));
    return {
      key: String(bucket.key),
      label: visible(label(String(bucket.key))),
      colour: colour(String(bucket.key)),
      total: value(bucket),
      values,
    };
  });
}

function showPanels() {
  const { results, interval } = last.panels;
  const within = { ...last.range, interval };
  const rules = results.alerts.aggregations;
  const nothing = (name, what) =>
    results[name].error
    ?? (results[name].missing ? `There is no index behind vigil-${name} yet: it is made with the first ${what}.` : undefined);
  const emptyAlerts = nothing("alerts", "alert") ?? "No alerts in this time.";
  const emptyEvents = nothing("events", "event") ?? "No events in this time.";

  charts.rules.update({ ...within, series: series(rules.rules, { colour: colours.rules }), empty: emptyAlerts });
  const order = Object.keys(SEVERITIES).reverse();
  charts.severities.update({
    ...within,
    empty: emptyAlerts,
    series: series(rules.severities, {
      label: (key) => (key === "none" ? "none: logins alone" : key),
      colour: (key) => SEVERITIES[key] ?? colours.severities(key),
    }).sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key)),
  });
  const outcomes = Object.keys(OUTCOMES);
  charts.logins.update({
    ...within,
    empty: emptyEvents,
    series: series(results.events.aggregations.logins?.outcomes, {
      label: (key) => OUTCOMES[key]?.[0] ?? key,
      colour: (key) => OUTCOMES[key]?.[1] ?? "none",
      value: (bucket) => bucket.attempts.value,
    }).sort((a, b) => outcomes.indexOf(a.key) - outcomes.indexOf(b.key)),
  });
  charts.datasets.update({
    ...within,
    empty: emptyEvents,
    series: series(results.events.aggregations.datasets, { colour: colours.datasets }),
  });

  const list = results.alerts.hits;
  alerts.update(list, {
    caption: results.alerts.total > list.length
      ? `The latest ${list.length} of ${many(results.alerts.total, "alert")}`
      : many(list.length, "alert"),
    empty: emptyAlerts,
  });
  ranked(alertSources, rules.sources, emptyAlerts);
  ranked(eventSources, results.events.aggregations.sources, emptyEvents);
}

function ranked(table, terms, empty) {
  const buckets = terms?.buckets ?? [];
  const largest = Math.max(0, ...buckets.map((bucket) => bucket.doc_count));
  const others = terms?.sum_other_doc_count ?? 0;
  const error = terms?.doc_count_error_upper_bound ?? 0;
  table.update(buckets.map((bucket) => ({ ...bucket, largest })), {
    empty,
    caption: (others > 0 ? `The first ${buckets.length}; the other sources have ${count(others)}.` : "All sources.")
      + (error > 0 ? ` Counts may be too low by up to ${count(error)}.` : ""),
  });
}

function showTiles() {
  const { results } = last.panels;
  const outcomes = results.events.aggregations.logins?.outcomes.buckets ?? [];
  const attempts = outcomes.reduce((sum, bucket) => sum + bucket.attempts.value, 0);
  const failed = outcomes.find((bucket) => bucket.key === "failure")?.attempts.value ?? 0;
  const undated = results.failures.aggregations.undated?.doc_count ?? 0;
  const sources = results.alerts.aggregations.sources;
  const newest = last.bounds.results.events.aggregations.last?.value;
  const tiles = [
    ["Alerts", count(results.alerts.total), sources?.sum_other_doc_count
      ? "from more than 10 sources"
      : `from ${many(sources?.buckets.length ?? 0, "source")}`],
    ["Events", count(results.events.total), `${many(results.events.aggregations.datasets?.buckets.length ?? 0, "dataset")}`],
    ["Login attempts", count(attempts), `${count(failed)} failed, ${percent(failed, attempts)}`],
    ["Late events", count(results.late.total), "missed by a detection"],
    ["Failures", count(results.failures.total), undated ? `${count(undated)} without a time` : "lines and records"],
    ["Newest event", typeof newest === "number" ? duration(last.bounds.now - newest) : "none",
      typeof newest === "number" ? `${newest <= last.bounds.now ? "ago" : "ahead"}: ${second(newest)}` : "with a time"],
  ];
  sync(byId("tiles"), tiles, ([name]) => name,
    ([name]) => el("div", { class: "tile" }, el("dt", {}, name), el("dd", {}, el("b"), el("span"))),
    (tile, [, value, remark]) => {
      setText(tile.querySelector("b"), value);
      setText(tile.querySelector("span"), remark);
    });
  byId("tiles").querySelector("[data-key='Failures']").classList.toggle("warn", results.failures.total > 0);
  setText(byId("span"), `${timeRange.describe(last.range)} UTC, ${duration(last.range.to - last.range.from)}`
    + (chosen.range === null && rangeName() === "all" ? " · everything there is, since all of it is older than 24 hours" : ""));
}

function ago(ms) {
  const age = last.bounds.now - ms;
  return age >= 0 ? `${duration(age)} ago` : `${duration(age)} ahead`;
}

const current = el("dl", { class: "facts" });
byId("current").append(current,
  el("p", { class: "note" }, "The index does not know a job's watermark. Shown are the newest documents, by their own time, "
    + "against this machine's clock: if the newest event is old, either nothing came in, or the job is behind; which of them, "
    + "cannot be seen here. An alert has the time of its window's end, which may be later than any event's."),
  el("p", { class: "note", id: "flink-note" }));

async function showCurrent() {
  const { results, now } = last.bounds;
  const newest = (name) => results[name].aggregations.last?.value;
  const rows = [["Now", second(now)]];
  for (const [name, title] of [["events", "Newest event"], ["alerts", "Newest alert"], ["late", "Newest late event"], ["failures", "Newest failure"]]) {
    const at = newest(name);
    rows.push([title, typeof at === "number" ? `${time(at)}, ${ago(at)}` : results[name].missing ? `no index behind vigil-${name} yet` : "none with a time"]);
  }
  if (typeof newest("events") === "number" && typeof newest("alerts") === "number") {
    const lag = newest("events") - newest("alerts");
    rows.push(["Newest alert against newest event", lag === 0 ? "the same time" : `${duration(lag)} ${lag > 0 ? "behind" : "ahead of"} it`]);
  }
  if (last.bounds.flink) {
    rows.push(...await watermarks(now));
  } else {
    setText(byId("flink-note"), "No Flink was named, so no watermarks are shown.");
  }
  sync(current, rows.flatMap(([name, value]) => [["dt", name, name], ["dd", name, value]]),
    ([kind, name]) => `${kind} ${name}`, ([kind]) => el(kind), (each, [, , text]) => setText(each, text));
}

/** The lowest watermark of each step of each running job. */
async function watermarks(now) {
  try {
    const jobs = (await ask("data/flink/jobs")).answer.jobs.filter((job) => job.state === "RUNNING");
    setText(byId("flink-note"), jobs.length
      ? "Flink's watermarks: the lowest among a step's parallel parts, as Flink reports them. A step without inputs has none of its own."
      : "Flink has no running job, so there are no watermarks.");
    const rows = [];
    for (const job of jobs) {
      const { vertices } = (await ask("data/flink/job", { job: job.jid })).answer;
      for (const vertex of vertices) {
        const values = (await ask("data/flink/watermarks", { job: job.jid, vertex: vertex.id })).answer
          .map((each) => Number(each.value));
        if (values.length > 0) {
          rows.push([`Watermark of ${visible(vertex.name)} (${visible(job.name)})`, watermark(Math.min(...values), now)]);
        }
      }
    }
    return rows;
  } catch (error) {
    setText(byId("flink-note"), `Flink at ${error.server} gives no watermarks: ${error.message}.`);
    return [];
  }
}

function watermark(ms, now) {
  // Beam's least and greatest time, and what Flink says before the first.
  if (ms <= -9_223_372_036_854_775) {
    return "none yet";
  }
  return ms >= 9_223_371_950_454_775 ? "at the end of its input" : `${time(ms)}, ${ms <= now ? `${duration(now - ms)} behind the clock` : "ahead of the clock"}`;
}

// ---------------------------------------------------------------- what else there is to say

function showStart() {
  const results = Object.values(last.bounds.results);
  const none = results.every((result) => result.missing);
  const empty = results.every((result) => !result.error && result.total === 0);
  byId("start").hidden = !empty;
  if (empty) {
    byId("panels").hidden = true;
    setText(byId("start-title"), none ? "This node has no indices of Vigil's yet" : "Vigil's indices are empty");
    setText(byId("start-text"), none
      ? `The node at ${last.bounds.server} answers, but nothing was ever written to vigil-events, vigil-alerts, vigil-late or vigil-failures.`
      : `The node at ${last.bounds.server} has the indices, and no documents in them.`);
    const jar = `java -jar pipeline/target/vigil-direct.jar --elasticsearch=${last.bounds.server}`;
    setText(byId("start-setup"), `${jar} --setup`);
    setText(byId("start-run"), `${jar} --input='/var/log/*.log'`);
  }
  return empty;
}

function showNotice() {
  const { results } = last.bounds;
  const parts = [];
  const broken = Object.entries({ ...results, ...last.panels?.results }).find(([, result]) => result.error);
  if (broken) {
    parts.push(el("span", {}, `The node cannot search vigil-${broken[0]}: ${visible(broken[1].error)}`));
  }
  const missing = Object.entries(results).filter(([, result]) => result.missing).map(([name]) => `vigil-${name}`);
  if (missing.includes("vigil-events")) {
    parts.push(el("span", {}, "There is no index behind vigil-events: alerts have no lines to show. "
      + "Run the main job with --elasticsearch to this node."));
  }
  const data = timeRange.extent(results);
  const seen = last.panels.results;
  if (!broken && data !== null && seen.events.total + seen.alerts.total === 0) {
    parts.push(el("span", {}, `Nothing in this time. The data are from ${timeRange.describe(data)}. `),
      el("button", { type: "button", onclick: () => choose({ name: "all" }) }, "Show all data"));
  }
  const notice = byId("notice");
  const text = parts.map((part) => part.textContent).join(" ");
  if (notice.dataset.text !== text) {
    notice.dataset.text = text;
    notice.replaceChildren(...parts);
  }
  notice.hidden = parts.length === 0;
}

/** Said to those who do not see the page, and only when there is something new. */
function announce() {
  const { alerts: found } = last.bounds.results;
  if (last.alerts !== null && found.total > last.alerts) {
    setText(byId("announcement"), `${many(found.total - last.alerts, "new alert")}, ${count(found.total)} in all`);
  }
  last.alerts = found.total;
}

function showState(text, kind) {
  setText(byId("state-text"), text);
  setAttribute(byId("state"), "class", `state ${kind}`);
}

function showAnswered() {
  last.awaySince = null;
  byId("banner").hidden = true;
  byId("panels").classList.remove("stale");
  setText(byId("node"), `The node is ${last.bounds.server}.`);
  showRefreshing();
}

function showRefreshing() {
  if (last.awaySince === null && last.at !== null) {
    showState(chosen.paused ? `Paused; data of ${clock(last.at)}` : `Live; data of ${clock(last.at)}`, chosen.paused ? "paused" : "live");
  }
}

function showNoAnswer(error) {
  last.awaySince ??= error.since ?? Date.now();
  const name = error.server.startsWith("http") ? `The search node at ${error.server}` : error.server;
  const text = [
    `${name} gives no answer since ${second(last.awaySince)}: ${visible(error.message)}.`,
    last.at === null ? "There is nothing to show yet." : `What is shown is of ${clock(last.at)}.`,
    chosen.paused ? "Refreshing is paused." : "It is asked again every 5 seconds.",
  ].join(" ");
  setText(byId("banner"), text);
  byId("banner").hidden = false;
  byId("panels").classList.toggle("stale", last.at !== null);
  showState("No answer", "away");
}

// ---------------------------------------------------------------- refreshing

let running = null;
let again = false;
let timer = 0;

/** One at a time; what is asked for meanwhile comes behind it. */
function refresh() {
  if (running !== null) {
    again = true;
    return running;
  }
  clearTimeout(timer);
  running = refreshOnce().finally(() => {
    running = null;
    document.documentElement.dataset.refreshed = String(Number(document.documentElement.dataset.refreshed ?? 0) + 1);
    if (again) {
      again = false;
      refresh();
    } else if (!chosen.paused) {
      timer = setTimeout(refresh, PERIOD);
    }
  });
  return running;
}

let startedWith = null;

function rangeName() {
  return chosen.range?.name ?? startedWith ?? "24h";
}

async function refreshOnce() {
  try {
    last.bounds = await search("data/bounds");
    const data = timeRange.extent(last.bounds.results);
    if (startedWith === null && data !== null) {
      startedWith = timeRange.initial(data, last.bounds.now);
    }
    byId("range").value = rangeName();
    if (!showStart()) {
      const choice = chosen.range ?? { name: rangeName() };
      const range = timeRange.resolve(choice, data, last.bounds.now);
      last.panels = await search("data/panels", range);
      last.range = range;
      byId("panels").hidden = false;
      showPanels();
      showTiles();
      showNotice();
      announce();
      await failures.update(last.panels.results.failures, range);
      showSelected();
      await detail.refresh(last.panels.results.alerts.hits);
      await showCurrent();
    } else {
      byId("notice").hidden = true;
      last.alerts = 0;
    }
    last.at = last.bounds.now;
    showAnswered();
  } catch (error) {
    if (error.name !== "Error" || error.server === undefined) {
      // A mistake of this page's own: it belongs to the console, and must not look like the node's.
      showState("This page failed", "away");
      throw error;
    }
    showNoAnswer(error);
  }
}

// ---------------------------------------------------------------- what the reader does

function remember() {
  const parameters = new URLSearchParams();
  if (chosen.range !== null) {
    for (const [key, value] of Object.entries(chosen.range)) {
      parameters.set(key === "name" ? "range" : key, value);
    }
  }
  if (chosen.alert !== null) {
    parameters.set("alert", chosen.alert);
  }
  history.replaceState(null, "", `#${parameters}`);
}

function choose(range) {
  chosen.range = range;
  byId("range").value = range.name;
  byId("custom").hidden = range.name !== "custom";
  remember();
  return refresh();
}

byId("range").addEventListener("change", () => {
  const name = byId("range").value;
  if (name !== "custom") {
    choose({ name });
    return;
  }
  const now = last.range ?? { from: Date.now() - 3_600_000, to: Date.now() };
  byId("from").value = timeRange.toField(now.from);
  byId("to").value = timeRange.toField(Math.ceil(now.to / 1000) * 1000);
  choose({ name, from: timeRange.fromField(byId("from").value), to: timeRange.fromField(byId("to").value) });
  byId("from").focus();
});

byId("controls").addEventListener("submit", (event) => {
  event.preventDefault();
  const from = timeRange.fromField(byId("from").value);
  const to = timeRange.fromField(byId("to").value);
  const wrong = from === null || to === null || from > to;
  byId("to").setCustomValidity(wrong ? "The end must be a time after the beginning" : "");
  if (wrong) {
    byId("to").reportValidity();
  } else {
    choose({ name: "custom", from, to });
  }
});
for (const id of ["from", "to"]) {
  byId(id).addEventListener("input", () => byId("to").setCustomValidity(""));
}

byId("pause").addEventListener("click", () => {
  chosen.paused = !chosen.paused;
  setAttribute(byId("pause"), "aria-pressed", String(chosen.paused));
  setText(byId("pause"), chosen.paused ? "Resume" : "Pause");
  showRefreshing();
  if (chosen.paused) {
    clearTimeout(timer);
  } else {
    refresh();
  }
});

const dark = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const given = document.documentElement.dataset.theme;
  return given === undefined ? dark.matches : given === "dark";
}

function repaint() {
  setText(byId("theme"), isDark() ? "Light" : "Dark");
  setAttribute(byId("theme"), "aria-label", isDark() ? "Change to light colours" : "Change to dark colours");
  Object.values(charts).forEach((chart) => chart.repaint());
}

byId("theme").addEventListener("click", () => {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("vigil-theme", theme);
  repaint();
});
dark.addEventListener("change", repaint);

function markSelected() {
  for (const row of alerts.body.rows) {
    const selected = row.dataset.key === chosen.alert;
    row.classList.toggle("selected", selected);
    setAttribute(row.querySelector("button"), "aria-expanded", String(selected));
  }
  document.querySelector(".master").classList.toggle("open", chosen.alert !== null);
}

let seen = null;

/** An alert from the address may stand further down in the list. */
function showSelected() {
  if (seen !== chosen.alert) {
    const row = alerts.body.querySelector("tr.selected");
    if (row !== null) {
      alerts.scroller.scrollTop = row.offsetTop - alerts.scroller.clientHeight / 2;
      seen = chosen.alert;
    }
  }
}

function select(id) {
  seen = id;
  const before = chosen.alert;
  chosen.alert = id;
  remember();
  markSelected();
  if (id === null) {
    detail.close();
    alerts.body.querySelector(`tr[data-key="${CSS.escape(before ?? "")}"] button`)?.focus();
  } else {
    detail.show(id, true);
  }
}

alerts.body.addEventListener("click", (event) => {
  const row = event.target.closest("tr");
  if (row !== null && getSelection().isCollapsed) {
    select(row.dataset.key === chosen.alert ? null : row.dataset.key);
  }
});
alerts.body.addEventListener("keydown", (event) => {
  const row = event.target.closest("tr");
  const next = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling }[event.key];
  if (next) {
    event.preventDefault();
    next.querySelector("button").focus();
  }
});

const address = new URLSearchParams(location.hash.slice(1));
chosen.range = timeRange.parse(address);
if (chosen.range?.name === "custom") {
  byId("custom").hidden = false;
  byId("from").value = timeRange.toField(chosen.range.from);
  byId("to").value = timeRange.toField(chosen.range.to);
}
if (/^[0-9a-f]{32}$/.test(address.get("alert") ?? "")) {
  chosen.alert = address.get("alert");
  markSelected();
  detail.show(chosen.alert, false);
}
repaint();
refresh();
