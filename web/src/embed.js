/** The map in a frame of another page: the state of the map, its legend, one project at a time, and the way to the whole. */

import { projectPage } from "./addresses.js";
import * as api from "./api.js";
import { begin } from "./begin.js";
import { readClocks } from "./days.js";
import { el, glyph, sprite } from "./dom.js";
import { dateWords } from "./edtf.js";
import { lang, number, own, speak, t, translate } from "./i18n.js";
import { drawCredits, drawInset } from "./inset.js";
import { createLegend } from "./legend.js";
import { drawBasemap } from "./map/basemap.js";
import { createLabels } from "./map/labels.js";
import { createLayers } from "./map/layers.js";
import { createMap, SIDES } from "./map/map.js";
import { createMarks } from "./map/marks.js";
import { createSwipe } from "./map/swipe.js";
import { createTinted } from "./map/tinted.js";
import { errorWords, toast } from "./notices.js";
import { createNumbers } from "./numbers.js";
import { shadeLegend } from "./shade.js";
import { createState, filtersOf, format, isFiltered } from "./state.js";
import { hatchedUnits } from "./style.js";
import { createTerritory } from "./territory.js";
import { createTwoDays } from "./two-days.js";

const $ = (selector) => document.querySelector(selector);
const state = createState();
const firstView = state.view;
/** A frame leaves no steps in the history of the page around it. */
const show = (patch) => state.set(patch, { replace: true });

