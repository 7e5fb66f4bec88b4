import { el, setAttribute, setText, sync, Table } from "./dom.js";
import { compact, count, duration, percent, tick, time } from "./format.js";

const HEIGHT = 190;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500].flatMap((n) => [n, n * 1e3, n * 1e6]).sort((a, b) => a - b);

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Gives each key a colour of its own, the same for as long as the page is open. */
export function palette(size = 10) {
  const given = new Map();
  return (key) => {
    if (!given.has(key)) {
      given.set(key, `s${given.size % size}`);
    }
    return given.get(key);
  };
}

/**
 * Stacked bars over time; beside them a table with the sums, and, to be opened, one with all
 * numbers.
 */
export class TimeChart {
  /**
   * @param name what is counted, such as "Alerts by rule"
   * @param kind the heading of the series' names
   * @param unit what one of them is called
   */
  constructor(host, { name, kind, unit, units = `${unit}s`, empty }) {
    this.name = name;
    this.unit = unit;
    this.units = units;
    this.series = [];
    this.plot = null;
    this.canvas = el("div", { class: "plot", role: "img" });
    this.tip = el("div", { class: "tip", "aria-hidden": "true", hidden: true });
    this.canvasBox = el("div", { class: "plot-box" }, this.canvas, this.tip);
    this.empty = el("p", { class: "empty", hidden: true }, empty);
    const legend = el("div", { class: "legend" });
    this.legend = new Table(legend, {
      caption: `${name}: sums`,
      key: (series) => series.key,
      empty: "",
      columns: [
        {
          title: kind,
          cell: () => el("span", { class: "series" }, el("span", { class: "swatch", "aria-hidden": "true" }), el("span")),
          fill: (cell, series) => {
            cell.querySelector(".swatch").style.background = `var(--${series.colour})`;
            setText(cell.querySelector(".series").lastChild, series.label);
          },
        },
        { title: capital(this.units), number: true, text: (series) => count(series.total) },
        { title: "Share", number: true, text: (series) => percent(series.total, this.total) },
      ],
    });
    this.data = el("details", { class: "data" }, el("summary", {}, "Numbers over time"));
    this.numbers = null;
    this.data.addEventListener("toggle", () => this.fillNumbers());
    this.filled = el("div", { class: "chart" }, this.canvasBox, legend, this.data);
    host.append(this.filled, this.empty);
    new ResizeObserver(() => this.resize()).observe(this.canvasBox);
  }

  /**
   * @param series each with `key`, `label`, `colour`, `total`, and `values` by the times at which
   *     bars begin; the first is drawn at the bottom
   */
  update({ from, to, interval, series, empty }) {
    if (empty !== undefined) {
      setText(this.empty, empty);
    }
    this.filled.hidden = series.length === 0;
    this.empty.hidden = series.length > 0;
    this.total = series.reduce((sum, each) => sum + each.total, 0);
    this.interval = interval;
    const start = Math.floor(from / interval) * interval;
    this.times = [];
    for (let at = start; at <= to; at += interval) {
      this.times.push(at);
    }
    const same = this.plot !== null
      && this.series.map((each) => each.key).join("\n") === series.map((each) => each.key).join("\n");
    this.series = series;
    this.legend.update(series);
    if (series.length === 0) {
      return;
    }
    this.describe();
    if (same) {
      this.plot.setData(this.stacked());
    } else {
      this.draw();
    }
    this.fillNumbers();
  }

  describe() {
    let most = 0;
    let when = this.times[0];
    for (const at of this.times) {
      const sum = this.series.reduce((all, each) => all + (each.values.get(at) ?? 0), 0);
      if (sum > most) {
        most = sum;
        when = at;
      }
    }
    setAttribute(this.canvas, "aria-label",
      `${this.name}, one bar for every ${duration(this.interval)}: ${count(this.total)} ${this.total === 1 ? this.unit : this.units} in all, `
        + `the most, ${count(most)}, from ${time(when)}. The numbers are in the tables that follow.`);
    setAttribute(this.canvasBox, "data-interval", `per ${duration(this.interval)}`);
  }

