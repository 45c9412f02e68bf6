// One graph: what to send it, how to send it, and its last runs.

import { api, curlOf, listGraphs, Problem, pythonOf } from "./api.js";
import { Diagram, Matrix, paper } from "./diagram.js";
import { formOf, jsonField, Unfit } from "./form.js";
import {
  ago,
  backLink,
  button,
  card,
  chip,
  choice,
  copy,
  empty,
  go,
  h,
  head,
  label,
  link,
  ms,
  path,
  plural,
  say,
  short,
  statusOf,
} from "./html.js";

/** Above this many branches a picture of boxes says less than a matrix. */
const MANY_BRANCHES = 16;

/** How the id of a thread begins that is of one run alone. */
export const OWN_THREAD = "page-";

/** @type {Map<string, Promise<any>>} */
const plans = new Map();

/** @param {string} graphId @returns {Promise<any>} */
export function readPlan(graphId) {
  const known = plans.get(graphId) ??
    api(`graphs/${path(graphId)}/diagram`).catch((error) => {
      plans.delete(graphId);
      throw error;
    });
  plans.set(graphId, known);
  return known;
}

/** @param {any} graph @param {any} plan @param {(path: string) => void} pick */
export function pictureOf(graph, plan, pick) {
  if (graph.branches.length > MANY_BRANCHES) return new Matrix(graph, pick);
  return new Diagram(plan, graph.graph_id, pick);
}

/** @param {any} graph @param {any} picture */
export function pictureCard({ branches, joins }, picture) {
  const chips = [plural(branches.length, "branch", "branches"), plural(joins.length, "join")];
  return card("Graph", chips.map((text) => label(text)), paper(picture.svg));
}

/** Everything to the left of a run: the form, and the graph's last runs. @param {any} graph @param {any} start @param {string} [runId] */
export function asideOf(graph, start, runId) {
  const { graph_id } = graph;
  const recent = h("div.recent");
  const links = [
    link("Statistics", `statistics/${path(graph_id)}`, "soft"),
    link("All", `runs?graph=${path(graph_id)}`, "soft"),
  ];
  const refresh = async () => {
    const found = await api("runs/search", { graph_id, limit: 8 }).catch(() => null);
    if (found) recent.replaceChildren(...recentRuns(found, runId));
  };
  refresh();
  const box = card("Recent runs", links, recent);
  return { el: h("div.stack.aside", inputCard(graph, start), box), refresh };
}

/** @param {any[]} runs @param {string} [runId] @returns {Node[]} */
function recentRuns(runs, runId) {
  if (!runs.length) return [h("p.pad.soft", "None yet. The form is filled in: press Run.")];
  return runs.map((run) =>
    h(
      "a",
      { href: `#/runs/${run.run_id}`, "aria-current": run.run_id === runId && "page" },
      chip(statusOf(run), h("span.hidden", statusOf(run))),
      h("span.mono", short(run.run_id)),
      h("span.grow"),
      h("span.soft", run.ended_at ? ms(run.wall_ms) : "at work"),
      h("span.soft", ago(run.created_at)),
    )
  );
}

/** @param {any} graph @param {any} start */
function inputCard(graph, start) {
  let field = formOf(graph.input_schema, start);
  const box = h("div.pad", field.el);
  const wrong = h("p.wrong", { hidden: true, role: "alert" });
  const options = optionFields();
  const clear = () => {
    wrong.hidden = true;
    for (const one of form.querySelectorAll(".err")) one.remove();
    for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  };
  /** @param {string} text */
  const complain = (text) => {
    wrong.textContent = text;
    wrong.hidden = false;
  };
  const request = () => {
    clear();
    return { input: field.read(), ...options.read() };
  };
  /** @param {string} what @param {(graphId: string, body: any) => string} commandOf */
  const copying = (what, commandOf) => () => {
    try {
      const { keepsState: _, ...body } = request();
      copy(what, commandOf(graph.graph_id, body));
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      complain(error.message);
    }
  };
  /** @param {string} name */
  const turn = (name) => {
    let value;
    try {
      value = field.read();
    } catch {
      value = start; // what is no JSON fits no form: begin with the example again
    }
    field = name === "JSON" ? jsonField(value) : formOf(graph.input_schema, value);
    if (name === "JSON") field.el.setAttribute("aria-label", "Input as JSON");
    box.replaceChildren(field.el);
  };
  const seg = choice("How to write the input", ["Form", "JSON"], "Form", turn);
  const run = h("button.btn.main", { id: "run" }, "Run", h("kbd", "Ctrl ↵"));
  const begin = starter(graph.graph_id, run, request, (error) => {
    complain(error.message);
    if (error instanceof Problem) markPlaces(field, error.body?.errors ?? []);
    form.querySelector("[aria-invalid]")?.focus();
  });
  const form = h(
    "form.card",
    { noValidate: true, "aria-label": "Input", onsubmit: begin },
    h("div.cardhead", h("h2", "Input"), h("span.grow"), seg),
    box,
    options.el,
    wrong,
    h(
      "div.actions",
      run,
      button("curl", copying("curl command", curlOf)),
      button("Python", copying("Python code", pythonOf)),
    ),
  );
  form.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) begin(event);
  });
  return form;
}

