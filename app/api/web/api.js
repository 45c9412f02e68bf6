// The service: one way to ask it, and one dialog for the key.

import { button, dialog, h, path } from "./html.js";

/** Where the service is: one folder above this file, under whatever prefix. */
export const BASE = new URL("../", import.meta.url);

const PLACE = `key:${BASE.pathname}`;

/** What the service said when it refused. */
export class Problem extends Error {
  /** @param {any} body @param {number} status @param {string | null} retryAfter */
  constructor(body, status, retryAfter) {
    super(body?.detail ?? body?.title ?? `HTTP ${status}`);
    this.body = body;
    this.status = status;
    this.wait = retryAfter ? Number(retryAfter) : null;
  }
}

/** Nobody answered at all. */
export class Away extends Error {
  constructor() {
    super("The service does not answer. It may be stopped or restarting.");
  }
}

/** The header that carries the key, and what stands before it: tokens of a sign-in service differ. */
function keyHeader() {
  const key = sessionStorage.getItem(PLACE);
  if (!key) return null;
  const isToken = /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(key);
  return isToken
    ? { key, name: "authorization", before: "Bearer " }
    : { key, name: "x-api-key", before: "" };
}

/** @returns {Record<string, string>} */
export function keyHeaders() {
  const header = keyHeader();
  return header ? { [header.name]: header.before + header.key } : {};
}

/** @type {Promise<boolean> | null} */
let asking = null;

/** Ask for the key once, however many requests wait for it; false: it was not given. */
export function askKey() {
  asking ??= showKey().finally(() => asking = null);
  return asking;
}

/** @returns {Promise<boolean>} */
async function showKey() {
  const before = sessionStorage.getItem(PLACE);
  let given = false;
  await dialog("API key", (close) => {
    const input = h("input", { type: "password", autocomplete: "off", id: "key-input" });
    /** @param {Event} event */
    const onsubmit = (event) => {
      event.preventDefault();
      given = input.value.trim() !== "";
      if (given) sessionStorage.setItem(PLACE, input.value.trim());
      close();
    };
    const forget = () => {
      sessionStorage.removeItem(PLACE);
      close();
    };
    const why = before
      ? "Another key or token replaces the one in use. If a request was refused, that one is wrong."
      : "A key or a sign-in token of this service.";
    const note = `${why} This tab keeps it until it is closed, and sends it to this service only.`;
    return h(
      "form",
      { onsubmit },
      h(
        "div.field",
        h("label", { htmlFor: input.id }, "API key or token"),
        input,
        h("small", note),
      ),
      h(
        "div.buttons",
        h("button.btn.main", "Use it"),
        before && button("Forget key", forget),
        button("Close", close),
      ),
    );
  });
  return given;
}

