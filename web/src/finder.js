/** The left column: search, pickers, legend and list, all showing the same projects. */

import { announce } from "./announce.js";
import { drawBecame } from "./became.js";
import { readClocks } from "./days.js";
import { el } from "./dom.js";
import { dateWords } from "./edtf.js";
import { lang, number, t } from "./i18n.js";
import { createLegend } from "./legend.js";
import { createList } from "./list.js";
import { emptyState, errorState, skeleton, unrecordedState } from "./notices.js";
import { createPicker } from "./picker.js";
import { fold } from "./fold.js";
import { createSearch } from "./search.js";
import { isFiltered, LISTS } from "./state.js";

/** `onChoose(id)` and `onHover(id | null)` come from the list, `onRetry()` from its error state, `onSeek()` when the reader seeks, `onPlace()` when
 *  a place on the map was picked. */
export function createFinder(root, { catalog, units, state, onChoose, onHover, onRetry, onSeek, onPlace }) {
  const $ = (selector) => root.querySelector(selector);
  const [summary, clear, rows] = [".summary", ".clear-all", "#list"].map($);
  const search = createSearch($(".search"), { state, catalog, onSeek, onPlace, onFound: () => sayCount() });
  const list = createList(rows, catalog, { onChoose, onHover });
  const legend = createLegend($(".legend"), catalog, (name, code) => {
    const chosen = state.shown[name];
    state.set({ [name]: chosen.includes(code) ? chosen.filter((other) => other !== code) : [...chosen, code] });
  });
  const districts = createPicker($("#pick-district"), { name: "district", multiple: true, hint: "districtHint", options: () => units.groups(readClocks(state.shown).day),
    onPick: (district) => { onSeek(); state.set({ district }); } });
  const sectors = createPicker($("#pick-layer"), { name: "layer", multiple: true, hint: "layerHint",
    options: () => [{ title: t("allSectors"), options: catalog.layers.map(({ id }) => {
      const n = counts?.layer[id] ?? 0;
      return { id, label: catalog.layerTitle(id), icon: catalog.layerSymbol(id), hint: number(n), find: fold(catalog.layerTitle(id)) };
    }) }],
    onPick: (layer) => { onSeek(); state.set({ layer }); } });
  let counts = null;
  let said = "";

  const clearAll = () => state.set({ ...Object.fromEntries(LISTS.map((name) => [name, []])), q: "" });
  clear.addEventListener("click", clearAll);
  $(".pickers").addEventListener("focusin", onSeek);
  rows.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !document.activeElement.classList.contains("row")) return;
    event.preventDefault();
    const all = [...rows.querySelectorAll(".row")];
    all[all.indexOf(document.activeElement) + step]?.focus();
  });
  for (const link of root.querySelectorAll("[data-lang]")) {
    link.addEventListener("click", (event) => { event.preventDefault(); state.set({ lang: link.dataset.lang }); });
  }

  function layerWords(ids) {
    if (!ids.length) return t("allLayers");
    return ids.length === 1 ? catalog.layerTitle(ids[0]) : t("manyLayers", { n: ids.length });
  }

  function count({ numberMatched: total, located, unlocated }, { day, isToday }) {
    const head = t(total === 1 ? "countProjects1" : "countProjects", { n: number(total) });
    const when = isToday ? [] : [el("span", { class: "summary-day" }, t("onDay", { day: dateWords(day, lang()) })), " "];
    summary.replaceChildren(...when, el("strong", {}, head), ` · ${t("countLocated", { n: number(located) })}`,
      ...(unlocated ? [` · ${t("countUnlocated", { n: number(unlocated) })}`] : []));
    sayCount();
  }

  /** Not while suggestions are read out: then when they are gone. */
  function sayCount() {
    if (search.isFinding || summary.textContent === said) return;
    said = summary.textContent;
    announce(said);
  }

  const nothing = ({ asOf }) => (asOf ? unrecordedState(dateWords(asOf, lang()), () => state.set({ asOf: "" })) : emptyState(clearAll));

  const unknownUnits = () => {
    const { district } = state.shown;
    const unknown = district.filter((value) => !units.find(value).length);
    return (unknown.length ? unknown : district).join(", ");
  };

  return {
    light: list.light,
    choose: (id) => list.choose(id, { reveal: Boolean(id) }),
    focus: (id) => rows.querySelector(`[data-id="${CSS.escape(id ?? "")}"]`)?.focus(),

    /** Say what is chosen: on the buttons, in the search box, in the language switch. */
    say() {
      const { shown } = state;
      const { words, when } = units.words(shown.district);
      districts.draw(shown.district, words, when);
      sectors.draw(shown.layer, layerWords(shown.layer));
      search.say();
      clear.hidden = !isFiltered(shown);
      for (const link of root.querySelectorAll(".other-pages a")) link.search = lang() === "vi" ? "" : `?lang=${lang()}`;
      for (const link of root.querySelectorAll("[data-lang]")) {
        if (link.dataset.lang === lang()) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    },

    /** A request is under way: grey rows at first, a thin line over what is already there afterwards. */
    wait() {
      root.setAttribute("aria-busy", "true");
      if (!rows.childElementCount || rows.querySelector(".state")) rows.replaceChildren(el("li", {}, skeleton()));
      if (!summary.textContent) summary.textContent = t("loading");
    },

    /** These projects, with these counts, as `clocks` show them. */
    draw(features, newCounts, clocks) {
      counts = newCounts;
      root.removeAttribute("aria-busy");
      count(counts, clocks);
      drawBecame($(".became"), counts.units ?? [], (old, next) => {
        const named = (value) => units.find(value).some(({ id }) => id === old);
        state.set({ district: [...new Set(state.shown.district.flatMap((value) => (value === old || named(value) ? next : [value])))] });
      });
      legend.draw(counts, state.shown);
      const { ids } = state.shown;
      $(".tally-chosen").textContent = [ids.length && t("chosenIds", { n: ids.length }), legend.words(state.shown)].filter(Boolean).join(" · ");
      sectors.draw(state.shown.layer, layerWords(state.shown.layer));
      list.draw(features, units.fields(state.shown.district, clocks.day), clocks.day);
      if (!features.length) rows.replaceChildren(el("li", {}, nothing(clocks)));
      $(".scroll").scrollTop = 0;
      list.choose(state.shown.id, { reveal: true });
    },

    fail(error) {
      root.removeAttribute("aria-busy");
      summary.textContent = "";
      $(".became").hidden = true;
      const { candidates: found = [], detail = "" } = error.problem ?? {};
      const asked = state.shown.district.find((value) => detail.includes(`'${value}'`)) ?? state.shown.district[0];
      const candidates = found.map((unit) => ({ words: units.full(unit),
        choose: () => state.set({ district: state.shown.district.map((value) => (value === asked ? unit.id : value)) }) }));
      rows.replaceChildren(el("li", {}, errorState(error, { onRetry, onClear: clearAll, candidates, name: unknownUnits(),
        onToday: () => state.set({ datetime: "", asOf: "" }) })));
    },
  };
}
