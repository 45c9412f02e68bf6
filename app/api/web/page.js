// The entry: which address shows what, and what stands around it.

import { api, askKey, Away, BASE, listGraphs, Problem } from "./api.js";
import { showGraph } from "./graph.js";
import { showRuns, showStatistics } from "./history.js";
import {
  backLink,
  button,
  byId,
  dialog,
  empty,
  go,
  h,
  head,
  label,
  path,
  plural,
  rowsOf,
  s,
} from "./html.js";
import { showRun } from "./run.js";

/**
 * @typedef {Object} Visit One stay on a page.
 * @property {URLSearchParams} query
 * @property {AbortSignal} signal Aborted when the page is left.
 * @property {(title: string, nodes: any) => void} show Replace the page.
 */

/** @type {[RegExp, (visit: Visit, ...parts: any[]) => Promise<any>][]} */
const PAGES = [
  [/^\/?$/, showGraphs],
  [/^\/graphs\/([^/]+)$/, showGraph],
  [/^\/runs$/, showRuns],
  [/^\/runs\/([^/]+)$/, showRun],
  [/^\/statistics(?:\/([^/]+))?$/, showStatistics],
];

const BEAT = 15_000;

const THEMES = ["system", "light", "dark"];

/** The service's name: it is the project's, not this page's. */
const TITLE = document.title;

const main = byId("main");

let leaving = new AbortController();

async function route() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const [place, query] = location.hash.slice(1).split("?");
  markPlace(place);
  let isShown = !main.childElementCount;
  /** @type {Visit} */
  const visit = {
    query: new URLSearchParams(query),
    signal,
    show: (title, nodes) => {
      if (signal.aborted) return;
      document.title = `${title} · ${TITLE}`;
      main.replaceChildren(...[nodes].flat());
      if (!isShown) focusHeading();
      isShown = true;
      performance.mark("shown");
    },
  };
  try {
    for (const [pattern, show] of PAGES) {
      const found = place.match(pattern);
      if (found) return await show(visit, ...found.slice(1).map(decoded));
    }
    visit.show("Nothing", empty("There is no such page", `Nothing is at ${place}.`, backLink()));
  } catch (error) {
    if (signal.aborted) return;
    visit.show("Failed", broken(error));
    if (error instanceof Away) waitForService(signal);
  }
}

