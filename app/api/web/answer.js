// What a graph made, so that a person can read it: Markdown, tables, pictures, mail in a sandbox.

import { BASE, send } from "./api.js";
import { button, card, choice, copy, h, path, say, table } from "./html.js";

/** @typedef {{runId: string, pointer: string}} Place Where a value is in the output of a run. */

const LONG = 1500;

const MOST_ROWS = 200;

const MOST_COLUMNS = 8;

const MOST_ITEMS = 500;

/** The first characters of pictures in base64. @type {Record<string, string>} */
const PICTURES = { iVBOR: "png", "/9j/": "jpeg", R0lGO: "gif", UklGR: "webp" };

/** A browser may connect to where a frame leads before its policy refuses that. */
const FRAME = /<(?:i?frame|object|embed)\b/gi;

/** @param {any} output @param {string} runId */
export function answerCard(output, runId) {
  const json = JSON.stringify(output, null, 2);
  const body = h("div.out.read");
  /** @param {string} name */
  const pick = (name) =>
    body.replaceChildren(
      name === "JSON"
        ? h("pre.json-out", { tabIndex: 0 }, json)
        : readable(output, { runId, pointer: "" }),
    );
  pick("Readable");
  const seg = choice("How to show the answer", ["Readable", "JSON"], "Readable", pick);
  return card("Answer", [seg, button("Copy", () => copy("Answer", json), "small")], body);
}

/** @param {any} value @param {Place | null} [place] @param {number} [depth] @returns {any} */
export function readable(value, place = null, depth = 0) {
  if (value === null || value === undefined) return h("span.soft", "—");
  if (typeof value === "string") return text(value, place);
  if (typeof value !== "object") return String(value);
  /** @param {string | number} key @param {any} one @param {Place | null} at */
  const inside = (key, one, at = place) => readable(one, inner(at, key), depth + 1);
  if (Array.isArray(value)) return list(value, place, inside);
  const entries = Object.entries(value);
  if (!entries.length) return h("span.soft", "empty");
  if (depth > 1) {
    return h("dl", entries.map(([key, one]) => [h("dt.soft", key), h("dd", inside(key, one))]));
  }
  return h("div", entries.map(([key, one]) => h("section", h("h3", key), inside(key, one))));
}

/** @param {Place | null} place @param {string | number} key */
function inner(place, key) {
  const escaped = String(key).replaceAll("~", "~0").replaceAll("/", "~1");
  return place && { ...place, pointer: `${place.pointer}/${escaped}` };
}

/** @param {string} value @param {Place | null} place */
function text(value, place) {
  const picture = pictureOf(value);
  if (picture) return picture;
  if (/^\s*<(!doctype|html)\b/i.test(value)) return html(value, place);
  if (value.length > LONG) return folded(`${value.slice(0, 160)}…`, value, place);
  return h("div", markdown(value));
}

/** @param {string} value */
export function pictureOf(value) {
  const alt = "Picture made by the graph";
  const [, kind] = Object.entries(PICTURES).find(([start]) => value.startsWith(start)) ?? [];
  if (kind && value.length > 60 && /^[\w+/=\s]+$/.test(value)) {
    return h("img", { src: `data:image/${kind};base64,${value}`, alt });
  }
  if (/^data:image\/(png|jpeg|gif|webp);base64,/.test(value)) return h("img", { src: value, alt });
  // In an image an SVG runs nothing and loads nothing.
  if (!/^\s*<svg[\s>]/.test(value)) return null;
  return h("img", { src: `data:image/svg+xml,${encodeURIComponent(value)}`, alt });
}

/** @param {string} summary @param {string} value @param {Place | null} place */
function folded(summary, value, place) {
  const size = h("span.soft", ` (${value.length.toLocaleString("en")} characters)`);
  const whole = h("pre", { tabIndex: 0 }, value.slice(0, 100_000));
  return h("details.long", h("summary", summary, size), place && saving(place), whole);
}

/**
 * HTML is shown in a frame within a frame: the outer one is an empty document whose policy allows
 * looks alone; the inner one inherits that policy, and is a sandbox besides.
 * @param {string} value
 * @param {Place | null} place
 */
function html(value, place) {
  const onload = () => {
    const { contentDocument } = frame;
    const inner = contentDocument.createElement("iframe");
    inner.setAttribute("sandbox", "");
    inner.srcdoc = value.replace(FRAME, "<wbr");
    contentDocument.body.replaceChildren(inner);
  };
  const frame = h("iframe.mail", {
    src: `${BASE}page/mail.html`,
    onload,
    title: "HTML made by the graph",
  });
  return h("div", frame, folded("HTML source", value, place));
}

