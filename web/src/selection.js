/** The projects that the reader has gathered: in the URL, and in a bar above the map that says what can be done with them. */

import { el, glyph } from "./dom.js";
import { number, t } from "./i18n.js";
import { MOST_SELECTED } from "./state.js";

const WORDS = { compare: "compareSelected", show: "showSelected", csv: "selectedCsv", geojson: "selectedGeojson", clear: "clearSelection" };
const FORMATS = { csv: "CSV", geojson: "GeoJSON" };

/** `onShow()`, `onCompare()` are asked for in the bar; `onColumn()` is called when the bar came or went. */
export function createSelection(parent, { state, onColumn, onShow, onCompare }) {
  const count = el("p", { class: "selection-count", role: "status" });
  const said = el("p", { class: "selection-said quiet" });
  const way = (name, symbol, act) => el("button", { type: "button", class: "action", "data-way": name, onclick: act }, glyph(symbol), el("span"));
  const compare = way("compare", "table", onCompare);
  const ways = el("div", { class: "selection-ways" }, compare, way("show", "target", onShow),
    Object.entries(FORMATS).map(([format, name]) => el("a", { class: "action", "data-way": format, download: "" }, glyph("file"), el("span", {}, name))),
    way("clear", "cross", clear));
  const root = el("section", { class: "selection", "data-side": "foot", "data-t-label": "selection", hidden: true }, el("div", { class: "selection-text" }, count, said), ways);
  parent.append(root);

  const selected = () => state.shown.select;
  const file = (format) => `/layers/projects.${format}?ids=${selected().map(encodeURIComponent).join(",")}`;

  /** The bar goes with its last project: whoever stood in it goes on at the map. */
  function clear() {
    set([]);
    document.querySelector("#map").focus();
  }

  function set(next, words = "") {
    state.set({ select: next }, { replace: true });
    said.textContent = words;
    return words;
  }

  const api = {
    root,

    /** Add these, or with `out` take them out; says how many there were of them. */
    change(ids, { out = false } = {}) {
      const now = selected();
      if (out) {
        const left = now.filter((id) => !ids.includes(id));
        return set(left, t("selectedTaken", { n: number(now.length - left.length) }));
      }
      const fresh = [...new Set(ids)].filter((id) => !now.includes(id));
      const room = MOST_SELECTED - now.length;
      const words = !ids.length ? "selectedNone" : fresh.length <= room ? "selectedAdded" : room ? "selectedLeft" : "selectedFull";
      return set([...now, ...fresh.slice(0, room)], t(words, { n: number(words === "selectedFull" ? MOST_SELECTED : Math.min(room, fresh.length)), most: number(MOST_SELECTED) }));
    },

    /** A word about the selection, beside its number. */
    tell(words) { said.textContent = words; },

    toggle(id) {
      if (selected().includes(id)) set(selected().filter((other) => other !== id));
      else if (selected().length >= MOST_SELECTED) set(selected(), t("selectedFull", { n: number(MOST_SELECTED) }));
      else set([...selected(), id]);
    },

    /** Say what is selected: in the bar, and on every button that selects one project. */
    draw() {
      const n = selected().length;
      const came = root.hidden === Boolean(n);
      root.hidden = !n;
      document.body.classList.toggle("has-selection", n > 0);
      root.setAttribute("aria-label", t("selection"));
      count.textContent = n ? t("selected", { n: number(n) }) : "";
      if (!n) said.textContent = "";
      // The same buttons each time: a dialog that one of them opened gives the focus back to it.
      for (const one of ways.children) {
        const { way: name } = one.dataset;
        one.title = t(WORDS[name]);
        if (name in FORMATS) one.href = file(name);
        else one.lastChild.textContent = one.title;
      }
      compare.disabled = n < 2;
      for (const button of document.querySelectorAll("[data-select]")) {
        const isIn = selected().includes(button.dataset.select);
        button.setAttribute("aria-pressed", String(isIn));
        button.querySelector("span").textContent = t(isIn ? "unselect" : "select");
      }
      if (came) onColumn();
    },
  };
  return api;
}
