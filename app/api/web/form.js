// A form made from a JSON Schema; what it cannot ask for with a field of its own is JSON.

import { pictureOf } from "./answer.js";
import { button, h } from "./html.js";

/** @typedef {Record<string, any>} Schema */
/**
 * @typedef {Object} Field
 * @property {any} el
 * @property {() => any} read What was typed; undefined is left out. Throws Unfit.
 * @property {(path: string[], text: string) => boolean} mark Say what is wrong, at its place.
 */

/** What was typed is no JSON: the place is marked, and nothing is sent. */
export class Unfit extends Error {}

let number = 0;

/** @param {Schema} schema @param {any} value @returns {Field} */
export function formOf(schema, value) {
  return fieldOf(schema, value, schema);
}

/** @param {Schema} schema @param {any} value @param {Schema} root @returns {Field} */
function fieldOf(schema, value, root) {
  const known = resolved(schema, root);
  const option = optionOf(known);
  if (option) {
    const { title, description, default: start } = known;
    const about = { title, description, default: start ?? undefined };
    return orNull(fieldOf({ ...option, ...about }, value ?? undefined, root), known);
  }
  if (known.allOf?.length === 1) {
    return fieldOf({ ...known, ...known.allOf[0], allOf: undefined }, value, root);
  }
  const start = value ?? known.default;
  if (known.type === "object" && known.properties) return objectField(known, start ?? {}, root);
  if (known.type === "array" && known.items?.enum) return choicesField(known, start ?? []);
  if (known.type === "array" && known.items) return arrayField(known, start ?? [], root);
  return simpleField(known, start);
}

/** What a field is when it is not null, if that is one thing. @param {Schema} schema @returns {Schema | null} */
function optionOf(schema) {
  const options = schema.anyOf?.filter((/** @type {Schema} */ one) => one.type !== "null") ?? [];
  return options.length === 1 ? options[0] : null;
}

