// Nodes from data. Text becomes a text node, never markup: no function here reads HTML.

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | number | boolean | null | undefined} Part */
/** @typedef {Part | Part[] | Part[][]} Parts */
/** @typedef {Record<string, any>} Props */

/**
 * Return an element. The tag may name classes: `p.soft`. Props may be left out. Of them `on…` adds a
 * listener and `vars` sets CSS properties; null and false set nothing.
 * @param {string} tag
 * @param {...(Props | Parts)} parts
 * @returns {any}
 */
export function h(tag, ...parts) {
  const [kind, ...classes] = tag.split(".");
  const element = /** @type {any} */ (document.createElement(kind));
  for (const [name, value] of propsIn(parts)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "vars") setVars(element, value);
    else if (name in element && name !== "list" && name !== "role") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  return complete(element, classes, parts);
}

/**
 * Return an element of an SVG, written like the others.
 * @param {string} tag
 * @param {...(Props | Parts)} parts
 * @returns {any}
 */
export function s(tag, ...parts) {
  const [kind, ...classes] = tag.split(".");
  const element = document.createElementNS(SVG, kind);
  for (const [name, value] of propsIn(parts)) element.setAttribute(name, String(value));
  return complete(element, classes, parts);
}

/** Take the props out of the parts, if they begin with some. @param {any[]} parts */
function propsIn(parts) {
  return Object.entries(parts[0]?.constructor === Object ? parts.shift() : {});
}

/** @param {Element} element @param {string[]} classes @param {any[]} parts */
function complete(element, classes, parts) {
  element.classList.add(...classes.filter(Boolean));
  element.append(...present(parts));
  return element;
}

/** @param {any[]} parts @returns {(Node | string)[]} */
function present(parts) {
  return parts.flat(9)
    .filter((part) => part !== null && part !== undefined && part !== false)
    .map((part) => part instanceof Node ? part : String(part));
}

/** @param {any} element @param {Record<string, string | number>} vars */
export function setVars(element, vars) {
  for (const [name, value] of Object.entries(vars)) element.style.setProperty(name, String(value));
}

/** Set text only where it changed, so that an unchanged row costs nothing. @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** An element of the document. @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/** @type {number | undefined} */
let saying;

/** Tell something in the live region, and show it for a moment. @param {any} news Words, or an error. */
export function say(news) {
  const said = byId("said");
  said.textContent = news.message ?? news;
  said.classList.add("on");
  clearTimeout(saying);
  saying = setTimeout(() => said.classList.remove("on"), 3500);
}

/** A part of an address, or an address of this page behind `#/`. @param {...string} parts */
export const path = (...parts) => parts.map(encodeURIComponent).join("/");

/** Go to another page. @param {string} place */
export function go(place) {
  location.hash = `#/${place}`;
}

/** @param {string} text @param {string} place @param {string} [kind] */
export function link(text, place, kind = "") {
  return h(`a.${kind}`, { href: `#/${place}` }, text);
}

/** A page without content: what is missing, and what to do next. @param {string} title @param {string} text @param {...Parts} next */
export function empty(title, text, ...next) {
  return h("div.card.empty", h("h1", title), h("p", text), h("div.buttons", next));
}

export const backLink = () => link("All graphs", "", "btn");

/** @param {Parts} title @param {string} text @param {...Parts} more */
export function head(title, text, ...more) {
  return h("div.head", h("div", h("h1", title), h("p", text)), h("span.grow"), more);
}

/** @param {string} title @param {Parts} tools @param {...Parts} content */
export function card(title, tools, ...content) {
  const heading = h("h2", title, h("span.grow"), tools);
  return h("section.card", { "aria-label": title }, heading, content);
}

/** A status by sign, word and colour. @param {string} status @param {Parts} [text] */
export function chip(status, text = status) {
  return h("span.chip.st", { "data-s": status }, text);
}

/** @param {Parts} text @param {string} [title] */
export function label(text, title) {
  return h("span.chip", { title }, text);
}

/** The labels of a run. @param {Record<string, any> | null} metadata */
export function labels(metadata) {
  return Object.entries(metadata ?? {}).map(([key, value]) => label(`${key}=${value}`));
}

