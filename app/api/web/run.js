// One run: live from its events, or as its report says.

import { answerCard } from "./answer.js";
import { api, follow, listGraphs, Problem, readRun } from "./api.js";
import { adopt, apply, isOver, newRun, settle } from "./events.js";
import { asideOf, OWN_THREAD, pictureCard, pictureOf, readPlan } from "./graph.js";
import {
  ago,
  button,
  card,
  chip,
  choice,
  h,
  head,
  label,
  labels,
  link,
  path,
  say,
  short,
  statusOf,
} from "./html.js";
import { bannersOf, drawFigures, figuresOf, notice } from "./summary.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("./events.js").Run} Run */

const FRAME = 33;

const FRAME_OF_MANY = 100;

const MANY = 60;

/** A short run is over before its page is open: its end is said all the same. */
const JUST_NOW = 5000;

/** @param {import("./page.js").Visit} visit @param {string} runId */
export async function showRun(visit, runId) {
  const { signal, show } = visit;
  const { run: read, elapsed } = await readRun(runId, signal);
  const over = isOver(read.status);
  const [graphs, report] = await Promise.all([
    listGraphs(),
    over ? api(`runs/${read.run_id}/report`, undefined, { signal }).catch(noReport) : null,
  ]);
  const graph = graphs.find((one) => one.graph_id === read.graph_id);
  const plan = graph ? await readPlan(read.graph_id) : { size: {}, figures: [], routes: [] };
  if (signal.aborted) return;
  const output = read.output ?? undefined;
  const run = newRun({ status: read.status, elapsed, output });
  const view = new RunView(run, read, graph, plan);
  if (report) {
    for (const name of graph?.branches ?? []) {
      apply(run, "run_started", { branches: [name.name], joins: [], attempt: read.attempt });
    }
    adopt(run, report);
  }
  if (over) settle(run, read.status);
  view.draw(true);
  view.settle();
  show(`${read.graph_id} ${short(runId)}`, view.page());
  if (!over) await live(view, visit);
  else if (Date.now() - Date.parse(read.ended_at) < JUST_NOW) view.tell();
}

/** A run may have no report: its row was written by hand, or is too old. @param {any} error */
function noReport(error) {
  if (error instanceof Problem && [404, 409, 410].includes(error.status)) return null;
  throw error;
}

