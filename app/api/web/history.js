// The history of runs: filters in the address, a page at a time; and what a graph's runs add up to.

import { api, listGraphs } from "./api.js";
import { OWN_THREAD } from "./graph.js";
import {
  ago,
  button,
  card,
  chip,
  choice,
  empty,
  go,
  h,
  head,
  label,
  labels,
  link,
  ms,
  path,
  plural,
  rowsOf,
  s,
  say,
  select,
  short,
  spent,
  statusOf,
  table,
} from "./html.js";

const PAGE = 50;

const POLL = 5000;

const STATUSES = [
  "pending",
  "running",
  "success",
  "degraded",
  "error",
  "timeout",
  "interrupted",
  "cancelled",
];

const COLUMNS = [
  "Status",
  "Run",
  "Graph",
  "Took",
  "Against the longest",
  "Failed",
  "Cost",
  "Labels",
  "Started",
];

/** What is asked of the service, from the filters in the address. @param {URLSearchParams} query */
export function searchOf(query) {
  const status = query.get("status") || undefined;
  const [key, ...rest] = (query.get("label") ?? "").split("=").map((part) => part.trim());
  const isDegraded = status === "degraded";
  return {
    graph_id: query.get("graph") || undefined,
    status: isDegraded ? undefined : status,
    degraded: isDegraded || undefined,
    metadata: key && rest.length ? { [key]: rest.join("=") } : undefined,
    failed_branch: query.get("failed") || undefined,
    thread_id: query.get("thread") || undefined,
  };
}

