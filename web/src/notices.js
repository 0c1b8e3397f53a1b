/** Empty, loading and error states: what is the matter, and the way out. */

import { el, glyph } from "./dom.js";
import { t } from "./i18n.js";

/** What an error means to a reader. */
export function errorWords(error) {
  const detail = error.problem?.detail ?? error.message;
  if (error.status === 0) return t("errorNetwork");
  if (error.status === 400 || error.status === 422) return t("errorFilter", { detail });
  if (error.status) return t("errorServer", { status: error.status, detail });
  return detail;
}

const state = (name, title, text, ...buttons) => el("div", { class: `state state-${name}`, role: name === "error" ? "alert" : "status" },
  glyph(name === "error" ? "broken" : "empty", "state-glyph"), el("h3", {}, title), el("p", {}, text), el("div", { class: "state-way" }, buttons));

const button = (key, act, kind = "button") => el("button", { type: "button", class: kind, onclick: act }, t(key));

export const emptyState = (onClear) => state("empty", t("emptyTitle"), t("emptyText"), button("clearAll", onClear));

/** With a filter that cannot be used, trying again does not help: leaving it out does, or one of the `candidates` {words, choose}. */
export function errorState(error, { onRetry, onClear, candidates = [] }) {
  const ofFilter = error.status === 400 || error.status === 422;
  if (candidates.length) {
    return state("error", t("errorTitle"), t("candidates"), candidates.map(({ words, choose }) =>
      el("button", { type: "button", class: "button plain", onclick: choose }, words)));
  }
  return state("error", t("errorTitle"), errorWords(error),
    ofFilter ? button("clearAll", onClear) : button("retry", onRetry), ofFilter && button("retry", onRetry, "button plain"));
}

/** Grey rows while the first answer is under way. */
export const skeleton = () => el("div", { class: "skeleton", "aria-hidden": "true" },
  [72, 54, 66, 48, 70, 58, 62, 50].map((width) => {
    const line = el("span", { class: "bone" });
    line.style.width = `${width}%`;
    return el("div", { class: "bone-row" }, el("span", { class: "bone round" }), line);
  }));

/** A line at the foot of the page that goes away again; `act` is its way out. */
export function toast(root, words, act = null) {
  const close = () => note.remove();
  const note = el("div", { class: "toast", role: "status" }, el("span", {}, words),
    act && button("retry", () => { close(); act(); }, "link"),
    el("button", { type: "button", class: "icon-button", "aria-label": t("close"), onclick: close }, glyph("cross")));
  root.append(note);
  if (!act) setTimeout(close, 6000);
}
