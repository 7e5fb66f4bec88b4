// Elements are made and filled here alone, and text always goes in as text: what stands in a log
// line may be anything, and most likely is what an attacker wrote.

/** An element with attributes and children; a child is a node, or text. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) {
      element.addEventListener(key.slice(2), value);
    } else if (value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Leaves what is the same alone, so that a selection in it stays, and screen readers keep silent. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) {
    element.setAttribute(name, value);
  }
}

/**
 * Makes the children of an element those of a list, in its order: each is kept as long as its key
 * is there, and so are focus and selection in it.
 */
export function sync(parent, items, key, make, fill) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const focused = document.activeElement;
  let next = parent.firstElementChild;
  for (const item of items) {
    let child = old.get(key(item));
    if (child === undefined) {
      child = make(item);
      child.dataset.key = key(item);
    }
    old.delete(key(item));
    fill(child, item);
    if (child === next) {
      next = next.nextElementSibling;
    } else {
      parent.insertBefore(child, next);
    }
  }
  for (const gone of old.values()) {
    gone.remove();
  }
  if (focused !== document.activeElement && focused.isConnected) {
    focused.focus({ preventScroll: true });
  }
}

/**
 * A table that is filled again and again.
 *
 * @param columns each with `title`; `number` for those that stand at the right; `cell`, which makes
 *     the content of a new cell, and `fill`, which puts a row's data into it; `text` in place of
 *     these for plain text; `narrow: false` for those that small screens leave out; `full` with
 *     all of a text that may be cut
 */
export class Table {
  constructor(host, { caption, columns, key, empty, row }) {
    this.columns = columns;
    this.key = key;
    this.row = row;
    this.caption = el("caption", {}, caption);
    this.body = el("tbody");
    this.empty = el("p", { class: "empty", hidden: true }, empty);
    const head = el("tr");
    for (const column of columns) {
      head.append(el("th", { scope: "col", class: classes(column) }, column.title));
    }
    this.scroller = el("div", { class: "scroller" },
      el("table", {}, this.caption, el("thead", {}, head), this.body));
    host.append(this.scroller, this.empty);
  }

  update(items, { caption, empty } = {}) {
    if (caption !== undefined) {
      setText(this.caption, caption);
    }
    if (empty !== undefined) {
      setText(this.empty, empty);
    }
    this.scroller.hidden = items.length === 0;
    this.empty.hidden = items.length > 0;
    sync(this.body, items, this.key, () => this.newRow(), (row, item) => {
      this.columns.forEach((column, i) => {
        const cell = row.cells[i];
        if (column.fill) {
          column.fill(cell, item);
        } else {
          setText(cell, column.text(item));
        }
        if (column.full) {
          setAttribute(cell, "title", column.full(item));
        }
      });
      this.row?.(row, item);
    });
  }

  newRow() {
    const row = el("tr");
    this.columns.forEach((column, i) => {
      const cell = i === 0
        ? el("th", { scope: "row", class: classes(column) })
        : el("td", { class: classes(column) });
      if (column.cell) {
        cell.append(column.cell());
      }
      row.append(cell);
    });
    return row;
  }
}

function classes(column) {
  const names = [];
  if (column.number) {
    names.push("number");
  }
  if (column.narrow === false) {
    names.push("wide-only");
  }
  if (column.style) {
    names.push(column.style);
  }
  return names.length ? names.join(" ") : undefined;
}

/** A column that shows a number, and a bar as long as its part of the largest. */
export function barColumn(title, value, format) {
  return {
    title,
    number: true,
    style: "bar-cell",
    cell: () => el("span", { class: "bar-row" },
      el("span", { class: "bar-track", "aria-hidden": "true" }, el("span", { class: "bar" })),
      el("span", { class: "bar-number" })),
    fill: (cell, item) => {
      cell.querySelector(".bar").style.width =
        `${item.largest ? (100 * value(item)) / item.largest : 0}%`;
      setText(cell.querySelector(".bar-number"), format(value(item)));
    },
  };
}
