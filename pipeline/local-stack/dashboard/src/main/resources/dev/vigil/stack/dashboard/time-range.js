import { time } from "./format.js";

const LENGTHS = { "15m": 15 * 60_000, "1h": 3_600_000, "24h": 86_400_000, "7d": 7 * 86_400_000 };
const DEFAULT = "24h";

/** The first and the last time of all data, or null if there are none with a time. */
export function extent(bounds) {
  let first = Infinity;
  let last = -Infinity;
  for (const { aggregations } of Object.values(bounds)) {
    if (typeof aggregations.first?.value === "number") {
      first = Math.min(first, aggregations.first.value);
      last = Math.max(last, aggregations.last.value);
    }
  }
  return first <= last ? { from: first, to: last } : null;
}

/** What to look at as long as nobody chose: everything, if it is all too old for the default. */
export function initial(data, now) {
  return data !== null && data.to < now - LENGTHS[DEFAULT] ? "all" : DEFAULT;
}

/** The times of a choice. */
export function resolve(choice, data, now) {
  if (choice.name === "custom") {
    return { from: choice.from, to: choice.to };
  }
  if (choice.name === "all") {
    return data ?? { from: now - LENGTHS[DEFAULT], to: now };
  }
  // A source's clock may be a little ahead: what it says is not to be missing for that.
  const to = data !== null && data.to > now && data.to < now + 300_000 ? data.to : now;
  return { from: now - LENGTHS[choice.name], to };
}

/** A choice from the address, or null. */
export function parse(parameters) {
  const name = parameters.get("range");
  if (name === "custom") {
    const from = Number.parseInt(parameters.get("from"), 10);
    const to = Number.parseInt(parameters.get("to"), 10);
    return from <= to ? { name, from, to } : null;
  }
  return name === "all" || Object.hasOwn(LENGTHS, name ?? "") ? { name } : null;
}

/** Milliseconds since 1970 of what stands in a field for date and time, taken as UTC; or null. */
export function fromField(value) {
  const ms = Date.parse(`${value}Z`);
  return Number.isNaN(ms) ? null : ms;
}

export function toField(ms) {
  return new Date(ms).toISOString().slice(0, 19);
}

/** In whole seconds. */
export function describe({ from, to }) {
  const second = (ms) => time(Math.floor(ms / 1000) * 1000);
  return `${second(from)} to ${second(to)}`;
}