/** @param {RunView} view @param {import("./page.js").Visit} visit */
async function live(view, visit) {
  const { run, read } = view;
  const { signal } = visit;
  const tick = () => {
    if (signal.aborted || isOver(run.status)) return;
    view.draw();
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  /** @param {string} type @param {any} data */
  const take = (type, data) => {
    apply(run, type, data);
    if (["run_started", "output", "report", "end"].includes(type)) view.settle();
  };
  const heard = await follow(read.run_id, { take, connected: (is) => view.connect(is), signal });
  if (signal.aborted) return;
  if (!heard) return await showRun(visit, read.run_id); // its events are gone, its report is not
  view.draw(true);
  view.settle();
  view.tell();
}

class RunView {
  lastDrawn = 0;
  isConnected = true;
  answered = false;

  /** @param {Run} run @param {any} read @param {any} graph @param {any} plan */
  constructor(run, read, graph, plan) {
    this.run = run;
    this.read = read;
    this.graph = graph;
    const order = orderOf(plan);
    this.timeline = new Timeline(run, order);
    this.picture = graph && pictureOf(graph, plan, (path) => this.timeline.reveal(path));
    this.aside = graph && asideOf(graph, inputOf(read, graph), read.run_id);
    this.heading = h("span.chips");
    this.banners = h("div.stack", { "aria-live": "polite" });
    this.answer = h("div", { hidden: true });
    this.figures = figuresOf();
  }

  page() {
    const { graph, read, timeline } = this;
    /** @param {string} name */
    const pick = (name) => timeline.sieve(name);
    const seg = choice("Which rows to show", ["All", "At work", "Failed", "Critical"], "All", pick);
    const right = h(
      "div.stack",
      graph ? null : gone(read.graph_id),
      this.banners,
      this.figures.el,
      graph && pictureCard(graph, this.picture),
      card("Timeline", seg, timeline.el),
      this.answer,
    );
    const name = link(read.graph_id, `graphs/${path(read.graph_id)}`, "plain");
    const columns = graph ? "div.work.has-run" : "div.stack";
    return [head(name, graph?.description ?? "", this.heading), h(columns, this.aside?.el, right)];
  }

  /** Draw what changed, at most so often. @param {boolean} [isForced] */
  draw(isForced = false) {
    const { run } = this;
    const began = performance.now();
    const pause = run.rows.size > MANY ? FRAME_OF_MANY : FRAME;
    if (!isForced && began - this.lastDrawn < pause) return;
    this.lastDrawn = began;
    this.timeline.draw();
    if (this.timeline.shown !== "All") this.timeline.sieve(this.timeline.shown);
    this.picture?.draw(run);
    drawFigures(this.figures, run);
    performance.measure("draw", { start: began, end: performance.now() });
  }

  /** Show what changes with the run's status, whole. */
  settle() {
    const { run, read } = this;
    this.heading.replaceChildren(...this.chips());
    this.banners.replaceChildren(
      ...this.isConnected ? [] : [
        notice(
          "queued",
          "Reconnecting",
          "The connection to the service is cut. The run goes on.",
        ),
      ],
      ...run.status === "pending"
        ? [
          notice(
            "pending",
            "This run waits for a place",
            "Others are at work. It starts by itself.",
          ),
        ]
        : [],
      ...bannersOf(run, read),
    );
    this.banners.hidden = !this.banners.childElementCount;
    if (run.output !== undefined && run.output !== null && !this.answered) {
      this.answered = true;
      this.answer.hidden = false;
      this.answer.replaceChildren(answerCard(run.output, read.run_id));
    }
  }

  /** @returns {Node[]} */
  chips() {
    const { run, read } = this;
    const degraded = run.end?.degraded ?? read.degraded;
    const status = statusOf({ status: run.status, degraded });
    /** @param {string} words @param {string | null} id */
    const of = (words, id) => id && link(`${words} ${short(id)}`, `runs/${id}`, "chip");
    const attempt = Math.max(run.attempt, read.attempt ?? 1);
    const cancel = button("Cancel", () => this.cancel(cancel), "warn.small");
    return [
      chip(status),
      h("span.chip.mono", { title: read.run_id }, short(read.run_id)),
      label(ago(read.created_at), read.created_at),
      isOfOthers(read.thread_id) && label(`thread ${read.thread_id}`),
      of("retry of", read.retry_of),
      of("answer to", read.resume_of),
      attempt > 1 &&
      label(`attempt ${attempt} after a restart`, "The service was restarted meanwhile"),
      ...labels(read.metadata),
      !isOver(run.status) && cancel,
    ].filter(Boolean);
  }

  /** @param {any} pressed */
  async cancel(pressed) {
    pressed.disabled = true;
    try {
      await api(`runs/${this.read.run_id}/cancel`, {});
    } catch (error) {
      say(error);
      pressed.disabled = false;
    }
  }

  /** @param {boolean} is */
  connect(is) {
    if (is === this.isConnected) return;
    this.isConnected = is;
    this.settle();
  }

  /** The end, in the live region. */
  tell() {
    const { run, read } = this;
    const status = statusOf({ status: run.status, degraded: run.end?.degraded });
    say(
      `${read.graph_id}: ${status === "interrupted" ? "a question waits for an answer" : status}`,
    );
    this.aside?.refresh();
  }
}

/** Whether a thread may have other runs. @param {string | null} threadId */
function isOfOthers(threadId) {
  return Boolean(threadId) && !threadId?.startsWith(OWN_THREAD);
}

/** What the run was sent, to send it again changed. @param {any} read @param {any} graph */
function inputOf(read, graph) {
  const isObject = read.input && typeof read.input === "object" && !Array.isArray(read.input);
  return isObject ? read.input : graph.example ?? {};
}

/** @param {string} graphId */
function gone(graphId) {
  const words = `The service serves no graph ${graphId} any more. What the run did is still here.`;
  return notice("interrupted", "The graph of this run is gone", words);
}

/** Where a node stands: from left to right, as the work goes. @param {import("./diagram.js").Plan} plan */
function orderOf(plan) {
  const figures = [...plan.figures];
  /** @param {import("./diagram.js").Place} place */
  const middle = ({ x, width }) => Math.round(x + width / 2);
  figures.sort((a, b) => middle(a.place) - middle(b.place) || a.place.y - b.place.y);
  return new Map(figures.map((one, n) => [one.path, n]));
}