/** Send a request, and return the response; a 401 asks for the key and sends it again. @param {string} path @param {{method?: string, body?: any, signal?: AbortSignal, headers?: Record<string, string>}} [options] @returns {Promise<Response>} */
export async function send(path, { method, body, signal, headers = {} } = {}) {
  /** @type {Record<string, string>} */
  const type = body === undefined ? {} : { "content-type": "application/json" };
  for (;;) {
    let answer;
    try {
      answer = await fetch(new URL(path, BASE), {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: { accept: "application/json", ...type, ...keyHeaders(), ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Away();
    }
    if (answer.status !== 401 || !(await askKey())) return answer;
  }
}

/** Return what a request answers, as JSON. @param {string} path @param {any} [body] @param {{method?: string, signal?: AbortSignal, headers?: Record<string, string>}} [options] @returns {Promise<any>} */
export async function api(path, body, options = {}) {
  return await read(await send(path, { body, ...options }));
}

/** @param {Response} answer */
export async function read(answer) {
  const json = await answer.json().catch(() => null);
  if (!answer.ok) throw new Problem(json, answer.status, answer.headers.get("retry-after"));
  return json;
}

/** A run, and how long ago it started by the service's own clock. @param {string} runId @param {AbortSignal} signal */
export async function readRun(runId, signal) {
  const answer = await send(`runs/${path(runId)}`, { signal });
  const run = await read(answer);
  const server = Date.parse(answer.headers.get("date") ?? "");
  // The header counts seconds: this machine's own clock is finer, where the two agree.
  const now = Math.abs(Date.now() - server) < 2000 ? Date.now() : server + 500;
  return { run, elapsed: Math.max(0, now - Date.parse(run.started_at ?? run.created_at)) };
}

/** @type {Promise<any[]> | null} */
let graphs = null;

/** The graphs; read once, and again after an error or on request. @param {boolean} [afresh] @returns {Promise<any[]>} */
export function listGraphs(afresh = false) {
  if (afresh) graphs = null;
  return graphs ??= api("graphs").catch((error) => {
    graphs = null;
    throw error;
  });
}

/** The request as a shell command; a key is a variable in it. @param {string} graphId @param {any} body */
export function curlOf(graphId, body) {
  /** @param {string} text */
  const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
  const header = keyHeader();
  return [
    `curl -N ${quote(`${BASE}graphs/${path(graphId)}/stream`)}`,
    "-H 'content-type: application/json'",
    ...(header ? [`-H "${header.name}: ${header.before}$FANJOIN_API_KEY"`] : []),
    `-d ${quote(JSON.stringify(body))}`,
  ].join(" \\\n  ");
}

/** The request as a program that needs no package. @param {string} graphId @param {any} body */
export function pythonOf(graphId, body) {
  const header = keyHeader();
  const start = header?.before && `"${header.before}" + `;
  const more = header ? `, "${header.name}": ${start}os.environ["FANJOIN_API_KEY"]` : "";
  return `import json
${header ? "import os\n" : ""}import urllib.request

body = ${literal(body)}
request = urllib.request.Request(
    ${JSON.stringify(`${BASE}graphs/${path(graphId)}/invoke`)},
    json.dumps(body).encode(),
    {"content-type": "application/json"${more}},
)
with urllib.request.urlopen(request, timeout=300) as answer:
    print(json.dumps(json.load(answer), indent=2))
`;
}

/** @param {any} value @returns {string} */
function literal(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([key, one]) => `${JSON.stringify(key)}: ${literal(one)}`);
  return `{${pairs.join(", ")}}`;
}

const FIRST_WAIT = 400;
const LONGEST_WAIT = 8000;
const SILENT = 2000;
const HIDDEN = 30_000;

/** @typedef {(type: string, data: any) => void} Take */

/** Follow a run; return false where its events are no longer there. @param {string} runId @param {{take: Take, connected: (is: boolean) => void, signal: AbortSignal}} options @returns {Promise<boolean>} */
export async function follow(runId, { take, connected, signal }) {
  let last = 0;
  let wait = FIRST_WAIT;
  const address = new URL(`runs/${path(runId)}/stream`, BASE);
  /** @param {string} id @param {string} type @param {string} data */
  const heard = (id, type, data) => {
    const number = Number(id);
    if (id && number <= last) return; // a follower hears nothing twice
    last = number || last;
    take(type, JSON.parse(data));
  };
  while (!signal.aborted) {
    const attempt = new AbortController();
    const either = AbortSignal.any([signal, attempt.signal]);
    letGoWhenHidden(attempt, either);
    const silence = setTimeout(() => connected(false), SILENT);
    try {
      /** @type {Record<string, string>} */
      const from = last ? { "last-event-id": String(last) } : {};
      const headers = { ...keyHeaders(), ...from };
      const answer = await fetch(address, { signal: either, headers });
      if (answer.status === 404 || answer.status === 410) return false;
      if (answer.status === 401 && !(await askKey())) return false;
      if (answer.ok && answer.body) {
        clearTimeout(silence);
        connected(true);
        wait = FIRST_WAIT;
        if (await readEvents(answer.body, heard)) return true;
      }
    } catch {
      // Cut off: go on from the last event.
    } finally {
      attempt.abort();
    }
    if (!signal.aborted) await pause(wait, signal);
    clearTimeout(silence);
    if (wait > SILENT / 2) connected(false);
    wait = Math.min(LONGEST_WAIT, wait * 2);
  }
  return true;
}

/** Read server-sent events; true once `end` was among them. @param {ReadableStream<Uint8Array>} body @param {(id: string, type: string, data: string) => void} heard */
export async function readEvents(body, heard) {
  const reader = body.pipeThrough(/** @type {any} */ (new TextDecoderStream())).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return false;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = { id: "", event: "", data: "" };
      for (const line of block.split("\n")) {
        const found = line.match(/^(id|event|data): ?(.*)$/s);
        if (found) event[/** @type {"id" | "event" | "data"} */ (found[1])] += found[2];
      }
      if (!event.event) continue;
      heard(event.id, event.event, event.data);
      if (event.event === "end") return true;
    }
  }
}

/** A hidden tab gives its connection back: a browser has six per service. @param {AbortController} attempt @param {AbortSignal} signal */
function letGoWhenHidden(attempt, signal) {
  let timer = 0;
  const look = () => {
    clearTimeout(timer);
    if (document.hidden && !signal.aborted) timer = setTimeout(() => attempt.abort(), HIDDEN);
  };
  document.addEventListener("visibilitychange", look, { signal });
  signal.addEventListener("abort", look);
  look();
}

/** Wait; less where the network is back or the tab is seen again. @param {number} wait @param {AbortSignal} signal @returns {Promise<void>} */
function pause(wait, signal) {
  return new Promise((go) => {
    const over = new AbortController();
    const done = () => {
      if (document.hidden && !signal.aborted) return;
      clearTimeout(timer);
      over.abort();
      go();
    };
    const timer = setTimeout(done, wait);
    for (
      const [target, name]
        of /** @type {const} */ ([[self, "online"], [document, "visibilitychange"], [
          signal,
          "abort",
        ]])
    ) {
      target.addEventListener(name, done, { signal: over.signal });
    }
  });
}
