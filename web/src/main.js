/** Where the parts of the page are wired: state → requests → list, legend and map, and back. */

import * as api from "./api.js";
import { adoptSprite, el } from "./dom.js";
import { createFinder } from "./finder.js";
import { lang, own, speak, t, translate } from "./i18n.js";
import { drawCredits, drawInset } from "./inset.js";
import { drawBasemap } from "./map/basemap.js";
import { createLabels } from "./map/labels.js";
import { createLayers } from "./map/layers.js";
import { createMap } from "./map/map.js";
import { errorState, errorWords, toast } from "./notices.js";
import { createPanel } from "./panel.js";
import { createSheet, PHONE } from "./sheet.js";
import { createState, filtersOf, isFiltered } from "./state.js";
import { readCatalog } from "./style.js";
import { extent, readUnits } from "./units.js";

const $ = (selector) => document.querySelector(selector);
const state = createState();
const firstView = state.view;
const nothing = { type: "FeatureCollection", features: [] };

/** What every part needs, asked for once; the outlines of communes come after, since few projects need them. */
async function begin() {
  const [raw, sheet, units, districts, districts2025, neighbours, rivers, archipelagos] = await Promise.all([
    api.catalog(), api.sprite(), ...["units-2025-07", "districts-2024", "districts-2025-01"].map(api.units),
    ...["neighbour-land", "rivers", "archipelagos"].map(api.basemap)]);
  adoptSprite(sheet);
  return { catalog: readCatalog(raw, lang), base: { units, districts, neighbours, rivers, archipelagos },
    units: readUnits({ "units-2025-07": units, "districts-2024": districts, "districts-2025-01": districts2025 }) };
}

