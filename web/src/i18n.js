/** The reader's language: Vietnamese unless asked otherwise. */

import { MESSAGES } from "./messages.js";

let current = "vi";

/** The language in use: "vi" or "en". */
export const lang = () => current;

/** Speak this language from now on, and tell the browser, so that it hyphenates and reads aloud rightly. */
export function speak(language) {
  current = language;
  if (document.documentElement.lang !== language) document.documentElement.lang = language;
}

/** A sentence of the page, with its values filled in; where it is another one for a single `n`, that form stands third. An unknown key is a mistake of ours and says so. */
export function t(key, values = {}) {
  const forms = MESSAGES[key];
  if (!forms) throw new Error(`messages.js has no sentence "${key}"`);
  const [vi, en, one = en] = forms;
  return (current === "vi" ? vi : String(values.n) === "1" ? one : en).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** A unit of measure in the reader's language; "ha" and the like are the same in both. */
export const unitWords = (unit) => (unit in MESSAGES ? t(unit) : unit);

/** "22540.5" → "22.540,5" or "22,540.5". By hand: the browser's own rules take 13 ms to come, in the middle of the start. */
export function number(value, digits = 2) {
  const [thousand, point] = current === "vi" ? [".", ","] : [",", "."];
  const [whole, part] = String(Number(Number(value).toFixed(digits))).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, thousand), ...(part ? [part] : [])].join(point);
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
  for (const node of root.querySelectorAll("[data-t]")) {
    const words = t(node.dataset.t);
    if (node.textContent !== words) node.textContent = words; // else the page would be laid out again for nothing
  }
  for (const node of root.querySelectorAll("[data-t-label]")) {
    const words = t(node.dataset.tLabel);
    if (node.getAttribute("aria-label") !== words) node.setAttribute("aria-label", words);
    if (node.title || node.dataset.tTitle !== undefined) node.title = words;
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
