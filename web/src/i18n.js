/** The reader's language: Vietnamese unless asked otherwise. */

import { MESSAGES } from "./messages.js";

let current = "vi";

/** The language in use: "vi" or "en". */
export const lang = () => current;

/** Speak this language from now on, and tell the browser, so that it hyphenates and reads aloud rightly. */
export function speak(language) {
  current = language;
  document.documentElement.lang = language;
}

/** A sentence of the page, with its values filled in. An unknown key is a mistake of ours and says so. */
export function t(key, values = {}) {
  const pair = MESSAGES[key];
  if (!pair) throw new Error(`messages.js has no sentence "${key}"`);
  return pair[current === "vi" ? 0 : 1].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** A unit of measure in the reader's language; "ha" and the like are the same in both. */
export const unitWords = (unit) => (unit in MESSAGES ? t(unit) : unit);

const formats = new Map();

/** "22540.5" → "22.540,5" or "22,540.5". */
export function number(value, digits = 2) {
  const key = `${current} ${digits}`;
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(current === "vi" ? "vi-VN" : "en-GB", { maximumFractionDigits: digits }));
  return formats.get(key).format(value);
}

/** A property that exists in two languages, `name_vi` and `name_en`: the reader's, else Vietnamese. */
export const own = (properties, name) => properties[`${name}_${current}`] || properties[`${name}_vi`] || "";

/**
 * A text that stands in both languages, `notes` and `notes_en`: the reader's, else the other one with its `lang`.
 * Null where there is neither.
 */
export function told(row, name) {
  const texts = { vi: row[name], en: row[`${name}_en`] };
  if (texts[current]) return { text: texts[current] };
  const other = current === "vi" ? "en" : "vi";
  return texts[other] ? { text: texts[other], lang: other } : null;
}

/** Put the sentences into the elements of the page that carry `data-t` (text) or `data-t-label` (accessible name). */
export function translate(root = document) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel));
    if (node.title || node.dataset.tTitle !== undefined) node.title = t(node.dataset.tLabel);
  }
  for (const node of root.querySelectorAll("[data-t-hint]")) node.placeholder = t(node.dataset.tHint);
}

const OFFICIAL = /(?:Thành phố|Thị trấn|Thị xã|Đặc khu|Phường|Huyện|Quận|Xã) [^·;(]+/g;

/**
 * The parts of a text for a page: in English the official names of units, which are Vietnamese, stand in a `span` that says so, for whoever
 * reads aloud.
 */
export function inVietnamese(text) {
  if (current === "vi") return text;
  const parts = [];
  let at = 0;
  for (const { 0: name, index } of text.matchAll(OFFICIAL)) {
    const span = document.createElement("span");
    span.lang = "vi";
    span.textContent = name;
    parts.push(text.slice(at, index), span);
    at = index + name.length;
  }
  return [...parts, text.slice(at)];
}
