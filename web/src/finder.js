/** The left column: search, pickers, legend and list, all showing the same projects. */

import { announce } from "./announce.js";
import { arrangement, createArrange, csvAddress } from "./arrange.js";
import { drawBecame } from "./became.js";
import { readClocks } from "./days.js";
import { el } from "./dom.js";
import { dateWords } from "./edtf.js";
import { lang, number, t } from "./i18n.js";
import { createLegend } from "./legend.js";
import { createList, WINDOW } from "./list.js";
import { emptyState, errorState, skeleton, unrecordedState } from "./notices.js";
import { createPicker } from "./picker.js";
import { fold } from "./fold.js";
import { breathe } from "./pace.js";
import { createSearch } from "./search.js";
import { isFiltered, LISTS, MOST_SELECTED } from "./state.js";

/** `askRows(params, signal)` asks for rows of the list; `onChoose(id)` and `onHover(id | null, point)` come from it, `onRetry()` from its error state, `onSeek()`
 *  when the reader seeks, `onPlace()` when a place on the map was picked. */
export function createFinder(root, { catalog, units, state, askRows, onChoose, onHover, onRetry, onSeek, onPlace }) {
  const $ = (selector) => root.querySelector(selector);
  const [summary, clear, rows] = [".summary", ".clear-all", "#list"].map($);
  const search = createSearch($(".search"), { state, catalog, onSeek, onPlace, onFound: () => sayCount() });
  let filters = {};
  let arranging = new AbortController();
  const rowsOf = (under, params, signal) => askRows({ ...under, ...arrangement(state.shown), ...params }, signal);
  const list = createList(rows, catalog, { ask: (params, signal) => rowsOf(filters, params, signal), onChoose, onHover,
    onSelect: (id) => state.set({ select: state.shown.select.includes(id) ? state.shown.select.filter((one) => one !== id) : [...state.shown.select, id].slice(0, MOST_SELECTED) }) });
  const arrange = createArrange($(".arrange"), { onArrange: (patch) => state.set(patch) });
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
  // Not when the focus comes: the sheet would rise from under the finger before the press is over.
  $(".pickers").addEventListener("click", onSeek, { capture: true });
  for (const link of root.querySelectorAll("[data-lang]")) {
    link.addEventListener("click", (event) => { event.preventDefault(); state.set({ lang: link.dataset.lang }); });
  }

  function layerWords(ids) {
    if (!ids.length) return t("allLayers");
    return ids.length === 1 ? catalog.layerTitle(ids[0]) : t("manyLayers", { n: ids.length });
  }

  function count({ numberMatched: total, located, unlocated }, { day, isToday }) {
    const head = t("countProjects", { n: number(total) });
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

  /** Who stands on the button that clears the filters still stands on it. */
  function leadElsewhere(ways) {
    const held = rows.contains(document.activeElement);
    list.say(emptyState(clearAll, ways));
    if (held) rows.querySelector(".state-clear").focus();
  }

  const unknownUnits = () => {
    const { district } = state.shown;
    const unknown = district.filter((value) => !units.find(value).length);
    return (unknown.length ? unknown : district).join(", ");
  };

  return {
    light: list.light,
    select: list.select,
    choose: (id) => list.choose(id, { reveal: Boolean(id) }),
    focus: list.focus,

    /** The first rows under these filters, for `draw`. */
    ask: (under, signal) => rowsOf(under, { window: WINDOW }, signal),

    /** The same projects, laid out otherwise. */
    async arrange() {
      arranging.abort();
      arranging = new AbortController();
      const found = await this.ask(filters, arranging.signal).catch(() => null);
      if (found) await this.lay(found, filters);
    },

    /** Lay out these rows, found under these filters. */
    async lay(found, under) {
      arranging.abort();
      filters = under;
      arrange.draw(state.shown, csvAddress(under, state.shown));
      $(".arrange").hidden = !found.numberMatched;
      await breathe();
      if (filters !== under) return;
      $(".scroll").scrollTop = 0;
      list.draw(found, arrangement(state.shown).group, readClocks(state.shown).day);
      list.select(state.shown.select);
      list.choose(state.shown.id, { reveal: true });
    },

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
      if (!list.count) list.say(skeleton());
      if (!summary.textContent) summary.textContent = t("loading");
    },

    /** These counts, as `clocks` show them. */
    async tell(newCounts, clocks) {
      counts = newCounts;
      count(counts, clocks);
      await breathe();
      if (counts !== newCounts) return;
      drawBecame($(".became"), counts.units ?? [], (old, next) => {
        const named = (value) => units.find(value).some(({ id }) => id === old);
        state.set({ district: [...new Set(state.shown.district.flatMap((value) => (value === old || named(value) ? next : [value])))] });
      });
      legend.draw(counts, state.shown);
      await breathe();
      if (counts !== newCounts) return;
      const { ids } = state.shown;
      const chosen = [ids.length && t("chosenIds", { n: ids.length }), legend.words(state.shown)].filter(Boolean).join(" · ");
      $(".tally-chosen").textContent = chosen;
      root.classList.toggle("has-chosen", Boolean(chosen));
      sectors.draw(state.shown.layer, layerWords(state.shown.layer));
    },

    /** These rows, found under these filters, as `clocks` show them. */
    async draw(found, under, clocks) {
      await this.lay(found, under);
      if (found.numberMatched || filters !== under) return;
      list.say(nothing(clocks));
      const { q } = state.shown;
      if (q && !clocks.asOf) search.instead(q).then((ways) => ways.length && filters === under && leadElsewhere(ways)); // nobody waits for it
    },

    /** All that was asked for is shown. */
    rest: () => root.removeAttribute("aria-busy"),

    fail(error) {
      root.removeAttribute("aria-busy");
      summary.textContent = "";
      $(".became").hidden = true;
      const { candidates: found = [], detail = "" } = error.problem ?? {};
      const asked = state.shown.district.find((value) => detail.includes(`'${value}'`)) ?? state.shown.district[0];
      const candidates = found.map((unit) => ({ words: units.full(unit),
        choose: () => state.set({ district: state.shown.district.map((value) => (value === asked ? unit.id : value)) }) }));
      $(".arrange").hidden = true;
      list.say(errorState(error, { onRetry, onClear: clearAll, candidates, name: unknownUnits(), onToday: () => state.set({ datetime: "", asOf: "" }) }));
    },
  };
}