/** @param {Place} place */
function fileOf({ runId, pointer }) {
  return new URL(`runs/${runId}/files/${path(...pointer.slice(1).split("/"))}`, BASE);
}

/** @param {Place} place */
function saving(place) {
  return button("Save as a file", async () => {
    const answer = await send(fileOf(place).href).catch(() => null);
    if (!answer?.ok) return say("The file cannot be read. Copy the answer instead.");
    const href = URL.createObjectURL(await answer.blob());
    h("a", { href, download: place.pointer.split("/").at(-1) || "answer" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
  }, "small");
}

/** @param {any[]} values @param {Place | null} place @param {(key: string | number, one: any, at?: Place | null) => any} inside */
function list(values, place, inside) {
  if (!values.length) return h("span.soft", "none");
  const areObjects = values.every((one) => one && typeof one === "object" && !Array.isArray(one));
  const most = areObjects ? MOST_ROWS : MOST_ITEMS;
  const shown = values.slice(0, most);
  const left = values.length > most && h("p.soft", `${values.length - most} more are in the JSON.`);
  if (!areObjects) return h("div", h("ul", shown.map((one, n) => h("li", inside(n, one)))), left);
  const keys = [...new Set(values.flatMap(Object.keys))].slice(0, MOST_COLUMNS);
  const rows = shown.map((one, n) => keys.map((key) => inside(key, one[key], inner(place, n))));
  return h("div", table("Table of the answer", keys, rows), left);
}

const BULLET = /^\s*[-*•]\s+/;

const NUMBER = /^\s*\d+[.)]\s+/;

const RULE = /^\s*\|?[\s:|-]+\|[\s:|-]*$/;

const MARKS =
  /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>"')\]]+)/g;

/** A small, safe part of Markdown, as nodes. @param {string} text @returns {Node[]} */
export function markdown(text) {
  const parts = text.replaceAll("\r\n", "\n").split(/(```[^\n]*\n[\s\S]*?\n?```)/);
  return parts.flatMap((part) => {
    const fence = part.match(/^```[^\n]*\n([\s\S]*?)\n?```$/);
    if (fence) return [h("pre", { tabIndex: 0 }, h("code", fence[1]))];
    return part.split(/\n{2,}/).filter((block) => block.trim()).flatMap(blockOf);
  });
}

/** @param {string} block @returns {Node[]} */
function blockOf(block) {
  const lines = block.replace(/^\n+|\n+$/g, "").split("\n");
  const heading = lines[0].match(/^#{1,4}\s+(.+)/);
  if (heading) {
    const rest = lines.slice(1).join("\n");
    return [h("h4", inline(heading[1])), ...(rest.trim() ? blockOf(rest) : [])];
  }
  if (lines.length > 1 && lines[0].includes("|") && RULE.test(lines[1])) return [tableOf(lines)];
  for (const [kind, mark] of /** @type {[string, RegExp][]} */ ([["ul", BULLET], ["ol", NUMBER]])) {
    if (!lines.every((line) => mark.test(line))) continue;
    return [h(kind, lines.map((line) => h("li", inline(line.replace(mark, "")))))];
  }
  // A list right below its sentence is one, without an empty line between them.
  const at = lines.findIndex((line) => BULLET.test(line) || NUMBER.test(line));
  if (at > 0) {
    return [...blockOf(lines.slice(0, at).join("\n")), ...blockOf(lines.slice(at).join("\n"))];
  }
  return [h("p", lines.map((line, n) => [n > 0 && h("br"), inline(line)]))];
}

/** @param {string[]} lines */
function tableOf(lines) {
  const [heads, , ...rows] = lines.map((line) =>
    line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => inline(cell.trim()))
  );
  return table("Table", heads, rows);
}

/** @param {string} text @returns {(Node | string)[]} */
export function inline(text) {
  /** @type {(Node | string)[]} */
  const out = [];
  let at = 0;
  for (const found of text.matchAll(MARKS)) {
    const [whole, code, strong, em, label, url, bare] = found;
    out.push(text.slice(at, found.index));
    if (code) out.push(h("code", code));
    else if (strong) out.push(h("b", strong));
    else if (em) out.push(h("em", em));
    else out.push(outerLink(label ?? bare, url ?? bare));
    at = found.index + whole.length;
  }
  return [...out, text.slice(at)].filter((one) => one !== "");
}

/** Only http and https lead anywhere. @param {string} label @param {string} href */
export function outerLink(label, href) {
  if (!/^https?:\/\//.test(href)) return label;
  return h("a", { href, rel: "noopener noreferrer", target: "_blank" }, label);
}