/** @param {Schema} schema @param {Schema} root @returns {Schema} */
function resolved(schema, root) {
  if (!schema.$ref) return schema;
  const path = schema.$ref.replace(/^#\//, "").split("/");
  const target = path.reduce((/** @type {any} */ at, /** @type {string} */ key) => at?.[key], root);
  return { ...(target ?? {}), ...schema, $ref: undefined };
}

/** A property goes by its own title, never by that of a type it shares. @param {string} key @param {Schema} schema @param {Schema} root */
function named(key, schema, root) {
  const words = key.replaceAll("_", " ");
  const title = schema.title ?? words.charAt(0).toUpperCase() + words.slice(1);
  return { ...resolved(schema, root), title };
}

/** @param {Schema} schema @param {any} start @returns {Field} */
function simpleField(schema, start) {
  if (schema.enum) return enumField(schema, start);
  if (schema.type === "boolean") {
    return control(h("input", { type: "checkbox", checked: Boolean(start) }), (el) => el.checked);
  }
  if (schema.type === "integer" || schema.type === "number") {
    const limits = { min: schema.minimum, max: schema.maximum };
    const step = schema.type === "integer" ? 1 : "any";
    const el = h("input", { type: "number", step, ...limits, value: start ?? "" });
    return control(el, () => el.value === "" ? undefined : Number(el.value));
  }
  if (schema.type === "string") return textField(schema, start ?? "");
  return jsonField(start ?? null);
}

/** @param {Schema} schema @param {any} start */
function enumField(schema, start) {
  const options = schema.enum.map((/** @type {any} */ one, /** @type {number} */ n) =>
    h("option", { value: String(n), selected: one === start }, String(one))
  );
  return control(h("select", options), (el) => schema.enum[Number(el.value)]);
}

/** @param {Schema} schema @param {string} start */
function textField(schema, start) {
  if (pictureOf(start)) return pictureField(start);
  if ((schema.maxLength ?? 0) > 200 || start.length > 60) {
    const rows = Math.min(9, 2 + Math.ceil(start.length / 42));
    return control(h("textarea", { rows, value: start }), (el) => el.value);
  }
  const type = { date: "date", uri: "url" }[/** @type {string} */ (schema.format)] ?? "text";
  return control(h("input", { type, value: start }), (el) => el.value);
}

/** A field of JSON, for what has no field of its own. @param {any} start @returns {Field} */
export function jsonField(start) {
  const el = h("textarea.json", { value: JSON.stringify(start, null, 2), spellcheck: false });
  const field = control(el, () => {
    try {
      return el.value.trim() === "" ? undefined : JSON.parse(el.value);
    } catch (error) {
      field.mark([], `This is no JSON: ${/** @type {Error} */ (error).message}`);
      throw new Unfit("What is marked is no JSON.");
    }
  });
  return field;
}

/** @param {any} el @param {(el: any) => any} read @returns {Field} */
function control(el, read) {
  number += 1;
  el.id = `field-${number}`;
  /** @param {string[]} _path @param {string} text */
  const mark = (_path, text) => {
    const error = h("small.err", { id: `${el.id}-error` }, text);
    el.setAttribute("aria-invalid", "true");
    el.setAttribute("aria-describedby", error.id);
    (el.closest(".field") ?? el.parentElement)?.append(error);
    return true;
  };
  return { el, read: () => read(el), mark };
}

/** Nothing typed is null. @param {Field} field @param {Schema} schema @returns {Field} */
function orNull(field, schema) {
  const isOptional = schema.default !== undefined;
  return {
    ...field,
    read: () => {
      const got = field.read();
      return got === "" || got === undefined ? (isOptional ? undefined : null) : got;
    },
  };
}

/** @param {Schema} schema @param {any} value @param {Schema} root @returns {Field} */
function objectField(schema, value, root) {
  const required = new Set(schema.required ?? []);
  const parts = Object.entries(schema.properties).map(([key, inner]) =>
    partOf(key, named(key, inner, root), required.has(key), value[key], root)
  );
  const read = () => {
    const got = parts.map(({ key, field }) => /** @type {[string, any]} */ ([key, field.read()]));
    return Object.fromEntries(
      got.filter(([key, one]) =>
        one !== undefined && (one !== "" && one !== null || required.has(key))
      ),
    );
  };
  /** @param {string[]} path @param {string} text */
  const mark = (path, text) => {
    const part = parts.find((one) => one.key === path[0]);
    return part?.field.mark(path.slice(1), text) ?? false;
  };
  return { el: h("div", parts.map((part) => part.el)), read, mark };
}

/**
 * @param {string} key
 * @param {Schema} schema
 * @param {boolean} isRequired
 * @param {any} value
 * @param {Schema} root
 * @returns {{key: string, field: Field, el: any}}
 */
function partOf(key, schema, isRequired, value, root) {
  const field = fieldOf(schema, value, root);
  const label = [schema.title, !isRequired && h("span.soft", " optional")];
  const hint = schema.description && h("small", schema.description);
  const known = resolved(optionOf(schema) ?? schema, root);
  const isNested = known.type === "array" || (known.type === "object" && known.properties);
  if (isNested && known.properties && !isRequired && (value === undefined || value === null)) {
    return { key, ...closed(field, label, hint) };
  }
  if (isNested) {
    return { key, field, el: h("fieldset", h("legend", label), hint, field.el) };
  }
  const control = field.el.matches("[id]") ? field.el : field.el.querySelector("[id]");
  const words = h("label", { htmlFor: control?.id }, label);
  const isCheck = field.el.type === "checkbox";
  const order = isCheck ? [h("span.check", field.el, words)] : [words, field.el];
  return { key, field, el: h("div.field", order, hint) };
}

/** An optional object without a value is sent only when it is open. @param {Field} field @param {any} label @param {any} hint */
function closed(field, label, hint) {
  const box = h("details.field", h("summary", label), hint, field.el);
  const read = () => box.open ? field.read() : undefined;
  /** @param {string[]} path @param {string} text */
  const mark = (path, text) => {
    box.open = true;
    return field.mark(path, text);
  };
  return { field: { el: box, read, mark }, el: box };
}

/** @param {Schema} schema @param {any[]} values @param {Schema} root @returns {Field} */
function arrayField(schema, values, root) {
  /** @type {{field: Field, el: any}[]} */
  const rows = [];
  const box = h("div.items");
  const name = schema.title ?? "item";
  /** @param {any} [value] */
  const add = (value) => {
    const field = fieldOf(schema.items, value, root);
    const number = rows.length + 1;
    if (field.el.id) field.el.setAttribute("aria-label", `${name} ${number}`);
    const onclick = () => {
      rows.splice(rows.indexOf(row), 1);
      row.el.remove();
    };
    const remove = h("button.quiet", {
      type: "button",
      "aria-label": `Remove ${name} ${number}`,
      onclick,
    }, "✕");
    const row = { field, el: h("div.item.field", field.el, remove) };
    rows.push(row);
    box.append(row.el);
  };
  for (const value of values) add(value);
  const more = button("+ Add", () => add(), "small");
  return {
    el: h("div", box, more),
    read: () => rows.map((row) => row.field.read()).filter((one) => one !== undefined),
    mark: (path, text) => {
      const row = rows[Number(path[0])];
      if (row) return row.field.mark(path.slice(1), text);
      more.after(h("small.err", text));
      return true;
    },
  };
}

/** Some of a few: a box to tick for each. @param {Schema} schema @param {any[]} values @returns {Field} */
function choicesField(schema, values) {
  /** @type {any[]} */
  const options = schema.items.enum;
  const boxes = options.map((one) =>
    h("input", { type: "checkbox", checked: values.includes(one) })
  );
  const el = h("div.options", boxes.map((box, n) => h("label.check", box, String(options[n]))));
  /** @param {string[]} _path @param {string} text */
  const mark = (_path, text) => {
    el.after(h("small.err", text));
    return true;
  };
  return { el, read: () => options.filter((_, n) => boxes[n].checked), mark };
}

/** A picture in base64: shown, and replaced by a file. @param {string} start @returns {Field} */
function pictureField(start) {
  let text = start;
  const shown = h("div.picture", pictureOf(start));
  const onchange = async () => {
    const bytes = new Uint8Array(await input.files[0].arrayBuffer());
    text = btoa(bytes.reduce((all, one) => all + String.fromCharCode(one), ""));
    shown.replaceChildren(pictureOf(text) ?? h("span.soft", input.files[0].name));
  };
  const input = h("input", { type: "file", accept: "image/*", onchange });
  const field = control(input, () => text);
  return { ...field, el: h("div", shown, input) };
}
