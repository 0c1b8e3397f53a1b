/** Where the parts of the page are wired: state → requests → list, legend and map, and back. */

import { page } from "./addresses.js";
import { answer, createCrowds } from "./answer.js";
import * as api from "./api.js";
import { begin } from "./begin.js";
import { createChanges } from "./changes.js";
import { el } from "./dom.js";
import { createFinder } from "./finder.js";
import { leaveGround } from "./first-ground.js";
import { lang, speak, t, translate } from "./i18n.js";
import { drawCredits, drawInset } from "./inset.js";
import { drawBasemap } from "./map/basemap.js";
import { createBrowse } from "./map/browse.js";
import { createLabels } from "./map/labels.js";
import { createLayers } from "./map/layers.js";
import { createMap, SIDES } from "./map/map.js";
import { createSwipe } from "./map/swipe.js";
import { createTinted } from "./map/tinted.js";
import { createNumbers } from "./numbers.js";
import { errorState, toast, WrongDay } from "./notices.js";
import { keepForLater } from "./offline.js";
import { breathe, oncePerFrame, pause, picture, whenIdle } from "./pace.js";
import { createPanel } from "./panel.js";
import { createPlan } from "./plan.js";
import { createProject } from "./project.js";
import { createShade } from "./shade.js";
import { addShareTools } from "./share-tools.js";
import { createSheet, PHONE } from "./sheet.js";
import { addSpots } from "./spots.js";
import { createState, filtersOf, isFiltered, LISTS } from "./state.js";
import { hatchedUnits } from "./style.js";
import { createTerritory } from "./territory.js";
import { createTimebar } from "./timebar.js";
import { createTwoDays } from "./two-days.js";
import { createWelcome } from "./welcome.js";

const $ = (selector) => document.querySelector(selector);
const state = createState();
const firstView = state.view;
const WHOLE_CITY_ZOOM = 11;
/** What the server would not have, by its parameter: the field, and the sentence. */
const REFUSED = { "as-of": ["asOf", "wrongFuture"], datetime: ["datetime", "wrongDay"] };

