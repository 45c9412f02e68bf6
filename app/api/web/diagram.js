// A graph's picture from its JSON, lit up by the rows of a run; a matrix past 16 branches.

import { isAtWork, isOver, now } from "./events.js";
import { h, ms, s, setText, setVars } from "./html.js";

/** @typedef {import("./events.js").Run} Run */
/** @typedef {{n: number, done: number, worst: string, first: number, longest: number, hot: boolean, working: boolean}} Sum */
/** @typedef {{x: number, y: number, width: number, height: number}} Place */
/** @typedef {{path: string, name: string, kind: string, note: string, lines: string[], classes: string[], place: Place}} Figure */
/** @typedef {{from: string, to: string, label: string, label_at: {x: number, y: number} | null, is_conditional: boolean, d: string, head: string}} Route */
/** @typedef {{size: {width: number, height: number}, figures: Figure[], routes: Route[]}} Plan */

const LINE_HEIGHT = 17;

const GROUP_HEAD = 30;

/** From the mildest end to the gravest: a node with several rows shows the gravest. */
const GRAVE = [
  "skipped",
  "cached",
  "ok",
  "cancelled",
  "degraded",
  "interrupted",
  "timeout",
  "failed",
];

/** Add up the rows of each node. @param {Run} run @returns {Map<string, Sum>} */
export function sumsOf(run) {
  /** @type {Map<string, Sum>} */
  const sums = new Map();
  for (const row of run.rows.values()) {
    if (row.status === "waiting") continue;
    const sum = sums.get(row.path) ??
      { n: 0, done: 0, worst: "skipped", first: Infinity, longest: 0, hot: false, working: false };
    sum.n += 1;
    sum.hot ||= row.hot;
    sum.first = Math.min(sum.first, row.started_ms);
    if (isAtWork(row)) sum.working ||= row.status === "running";
    else {
      sum.done += 1;
      sum.longest = Math.max(sum.longest, row.duration_ms ?? 0);
      if (GRAVE.indexOf(row.status) > GRAVE.indexOf(sum.worst)) sum.worst = row.status;
    }
    sums.set(row.path, sum);
  }
  return sums;
}

/** @param {Sum} sum */
const statusOf = (sum) => sum.done < sum.n ? (sum.working ? "running" : "queued") : sum.worst;

export class Diagram {
  /** @type {Map<string, {el: any, took: any}>} */ figures = new Map();
  /** @type {{el: any, route: Route}[]} */ routes = [];

  /** @param {Plan} plan @param {string} name @param {(path: string) => void} pick */
  constructor(plan, name, pick) {
    const { width, height } = plan.size;
    this.routes = plan.routes.map((route) => ({ el: drawRoute(route), route }));
    const figures = plan.figures.map((figure) => this.drawFigure(figure, pick));
    const labels = plan.routes.map(drawLabel);
    const words = `${name}: ${plan.figures.map((one) => one.name).join(", ")}`;
    const isGroup = (/** @type {unknown} */ _, /** @type {number} */ n) =>
      plan.figures[n].classes.includes("group");
    this.svg = drawing(
      width,
      height,
      words,
      figures.filter(isGroup),
      this.routes.map((one) => one.el),
      figures.filter((one, n) => !isGroup(one, n)),
      labels,
    );
  }

  /** @param {Figure} figure @param {(path: string) => void} pick */
  drawFigure(figure, pick) {
    const { x, y, width, height } = figure.place;
    const isGroup = figure.classes.includes("group");
    const isEnd = figure.kind === "end";
    const rows = [
      ...figure.lines.map((text) => [text, "name"]),
      ...(figure.note && !isGroup ? [[figure.note, "note"]] : []),
    ];
    const room = isGroup ? GROUP_HEAD : height;
    const first = y + (room - LINE_HEIGHT * rows.length) / 2 + 13;
    const classes = figure.classes.join(" ");
    const texts = rows.map(([text, kind], n) =>
      s("text", { class: `${kind} ${classes}`, x: x + width / 2, y: first + n * LINE_HEIGHT }, text)
    );
    const place = isGroup
      ? { x: x + width - 10, y: y + 19 }
      : { x: x + width / 2, y: y + height + 12 };
    const took = s("text", { class: isGroup ? "took at-end" : "took", ...place });
    const rx = isEnd ? height / 2 : 8;
    const box = s("rect", { class: `box ${classes}`, x, y, width, height, rx });
    const el = s("g.figure", s("title", figure.name), box, texts, isEnd ? null : took);
    el.dataset.path = figure.path;
    el.addEventListener("click", () => pick(figure.path));
    this.figures.set(figure.path, { el, took });
    return el;
  }

  /** @param {Run} run */
  draw(run) {
    const sums = sumsOf(run);
    for (const [path, sum] of sums) {
      const figure = this.figures.get(path);
      if (!figure) continue;
      const status = statusOf(sum);
      if (figure.el.dataset.s !== status) figure.el.dataset.s = status;
      figure.el.classList.toggle("hot", sum.hot);
      const running = sum.done < sum.n;
      const items = sum.n > 1 ? `${sum.done}/${sum.n} · ` : "";
      const time = status === "skipped"
        ? "skipped"
        : ms(running ? Math.max(0, now(run) - sum.first) : sum.longest);
      setText(figure.took, items + time);
      figure.took.classList.toggle("now", running);
    }
    this.svg.classList.toggle("many", sums.size > 24);
    for (const { el, route } of this.routes) this.drawWay(run, sums, el, route);
  }

