const NUMBER = new Intl.NumberFormat("en");
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function count(n) {
  return NUMBER.format(n);
}

export function compact(n) {
  return COMPACT.format(n);
}

/** A number with its noun: "1 alert", "2,000 alerts". */
export function many(n, noun, nouns = `${noun}s`) {
  return `${count(n)} ${n === 1 ? noun : nouns}`;
}

export function percent(part, whole) {
  if (whole === 0) {
    return "–";
  }
  const share = (100 * part) / whole;
  return share > 0 && share < 1 ? "< 1 %" : `${Math.round(share)} %`;
}

/** `2026-01-15 08:03:00`, with milliseconds where there are any. */
export function time(ms) {
  const iso = new Date(ms).toISOString();
  const text = iso.replace("T", " ").replace("Z", "");
  return text.endsWith(".000") ? text.slice(0, -4) : text;
}

/** The same without the milliseconds. */
export function second(ms) {
  return time(Math.floor(ms / SECOND) * SECOND);
}

/** A document's own text in the form of `time`. */
export function timeOf(text) {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? "no time" : time(ms);
}

export function clock(ms) {
  return new Date(ms).toISOString().slice(11, 19);
}

/** For an axis: the day where one begins or none is known yet, otherwise the time. */
export function tick(ms, step, withDay) {
  const date = new Date(ms);
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  if (step >= 360 * DAY) {
    return String(date.getUTCFullYear());
  }
  if (step >= 27 * DAY) {
    return `${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  }
  if (step >= DAY) {
    return day;
  }
  const iso = date.toISOString();
  const text = step < MINUTE ? iso.slice(11, 19) : iso.slice(11, 16);
  return withDay ? `${text}\n${day}` : text;
}

/** A length of time in its two largest units. */
export function duration(ms) {
  const length = Math.abs(ms);
  if (length < SECOND) {
    return `${length} ms`;
  }
  const units = [[DAY, "d"], [HOUR, "h"], [MINUTE, "min"], [SECOND, "s"]];
  const first = units.findIndex(([size]) => length >= size);
  const [size, name] = units[first];
  let text = `${count(Math.floor(length / size))} ${name}`;
  const next = units[first + 1];
  if (next) {
    const rest = Math.floor((length % size) / next[0]);
    if (rest > 0) {
      text += ` ${rest} ${next[1]}`;
    }
  }
  return text;
}

const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/**
 * Text of a log with its invisible characters made visible: an escape sequence, or one that turns
 * the order of letters round, would let a line look like another one.
 */
export function visible(text) {
  return String(text).replace(UNSEEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Where a line stands: the file and the byte it begins with, or the topic's record. */
export function place(document) {
  const places = [];
  if (document.log) {
    places.push(`${visible(document.log.file.path)}, byte ${count(document.log.offset)}`);
  }
  if (document.kafka) {
    const { topic, partition, offset } = document.kafka;
    places.push(`topic ${visible(topic)}, partition ${partition}, offset ${count(offset)}`);
  }
  return places.join("; ") || "not known";
}