/** Wires the parts, one after the other: between them the browser paints and hears the reader, and nothing is shown before the last is there. */
async function run({ catalog, base, units, outlines }) {
  const communes = new Map();
  let features = [];
  let crowded = null;
  let counted = {};
  let current = new AbortController();
  let ticking = new AbortController();
  let signsStand = () => {};
  let first = true; // the first answer fills the page, so each part of it is laid out in a frame of its own, and it leaves the view that the address names

  speakAll(); // the inset stands before the map is fitted beside it
  await breathe();
  const choose = (id, event) => plan.taken(id, event) || state.set({ id });
  const sheet = createSheet($("#finder"), $(".handle"), () => { labels.draw(); swipe.redraw(); });
  const finder = createFinder($("#finder"), { catalog, units, state, askRows: api.rows, onChoose: choose, onHover: light, onRetry: refresh, onSeek: () => { sheet.open(); territory.name(); }, onPlace: () => sheet.peek() });
  await breathe();
  const timebar = createTimebar($("#time"), { state, onMore: sheet.open });
  const clocks = () => timebar.clocks;
  const panel = createPanel($("#panel"), catalog, { onClose: () => project.close(), onShow: () => project.show(), onRetry: () => project.open(state.shown.id), extras: (feature) => plan.ofProject(feature) });
  const changes = createChanges($("#changes"), catalog, { onChoose: choose, onClose: () => state.set({ compare: "" }), onRetry: refresh, onDays: () => {
    changes.close();
    arrangeSides();
    sheet.open();
    timebar.askOther();
  } });
  await breathe();
  const map = createMap($("#map"), { view: firstView, covers: () => [$("#finder"), $("#panel"), $("#changes"), $("#time"), $("#spot"), !PHONE.matches && $(".selection"), $(".tool-card")].filter(Boolean), onRest: state.setView,
    onShade: () => state.set({ shade: state.shown.shade ? "" : units.on(clocks().day) }),
    onOnline: (on, failed) => { drawCredits($("#credits"), on); if (failed) toast($("#toasts"), t("onlineFailed")); } });
  addShareTools(map, state);
  addSpots(map, state, { card: $("#spot"), onShown: () => sheet.peek() });
  const { help, greet } = createWelcome({ map, search: $("#q"), first: !firstView });
  await breathe();
  const ground = drawBasemap(map.leaflet, base, catalog.basemap, { bring: () => api.basemap("far-land"), onDrawn: leaveGround });
  const layers = createLayers(map.leaflet, catalog, communes, { panes: SIDES.shown, day: () => clocks().day, onChoose: choose, onHover: light, onArrange: () => labels.draw() });
  const plan = createPlan({ map, layers, catalog, state, clocks, features: () => features, crowd: () => crowded, onColumn: () => arrangeSides() });
  const beside = createLayers(map.leaflet, catalog, communes, { panes: SIDES.other, day: () => clocks().compare, onChoose: choose, onHover: light, onArrange: () => {} });
  const crowds = createCrowds(["shown", "other"], (createTiled, side) => createTiled(map.leaflet, catalog, { communes, panes: SIDES[side], day: () => clocks()[side === "shown" ? "day" : "compare"],
    onChoose: choose, onHover: light, onArrange: () => labels.draw(), onHatch: hatch }));
  const pickUnit = (id) => state.set({ district: [id], shade: "" });
  const tinted = createTinted(map.leaflet, pickUnit);
  const shade = createShade($("#shade"), { onGeneration: (name) => state.set({ shade: name }), onPick: pickUnit,
    onUnassigned: (name) => state.set({ district: [`chua-xac-dinh@${name}`], shade: "" }), onClose: () => state.set({ shade: "" }), onRetry: () => drawNumbers() });
  const swipe = createSwipe($("#map"), map.leaflet, map.openPart, () => labels.draw());
  const twoDays = createTwoDays({ clocks, beside, ground: { beside: (day) => territory.beside(day), coming: (day) => territory.coming(day) }, swipe, changes, onColumn: arrangeSides });
  await breathe();
  const project = createProject({ state, clocks, panel, finder, layers, beside, changes, map, twoDays, hatch, onColumn: arrangeSides });
  const labels = createLabels(map.leaflet, base, { openPart: map.openPart, partOf: swipe.part, furniture: map.furniture, standing: () => [...layers.standing(), ...crowds.standing()],
    begun: new Promise((begun) => { signsStand = begun; }) });
  createBrowse($("#map"), { map, layers: () => crowds.shown ?? layers, catalog, onChoose: choose, onHover: light, onHelp: help });
  const mapFailed = () => toast($("#toasts"), t("errorMap"));
  const territory = createTerritory({ map, base, units, outlines, ground, labels, state, day: () => clocks().day, onNamed: finder.say, onFail: mapFailed });

  let pointed = [];
  const lightPointed = oncePerFrame(() => [layers, crowds.shown, beside, finder].forEach((part) => part?.light(...pointed)));
  function light(...at) {
    pointed = at;
    lightPointed();
  }

  /** Ask for what the filters want and show it everywhere at once, so that list, legend and map always agree. */
  async function refresh({ moved = false } = {}) {
    current.abort();
    current = new AbortController();
    const { signal } = current;
    const { wrong } = clocks();
    if (wrong.datetime || wrong.asOf) return finder.fail(new WrongDay(wrong.datetime ?? wrong.asOf));
    finder.wait();
    try {
      const filters = { ...filtersOf(state.shown), ...clocks().asked };
      const { listed, counts, crowd, ...found } = await answer(filters, signal, { rows: finder.ask });
      const others = crowd ? [] : await twoDays.ask(filters, signal);
      features = found.features;
      counted = counts;
      crowded = crowd ? { filters, numberMatched: listed.numberMatched } : null;
      crowds.draw(crowd ? { shown: filters, other: twoDays.other() && { ...filters, datetime: twoDays.other() } } : {});
      for (const part of [() => finder.tell(counts, clocks()), () => finder.draw(listed, filters, clocks()), () => layers.draw(features)]) {
        await (first ? picture() : breathe());
        if (signal.aborted) return;
        await part();
      }
      if (signal.aborted) return;
      finder.rest();
      hatch(features);
      plan.drawn();
      if (project.opened) layers.choose(features.find(({ id }) => id === project.opened.id) ?? project.opened);
      await twoDays.draw(others, project.opened, filters, signal);
      first = false;
      if (moved) bringIntoView();
      timebar.drawn();
    } catch (error) {
      if (error.name === "AbortError") return;
      timebar.stop();
      const refused = REFUSED[/^(as-of|datetime)=/.exec(error.problem?.detail ?? "")?.[1]];
      if (refused) timebar.refuse(...refused);
      if (error.status === undefined) reportError(error);
      finder.fail(refused ? new WrongDay(refused[1]) : error);
    } finally {
      signsStand();
    }
  }

  /** The column on the right, a project's or that of the changes, came or went. When the changes come, the whole city is looked at whole again. */
  function arrangeSides({ begins = false } = {}) {
    document.body.classList.toggle("has-panel", panel.isOpen || changes.isOpen);
    labels.draw();
    swipe.redraw();
    if (begins && !(first && firstView) && !panel.isOpen && map.leaflet.getZoom() <= WHOLE_CITY_ZOOM) map.home();
  }

  /** The days on which something changed, under the filters; without them the bar still takes a day that is typed. */
  async function drawTimeline() {
    ticking.abort();
    ticking = new AbortController();
    try {
      timebar.draw(await api.timeline(filtersOf(state.shown), ticking.signal));
    } catch (error) {
      if (!(error instanceof api.ApiError) && error.name !== "AbortError") throw error;
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

  /** The communes in which these lie of which no more is known; true where there is a new one. */
  async function hatch(some) {
    if (!await outlines.hatches(some.flatMap(hatchedUnits), communes).catch(mapFailed)) return false;
    await breathe();
    layers.hatch();
    return true;
  }

  function speakAll() {
    speak(state.shown.lang);
    translate();
    document.title = t("title");
    drawCredits($("#credits"), $("#map").classList.contains("is-online"));
    drawInset($("#inset"), base.archipelagos);
    for (const link of document.querySelectorAll("[data-page]")) link.href = page(link.dataset.page);
  }

  const drawNumbers = createNumbers({ state, clocks, card: shade, tinted, base, complete: territory.complete, onWanted: (on) => {
    map.sayShade(on);
    document.body.classList.toggle("is-shaded", on);
    if (on) sheet.open();
  } });

  state.onChange((shown, changed) => {
    const filtered = [...LISTS, "q"].some((name) => changed.has(name));
    const timed = changed.has("datetime") || changed.has("asOf") || changed.has("compare");
    if (changed.has("lang")) speakAll();
    if (changed.has("lang") || filtered) finder.say();
    if (changed.has("lang") || timed) timebar.say();
    if (timed) territory.show();
    if (changed.has("district")) territory.draw({ move: true });
    if (filtered || timed || changed.has("lang")) refresh({ moved: filtered && !changed.has("district") });
    else if (changed.has("group") || changed.has("sort")) finder.arrange();
    if (changed.has("select")) finder.select(shown.select);
    if (filtered) drawTimeline();
    if (filtered || timed || changed.has("shade") || changed.has("lang")) drawNumbers();
    if (changed.has("lang")) labels.draw();
    if (changed.has("id") || changed.has("lang") || timed) {
      if (shown.id) project.open(shown.id, { focus: changed.has("id"), again: !changed.has("id") });
      else project.shut();
    }
  });
  document.addEventListener("themechange", () => {
    territory.show({ again: true });
    territory.draw({ move: false });
    refresh();
  });
  window.addEventListener("hashchange", () => state.view && map.goTo(state.view));
  window.addEventListener("popstate", () => state.view && map.goTo(state.view));

  const found = refresh({ moved: !firstView });
  await breathe();
  drawTimeline();
  if (state.shown.id) project.open(state.shown.id);
  if (PHONE.matches) sheet.peek();
  if (PHONE.matches) $(".legend").open = false;
  finder.say();
  timebar.say();
  await breathe();
  territory.show();
  territory.draw({ move: !firstView });
  await breathe();
  plan.begin();
  drawNumbers();
  found.then(greet);
  found.then(keepForLater);
  found.then(whenIdle).then(() => import("./page-print.js")).then(({ preparePrint }) => preparePrint({ catalog, units, map,
    shows: () => ({ shown: state.shown, clocks: clocks(), features, counts: counted, crowded, zoom: map.leaflet.getZoom() }) }), () => {}); // without it, the browser prints what it shows
}

/** The first requests, and what to say when they fail: the page is never left blank. */
async function start() {
  speak(state.shown.lang);
  translate();
  try {
    await run(await begin());
    document.body.classList.add("is-ready");
  } catch (error) {
    const ofServer = error instanceof api.ApiError;
    if (!ofServer) reportError(error);
    $("#list").replaceChildren(el("li", {}, errorState(error, { onRetry: ofServer ? start : () => location.reload(), onClear: () => state.set({ q: "" }) })));
  }
}

pause().then(start);