  /** @param {Run} run @param {Map<string, Sum>} sums @param {any} el @param {Route} route */
  drawWay(run, sums, el, route) {
    const [from, to] = [sums.get(route.from), sums.get(route.to)];
    const isStart = route.from.endsWith("__start__");
    const isEnd = route.to.endsWith("__end__");
    const over = isOver(run.status);
    const live = !over && to !== undefined && to.done < to.n && (isStart || from !== undefined);
    const left = isStart ||
      (from !== undefined && from.done === from.n && from.worst !== "skipped");
    const reached = isEnd
      ? over && run.status === "success"
      : to !== undefined && to.worst !== "skipped";
    el.classList.toggle("live", live);
    el.classList.toggle("done", !live && left && reached && run.rows.size > 0);
    const hotTo = to?.hot || (isEnd && reached && from?.hot);
    el.classList.toggle("hot", over && Boolean((isStart || from?.hot) && hotTo));
  }
}

/** @param {Route} route */
function drawRoute(route) {
  const line = s("path", { class: route.is_conditional ? "edge conditional" : "edge", d: route.d });
  return s("g.route", line, s("path.head", { d: route.head }));
}

/** @param {Route} route */
function drawLabel(route) {
  if (!route.label || !route.label_at) return null;
  return s("text.label", { x: route.label_at.x, y: route.label_at.y + 4 }, route.label);
}

const STEP = 20;

/** More branches than boxes can show: one cell each, between START and the join. */
export class Matrix {
  /** @type {Map<string, any>} */ cells = new Map();

  /** @param {{branches: {name: string}[], joins: string[]}} graph @param {(path: string) => void} pick */
  constructor(graph, pick) {
    const names = graph.branches.map((one) => one.name);
    this.joinName = graph.joins[0] ?? "";
    const columns = Math.min(25, Math.ceil(Math.sqrt(names.length * 2.6)));
    const [w, high] = [columns * STEP + 20, Math.ceil(names.length / columns) * STEP + 20];
    const [left, top] = [130, 26 + Math.max(0, 30 - high / 2)];
    const [right, middle] = [left + w, top + high / 2];
    const joinWidth = this.joinName.length * 8 + 32;
    /** @param {number} x @param {number} width @param {string} text @param {string} kind */
    const box = (x, width, text, kind) => {
      const place = { x, y: middle - 18, width, height: 36, rx: kind === "end" ? 18 : 8 };
      const words = { x: x + width / 2, y: middle + 4.5 };
      return s("g.figure", s(`rect.box.${kind}`, place), s(`text.name.${kind}`, words, text));
    };
    this.join = box(right + 60, joinWidth, this.joinName, "join");
    this.join.addEventListener("click", () => pick(this.joinName));
    this.sum = s("text.label", { x: left + w / 2, y: top - 8 });
    const way = (/** @type {string} */ d) => s("g.route", s("path.edge", { d }));
    this.ways = [
      way(`M92 ${middle}H${left}`),
      way(`M${right} ${middle}h60`),
      way(`M${right + 60 + joinWidth} ${middle}h40`),
    ];
    names.forEach((name, n) => {
      const [x, y] = [left + 12 + (n % columns) * STEP, top + 12 + Math.floor(n / columns) * STEP];
      const cell = s("rect.cell", { x, y, width: 16, height: 16, rx: 4 }, s("title", name));
      cell.addEventListener("click", () => pick(name));
      this.cells.set(name, cell);
    });
    const width = right + joinWidth + 180;
    const height = Math.max(top + high, middle + 40) + 24;
    const end = this.joinName || "END";
    this.svg = drawing(
      width,
      height,
      `START leads to ${names.length} branches, which lead to ${end}.`,
      this.ways,
      box(24, 68, "START", "end"),
      s("rect.box", { x: left, y: top, width: w, height: high, rx: 10 }),
      this.sum,
      this.joinName ? this.join : null,
      box(right + joinWidth + 100, 52, "END", "end"),
      [...this.cells.values()],
    );
  }

  /** @param {Run} run */
  draw(run) {
    const sums = sumsOf(run);
    let [done, seen] = [0, 0];
    for (const [name, cell] of this.cells) {
      const sum = sums.get(name);
      if (!sum) continue;
      seen += 1;
      if (sum.done === sum.n) done += 1;
      const status = statusOf(sum);
      if (cell.dataset.s !== status) cell.dataset.s = status;
      cell.classList.toggle("hot", sum.hot);
    }
    const all = this.cells.size;
    setText(this.sum, seen ? `${done} of ${all} done` : `${all} branches`);
    const join = sums.get(this.joinName);
    if (join) this.join.dataset.s = statusOf(join);
    const [out, into, last] = this.ways.map((one) => one.classList);
    out.toggle("live", seen > done);
    out.toggle("done", seen > 0 && done === seen);
    into.toggle("live", join !== undefined && join.done < join.n);
    into.toggle("done", join !== undefined && join.done === join.n);
    last.toggle("done", run.status === "success");
  }
}

/** @param {number} width @param {number} height @param {string} words @param {...any} parts */
function drawing(width, height, words, ...parts) {
  const place = { viewBox: `0 0 ${width} ${height}`, width, height };
  return s("svg.fanjoin", { ...place, role: "img", "aria-label": words.slice(0, 500) }, parts);
}

/** The box a picture scrolls in. @param {any} svg */
export function paper(svg) {
  const { width, height } = svg.viewBox.baseVal;
  setVars(svg, { "--w": width });
  const kind = width > 1100 || height > 900 ? "wide" : "";
  return h(`div.paperbox.${kind}`, { tabIndex: 0, role: "region", "aria-label": "Diagram" }, svg);
}