  /** Sums from the bottom up; the largest is drawn first, and the others over it. */
  stacked() {
    const below = this.times.map(() => 0);
    const columns = this.series.map((each) =>
      this.times.map((at, i) => {
        const value = each.values.get(at) ?? 0;
        below[i] += value;
        return value === 0 ? null : below[i];
      }));
    return [this.times.map((at) => at / 1000), ...columns.reverse()];
  }

  draw() {
    this.plot?.destroy();
    const text = colour("muted");
    const grid = colour("grid");
    const font = "12px system-ui, sans-serif";
    const bars = uPlot.paths.bars({ size: [0.86, 64], align: 1 });
    this.plot = new uPlot({
      width: Math.max(this.canvasBox.clientWidth, 120),
      height: HEIGHT,
      padding: [8, 20, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { setScale: false, x: false, y: false } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      scales: {
        x: { range: () => [this.times[0] / 1000, (this.times.at(-1) + this.interval) / 1000] },
        y: { range: (plot, min, max) => [0, Math.max(max ?? 0, 1) * 1.06] },
      },
      axes: [
        {
          stroke: text, font, space: 62, size: 40, grid: { show: false },
          ticks: { stroke: grid, width: 1, size: 5 },
          values: (plot, splits, axis, space, step) => {
            let day = "";
            return splits.map((seconds) => {
              const iso = new Date(seconds * 1000).toISOString().slice(0, 10);
              const next = iso !== day;
              day = iso;
              return tick(seconds * 1000, step * 1000, next);
            });
          },
        },
        {
          stroke: text, font, space: 36, incrs: STEPS,
          grid: { stroke: grid, width: 1 }, ticks: { show: false },
          size: (plot, values) => 14 + 7 * Math.max(2, ...(values ?? []).map((value) => value.length)),
          values: (plot, splits) => splits.map(compact),
        },
      ],
      series: [{}, ...[...this.series].reverse().map((each) => ({
        fill: colour(each.colour), stroke: colour(each.colour), width: 0,
        paths: bars, points: { show: false },
      }))],
      hooks: { setCursor: [(plot) => this.showTip(plot)] },
    }, this.stacked(), this.canvas);
  }

  showTip(plot) {
    const { left } = plot.cursor;
    const at = left < 0 ? undefined
      : this.times[Math.floor((plot.posToVal(left, "x") * 1000 - this.times[0]) / this.interval)];
    const shown = at === undefined ? [] : this.series.filter((each) => each.values.get(at));
    this.tip.hidden = shown.length === 0;
    if (shown.length === 0) {
      return;
    }
    this.tip.replaceChildren(
      el("strong", {}, `${time(at)}, ${duration(this.interval)}`),
      ...shown.reverse().map((each) => {
        const swatch = el("span", { class: "swatch" });
        swatch.style.background = `var(--${each.colour})`;
        return el("span", { class: "tip-row" }, swatch, `${each.label} `, el("b", {}, count(each.values.get(at))));
      }));
    const x = plot.over.offsetLeft + left;
    const right = x + 14 + this.tip.offsetWidth > this.canvasBox.clientWidth;
    this.tip.style.left = `${Math.max(0, right ? x - 14 - this.tip.offsetWidth : x + 14)}px`;
  }

  fillNumbers() {
    if (!this.data.open) {
      return;
    }
    if (this.numbers === null) {
      this.numbers = el("table", {}, el("caption", {}, `${this.name} over time`), el("thead"), el("tbody"));
      this.data.append(el("div", { class: "scroller" }, this.numbers));
    }
    const [, head, body] = this.numbers.children;
    head.replaceChildren(el("tr", {}, el("th", { scope: "col" }, `From, for ${duration(this.interval)}`),
      ...this.series.map((each) => el("th", { scope: "col", class: "number" }, each.label))));
    const times = this.times.filter((at) => this.series.some((each) => each.values.get(at)));
    sync(body, times, String, () => el("tr"), (row, at) => {
      row.replaceChildren(el("th", { scope: "row" }, time(at)),
        ...this.series.map((each) => el("td", { class: "number" }, count(each.values.get(at) ?? 0))));
    });
  }

  resize() {
    if (this.plot !== null && this.canvasBox.clientWidth > 0) {
      this.plot.setSize({ width: this.canvasBox.clientWidth, height: HEIGHT });
    }
  }

  /** Its colours have changed. */
  repaint() {
    if (this.series.length > 0) {
      this.draw();
    }
  }
}

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}
