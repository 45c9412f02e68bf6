// The timeline: a row per execution, patched by hand while a run is at work.

import { isAtWork, isBad, now } from "./events.js";
import { h, ms, setText, setVars, spent } from "./html.js";
import { compare, drawTries, hasBegun, insideOf, inWords, partsOf, startOfTry } from "./line.js";

/** @typedef {import("./events.js").Row} Row */
/** @typedef {import("./events.js").Run} Run */
/** @typedef {{el: any, parts: Record<string, any>, key: number[], inside: any, isFolded: boolean}} Line */

const MANY = 24;

const LIVELY = 12; // animating more bars costs more than it says

const NICE = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

export class Timeline {
  /** @type {Map<string, Line>} */ lines = new Map();
  /** @type {Line[]} */ sorted = [];
  /** @type {string} */ shown = "All";
  span = 0;
  /** @type {any} */ entry = null;

  /** @param {Run} run @param {Map<string, number>} order Which node stands where, by its path. */
  constructor(run, order) {
    this.run = run;
    this.order = order;
    this.ticks = h("div.ticks", { "aria-hidden": "true" });
    this.joins = h("div.joinline", { "aria-hidden": "true" });
    const heads = ["Branch", "When", "Time", "Tokens", "Cost"].map((name) => {
      const shown = name === "When" ? [this.ticks, h("span.hidden", name)] : name;
      return h("span", { role: "columnheader" }, shown);
    });
    const attributes = { role: "treegrid", "aria-label": "Timeline of the branches" };
    this.el = h("div.gantt", attributes, h("div.axis", { role: "row" }, heads), this.joins);
    this.el.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.press(event));
  }

  /** Draw what changed since the last time. */
  draw() {
    const { run } = this;
    const time = now(run);
    this.scale(time);
    let working = 0;
    for (const [id, line] of this.lines) {
      const row = run.rows.get(id);
      if (row?.status !== "running") continue;
      working += 1;
      line.parts.bar.style.setProperty("--d", String(Math.max(0, time - startOfTry(row))));
    }
    this.el.classList.toggle("many", working > LIVELY);
    for (const id of run.changed) {
      const row = run.rows.get(id);
      if (row) this.update(row);
      else this.remove(id);
    }
    run.changed.clear();
    this.el.classList.toggle("big", run.rows.size > MANY);
  }

  /** The scale grows in steps while the run goes on, and is exact at its end. @param {number} time */
  scale(time) {
    const wanted = Math.max(400, time * 1.08);
    const power = 10 ** Math.floor(Math.log10(wanted));
    const nice = (NICE.find((step) => step * power >= wanted) ?? 10) * power;
    const span = this.run.report
      ? Math.max(this.run.report.wall_ms * 1.02, 1)
      : Math.max(this.span, nice);
    if (span === this.span) return;
    this.span = span;
    const fifth = 10 ** Math.floor(Math.log10(span / 5));
    const tick = [1, 2, 2.5, 5, 10].map((step) => step * fifth).find((one) => span / one <= 7) ??
      span;
    setVars(this.el, { "--span": span, "--tick": tick });
    const marks = Array.from({ length: Math.floor(span / tick) + 1 }, (_, n) => n * tick);
    const label = (/** @type {number} */ at) => {
      const className = at > span * .95 ? "end" : "";
      return h("span", { className, vars: { "--t": at } }, at ? ms(at) : "0");
    };
    this.ticks.replaceChildren(...marks.map(label));
    for (const id of this.lines.keys()) this.run.changed.add(id);
  }

  /** @param {Row} row */
  update(row) {
    const line = this.lines.get(row.id) ?? this.add(row);
    const { el, parts } = line;
    el.dataset.s = row.status;
    el.classList.toggle("hot", row.hot);
    el.classList.toggle("isjoin", row.kind === "join");
    el.classList.toggle("isgroup", row.around);
    const begun = hasBegun(row);
    parts.bar.hidden = !begun;
    parts.bar.classList.toggle("running", row.status === "running");
    const end = this.endOf(row);
    setVars(parts.bar, { "--s": startOfTry(row), "--d": Math.max(0, end - startOfTry(row)) });
    const waited = row.status === "queued" ? now(this.run) - row.started_ms : row.queued_ms;
    const from = row.status === "queued" ? row.started_ms : row.started_ms - row.queued_ms;
    parts.queue.hidden = waited <= 5;
    setVars(parts.queue, { "--s": from, "--d": Math.max(0, waited) });
    drawTries(row, parts);
    setText(parts.name, row.label ? `${row.name} ${row.label}` : row.name);
    parts.name.title = row.id;
    parts.critical.hidden = !row.hot;
    parts.fold.hidden = !row.around;
    this.drawWords(row, parts.tail, end);
    const tries = row.attempts > 1 ? ` ×${row.attempts}` : "";
    setText(parts.time, row.duration_ms === undefined || !begun ? "" : ms(row.duration_ms) + tries);
    const [tokens, cost] = spent(row);
    setText(parts.tokens, tokens);
    setText(parts.cost, cost);
    el.setAttribute("aria-label", inWords(row));
    this.drawJoin(row, line);
    if (line.inside) this.fill(line, row);
  }

  /** @param {Row} row */
  endOf(row) {
    return row.status === "running" ? now(this.run) : row.started_ms + (row.duration_ms ?? 0);
  }

  /** What a row says beside its bar: why it failed, or the end of its words. @param {Row} row @param {any} tail @param {number} end */
  drawWords(row, tail, end) {
    const isRunning = row.status === "running";
    const said = row.text.slice(-400).replaceAll(/\s+/g, " ");
    const words = row.error ? `${row.error.type}: ${row.error.message}` : said;
    const [starts, ends] = [row.started_ms / this.span, end / this.span];
    let place = "";
    if (isRunning || ends > .68) {
      place = starts > .3 ? " left" : ends - starts > .3 ? " in" : " none";
    }
    if (!isRunning && place === " none") place = "";
    tail.className = `tail${place}${row.error && !isRunning ? " err" : ""}`;
    setVars(tail, { "--s": row.started_ms, "--d": Math.max(0, end - row.started_ms) });
    const shown = isRunning && words.length > 64
      ? `… ${words.slice(-64).replace(/^\S*\s/, "")}`
      : words;
    setText(tail, row.around ? "" : shown.slice(0, 140));
  }

  /** @param {Row} row @param {Line} line */
  drawJoin(row, line) {
    if (row.kind !== "join" || row.depth || !hasBegun(row)) return;
    line.parts.joined ??= this.joins.appendChild(h("i"));
    setVars(line.parts.joined, { "--s": row.started_ms });
  }

  /** @param {Row} row @returns {Line} */
  add(row) {
    const { el, parts } = partsOf(row);
    el.addEventListener("click", (/** @type {Event} */ event) => {
      if (event.target === parts.fold) this.fold(row.id);
      else this.toggle(row.id);
    });
    const line = { el, parts, key: this.keyOf(row), inside: null, isFolded: false };
    this.lines.set(row.id, line);
    this.place(line);
    return line;
  }

  /** Beneath the row it ran in, where the graph declares it, then by item and by repeat. @param {Row} row @returns {number[]} */
  keyOf(row) {
    const around = row.parent ? this.lines.get(row.parent)?.key ?? [] : [];
    const repeat = Number(row.id.match(/#(\d+)$/)?.[1] ?? 1);
    return [...around, this.order.get(row.path) ?? 1e6, row.item ?? -1, repeat];
  }

  /** @param {Line} line */
  place(line) {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(this.sorted[middle].key, line.key) <= 0) low = middle + 1;
      else high = middle;
    }
    this.el.insertBefore(line.el, this.sorted[low]?.el ?? null);
    this.sorted.splice(low, 0, line);
    this.keepEntry();
  }

  /** Tab enters at the first row, unless the focus is on another. */
  keepEntry() {
    const first = this.sorted[0]?.el;
    if (!first || first === this.entry || this.el.contains(document.activeElement)) return;
    this.enterAt(first);
  }

  /** @param {any} el */
  enterAt(el) {
    if (this.entry) this.entry.tabIndex = -1;
    this.entry = el;
    el.tabIndex = 0;
  }

  /** @param {string} id */
  remove(id) {
    const line = this.lines.get(id);
    if (!line) return;
    line.el.remove();
    line.inside?.remove();
    line.parts.joined?.remove();
    this.lines.delete(id);
    this.sorted.splice(this.sorted.indexOf(line), 1);
    this.keepEntry();
  }

  /** Open a row, or close it. @param {string} id */
  toggle(id) {
    const [line, row] = [this.lines.get(id), this.run.rows.get(id)];
    if (!line || !row) return;
    if (line.inside) {
      line.inside.remove();
      line.inside = null;
    } else this.fill(line, row);
    line.el.setAttribute("aria-expanded", String(line.inside !== null));
  }

  /** @param {Line} line @param {Row} row */
  fill(line, row) {
    const inside = insideOf(row);
    if (line.inside) line.inside.replaceWith(inside);
    else line.el.after(inside);
    line.inside = inside;
  }

  /** Hide or show what ran in a row. @param {string} id @param {boolean} [isFolded] */
  fold(id, isFolded) {
    const line = this.lines.get(id);
    if (!line || !this.run.rows.get(id)?.around) return;
    line.isFolded = isFolded ?? !line.isFolded;
    line.el.classList.toggle("folded", line.isFolded);
    this.sieve(this.shown);
  }

  /** Show all rows, or those at work, failed, critical. @param {string} shown */
  sieve(shown) {
    this.shown = shown;
    for (const [id, line] of this.lines) {
      const row = /** @type {Row} */ (this.run.rows.get(id));
      /** @type {Record<string, boolean>} */
      const left = { "At work": !isAtWork(row), Failed: !isBad(row), Critical: !row.hot };
      let hidden = left[shown] ?? false;
      for (let at = row.parent; at; at = this.run.rows.get(at)?.parent ?? null) {
        hidden ||= this.lines.get(at)?.isFolded ?? false;
      }
      line.el.hidden = hidden;
      if (line.inside) line.inside.hidden = hidden;
    }
  }

  /** Show a node's first row, and open it. @param {string} path */
  reveal(path) {
    const row = [...this.run.rows.values()].find((one) => one.path === path);
    if (!row) return;
    const line = this.lines.get(row.id);
    if (!line?.inside) this.toggle(row.id);
    line?.el.scrollIntoView({ block: "nearest" });
  }

  /** Arrows go from row to row, left and right fold, Enter opens. @param {KeyboardEvent} event */
  press(event) {
    const el = /** @type {HTMLElement} */ (event.target).closest?.(".line");
    const id = /** @type {HTMLElement | null} */ (el)?.dataset.id;
    if (!el || !id) return;
    const visible = this.sorted.map((line) => line.el).filter((one) => !one.hidden);
    const at = visible.indexOf(el);
    /** @type {Record<string, () => void>} */
    const keys = {
      Enter: () => this.toggle(id),
      " ": () => this.toggle(id),
      ArrowLeft: () => this.fold(id, true),
      ArrowRight: () => this.fold(id, false),
      ArrowDown: () => this.focus(visible[at + 1]),
      ArrowUp: () => this.focus(visible[at - 1]),
      Home: () => this.focus(visible[0]),
      End: () => this.focus(visible.at(-1)),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  /** One row takes the focus by Tab; the arrows move it. @param {any} el */
  focus(el) {
    if (!el) return;
    this.enterAt(el);
    el.focus();
  }
}