function run({ catalog, base, units }) {
  const communes = new Map();
  let features = [];
  let current = new AbortController();
  let opening = new AbortController();
  let opened = null;

  speakAll(); // the inset stands before the map is fitted beside it
  const choose = (id) => state.set({ id });
  const sheet = createSheet($("#finder"), $(".handle"), () => labels.draw());
  const finder = createFinder($("#finder"), { catalog, units, state, onChoose: choose, onHover: light, onRetry: refresh, onSeek: sheet.open });
  const panel = createPanel($("#panel"), catalog, { onClose: close, onShow: show, onRetry: () => open(state.shown.id) });
  const map = createMap($("#map"), { view: firstView, covers: () => [$("#finder"), $("#panel")], onRest: state.setView,
    onOnline: (on, failed) => { drawCredits($("#credits"), on); if (failed) toast($("#toasts"), t("onlineFailed")); } });
  const territory = drawBasemap(map.leaflet, base, catalog.basemap);
  const layers = createLayers(map.leaflet, catalog, communes, { onChoose: choose, onHover: light, onArrange: () => labels.draw() });
  const labels = createLabels(map.leaflet, base, { openPart: map.openPart, furniture: map.furniture, standing: layers.standing });

  function light(id) {
    layers.light(id);
    finder.light(id);
  }

  /** Ask for what the filters want and show it everywhere at once, so that list, legend and map always agree. */
  async function refresh({ moved = false } = {}) {
    current.abort();
    current = new AbortController();
    const { signal } = current;
    finder.wait();
    try {
      const filters = filtersOf(state.shown);
      const [found, counts] = await Promise.all([api.projects(filters, signal), api.counts(filters, signal)]);
      features = found.features;
      finder.draw(features, counts);
      layers.draw(features);
      if (opened) layers.choose(opened);
      if (moved) bringIntoView();
    } catch (error) {
      if (error.name !== "AbortError") finder.fail(error);
    }
  }

  /** After a filter: the chosen territory, or the projects where not one of them is in sight. */
  function bringIntoView() {
    const located = features.filter(({ geometry }) => geometry);
    if (!isFiltered(state.shown) || !located.length || PHONE.matches && panel.isOpen) return;
    const { left, top, right, bottom } = map.openPart();
    const inSight = located.some((feature) => {
      const { x, y } = map.leaflet.latLngToContainerPoint(layers.point(feature));
      return x > left && x < right && y > top && y < bottom;
    });
    if (!inSight) map.fit(located.map(layers.point));
  }

  /** A name may mean a unit of several times: all are outlined, and the veil is off the largest, lest one veil the other. */
  function drawTerritory({ move }) {
    const found = state.shown.district.map((value) => units.find(value).filter(({ geometry }) => geometry));
    const bounds = territory(found.flat(), found.flatMap((same) => same.slice().sort((a, b) => extent(b) - extent(a)).slice(0, 1)));
    if (bounds && move) map.fit(bounds);
  }

  /** Open a project: its frame at once, its history when it comes. */
  async function open(id, { focus = false } = {}) {
    opening.abort();
    opening = new AbortController();
    const { signal } = opening;
    panel.wait();
    finder.choose(id);
    try {
      const known = features.find((feature) => feature.id === id);
      const [feature, history] = await Promise.all([known ?? api.project(id, signal), api.history(id, signal)]);
      opened = feature;
      panel.show(feature, history);
      layers.choose(feature);
      document.title = `${own(feature.properties, "name")} · ${t("title")}`;
      if (feature.geometry) map.reveal(pointOf(feature));
      if (focus) panel.focus();
    } catch (error) {
      if (error.name === "AbortError") return;
      const missing = error.status === 404 || error.status === 410;
      panel.fail(errorWords(error, id), { again: !missing });
    }
    document.body.classList.add("has-panel");
    labels.draw();
  }

  const pointOf = (feature) => {
    const { lat, lng } = layers.point(feature);
    return [lng, lat];
  };

  function show() {
    const bounds = opened && layers.boundsOf(opened);
    if (bounds) map.fit(bounds);
  }

  function shut() {
    opening.abort();
    opened = null;
    panel.close();
    layers.choose(null);
    finder.choose(null);
    document.body.classList.remove("has-panel");
    document.title = t("title");
    labels.draw();
  }

  function close() {
    const { id } = state.shown;
    state.set({ id: null });
    finder.focus(id);
  }

  function speakAll() {
    speak(state.shown.lang);
    translate();
    document.title = t("title");
    drawCredits($("#credits"), $("#map").classList.contains("is-online"));
    drawInset($("#inset"), base.archipelagos);
  }

  state.onChange((shown, changed) => {
    const filtered = ["layer", "district", "status", "condition", "q"].some((name) => changed.has(name));
    if (changed.has("lang")) speakAll();
    if (changed.has("lang") || filtered) finder.say();
    if (changed.has("district")) drawTerritory({ move: true });
    if (filtered || changed.has("lang")) refresh({ moved: filtered && !changed.has("district") });
    if (changed.has("lang")) labels.draw();
    if (changed.has("id") || changed.has("lang")) {
      if (shown.id) open(shown.id, { focus: changed.has("id") });
      else shut();
    }
  });
  window.addEventListener("hashchange", () => state.view && map.goTo(state.view));
  window.addEventListener("popstate", () => state.view && map.goTo(state.view));

  finder.say();
  drawTerritory({ move: !firstView });
  refresh({ moved: !firstView });
  if (state.shown.id) open(state.shown.id);
  api.units("communes-2024").then((found) => {
    for (const unit of found.features) if (unit.geometry) communes.set(unit.id, unit);
    layers.draw(features);
    if (opened) layers.choose(opened);
  }).catch(() => toast($("#toasts"), t("errorMap")));
  if (PHONE.matches) sheet.peek();
  if (PHONE.matches || innerHeight < 760) $(".legend").open = false;
}

/** The first requests, and what to say when they fail: the page is never left blank. */
async function start() {
  speak(state.shown.lang);
  translate();
  try {
    run(await begin());
    document.body.classList.add("is-ready");
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    $("#list").replaceChildren(el("li", {}, errorState(error, { onRetry: start, onClear: () => state.set({ q: "" }) })));
  }
}

start();
