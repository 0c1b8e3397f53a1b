/** The list of projects, in step with the map: only the rows in sight are in the page, and only theirs are asked for. */

import { el, glyph, sprite } from "./dom.js";
import { inVietnamese, number, own, t } from "./i18n.js";
import { createScroll } from "./list-scroll.js";
import { rowWords } from "./row.js";
import { standingSign } from "./sign.js";

/** Rows asked for at once; windows begin at multiples of it, so that going back asks nothing again. */
export const WINDOW = 100;
const MOST_WINDOWS = 60;
const PAUSE_MS = 70;

/**
 * `ask({offset | around, window}, signal)` gives rows under the filters that hold; `onChoose(id)`, `onHover(id | null, point)`: what the
 * reader does with a row, `onSelect(id)` where rows can be selected.
 */
export function createList(root, catalog, { ask, onChoose, onHover, onSelect }) {
  let day = null;
  let told = { numberMatched: 0, groups: [] };
  let windows = new Map();
  let asking = new Map();
  let [chosen, lit, active, pause, selected] = [null, null, 0, 0, new Set()];
  let search = new AbortController();
  const scroll = createScroll(root, { make, drop: (item) => item.remove(), onMoved: () => { clearTimeout(pause); pause = setTimeout(load, PAUSE_MS); } });

  const rowAt = (index) => windows.get(Math.floor(index / WINDOW))?.[index % WINDOW];
  const buttons = () => [...root.querySelectorAll(".row")];
  const rowOf = (id) => (id ? root.querySelector(`.row[data-id="${CSS.escape(id)}"]`) : null);
  const indexOf = (id) => {
    for (const [number, rows] of windows) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return number * WINDOW + at;
    }
    return -1;
  };

  /** One place of the list; what stands in it comes at once, or when it has been asked for. */
  function make(index, place, of) {
    const item = el("li", { class: "row-place", "data-index": index, "aria-posinset": place + 1, "aria-setsize": of });
    fill(item, index);
    return item;
  }

  function fill(item, index) {
    const row = rowAt(index);
    const button = item.querySelector(".row") ?? el("button", { type: "button", class: "row" });
    button.tabIndex = index === active ? 0 : -1;
    if (!row) {
      button.classList.add("row-bone");
      button.replaceChildren(el("span", { class: "visually-hidden" }, t("loading")));
    } else {
      button.classList.remove("row-bone");
      button.dataset.id = row.id;
      button.replaceChildren(...content(row));
      button.classList.toggle("lit", row.id === lit);
      if (row.id === chosen) button.setAttribute("aria-current", "true");
    }
    if (button.parentNode !== item) item.append(button);
    item.querySelector(".row-pick")?.remove();
    if (row && onSelect) item.append(pick(row));
  }

  function content(row) {
    return [standingSign(row, catalog, day),
      el("span", { class: "row-text" },
        el("span", { class: "row-name" }, own(row, "name") || row.id),
        el("span", { class: "row-more" }, rowWords(row, catalog)),
        el("span", { class: `row-place-words${row.point ? "" : " row-nowhere"}`, title: own(row, "place") }, el("span", {}, inVietnamese(own(row, "place"))))),
      !row.point && el("span", { class: "row-mark", title: t("unlocated") }, glyph("nowhere"))].filter(Boolean);
  }

  function pick({ id }) {
    const on = selected.has(id);
    return el("button", { type: "button", class: "row-pick", tabindex: "-1", "aria-pressed": String(on), "aria-label": t("selectRow"), title: t("selectRow"),
      onclick: () => onSelect(id) }, glyph("check"));
  }

  function refill() {
    for (const item of root.querySelectorAll(".row-place")) fill(item, Number(item.dataset.index));
    reach();
  }

  /** One row can always be reached by Tab: the one that was reached last, else the first in the page. */
  function reach() {
    const all = buttons();
    if (!all.length || all.some((one) => one.tabIndex === 0)) return;
    const free = all.find((one) => one.getBoundingClientRect().top >= scroll.top()) ?? all[0];
    active = Number(free.parentNode.dataset.index);
    free.tabIndex = 0;
  }

  /** Ask for the windows in sight that are not there yet; what is out of sight again is no longer waited for. */
  function load() {
    reach();
    const [first, last] = scroll.inSight();
    const wanted = new Set();
    for (let at = Math.floor(first / WINDOW); at <= Math.floor(last / WINDOW); at += 1) wanted.add(at);
    for (const [at, one] of asking) if (!wanted.has(at)) { one.abort(); asking.delete(at); }
    for (const at of wanted) if (!windows.has(at) && !asking.has(at) && at * WINDOW < told.numberMatched) fetchWindow(at);
  }

  async function fetchWindow(at) {
    const [controller, mine] = [new AbortController(), windows];
    asking.set(at, controller);
    try {
      const { rows } = await ask({ offset: at * WINDOW, window: WINDOW }, controller.signal);
      if (mine === windows) keep(at, rows);
    } catch (error) {
      if (error.name !== "AbortError") setTimeout(() => mine === windows && load(), 3000);
    } finally {
      if (asking.get(at) === controller) asking.delete(at);
    }
  }

  function keep(at, rows) {
    windows.set(at, rows);
    const far = [...windows.keys()].sort((a, b) => Math.abs(b - at) - Math.abs(a - at));
    for (const one of far.slice(0, Math.max(0, windows.size - MOST_WINDOWS))) windows.delete(one);
    refill();
  }

  /** Bring a row into sight, with the keyboard where `focus`. */
  function go(index, { focus = true } = {}) {
    if (!told.numberMatched) return;
    const before = root.querySelector('.row[tabindex="0"]');
    if (before) before.tabIndex = -1;
    active = Math.max(0, Math.min(told.numberMatched - 1, index));
    scroll.show(active);
    const button = root.querySelector(`[data-index="${active}"] .row`);
    if (!button) return;
    button.tabIndex = 0;
    if (focus) button.focus({ preventScroll: true });
  }

  root.addEventListener("click", (event) => {
    const id = event.target.closest(".row")?.dataset.id;
    if (id) onChoose(id, event);
  });
  for (const [name, read] of [["pointerover", (event) => event.pointerType === "mouse"], ["focusin", (event) => event.target.matches(":focus-visible")]]) {
    root.addEventListener(name, (event) => {
      const id = event.target.closest(".row")?.dataset.id;
      if (id && read(event)) onHover(id, rowAt(Number(event.target.closest(".row-place").dataset.index))?.point);
    });
  }
  for (const name of ["pointerleave", "focusout"]) root.addEventListener(name, () => onHover(null));
  root.addEventListener("keydown", (event) => {
    const item = event.target.closest(".row-place");
    if (!item || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = Number(item.dataset.index);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + scroll.page(), PageUp: at - scroll.page(), Home: 0, End: told.numberMatched - 1 }[event.key];
    const beside = { ArrowRight: ".row-pick", ArrowLeft: ".row" }[event.key];
    if (to === undefined && !beside) return;
    event.preventDefault();
    if (beside) item.querySelector(beside)?.focus();
    else go(to);
  });

  function mark() {
    for (const old of root.querySelectorAll("[aria-current]")) old.removeAttribute("aria-current");
    rowOf(chosen)?.setAttribute("aria-current", "true");
  }

  function head({ key, full_name: name, numberMatched: n }, by) {
    const symbol = { layer: () => catalog.layerSymbol(key), status: () => catalog.ruleOf(key).symbol }[by]?.();
    const words = { layer: () => catalog.layerTitle(key), status: () => catalog.statusLabel(key),
      district: () => name ?? t(key === "several" ? "severalUnits" : "noUnit"), due: () => (key === "none" ? t("noDue") : t("dueYear", { year: key })) }[by]();
    return el("div", { class: "group" }, symbol && sprite(symbol, "layer-icon"), el("h3", { lang: name ? "vi" : null }, words),
      el("span", { class: "group-count" }, number(n)));
  }

  /** Bring the row of a project into sight, wherever in the list it stands. */
  async function seek(id, { focus = false } = {}) {
    search.abort();
    if (!told.numberMatched) return;
    search = new AbortController();
    const { signal } = search;
    let index = indexOf(id);
    if (index < 0) {
      const found = await ask({ around: id, window: 1 }, signal).catch(() => null);
      if (signal.aborted || !found?.rows.length) return; // the filters leave it out
      index = found.offset;
    }
    if (focus || !scroll.isInSight(index)) go(index, { focus });
    load();
  }

  return {
    /** Show these rows: the first window of an answer, of which the others are asked for when the reader gets there. `by`: how it is grouped;
     *  `shownDay`: on which news are old or not. */
    draw(answer, by, shownDay) {
      day = shownDay;
      for (const one of asking.values()) one.abort();
      [told, windows, asking, active] = [answer, new Map(), new Map(), 0];
      windows.set(0, answer.rows);
      const whole = [{ first: 0, numberMatched: answer.numberMatched }];
      scroll.draw(answer.groups.length ? answer.groups.map((one) => ({ ...one, head: head(one, by) })) : whole);
      load();
    },

    /** Instead of rows: a state (nothing found, an error, a skeleton). */
    say(node) {
      told = { numberMatched: 0, groups: [] };
      scroll.draw([]);
      root.replaceChildren(el("li", {}, node));
    },

    /** Mark the project that is open; bring its row into sight if asked to and it is not there. */
    choose(id, { reveal = false } = {}) {
      chosen = id;
      mark();
      search.abort();
      if (id && reveal) seek(id);
    },

    /** Light the row whose shape the pointer is on; null puts all lights out. */
    light(id) {
      lit = id;
      for (const old of root.querySelectorAll(".lit")) old.classList.remove("lit");
      rowOf(id)?.classList.add("lit");
    },

    /** Those that are selected bear a check mark. */
    select(ids) {
      selected = new Set(ids);
      root.classList.toggle("has-selected", selected.size > 0);
      for (const button of root.querySelectorAll(".row-pick")) {
        button.setAttribute("aria-pressed", String(selected.has(button.parentNode.querySelector(".row").dataset.id)));
      }
    },

    /** Put the keyboard on the row of a project, or on the one that was reached last. */
    focus: (id) => (id ? seek(id, { focus: true }) : go(active)),
    get count() { return told.numberMatched; },
  };
}