/** @param {string} name @param {Parts[]} heads @param {Parts[][]} rows @param {string} [kind] */
export function table(name, heads, rows, kind = "") {
  const body = h("tbody", rowsOf(rows));
  const columns = h("tr", heads.map((one) => h("th", { scope: "col" }, one)));
  const scrolls = { tabIndex: 0, role: "region", "aria-label": name };
  return h("div.scroll", scrolls, h(`table.${kind}`, h("thead", columns), body));
}

/** @param {Parts[][]} rows */
export function rowsOf(rows) {
  return rows.map((cells) => h("tr", cells.map((cell) => h("td", cell))));
}

/**
 * A few buttons of which one is pressed.
 * @param {string} label
 * @param {string[]} names
 * @param {string} pressed
 * @param {(name: string) => void} pick
 */
export function choice(label, names, pressed, pick) {
  const box = h("span.seg", { role: "group", "aria-label": label });
  for (const name of names) {
    const onclick = () => {
      for (const one of box.children) one.setAttribute("aria-pressed", String(one === button));
      pick(name);
    };
    const button = h("button", {
      type: "button",
      "aria-pressed": String(name === pressed),
      onclick,
    }, name);
    box.append(button);
  }
  return box;
}

/** @param {string} label @param {[string, string][]} options @param {string} value @param {(value: string) => void} pick */
export function select(label, options, value, pick) {
  const shown = options.map(([value, text]) => h("option", { value }, text));
  const box = h("select", { "aria-label": label, onchange: () => pick(box.value) }, shown);
  box.value = value;
  return box;
}

/**
 * Open a dialog; the promise ends when it is closed, by whatever.
 * @param {string} title
 * @param {(close: () => void) => Parts} content
 * @returns {Promise<void>}
 */
export function dialog(title, content) {
  return new Promise((closed) => {
    const onclose = () => {
      box.remove();
      closed();
    };
    const box = h("dialog", { onclose, "aria-label": title }, h("h2", title));
    box.append(...present([content(() => box.close())]));
    document.body.append(box);
    box.showModal();
  });
}

/** Copy text, or show it where the browser refuses. @param {string} what @param {string} text */
export async function copy(what, text) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied`);
  } catch {
    await dialog(what, () => {
      const area = h("textarea.json", { value: text, readOnly: true });
      queueMicrotask(() => area.select());
      return area;
    });
  }
}

/** @param {string} text @param {() => void} onclick @param {string} [kind] */
export function button(text, onclick, kind = "") {
  return h(`button.btn.${kind}`, { type: "button", onclick }, text);
}

/** @param {number | null | undefined} n */
export function ms(n) {
  if (n === null || n === undefined) return "";
  if (n < 1) return `${n.toFixed(1)} ms`;
  if (n < 1000) return `${Math.round(n)} ms`;
  if (n < 59_995) return `${(n / 1000).toFixed(2)} s`;
  const seconds = Math.round(n / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** @param {number | null | undefined} n */
export function money(n) {
  if (n === null || n === undefined) return "—";
  if (n === 0) return "$0";
  return n < 0.01
    ? `$${Number(n.toPrecision(2)).toFixed(7).replace(/0+$/, "")}`
    : `$${n.toFixed(2)}`;
}

/** @param {{input: number, output: number} | null | undefined} tokens */
export function count(tokens) {
  if (!tokens) return "—";
  return `${tokens.input.toLocaleString("en")} → ${tokens.output.toLocaleString("en")}`;
}

/** The tokens and the cost, where there are any. @param {any} one */
export function spent(one) {
  const tokens = one.tokens?.input || one.tokens?.output ? count(one.tokens) : "";
  return [tokens, one.cost_usd ? money(one.cost_usd) : ""];
}

/** @param {string} iso */
export function ago(iso) {
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  return new Date(iso).toISOString().slice(0, 10);
}

/** @param {string} id */
export const short = (id) => id.length > 14 ? `${id.slice(0, 4)}…${id.slice(-6)}` : id;

/** @param {number} n @param {string} one @param {string} [many] */
export const plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** A few names, and how many more there are. @param {string[]} names */
export function several(names) {
  const shown = names.length > 3 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** The status to show: a run that succeeded with something missing is degraded. @param {{status: string, degraded?: boolean | null}} run */
export const statusOf = (run) => run.status === "success" && run.degraded ? "degraded" : run.status;