function run({ catalog, base, units, outlines }) {
  const communes = new Map();
  let features = [];
  let said = {};
  const clocks = () => readClocks(state.shown);
  let asking = new AbortController();

  drawInset($("#inset"), base.archipelagos);
  drawCredits($("#credits"), false);
  const map = createMap($("#map"), { view: firstView, covers: () => [$("#card")], onRest: (view) => { state.setView(view); sayWhole(); },
    onOnline: () => {}, onShade: () => {} });
  const ground = drawBasemap(map.leaflet, base, catalog.basemap, { bring: () => api.basemap("far-land") });
  const layers = createLayers(map.leaflet, catalog, communes, { panes: SIDES.shown, onChoose: (id) => show({ id }), onHover: (id) => layers.light(id),
    onArrange: () => labels.draw() });
  const beside = createLayers(map.leaflet, catalog, communes, { panes: SIDES.other, day: () => clocks().compare, onChoose: (id) => show({ id }), onHover: () => {}, onArrange: () => {} });
  const marks = createMarks(map.leaflet, catalog, { point: layers.point, onChoose: (id) => show({ id }) });
  const swipe = createSwipe($("#map"), map.leaflet, map.openPart, () => labels.draw());
  const labels = createLabels(map.leaflet, base, { openPart: map.openPart, partOf: swipe.part, furniture: map.furniture, standing: layers.standing });
  const toggled = (name, code) => show({ [name]: state.shown[name].includes(code) ? state.shown[name].filter((one) => one !== code) : [...state.shown[name], code] });
  const legend = createLegend($(".legend"), catalog, toggled);

  /** How many changed between two days: a frame has no room to list them. */
  const changes = { isOpen: false, draw: ({ numberMatched: n }) => say({ changed: t("changesCount", { n: number(n) }) }), fail: () => {}, close: () => say({ changed: "" }) };
  const twoDays = createTwoDays({ clocks, beside, ground: { beside: (day) => territory.beside(day), coming: (day) => territory.coming(day) }, swipe, changes,
    onColumn: () => { labels.draw(); swipe.redraw(); } });

  /** Numbers by unit: what their tints mean, in the place of the legend. */
  const shades = $(".embed-shades");
  const card = { wait: () => {}, fail: (words) => toast($("#toasts"), words), close: () => shades.replaceChildren(),
    draw: (_, { numberMatched }, from) => shades.replaceChildren(el("h2", {}, t("shadeTitle")), shadeLegend(from), el("p", { class: "quiet" }, t("shadeNote", { n: number(numberMatched) }))) };
  const drawNumbers = createNumbers({ state, clocks, card, tinted: createTinted(map.leaflet, (id) => show({ district: [id], shade: "" })), base, complete: (name) => territory.complete(name),
    onWanted: (on) => document.body.classList.toggle("is-shaded", on) });

  function say(patch) {
    said = { ...said, ...patch };
    $(".embed-says").textContent = Object.values(said).filter(Boolean).join(" · ");
  }

  /** What is selected stands free with its tick, whatever the filters leave out. */
  async function select() {
    const { select: ids } = state.shown;
    const left = ids.filter((id) => !features.some((feature) => feature.id === id));
    const more = left.length ? (await api.projects({ ids: left.join(","), ...clocks().asked }, asking.signal)).features : [];
    marks.select([...features, ...more].filter(({ id }) => ids.includes(id)));
    say({ selected: ids.length > 0 && t("selected", { n: number(ids.length) }) });
  }

  function sayWhole() {
    $("#whole").href = `/${format(state.shown)}${location.hash}`;
  }

  async function refresh({ moved = false } = {}) {
    asking.abort();
    asking = new AbortController();
    const { shown } = state;
    const filters = { ...filtersOf(shown), ...clocks().asked };
    const { signal } = asking;
    try {
      const [found, counts, others] = await Promise.all([api.projects(filters, signal), api.counts(filters, signal), twoDays.ask(filters, signal)]);
      features = found.features;
      layers.draw(features);
      hatch(features);
      legend.draw(counts, shown);
      say({ count: t("countProjects", { n: number(found.numberMatched) }), day: shown.datetime && t("onDay", { day: dateWords(shown.datetime, lang()) }) });
      await Promise.all([twoDays.draw(others, features.find(({ id }) => id === shown.id), filters, signal), select()]);
      const located = features.filter(({ geometry }) => geometry);
      if (moved && located.length) map.fit(located.map(layers.point));
      drawCard();
    } catch (error) {
      if (error.name !== "AbortError") toast($("#toasts"), errorWords(error, shown.district.join(", ")));
    }
  }

  /** The chosen project, in as few words as a frame has room for. */
  function drawCard() {
    const feature = features.find(({ id }) => id === state.shown.id) ?? null;
    layers.choose(feature);
    $("#card").hidden = !feature;
    if (!feature) return;
    const { properties: p } = feature;
    $("#card").replaceChildren(
      el("button", { type: "button", class: "icon-button", "aria-label": t("close"), onclick: () => { show({ id: null }); $("#map").focus(); } }, glyph("cross")),
      el("p", { class: "embed-layer" }, sprite(`icon-${p.layer}`, "layer-icon"), catalog.layerTitle(p.layer)),
      el("h2", {}, own(p, "name")),
      el("p", { class: "embed-status" }, sprite(catalog.ruleOf(p.status).symbol), catalog.statusLabel(p.status), p.valid_from && el("span", { class: "quiet" }, dateWords(p.valid_from, lang()))),
      el("a", { href: projectPage(feature.id, { datetime: state.shown.datetime, "as-of": state.shown.asOf }), target: "_blank", rel: "noopener" }, t("page"), glyph("out", "out")));
    if (feature.geometry) map.reveal([layers.point(feature).lng, layers.point(feature).lat]);
  }

  const mapFailed = () => toast($("#toasts"), t("errorMap"));
  const territory = createTerritory({ map, base, units, outlines, ground, labels, state, day: () => clocks().day,
    onNamed: () => {}, onFail: mapFailed });

  function drawUnits({ move = false } = {}) {
    territory.show({ again: true });
    territory.draw({ move });
  }

  /** The communes in which these lie of which no more is known. */
  async function hatch(some) {
    if (await outlines.hatches(some.flatMap(hatchedUnits), communes).catch(mapFailed)) layers.hatch();
  }

  state.onChange((_, changed) => {
    sayWhole();
    if (changed.size === 1 && changed.has("id")) drawCard();
    else { drawUnits(); refresh(); drawNumbers(); }
  });
  document.addEventListener("themechange", () => { drawUnits(); refresh(); });
  drawUnits({ move: !firstView });
  sayWhole();
  drawNumbers();
  refresh({ moved: !firstView && !state.shown.district.length && isFiltered(state.shown) });
}

async function start() {
  speak(state.shown.lang);
  translate();
  document.title = t("title");
  try {
    run(await begin());
    document.body.classList.add("is-ready");
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    $(".embed-says").textContent = errorWords(error);
  }
}

start();
