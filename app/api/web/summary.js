// What stands above a run: its figures, why it failed, what to run again, what it asks.

import { readable } from "./answer.js";
import { api } from "./api.js";
import { isAtWork, isOver, now } from "./events.js";
import { formOf, Unfit } from "./form.js";
import { button, count, dialog, go, h, money, ms, plural, say, setText, several } from "./html.js";

/** @typedef {import("./events.js").Run} Run */

/**
 * @param {Run} run
 * @param {any} read The run as `GET /runs/{id}` returns it.
 * @returns {Node[]}
 */
export function bannersOf(run, read) {
  if (!isOver(run.status)) return [];
  const end = run.end ?? read;
  if (run.status === "interrupted") {
    if (!read.thread_id) return [unanswerable(end.interrupts ?? [])];
    return [questionOf(read.run_id, end.interrupts ?? [], end.next ?? [])];
  }
  if (end.error) return [failureOf(read, end.error, run)];
  if (run.status === "cancelled") {
    return [
      notice(
        "cancelled",
        "This run was cancelled",
        "Its branches were stopped.",
        againButtons(read, run),
      ),
    ];
  }
  if (end.degraded ?? read.degraded) return [degradedOf(read, run)];
  return [];
}

/** @param {any} read @param {any} error @param {Run} run */
function failureOf(read, error, run) {
  const where = error.branch ? `${error.branch} failed` : error.title ?? "The run failed";
  const type = error.error_type ? `${error.error_type}: ` : "";
  const words = h("span.mono", `${type}${error.detail ?? ""}`);
  return banner("error", [h("h2", where), words], againButtons(read, run));
}

/** @param {any} read @param {Run} run */
function degradedOf(read, run) {
  /** @type {{name: string, status: string, reason: string}[]} */
  const missing = run.report?.missing ?? [];
  const title = missing.length
    ? `The answer was made without ${several(missing.map((one) => one.name))}`
    : "The answer is degraded: a fallback was used";
  const reasons = missing.slice(0, 6).map((one) =>
    h("li.mono", `${one.name}: ${one.reason ?? one.status}`)
  );
  return banner("degraded", [h("h2", title), h("ul.plainlist", reasons)], againButtons(read, run));
}

/** @param {any} read @param {Run} run */
function againButtons(read, run) {
  const again = button("Run again only what failed", () => start(again, read.run_id, {}));
  const names = branchesOf(run);
  if (names.length < 2) return again;
  const choose = button("Choose …", () => chooseBranches(read.run_id, names), "plain");
  return h("span.chips", again, choose);
}

/** The branches of the top level, and whether each went wrong. @param {Run} run */
function branchesOf(run) {
  const rows = [...run.rows.values()].filter((row) => row.kind === "branch" && row.depth === 0);
  return rows.map((row) => ({
    name: row.id,
    bad: !["ok", "cached", "skipped"].includes(row.status),
  }));
}

/** @param {string} runId @param {{name: string, bad: boolean}[]} branches */
function chooseBranches(runId, branches) {
  return dialog("Run again which branches?", (close) => {
    const checks = branches.map(({ name, bad }) =>
      h("input", { type: "checkbox", value: name, checked: bad })
    );
    const run = h("button.btn.main", "Run again");
    /** @param {Event} event */
    const onsubmit = async (event) => {
      event.preventDefault();
      const chosen = checks.filter((one) => one.checked).map((one) => one.value);
      if (!chosen.length) return say("Choose at least one branch.");
      if (await start(run, runId, { branches: chosen })) close();
    };
    return h(
      "form",
      { onsubmit },
      h("p.soft", "The others keep what they made; the join runs again."),
      h("div.checks", checks.map((one) => h("label.check", one, h("span.mono", one.value)))),
      h("div.buttons", run, button("Close", close)),
    );
  });
}

/** @param {any} pressed @param {string} runId @param {any} body */
function start(pressed, runId, body) {
  return follow(pressed, () => api(`runs/${runId}/retry`, body));
}

/** Send a request once, and go to the run that it makes. @param {any} pressed @param {() => Promise<any>} request */
async function follow(pressed, request) {
  if (pressed.disabled) return false;
  pressed.disabled = true;
  try {
    const made = await request();
    go(`runs/${made.run_id}`);
    return true;
  } catch (error) {
    say(error);
    return false;
  } finally {
    pressed.disabled = false;
  }
}

/** @param {string} runId @param {any[]} questions @param {string[]} next */
function questionOf(runId, questions, next) {
  const send = h("button.btn.main", questions.length ? "Answer" : "Continue");
  const fields = questions.map(answerField);
  /** @param {Event} event */
  const onsubmit = (event) => {
    event.preventDefault();
    try {
      const answers = fields.map((one) => one.read());
      const byId = Object.fromEntries(questions.map((one, n) => [one.id, answers[n]]));
      const resume = questions.length > 1 ? byId : answers[0] ?? null;
      follow(send, () => api(`runs/${runId}/resume`, { resume }));
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      say(error);
    }
  };
  const stopped = questions.length ? null : h("h2", `Stopped before ${several(next)}`);
  const content = [stopped, fields.map((one) => one.el), h("div.buttons", send)];
  return h("form", { noValidate: true, onsubmit }, banner("interrupted", content));
}

