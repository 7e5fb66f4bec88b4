import { barColumn, el, setText, Table } from "./dom.js";
import { count, many, place, timeOf, visible } from "./format.js";
import { search } from "./server.js";

/** The reasons of failures; each opens some of the lines that failed for it. */
export class Failures {
  constructor(host) {
    this.reason = null;
    this.range = null;
    this.reasons = new Table(host, {
      caption: "Open a reason to see its lines.",
      key: (bucket) => bucket.key,
      empty: "No failures in this time.",
      columns: [
        {
          title: "Reason",
          cell: () => el("button", { type: "button", class: "open", "aria-expanded": "false", "aria-controls": "failed-lines" }),
          fill: (cell, bucket) => {
            const button = cell.firstChild;
            setText(button, visible(bucket.key));
            button.onclick = () => this.toggle(bucket.key);
            button.setAttribute("aria-expanded", String(bucket.key === this.reason));
          },
        },
        { title: "Step", narrow: false, text: (bucket) => bucket.stages.buckets.map((stage) => visible(stage.key)).join(", ") },
        { title: "Without a time", number: true, narrow: false, text: (bucket) => count(bucket.undated.doc_count) },
        barColumn("Failures", (bucket) => bucket.doc_count, count),
      ],
      row: (row, bucket) => row.classList.toggle("selected", bucket.key === this.reason),
    });
    this.title = el("h3", { tabindex: "-1" });
    this.panel = el("div", { id: "failed-lines", class: "inner", hidden: true }, this.title);
    this.note = el("p", { class: "note" });
    this.lines = new Table(this.panel, {
      caption: "Lines that failed",
      key: (failure) => `${failure.event.id}\n${failure.vigil.stage}`,
      empty: "",
      columns: [{
        title: "Line, as it came",
        style: "line-cell",
        cell: () => el("div", {}, el("code", { class: "line" }),
          el("span", { class: "place" }), el("span", { class: "place" })),
        fill: (cell, failure) => {
          const [line, why, where] = cell.firstChild.children;
          setText(line, failure.event.original !== undefined
            ? visible(failure.event.original)
            : `not UTF-8, in base64: ${failure.vigil.raw_base64}`);
          setText(why, visible(failure.error.message));
          setText(where, `${failure["@timestamp"] ? timeOf(failure["@timestamp"]) : "no time"} · ${place(failure)}`);
        },
      }],
    });
    this.panel.append(this.note);
    host.append(this.panel);
  }

  update(result, range) {
    this.range = range;
    const buckets = result.aggregations.reasons?.buckets ?? [];
    const largest = Math.max(0, ...buckets.map((bucket) => bucket.doc_count));
    this.buckets = buckets.map((bucket) => ({ ...bucket, largest }));
    this.reasons.update(this.buckets);
    return this.load();
  }

  toggle(reason) {
    this.reason = this.reason === reason ? null : reason;
    this.reasons.update(this.buckets);
    return this.load();
  }

  async load() {
    const { reason } = this;
    this.panel.hidden = reason === null;
    if (reason === null) {
      return;
    }
    setText(this.title, visible(reason));
    const { failures } = (await search("data/failures", { ...this.range, reason })).results;
    if (this.reason !== reason) {
      return;
    }
    this.lines.update(failures.hits);
    setText(this.note, failures.total > failures.hits.length
      ? `The latest ${failures.hits.length} of ${many(failures.total, "line")}.`
      : "");
  }
}
