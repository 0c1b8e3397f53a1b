/** The map in a frame of another page: the state of the map, its legend, one project at a time, and the way to the whole. */

import { projectPage } from "./addresses.js";
import * as api from "./api.js";
import { begin } from "./begin.js";
import { today } from "./days.js";
import { el, glyph, sprite } from "./dom.js";
import { dateWords, firstDay } from "./edtf.js";
import { lang, number, own, speak, t, translate } from "./i18n.js";
import { drawCredits, drawInset } from "./inset.js";
import { createLegend } from "./legend.js";
import { drawBasemap } from "./map/basemap.js";
import { createLabels } from "./map/labels.js";
import { createLayers } from "./map/layers.js";
import { createMap, SIDES } from "./map/map.js";
import { errorWords, toast } from "./notices.js";
import { createState, filtersOf, format, isFiltered } from "./state.js";
import { hatchedUnits } from "./style.js";
import { createTerritory } from "./territory.js";
import { unshown } from "./unshown.js";

const $ = (selector) => document.querySelector(selector);
const state = createState();
const firstView = state.view;
/** A frame leaves no steps in the history of the page around it. */
const show = (patch) => state.set(patch, { replace: true });

function run({ catalog, base, units, outlines }) {
  const communes = new Map();
  let features = [];
  let asking = new AbortController();

  drawInset($("#inset"), base.archipelagos);
  drawCredits($("#credits"), false);
  const map = createMap($("#map"), { view: firstView, covers: () => [$("#card")], onRest: (view) => { state.setView(view); sayWhole(); },
    onOnline: () => {}, onShade: () => {} });
  const ground = drawBasemap(map.leaflet, base, catalog.basemap);
  const layers = createLayers(map.leaflet, catalog, communes, { panes: SIDES.shown, onChoose: (id) => show({ id }), onHover: (id) => layers.light(id),
    onArrange: () => labels.draw() });
  const labels = createLabels(map.leaflet, base, { openPart: map.openPart, furniture: map.furniture, standing: layers.standing });
  const toggled = (name, code) => show({ [name]: state.shown[name].includes(code) ? state.shown[name].filter((one) => one !== code) : [...state.shown[name], code] });
  const legend = createLegend($(".legend"), catalog, toggled);

  function sayWhole() {
    $("#whole").href = `/${format(state.shown)}${location.hash}`;
  }

  async function refresh({ moved = false } = {}) {
    asking.abort();
    asking = new AbortController();
    const { shown } = state;
    const filters = { ...filtersOf(shown), datetime: shown.datetime, "as-of": shown.asOf };
    try {
      const [found, counts] = await Promise.all([api.projects(filters, asking.signal), api.counts(filters, asking.signal)]);
      features = found.features;
      layers.draw(features);
      hatch(features);
      legend.draw(counts, shown);
      $(".embed-says").textContent = [t(found.numberMatched === 1 ? "countProjects1" : "countProjects", { n: number(found.numberMatched) }),
        shown.datetime && t("onDay", { day: dateWords(shown.datetime, lang()) }), unshown(shown)].filter(Boolean).join(" · ");
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
  const territory = createTerritory({ map, base, units, outlines, ground, labels, state, day: () => firstDay(state.shown.datetime) || today(),
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
    else { drawUnits(); refresh(); }
  });
  document.addEventListener("themechange", () => { drawUnits(); refresh(); });
  drawUnits({ move: !firstView });
  sayWhole();
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