/** @param {import("./form.js").Field} field @param {{place: string, message: string}[]} errors */
function markPlaces(field, errors) {
  for (const { place, message } of errors) {
    field.mark(place.replace(/^input\.?/, "").split("."), message);
  }
}

/**
 * Return what starts a run: however often it is called, a request that is under way is one run.
 * @param {string} graphId
 * @param {any} run
 * @param {() => any} request
 * @param {(error: Error) => void} fail
 */
function starter(graphId, run, request, fail) {
  let isStarting = false;
  let sent = "";
  let key = "";
  return async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isStarting) return;
    isStarting = true;
    run.setAttribute("aria-busy", "true");
    try {
      const { keepsState, ...body } = request();
      const words = JSON.stringify([body, keepsState]);
      if (words !== sent) key = randomHex(); // the same request after a cut is the same run
      sent = words;
      if (keepsState) body.thread_id ??= OWN_THREAD + key;
      const headers = { "idempotency-key": key };
      const whole = { ...body, stream_tokens: true };
      const made = await api(`graphs/${path(graphId)}/runs`, whole, { headers });
      sent = "";
      go(`runs/${made.run_id}`);
    } catch (error) {
      fail(inTime(/** @type {any} */ (error)));
    } finally {
      isStarting = false;
      run.removeAttribute("aria-busy");
    }
  };
}

function randomHex() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Say when to try again, where the service does. @param {any} error */
function inTime(error) {
  if (error instanceof Problem && error.wait) {
    error.message += `. Try again in ${plural(error.wait, "second")}.`;
  }
  return error;
}

function optionFields() {
  const state = h("input", { id: "option-state", type: "checkbox", checked: true });
  const thread = h("input", { id: "option-thread", placeholder: "one of its own" });
  const deadline = h("input", {
    id: "option-deadline",
    type: "number",
    min: 1,
    placeholder: "none",
  });
  const labels = h("input", { id: "option-labels", placeholder: "customer=c1, try=2" });
  /** @param {string} name @param {any} input */
  const row = (name, input) => h("div.field", h("label", { htmlFor: input.id }, name), input);
  const words = "Store its state, to answer its questions and to continue it";
  const el = h(
    "details.more",
    h("summary", "Thread, deadline, labels"),
    h("div.field", h("label.check", state, words)),
    row("Thread", thread),
    row("Deadline, ms", deadline),
    row("Labels", labels),
  );
  const read = () => {
    /** @type {string[][]} */
    const pairs = labels.value.split(",").map((/** @type {string} */ one) =>
      one.split("=").map((part) => part.trim())
    );
    const metadata = Object.fromEntries(pairs.filter(([key, value]) => key && value));
    return {
      keepsState: state.checked,
      thread_id: thread.value || undefined,
      deadline_ms: Number(deadline.value) || undefined,
      metadata: Object.keys(metadata).length ? metadata : undefined,
    };
  };
  return { el, read };
}

/** @param {import("./page.js").Visit} visit @param {string} graphId */
export async function showGraph({ show }, graphId) {
  const graph = (await listGraphs()).find((one) => one.graph_id === graphId);
  if (!graph) {
    const words = `The service serves no graph named ${graphId}.`;
    return show("Nothing", empty("There is no such graph", words, backLink()));
  }
  const picture = pictureOf(
    graph,
    await readPlan(graphId),
    () => say("Nothing has run yet: press Run."),
  );
  const { el } = asideOf(graph, graph.example ?? {});
  const work = h("div.work", el, h("div.stack", pictureCard(graph, picture)));
  show(graphId, [head(graphId, graph.description), work]);
}