/** Without a thread nothing was stored to go on from. @param {any[]} questions */
function unanswerable(questions) {
  const words =
    "The run has no thread, so it cannot go on. Run it again from the form, which stores its state.";
  const asked = questions.map((one) => h("div.asked.read", readable(one.value)));
  return banner("interrupted", [h("h2", "A question that cannot be answered"), asked, words]);
}

/** @param {any} question */
function answerField(question) {
  const { schema: _, ...rest } = Object(question.value);
  const value = question.schema ? rest : question.value; // its schema is the field below
  const field = question.schema ? formOf(question.schema, undefined) : wordsField();
  if (field.el.id) field.el.setAttribute("aria-label", "Your answer");
  const heading = h("h2", `${question.branch ?? "The run"} asks`);
  const shown = h("div.asked.read", readable(value));
  return { el: h("div", heading, shown, h("div.field", field.el)), read: field.read };
}

function wordsField() {
  const area = h("textarea.reply", { "aria-label": "Your answer", rows: 2 });
  const note = h("small", 'Words, or JSON: publish, true, 3, {"ok": false}');
  return { el: h("div", area, note), read: () => wordsOrJson(area.value) };
}

/** What parses is JSON, anything else is words. @param {string} text */
export function wordsOrJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text.trim();
  }
}

/** @param {string} status @param {string} title @param {string} text @param {any} [more] */
export function notice(status, title, text, more) {
  return banner(status, [h("h2", title), h("span", text)], more);
}

/** @param {string} status @param {any} words @param {any} [more] */
export function banner(status, words, more) {
  return h(
    "div.banner",
    { "data-s": status },
    h("i.st", { "aria-hidden": "true" }),
    h("div", words),
    more,
  );
}

export function figuresOf() {
  /** @type {Record<string, string>} */
  const names = {
    wall: "Time",
    work: "Work in all",
    speed: "Speed-up",
    tokens: "Tokens in → out",
    cost: "Cost",
  };
  /** @type {Record<string, {value: any, note: any}>} */
  const cells = {};
  const boxes = Object.entries(names).map(([key, name]) => {
    cells[key] = { value: h("b", "—"), note: h("small", "\u00a0") };
    const className = key === "speed" ? "stat hero" : "stat";
    return h("div", { className }, h("span", name), cells[key].value, cells[key].note);
  });
  return { el: h("section.card.stats", { "aria-label": "Figures" }, boxes), cells };
}

/** @param {{cells: Record<string, {value: any, note: any}>}} figures @param {Run} run */
export function drawFigures({ cells }, run) {
  /** @param {string} key @param {string} value @param {string} [note] */
  const set = (key, value, note = "\u00a0") => {
    setText(cells[key].value, value);
    setText(cells[key].note, note);
  };
  if (run.report) return drawReport(set, run);
  const rows = [...run.rows.values()].filter((row) =>
    row.status !== "waiting" && row.status !== "skipped"
  );
  const time = now(run);
  let [work, input, output, cost, said, working] = [0, 0, 0, 0, 0, 0];
  for (const row of rows) {
    if (!row.around && row.status !== "queued") {
      work += row.duration_ms ?? Math.max(0, time - row.started_ms);
    }
    if (isAtWork(row)) working += 1;
    said += row.said;
    if (row.depth) continue;
    input += row.tokens?.input ?? 0;
    output += row.tokens?.output ?? 0;
    cost += row.cost_usd ?? 0;
  }
  set("wall", ms(time));
  set("work", ms(work), `${working} at work, ${rows.length - working} done`);
  set("speed", `${(work / Math.max(1, time)).toFixed(2)} ×`, "against one after another");
  const streamed = said ? `${said} pieces streamed` : undefined;
  set("tokens", output ? count({ input, output }) : said ? "…" : "—", streamed);
  set("cost", money(cost));
}

/** @param {(key: string, value: string, note?: string) => void} set @param {Run} run */
function drawReport(set, run) {
  const { report, rows } = run;
  /** @type {any[]} */
  const path = report.critical_path.map((/** @type {string} */ id) => rows.get(id));
  const hot = path.filter((row) => row && !row.depth);
  const branches = hot.filter((row) => row.kind === "branch");
  const names = (branches.length ? branches : hot).map((row) => row.name);
  set("wall", ms(report.wall_ms), names.length ? `waited for ${several(names)}` : undefined);
  const ended = report.branches.filter((/** @type {any} */ row) => row.status !== "skipped").length;
  const lost = report.cancelled_ms ? `, ${ms(report.cancelled_ms)} cancelled` : "";
  set("work", ms(report.sum_ms), plural(ended, "execution") + lost);
  set("speed", `${report.speedup.toFixed(2)} ×`, "against one after another");
  set("tokens", count(report.tokens));
  set(
    "cost",
    money(report.cost_usd),
    report.cost_usd === null ? "a model has no price" : undefined,
  );
}
