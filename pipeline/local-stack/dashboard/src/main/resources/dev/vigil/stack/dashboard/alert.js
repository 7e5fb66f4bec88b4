import { el, setText, Table } from "./dom.js";
import { count, many, place, timeOf, visible } from "./format.js";
import { search } from "./server.js";

/** As many events are asked for at once. */
const MOST_EVENTS = 500;

/** The ids of the events behind an alert, and how many more there are that it does not name. */
export function evidence(alert) {
  const sides = [alert.vigil.logins, alert.vigil.ids].filter(Boolean);
  return {
    ids: [...new Set(sides.flatMap((side) => side.evidence ?? []))].slice(0, MOST_EVENTS),
    omitted: sides.reduce((sum, side) => sum + (side.evidence_omitted ?? 0), 0),
  };
}

/** What an alert is about, in a few words. */
export function subject(alert) {
  return alert.source?.address ?? `${alert.vigil.group?.field} ${alert.vigil.group?.value}`;
}

function facts(alert) {
  const { logins, ids, window, episode, revision } = alert.vigil;
  const list = [
    ["Events", `${timeOf(alert.event.start)} to ${timeOf(alert.event.end)}`],
  ];
  if (window) {
    list.push(["Window", `${timeOf(window.start)} to ${timeOf(window.end)}`]);
  }
  if (episode) {
    list.push(["Episode", `${episode.state}, last pair at ${timeOf(episode.last_pair)}`]);
  }
  if (logins) {
    list.push(["Login attempts", `${count(logins.attempts)}, of which ${count(logins.failed)} failed`]);
    list.push(["Users tried", sample(logins.users, logins.distinct_users)]);
  }
  if (ids) {
    list.push(["IDS alerts", `${count(ids.count)}, severity ${ids.severity ?? "not told"}`]);
    list.push(["Signatures", sample(ids.signatures, ids.distinct_signatures)]);
    list.push(["Classes of attack", sample(ids.attack_classification, ids.distinct_classifications)]);
  }
  list.push(["Rule", `${alert.rule.id}, version ${alert.rule.version}`]);
  list.push(["Id", `${alert.event.id}, revision ${revision}`]);
  return list;
}

function sample(names = [], distinct = 0) {
  const more = distinct - names.length;
  return (names.map(visible).join(", ") || "none") + (more > 0 ? ` and ${count(more)} more` : "");
}

/** One alert, and the log lines that it comes from. */
export class AlertDetail {
  /** @param closed what to do when the reader closes it */
  constructor(host, { closed }) {
    this.host = host;
    this.id = null;
    this.shown = null;
    this.title = el("h3", { id: "alert-title", tabindex: "-1" });
    this.meaning = el("p", { class: "meaning" });
    this.facts = el("dl", { class: "facts" });
    this.note = el("p", { class: "note" });
    this.problem = el("p", { class: "problem", role: "status", hidden: true });
    const lines = el("div");
    this.lines = new Table(lines, {
      caption: "The log lines behind it",
      key: (event) => event.event.id,
      empty: "",
      columns: [
        { title: "Time", text: (event) => timeOf(event["@timestamp"]) },
        {
          title: "Line, as it came",
          style: "line-cell",
          cell: () => el("div", {},
            el("code", { class: "line" }), el("span", { class: "place" })),
          fill: (cell, event) => {
            setText(cell.querySelector(".line"), visible(event.event.original));
            setText(cell.querySelector(".place"), `${event.event.dataset} · ${place(event)}`);
          },
        },
      ],
    });
    host.append(
      el("div", { class: "detail-head" }, this.title,
        el("button", { type: "button", class: "close", onclick: closed }, "Close")),
      this.problem, this.meaning, this.facts, lines, this.note);
    host.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        closed();
      }
    });
  }

  /** Shows an alert; its head gets the focus if the reader asked for it. */
  async show(id, focus) {
    this.id = id;
    this.shown = null;
    this.host.hidden = false;
    setText(this.title, "Loading…");
    setText(this.meaning, "");
    this.facts.replaceChildren();
    this.lines.update([]);
    setText(this.note, "");
    if (focus) {
      this.title.focus({ preventScroll: true });
      this.host.scrollIntoView({ block: "nearest" });
    }
    await this.load();
  }

  close() {
    this.id = null;
    this.host.hidden = true;
  }

  /** Asks again if it is not all there, or the given newer revision of it is another one. */
  async refresh(latest) {
    const known = latest.find((alert) => alert.event.id === this.id);
    if (this.id !== null
        && (this.shown === null || (known && known.vigil.revision !== this.shown))) {
      await this.load();
    }
  }

  async load() {
    const { id } = this;
    try {
      const found = (await search("data/alert", { id })).results.alert;
      if (this.id !== id) {
        return;
      }
      const alert = found.hits[0];
      if (alert === undefined) {
        setText(this.title, "This alert is not there");
        this.problem.hidden = false;
        setText(this.problem, found.error ?? `There is no alert ${id} in vigil-alerts.`);
        return;
      }
      setText(this.title, `${alert.rule.name}: ${visible(subject(alert))}`);
      setText(this.meaning, alert.rule.description ?? "");
      this.facts.replaceChildren(...facts(alert).flatMap(([name, value]) =>
        [el("dt", {}, name), el("dd", {}, value)]));
      const { ids, omitted } = evidence(alert);
      const events = ids.length
        ? (await search("data/events", { ids: ids.join(",") })).results.events
        : { hits: [] };
      if (this.id !== id) {
        return;
      }
      this.lines.update(events.hits, { caption: `${many(events.hits.length, "log line")} behind it, as they came` });
      const gone = ids.length - events.hits.length;
      setText(this.note, [
        omitted > 0 ? `The alert names its first ${ids.length} events; ${many(omitted, "more is", "more are")} behind it.` : "",
        gone > 0 ? `${many(gone, "event is", "events are")} not in vigil-events: expired, or not written there yet.` : "",
        events.error ?? "",
      ].filter(Boolean).join(" "));
      this.problem.hidden = true;
      this.shown = gone > 0 ? null : alert.vigil.revision;
    } catch (error) {
      this.problem.hidden = false;
      setText(this.problem, `It cannot be shown now: ${error.message}. It will be asked for again.`);
      if (this.shown === null && this.facts.childElementCount === 0) {
        setText(this.title, "An alert");
      }
    }
  }
}
