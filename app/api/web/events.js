// A run as its events tell it: a plain object, and one function that takes an event.

/**
 * @typedef {Object} Row One execution of one node.
 * @property {string} id
 * @property {string} name
 * @property {string} kind
 * @property {string | null} parent
 * @property {number | null} item
 * @property {string | null} label
 * @property {string} path The node's own address, without items and repeats.
 * @property {number} depth
 * @property {string} status
 * @property {number} attempts
 * @property {{attempt: number, started_ms: number, duration_ms: number, error: any}[]} tries
 * @property {number} queued_ms
 * @property {number} started_ms
 * @property {number} [duration_ms]
 * @property {boolean | null} [required]
 * @property {{input: number, output: number} | null} [tokens]
 * @property {number | null} [cost_usd]
 * @property {any} [error]
 * @property {any} [result]
 * @property {string} text What its model has said so far.
 * @property {number} said How many pieces of that came.
 * @property {boolean} hot On the critical path.
 * @property {boolean} around Other rows ran in it.
 */

/**
 * @typedef {Object} Run
 * @property {Map<string, Row>} rows
 * @property {Set<string>} changed Ids of rows to draw again.
 * @property {string} status
 * @property {any} report
 * @property {any} end
 * @property {any} output
 * @property {number} attempt
 * @property {number} zero When it started, by performance.now().
 */

const OVER = new Set(["success", "error", "timeout", "cancelled", "interrupted"]);

const MOST_TEXT = 20_000;

/** @param {string} status */
export const isOver = (status) => OVER.has(status);

/** Whether a row is not at its end. @param {Row} row */
export const isAtWork = (row) => row.status === "running" || row.status === "queued";

/** Whether a row went wrong. @param {Row} row */
export const isBad = (row) => ["failed", "timeout", "degraded"].includes(row.status);

/** @param {{status?: string, elapsed?: number, output?: any}} [known] @returns {Run} */
export function newRun({ status = "pending", elapsed = 0, output } = {}) {
  return {
    rows: new Map(),
    changed: new Set(),
    status,
    report: null,
    end: null,
    output,
    attempt: 1,
    zero: performance.now() - elapsed,
  };
}

/** Milliseconds since the run started. @param {Run} run */
export function now(run) {
  return run.report ? run.report.wall_ms : Math.max(0, performance.now() - run.zero);
}

/** Take one event. @param {Run} run @param {string} type @param {any} data */
export function apply(run, type, data) {
  /** @type {Record<string, (run: Run, data: any) => void>} */
  const takers = {
    run_started: begin,
    branch_queued: queue,
    branch_started: start,
    join_started: start,
    branch_attempt: tryAgain,
    branch_finished: finish,
    join_finished: finish,
    token: hear,
    output: (run, data) => run.output = data.output,
    report: adopt,
    end: close,
  };
  takers[type]?.(run, data);
}

/** @param {Run} run @param {any} data */
function begin(run, data) {
  run.status = "running";
  run.attempt = data.attempt ?? 1;
  // What worked when the service was stopped starts again, under the same id or another.
  for (const row of run.rows.values()) if (isAtWork(row)) change(run, row, { status: "waiting" });
  for (const name of data.branches) expect(run, name, "branch");
  for (const name of data.joins) expect(run, name, "join");
}

/** @param {Run} run @param {string} name @param {string} kind */
function expect(run, name, kind) {
  const isThere = [...run.rows.values()].some((row) => row.path === name);
  if (!isThere) change(run, rowOf(run, { id: name, name, kind }), { status: "waiting" });
}

/** @param {Run} run @param {any} data */
function queue(run, data) {
  change(run, rowOf(run, data), { ...data, status: "queued", started_ms: data.queued_at_ms });
}

/** @param {Run} run @param {any} data */
function start(run, data) {
  const known = { ...data, status: "running", attempts: data.attempt ?? 1, tries: [] };
  delete known.attempt;
  change(run, rowOf(run, data), { queued_ms: 0, duration_ms: undefined, error: null, ...known });
  run.zero = Math.min(run.zero, performance.now() - data.started_ms);
}

/** @param {Run} run @param {any} data */
function tryAgain(run, data) {
  const row = rowOf(run, data);
  const last = row.tries.at(-1);
  const began = last ? last.started_ms + last.duration_ms : row.started_ms;
  const duration_ms = Math.max(0, data.started_ms - began);
  const before = { attempt: data.attempt - 1, started_ms: began, duration_ms, error: data.error };
  const tries = [...row.tries, before];
  change(run, row, { status: "running", attempts: data.attempt, tries, text: "" });
}

/** @param {Run} run @param {any} data */
function finish(run, data) {
  change(run, rowOf(run, data), data);
}

/** @param {Run} run @param {any} data */
function hear(run, data) {
  const row = run.rows.get(data.branch);
  if (!row) return;
  if (data.attempt > row.attempts) Object.assign(row, { text: "", attempts: data.attempt });
  if (row.text.length < MOST_TEXT) row.text += data.text;
  row.said += 1;
  run.changed.add(row.id);
}

/** Adopt the report: from now on it is what happened. @param {Run} run @param {any} report */
export function adopt(run, report) {
  run.report = report;
  for (const row of report.branches) change(run, rowOf(run, row), row);
  const hot = new Set(report.critical_path);
  for (const row of run.rows.values()) change(run, row, { hot: hot.has(row.id) });
}

/** Nothing runs after the end, whatever was heard of it. @param {Run} run @param {any} data */
function close(run, data) {
  run.end = data;
  settle(run, data.status);
}

/** @param {Run} run @param {string} status */
export function settle(run, status) {
  run.status = status;
  for (const row of run.rows.values()) {
    if (isAtWork(row)) {
      const duration_ms = row.status === "queued" ? 0 : Math.max(0, now(run) - row.started_ms);
      change(run, row, { status: "cancelled", duration_ms });
    }
    // A run that asks goes on later: what has not started is waiting, not left out.
    if (row.status === "waiting" && status !== "interrupted") {
      change(run, row, { status: "skipped" });
    }
  }
}

/** @param {Run} run @param {Row} row @param {Partial<Row>} news */
function change(run, row, news) {
  Object.assign(row, news);
  run.changed.add(row.id);
}

/** Find a row, or make one. @param {Run} run @param {any} data @returns {Row} */
function rowOf(run, data) {
  const known = run.rows.get(data.id);
  if (known) return known;
  const parent = data.parent ? run.rows.get(data.parent) : undefined;
  const own = parent ? data.id.slice(parent.id.length + 1) : data.id;
  const node = own.replace(/#\d+$/, "").replace(/\[\d+\]$/, "");
  /** @type {Row} */
  const row = {
    id: data.id,
    name: data.name ?? data.id,
    kind: data.kind ?? "node",
    parent: data.parent ?? null,
    item: data.item ?? null,
    label: data.label ?? null,
    path: parent ? `${parent.path}/${node}` : node,
    depth: parent ? parent.depth + 1 : 0,
    status: "running",
    attempts: 1,
    tries: [],
    queued_ms: 0,
    started_ms: data.started_ms ?? 0,
    text: "",
    said: 0,
    hot: false,
    around: false,
  };
  if (parent && !parent.around) change(run, parent, { around: true });
  const placeholder = run.rows.get(row.path);
  if (placeholder?.status === "waiting" && placeholder.id !== row.id) {
    run.rows.delete(placeholder.id);
    run.changed.add(placeholder.id);
  }
  run.rows.set(row.id, row);
  return row;
}
