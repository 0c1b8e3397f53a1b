/** Planning, wired: what is selected, what lies near, and the tools of the map; each is fetched when it is first used. */

import * as api from "./api.js";
import { el, glyph } from "./dom.js";
import { number, own, t } from "./i18n.js";
import { createMarks } from "./map/marks.js";
import { errorWords } from "./notices.js";
import { createSelection } from "./selection.js";
import { createTools } from "./tools.js";

/**
 * `features()` are those that the map shows one by one, `crowd()` what it asks for where they are too many, `clocks()` those of the page; `onColumn()` is called when something came or went that
 * covers a part of the map.
 */
export function createPlan({ map, layers, catalog, state, clocks, features, crowd, onColumn }) {
  const choose = (id) => state.set({ id });
  const marks = createMarks(map.leaflet, catalog, { point: layers.point, onChoose: (id, event) => taken(id, event) || choose(id) });
  const selection = createSelection(document.body, { state, onColumn, onShow, onCompare });
  const tools = createTools({ map, onColumn });
  const clear = () => state.shown.shade && state.set({ shade: "" });
  let picking = null;
  tools.add({ id: "select", label: "selectTool", before: clear, make: async () => {
    const { createPicking } = await import("./picking.js");
    return (body) => (picking = createPicking(body, { map, selection, features, crowd, point: layers.point, opened: () => features().find(({ id }) => id === state.shown.id) ?? null }));
  } });
  tools.add({ id: "measure", label: "measureTool", before: clear, make: async () => {
    const { createMeasure } = await import("./measure.js");
    return (body) => createMeasure(body, { map });
  } });
  const known = new Map();
  let asking = new AbortController();
  let around = null;

  const found = () => state.shown.select.map((id) => known.get(id)).filter(Boolean);

  /** The features that are selected, as of the day shown; those that the filters leave out are asked for. */
  async function gather() {
    asking.abort();
    asking = new AbortController();
    const { select } = state.shown;
    for (const feature of features()) if (select.includes(feature.id)) known.set(feature.id, feature);
    marks.select(found());
    const missing = select.filter((id) => !known.has(id));
    if (missing.length) {
      try {
        for (const feature of (await api.projects({ ids: missing.join(","), ...clocks().asked }, asking.signal)).features) known.set(feature.id, feature);
      } catch (error) {
        if (!(error instanceof api.ApiError) && error.name !== "AbortError") throw error;
      }
      marks.select(found());
    }
    return found();
  }

  /** Shift or Ctrl with a click gathers a project instead of opening it, and so does a plain one while the tool is open. */
  function taken(id, event) {
    const asked = event?.shiftKey || event?.ctrlKey || event?.metaKey || (event && tools.open === "select" && picking?.takes());
    if (!asked) return false;
    selection.toggle(id);
    return true;
  }

  function onShow() {
    const located = found().filter(({ geometry }) => geometry);
    if (located.length) map.fit(located.map(layers.point));
  }

  async function onCompare() {
    const { select } = state.shown;
    try {
      const [{ openComparison }, { features: chosen }] = await Promise.all([import("./comparison.js"), api.whole(select, clocks().asked)]);
      openComparison(chosen.sort((a, b) => select.indexOf(a.id) - select.indexOf(b.id)), { catalog, state, clocks });
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      selection.tell(errorWords(error));
    }
  }

  /** What is near belongs to the project that is open, or to the one it was opened from. */
  async function lookAround() {
    const { near, id } = state.shown;
    if (!near) {
      around?.clear();
      return;
    }
    const [origin, km] = near.split(",");
    if (!id) {
      state.set({ id: origin }, { replace: true });
      return;
    }
    around ??= (await import("./near.js")).createNear({ state, catalog, clocks, marks, map, layers, selection });
    if (state.shown.near === near) around.show(origin, km);
  }

  state.onChange((shown, changed) => {
    const timed = ["datetime", "asOf"].some((name) => changed.has(name));
    if (timed) known.clear();
    if (changed.has("lang") || changed.has("select")) selection.draw();
    if (changed.has("lang")) tools.say();
    if (changed.has("select") || timed) gather();
    if (changed.has("id") && !shown.id && shown.near) state.set({ near: "" }, { replace: true });
    else if (["near", "lang"].some((name) => changed.has(name)) || timed) lookAround();
  });
  return {
    taken,
    covers: () => [selection.root],
    /** The projects of the map are other ones, or as of another day. */
    drawn() {
      if (state.shown.select.length) gather();
    },
    /** What the URL says from the start. */
    begin() {
      selection.draw();
      if (!state.shown.id) lookAround();
    },

    /** What the panel of a project gets from here: an action among its others, and a section of its own. */
    ofProject(feature) {
      const isIn = state.shown.select.includes(feature.id);
      const action = el("button", { type: "button", class: "action action-select", "aria-pressed": String(isIn), "data-select": feature.id, onclick: () => selection.toggle(feature.id) },
        glyph("check"), el("span", {}, t(isIn ? "unselect" : "select")));
      return { action, near: nearBox(feature) };
    },
  };

  function nearBox(feature) {
    const box = el("section", { class: "panel-section near", "data-near": feature.id }, el("h3", {}, t("near")));
    if (!feature.geometry) {
      box.append(el("p", { class: "quiet" }, t("nearNoPlace")));
      return box;
    }
    const [origin] = state.shown.near.split(",");
    const wrong = el("p", { class: "wrong", id: "near-wrong", role: "alert", hidden: true });
    const field = el("input", { class: "day near-km", inputmode: "decimal", autocomplete: "off", maxlength: 6, "aria-label": t("nearTyped"), "aria-describedby": "near-wrong", placeholder: number(2.5) });
    const go = (km) => state.set({ near: `${feature.id},${km}` });
    const form = el("form", { class: "near-ask", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      const km = Number(field.value.trim().replace(",", "."));
      const fits = field.value.trim() && km >= 0 && km <= 50;
      wrong.hidden = Boolean(fits);
      wrong.textContent = fits ? "" : t("nearWrong");
      if (fits) go(km);
    } },
    el("span", { class: "near-help" }, t("nearHelp")),
    el("span", { class: "near-choice", role: "group", "aria-label": t("nearHelp") }, [1, 3, 5, 10].map((km) =>
      el("button", { type: "button", class: "near-step", "data-km": km, "aria-pressed": String(state.shown.near === `${feature.id},${km}`), onclick: () => go(km) }, t("nearKm", { km })))),
    el("span", { class: "near-typed" }, field, el("button", { type: "submit", class: "near-step" }, t("nearGo"))));
    const results = el("div", { class: "near-results" });
    if (origin && origin !== feature.id) {
      const other = known.get(origin) ?? features().find(({ id }) => id === origin);
      results.append(el("button", { type: "button", class: "link near-back", onclick: () => choose(origin) }, glyph("back"), t("nearBack", { name: other ? own(other.properties, "name") : origin })));
    }
    box.append(form, wrong, results);
    if (origin === feature.id) queueMicrotask(lookAround);
    return box;
  }
}
