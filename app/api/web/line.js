// A row of the timeline: its parts, what it says, and what is inside once it is opened.

import { readable } from "./answer.js";
import { h, ms, setVars, spent } from "./html.js";
import { banner } from "./summary.js";

/** @typedef {import("./events.js").Row} Row */

/** @param {Row} row */
export function insideOf(row) {
  const tries = row.tries.filter((one) => one.error && one.attempt < row.attempts);
  const parts = [
    h("div.facts", factsOf(row)),
    tries.map((one) => problem(`Attempt ${one.attempt}, after ${ms(one.duration_ms)}`, one.error)),
    row.error && problem("Why it failed", row.error),
    row.text && titled("What the model wrote", h("pre", { tabIndex: 0 }, row.text)),
    hasResult(row) && titled("What it left in the state", readable(row.result)),
  ];
  const cell = h("div", { role: "gridcell", "aria-colspan": "5", className: "stack" }, parts);
  return h("div.inside", { role: "row" }, cell);
}

/** @param {Row} row */
function hasResult(row) {
  if (row.result === undefined || row.result === null) return false;
  return typeof row.result !== "object" || Object.keys(row.result).length > 0;
}

/** @param {Row} row */
function factsOf(row) {
  const [tokens, cost] = spent(row);
  const known = {
    id: row.id,
    kind: row.kind,
    status: row.status,
    required: row.required ? "yes" : row.required === false ? "no" : "",
    attempts: row.attempts,
    started: ms(row.started_ms),
    queued: ms(row.queued_ms),
    took: ms(row.duration_ms),
    tokens,
    cost,
  };
  return Object.entries(known).filter(([, value]) => value !== "")
    .map(([name, value]) => h("span", `${name} `, h("b", value)));
}

/** @param {string} title @param {{type: string, message: string}} error */
function problem(title, error) {
  return banner("failed", [h("b", title), h("span.mono", `${error.type}: ${error.message}`)]);
}

/** @param {string} title @param {any} content */
function titled(title, content) {
  return h("div", h("small.soft", title), h("div.result.read", content));
}

/** When the last attempt began. @param {Row} row */
export function startOfTry(row) {
  const before = row.tries.filter((one) => one.attempt < row.attempts);
  const last = row.tries.find((one) => one.attempt === row.attempts);
  if (last) return last.started_ms;
  return before.reduce((at, one) => Math.max(at, one.started_ms + one.duration_ms), row.started_ms);
}

/** @param {number[]} a @param {number[]} b */
export function compare(a, b) {
  for (let n = 0; n < Math.max(a.length, b.length); n += 1) {
    if (a[n] !== b[n]) return (a[n] ?? -2) - (b[n] ?? -2);
  }
  return 0;
}

/** @param {Row} row */
export function inWords(row) {
  const parts = [row.name, row.kind, row.status];
  if (row.duration_ms !== undefined && row.status !== "skipped") parts.push(ms(row.duration_ms));
  if (row.hot) parts.push("on the critical path");
  return parts.join(", ");
}

/** The elements of a row. @param {Row} row @returns {{el: any, parts: Record<string, any>}} */
export function partsOf(row) {
  const parts = {
    bar: h("i.bar-w"),
    queue: h("i.bar-q"),
    tries: h("span"),
    tail: h("span"),
    name: h("span.nm"),
    critical: h("span.cp", { title: "The run waited for it" }, "critical"),
    fold: h("button.fold", { type: "button", tabIndex: -1, "aria-label": "Fold" }, "▾"),
    time: h("span.num.time", { role: "gridcell" }),
    tokens: h("span.num", { role: "gridcell" }),
    cost: h("span.num", { role: "gridcell" }),
  };
  const { bar, queue, tries, tail, name, critical, fold, time, tokens, cost } = parts;
  const vars = { "--deep": Math.min(row.depth, 4) };
  const el = h(
    "div.line",
    {
      role: "row",
      tabIndex: -1,
      "data-id": row.id,
      "aria-level": row.depth + 1,
      "aria-expanded": "false",
    },
    h("span.who", { role: "rowheader", vars }, h("span.st"), name, critical, fold),
    h("span.track", { role: "gridcell" }, queue, tries, bar, tail),
    time,
    tokens,
    cost,
  );
  return { el, parts };
}

/** Attempts before the last one are history: grey. @param {Row} row @param {any} parts */
export function drawTries(row, parts) {
  const before = row.tries.filter((one) => one.attempt < row.attempts && one.duration_ms > 0);
  while (parts.tries.childElementCount > before.length) parts.tries.lastElementChild.remove();
  before.forEach((one, n) => {
    const bar = parts.tries.children[n] ??
      parts.tries.appendChild(h("i.bar-t"));
    bar.title = `attempt ${one.attempt}: ${one.error?.type ?? "failed"}`;
    setVars(bar, { "--s": one.started_ms, "--d": one.duration_ms });
  });
}

/** @param {Row} row */
export const hasBegun = (row) => !["waiting", "skipped", "queued"].includes(row.status);
