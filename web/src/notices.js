/** Empty, loading and error states: what is the matter, and the way out. */

import { announce } from "./announce.js";
import { el, glyph } from "./dom.js";
import { t } from "./i18n.js";

/** The problems (RFC 9457) of which the page speaks in its own words; the server's details are for programs. */
const PROBLEMS = {
  "unknown-unit": (name) => t("unknown-unit", { name }),
  "feature-not-found": (name) => t("feature-not-found", { name }),
  "feature-withdrawn": (name) => t("feature-withdrawn", { name }),
  "store-unreachable": () => t("store-unreachable"),
  "store-not-ready": () => t("store-not-ready"),
  busy: () => t("busy"),
};

/** A day that cannot be asked for; `key` is the sentence that says why. */
export class WrongDay extends Error {
  constructor(key) {
    super(key);
    this.key = key;
  }
}

const problem = (error) => error.problem?.type?.split(":").at(-1);

/** What an error means to a reader, and the way out; `name`: what was asked for. */
export function errorWords(error, name = "") {
  const own = PROBLEMS[problem(error)];
  if (own) return own(name);
  if (error.status === undefined) return t("errorPage");
  if (error.status === 0) return t(navigator.onLine ? "errorNetwork" : "errorOffline");
  if (error.status === 200) return t("errorAnswer");
  if (error.status === 400 || error.status === 422) return t("errorFilter");
  return error.status === 503 ? t("busy") : t("errorServer", { status: error.status });
}

const state = (name, title, text, ...buttons) => el("div", { class: `state state-${name}`, role: name === "error" && "alert" },
  glyph(name === "error" ? "broken" : "empty", "state-glyph"), el("h3", {}, title), el("p", {}, text), el("div", { class: "state-way" }, buttons));

const button = (key, act, kind = "button") => el("button", { type: "button", class: kind, onclick: act }, t(key));

/** `instead`: what the words that were searched for mean otherwise, [{words, choose}]. */
export const emptyState = (onClear, instead = []) => state("empty", t("emptyTitle"), t(instead.length ? "emptyInstead" : "emptyText"), ways(instead),
  button("clearAll", onClear, instead.length ? "link state-clear" : "button state-clear"));
const ways = (candidates) => candidates.map(({ words, choose }) => el("button", { type: "button", class: "button plain", onclick: choose }, words));

/** Nothing was on record by the day asked for: the map does not know what it was not told. */
export const unrecordedState = (day, onAll) => state("empty", t("recordedNone", { day }), t("recordedNoneText"), button("recordedAll", onAll));

/** With a filter that cannot be used, trying again does not help: leaving it out does, or one of the `candidates` {words, choose}. `name`: what was
 *  asked for. */
export function errorState(error, { onRetry, onClear, onToday, candidates = [], name = "" }) {
  if (error instanceof WrongDay) return state("error", t("wrongTimeTitle"), t(error.key), button("backToToday", onToday));
  const ofFilter = error.status === 400 || error.status === 422;
  if (candidates.length) {
    return state("empty", t("candidatesTitle", { n: candidates.length }), t("candidates"), ways(candidates));
  }
  return state("error", t(problem(error) === "unknown-unit" ? "errorUnitTitle" : "errorTitle"), errorWords(error, name),
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
  const note = el("div", { class: "toast" }, el("span", {}, words),
    act && button("retry", () => { close(); act(); }, "link"),
    el("button", { type: "button", class: "icon-button", "aria-label": t("close"), onclick: close }, glyph("cross")));
  root.append(note);
  announce(words);
  if (!act) setTimeout(close, 6000);
}
