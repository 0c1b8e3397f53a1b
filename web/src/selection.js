/** The projects that the reader has gathered: in the URL, and in a bar above the map that says what can be done with them. */

import { el, glyph } from "./dom.js";
import { number, t } from "./i18n.js";
import { MOST_SELECTED } from "./state.js";

/** `onShow()`, `onCompare()` are asked for in the bar; `onColumn()` is called when the bar came or went. */
export function createSelection(parent, { state, onColumn, onShow, onCompare }) {
  const count = el("p", { class: "selection-count", role: "status" });
  const said = el("p", { class: "selection-said quiet" });
  const ways = el("div", { class: "selection-ways" });
  const root = el("section", { class: "selection", "data-side": "foot", "data-t-label": "selection", hidden: true }, el("div", { class: "selection-text" }, count, said), ways);
  parent.append(root);

  const selected = () => state.shown.select;
  const file = (format) => `/layers/projects.${format}?ids=${selected().map(encodeURIComponent).join(",")}`;

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
      count.textContent = n ? t(n === 1 ? "selected1" : "selected", { n: number(n) }) : "";
      if (!n) said.textContent = "";
      const focused = root.contains(document.activeElement) ? document.activeElement.dataset.way : null;
      const way = (name, symbol, words, act) => el("button", { type: "button", class: "action", "data-way": name, title: words, onclick: act }, glyph(symbol), el("span", {}, words));
      ways.replaceChildren(
        way("compare", "table", t("compareSelected"), onCompare), way("show", "target", t("showSelected"), onShow),
        ...["csv", "geojson"].map((format) => el("a", { class: "action", "data-way": format, title: t(format === "csv" ? "selectedCsv" : "selectedGeojson"), href: file(format), download: "" }, glyph("file"), el("span", {}, format === "csv" ? "CSV" : "GeoJSON"))),
        way("clear", "cross", t("clearSelection"), () => set([])));
      ways.querySelector('[data-way="compare"]').disabled = n < 2;
      if (focused) ways.querySelector(`[data-way="${focused}"]`)?.focus();
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