/** @param {import("./page.js").Visit} visit */
export async function showRuns({ query, signal, show }) {
  const graphs = await listGraphs();
  const limit = Math.min(1000, Number(query.get("limit")) || PAGE);
  /** @param {string} [before] */
  const read = (before) => api("runs/search", { ...searchOf(query), limit, before }, { signal });
  let runs = await read();
  const draw = () => {
    const words = find.value.trim().toLowerCase();
    const fits = runs.filter((/** @type {any} */ run) =>
      JSON.stringify(run).toLowerCase().includes(words)
    );
    const longest = Math.max(1, ...fits.map((/** @type {any} */ run) => run.wall_ms ?? 0));
    body.replaceChildren(...rowsOf(fits.map((/** @type {any} */ run) => cellsOf(run, longest))));
    shown.textContent = fits.length
      ? `${plural(fits.length, "run")} shown`
      : "No run fits. Change the filters, or run a graph.";
  };
  const find = h("input", {
    type: "search",
    placeholder: "Find in these",
    "aria-label": "Find in these runs",
    oninput: draw,
  });
  const shown = h("span.soft");
  const more = button("Load more", async () => {
    more.disabled = true;
    try {
      const next = await read(runs.at(-1).run_id);
      runs = [...runs, ...next];
      more.hidden = next.length < limit;
    } catch (error) {
      say(error);
    }
    more.disabled = false;
    draw();
  });
  more.hidden = runs.length < limit;
  const whole = table("Runs", COLUMNS, [], "table");
  const body = whole.querySelector("tbody");
  draw();
  const top = head("Runs", "Newest first.", filters(query, graphs, find));
  show("Runs", [top, h("div.card", whole, h("div.actions", more, shown))]);
  const timer = setInterval(async () => {
    const isLive = runs.length <= limit && runs.some((/** @type {any} */ run) => !run.ended_at);
    if (document.hidden || !isLive) return;
    runs = await read().catch(() => runs);
    draw();
  }, POLL);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** @param {URLSearchParams} query @param {any[]} graphs @param {any} find */
function filters(query, graphs, find) {
  /** @param {string} name @param {string} value */
  const filter = (name, value) => {
    const next = new URLSearchParams(query);
    if (value) next.set(name, value);
    else next.delete(name);
    go(`runs${next.size ? `?${next}` : ""}`);
  };
  /** @param {string} label @param {string} name @param {string[]} values @param {string} all */
  const pick = (label, name, values, all) => {
    const options = values.map((value) => /** @type {[string, string]} */ ([value, value]));
    return select(
      label,
      [["", all], ...options],
      query.get(name) ?? "",
      (value) => filter(name, value),
    );
  };
  /** @param {string} label @param {string} name @param {string} placeholder */
  const text = (label, name, placeholder) => {
    const onchange = () => filter(name, box.value.trim());
    const box = h("input", {
      placeholder,
      "aria-label": label,
      value: query.get(name) ?? "",
      onchange,
    });
    return box;
  };
  return h(
    "div.filters",
    pick("Graph", "graph", graphs.map((one) => one.graph_id), "Every graph"),
    pick("Status", "status", STATUSES, "Every status"),
    text("Label", "label", "label=value"),
    text("Branch that failed", "failed", "failed branch"),
    find,
  );
}

/** @param {any} run @param {number} longest */
function cellsOf(run, longest) {
  const status = statusOf(run);
  const width = `${Math.max(run.wall_ms ? 1 : 0, (run.wall_ms ?? 0) / longest * 100)}%`;
  /** @type {string[]} */
  const broken = run.failed_branches ?? [];
  const outer = broken.filter((name) => !name.includes("/"));
  const failed = outer.length ? outer : broken;
  const more = failed.length > 2 ? ` +${failed.length - 2}` : "";
  const isOfOthers = run.thread_id && !run.thread_id.startsWith(OWN_THREAD);
  return [
    chip(status),
    link(short(run.run_id), `runs/${run.run_id}`, "mono"),
    link(run.graph_id, `graphs/${path(run.graph_id)}`),
    ms(run.wall_ms),
    h("div.mini", { "data-s": status }, h("i", { vars: { width } })),
    failed.slice(0, 2).join(", ") + more,
    spent(run)[1],
    h(
      "span.chips",
      labels(run.metadata).slice(0, 3),
      run.retry_of && label("retry"),
      run.resume_of && label("answer"),
      isOfOthers && label(`thread ${short(run.thread_id)}`),
    ),
    h("span.soft", { title: run.created_at }, ago(run.created_at)),
  ];
}

/** @type {Record<string, number>} */
const SPANS = { "24 hours": 1, "7 days": 7, "30 days": 30, "All": 0 };

const FIGURES = [
  "Branch",
  "Executions",
  "Ended",
  "p50 and p95",
  "p50",
  "p95",
  "Queued p95",
  "Attempts",
  "Tokens",
  "Cost",
  "Critical",
];

/** @param {import("./page.js").Visit} visit @param {string} [graphId] */
export async function showStatistics({ query, signal, show }, graphId) {
  const graphs = await listGraphs();
  const id = graphId ?? graphs[0]?.graph_id;
  if (!id) {
    return show("Statistics", empty("No graph yet", "Add one to langgraph.json, and run it."));
  }
  const span = query.get("last") ?? "All";
  const since = SPANS[span] && new Date(Date.now() - SPANS[span] * 86_400_000).toISOString();
  const [statistics, runs] = await Promise.all([
    api(`graphs/${path(id)}/statistics${since ? `?since=${path(since)}` : ""}`, undefined, {
      signal,
    }),
    api("runs/search", { graph_id: id, limit: PAGE }, { signal }),
  ]);
  const words = `${plural(statistics.runs, "run")} of ${id}, and what each branch took.`;
  const spans = choice(
    "Since when",
    Object.keys(SPANS),
    span,
    (name) => go(`statistics/${path(id)}?last=${path(name)}`),
  );
  const names = graphs.map((one) => /** @type {[string, string]} */ ([one.graph_id, one.graph_id]));
  const graph = select("Graph", names, id, (name) => go(`statistics/${path(name)}`));
  const top = head("Statistics", words, h("div.filters", spans, graph));
  show("Statistics", [top, statistics.runs ? figures(statistics, runs) : nothing(id)]);
}

/** @param {string} id */
function nothing(id) {
  const words = h("p", "Choose a longer time, or run the graph.");
  const run = h("div.buttons", link("Run it", `graphs/${path(id)}`, "btn.main"));
  return h("div.card.empty", h("h2", "No run in this time"), words, run);
}

/** @param {any} statistics @param {any[]} runs */
function figures({ branches, runs: all }, runs) {
  const longest = Math.max(
    1,
    ...branches.map((/** @type {any} */ one) => one.duration_ms?.p95 ?? 0),
  );
  const rows = branches.map((/** @type {any} */ one) => figuresOf(one, all, longest));
  const whole = h("div.card", table("Statistics", FIGURES, rows, "table"));
  return h("div.stack", sparkCard(runs), whole);
}

/** @param {any} one @param {number} runs @param {number} longest */
function figuresOf(one, runs, longest) {
  /** @param {number} n */
  const vars = (n) => ({ width: `${n / longest * 100}%` });
  const { p50, p95 } = one.duration_ms ?? {};
  const attempts = one.n ? (one.attempts / one.n).toFixed(2).replace(/\.?0+$/, "") : "";
  return [
    h("b.mono", one.branch),
    one.n.toLocaleString("en"),
    h("span.chips", Object.entries(one.statuses).map(([name, n]) => chip(name, `${name} ${n}`))),
    h("div.mini", h("i.late", { vars: vars(p95 ?? 0) }), h("i", { vars: vars(p50 ?? 0) })),
    ms(p50) || "—",
    ms(p95) || "—",
    ms(one.queued_ms?.p95) || "—",
    attempts && `${attempts} (most ${one.most_attempts})`,
    ...spent(one),
    h(
      "span",
      { title: `${one.critical} of ${one.n} executions in ${runs} runs` },
      `${Math.round(one.critical / Math.max(1, one.n) * 100)} %`,
    ),
  ];
}

/** The last runs as bars, the oldest first. @param {any[]} runs */
function sparkCard(runs) {
  const ended = runs.filter((run) => run.wall_ms !== null).reverse();
  if (ended.length < 2) return null;
  const longest = Math.max(1, ...ended.map((run) => run.wall_ms));
  const bars = ended.map((run, n) => {
    const height = Math.max(2, run.wall_ms / longest * 52);
    const place = { x: n * 12, y: 56 - height, width: 9, height, rx: 2 };
    const words = s("title", `${ms(run.wall_ms)}, ${statusOf(run)}`);
    return s("rect.spark", { "data-s": statusOf(run), ...place }, words);
  });
  const svg = s("svg.sparks", {
    viewBox: `0 0 ${PAGE * 12} 58`,
    preserveAspectRatio: "xMinYMax meet",
    role: "img",
    "aria-label": `The last ${ended.length} runs took up to ${ms(longest)}`,
  }, bars);
  const most = h("span.soft", `longest ${ms(longest)}`);
  return card(`The last ${ended.length} runs`, most, h("div.pad", svg));
}