/** @param {string | undefined} part */
function decoded(part) {
  try {
    return part && decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A change of the page moves the focus to its heading. */
function focusHeading() {
  const heading = main.querySelector("h1");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** @param {string} place */
function markPlace(place) {
  for (const one of document.querySelectorAll(".bar nav a")) {
    const own = /** @type {HTMLAnchorElement} */ (one).hash.slice(1);
    const isHere = own === "/" ? /^(\/?$|\/graphs)/.test(place) : place.startsWith(own);
    if (isHere) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  }
}

/** A page for what went wrong, with what to do about it. @param {any} error */
function broken(error) {
  const both = [button("Try again", route, "main"), backLink()];
  if (error instanceof Away) {
    return empty("The service is away", `${error.message} This page tries again by itself.`, both);
  }
  if (!(error instanceof Problem)) {
    console.error(error);
    return empty("The page failed", String(error.message ?? error), both);
  }
  const when = error.wait ? ` Try again in ${plural(error.wait, "second")}.` : "";
  /** @type {Record<number, string>} */
  const titles = {
    401: "An API key is needed",
    404: "It is not here",
    410: "It is no longer here",
    429: "Too many runs at once",
    503: "The service cannot answer now",
  };
  const next = error.status === 401 ? button("Enter a key", enterKey, "main") : both;
  return empty(titles[error.status] ?? "The service refused", error.message + when, next);
}

async function enterKey() {
  if (await askKey()) route();
}

/** Show the page again once the service answers. @param {AbortSignal} signal */
function waitForService(signal) {
  const timer = setInterval(async () => {
    if (document.hidden || !(await beat())) return;
    clearInterval(timer);
    if (!signal.aborted) route();
  }, 2000);
  signal.addEventListener("abort", () => clearInterval(timer));
}

async function beat() {
  const ready = await fetch(new URL("health/ready", BASE)).catch(() => null);
  const health = byId("health");
  health.dataset.s = ready?.ok ? "ok" : "failed";
  health.textContent = !ready ? "Away" : ready.ok ? "Ready" : "Not ready";
  return ready !== null;
}

/** @param {string} theme */
function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  const name = theme[0].toUpperCase() + theme.slice(1);
  byId("theme").textContent = name;
  byId("theme").setAttribute("aria-label", `Colours: ${name}`);
}

function storedTheme() {
  const theme = localStorage.getItem("theme") ?? "";
  return THEMES.includes(theme) ? theme : "system";
}

function turnTheme() {
  const next = THEMES[(THEMES.indexOf(storedTheme()) + 1) % THEMES.length];
  localStorage.setItem("theme", next);
  setTheme(next);
}

const KEYS = [
  ["g", "Graphs"],
  ["r", "Runs"],
  ["s", "Statistics"],
  ["/", "To the first field"],
  ["Ctrl Enter", "Run"],
  ["↑ ↓ Home End", "From row to row of a timeline"],
  ["← →", "Fold a row, unfold it"],
  ["Enter", "Open a row"],
  ["?", "These keys"],
];

function showKeys() {
  return dialog("Keyboard", (close) => [
    h("table", h("tbody", rowsOf(KEYS.map(([key, what]) => [h("kbd", key), what])))),
    h("div.buttons", button("Close", close)),
  ]);
}

/** @param {KeyboardEvent} event */
function press(event) {
  const isTyping = /** @type {Element} */ (event.target).matches("input, textarea, select");
  const isOther = event.metaKey || event.ctrlKey || event.altKey;
  if (isTyping || isOther || document.querySelector("dialog")) return;
  /** @type {Record<string, () => void>} */
  const keys = {
    g: () => go(""),
    r: () => go("runs"),
    s: () => go("statistics"),
    "/": () => main.querySelector(".filters input, form input, form textarea")?.focus(),
    "?": showKeys,
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

/** @param {Visit} visit */
async function showGraphs({ show }) {
  const graphs = await listGraphs(true);
  const words =
    "Each fans out to branches that work side by side, and joins them to one answer. Pick one to run it.";
  const nothing =
    "The service serves what langgraph.json lists. Add a graph there, and reload this page.";
  show("Graphs", [head("Graphs", words), h("div.list", graphs.map(tile))]);
  if (!graphs.length) show("Graphs", empty("No graph yet", nothing));
}

/** @param {any} graph */
function tile(graph) {
  const { graph_id, branches, joins } = graph;
  const words = [plural(branches.length, "branch", "branches"), plural(joins.length, "join")];
  if (graph.context_schema?.properties?.model) words.push("asks a model");
  return h(
    "a.card.tile",
    { href: `#/graphs/${path(graph_id)}` },
    fan(branches.length),
    h("b", graph_id),
    h("p", graph.description),
    h("span.chips", words.map((text) => label(text))),
  );
}

/** A small sign of a graph's form. @param {number} branches */
function fan(branches) {
  const n = Math.min(7, Math.max(1, branches));
  const ys = Array.from({ length: n }, (_, k) => n === 1 ? 37 : 12 + (k * 50) / (n - 1));
  /** @param {number} cx @param {number} cy @param {number} r @param {string} [kind] */
  const dot = (cx, cy, r, kind = "") => s(`circle.${kind}`, { cx, cy, r });
  return s(
    "svg.fan",
    { viewBox: "0 0 240 74", "aria-hidden": "true" },
    ys.map((y) => s("path", { d: `M30 37C70 37 70 ${y} 108 ${y}h24C170 ${y} 170 37 196 37` })),
    s("path", { d: "M196 37h22" }),
    dot(26, 37, 4, "e"),
    ys.map((y) => dot(120, y, n > 5 ? 3 : 4.5)),
    dot(196, 37, 6, "j"),
    dot(220, 37, 4, "e"),
  );
}

/** @type {[string, () => void][]} */
const BUTTONS = [["theme", turnTheme], ["keys", showKeys], ["key", enterKey]];

setTheme(storedTheme());
for (const [id, act] of BUTTONS) byId(id).addEventListener("click", act);
addEventListener("keydown", press);
addEventListener("hashchange", route);
route();
beat();
setInterval(() => document.hidden || beat(), BEAT);
api("").then((root) => byId("docs").hidden = !root?.links?.docs).catch(() => {});
