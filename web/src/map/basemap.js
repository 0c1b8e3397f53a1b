/** Our own base map: sea, land, rivers, the outlines of the units of a day, and the territory that was chosen. */

import { svg } from "../dom.js";
import { breathe } from "../pace.js";
import { frameOf, shoelace } from "../place.js";
import * as L from "./leaflet.js";
import { GROUNDS } from "./map.js";
import { plate } from "./plate.js";

const UNIT_LINES_FROM = 11.5;
const TODAY = "units-2025-07";
/** The smaller units within those of a generation, drawn from near. */
const FINE = { "districts-2024": "communes-2024" };
/** So many points of outlines are measured in one piece of work. */
const AT_ONCE = 1000;
const WORLD = [[-89, -179], [-89, 179], [89, 179], [89, -179]];

/**
 * Draws `base` = {neighbours, farLand, rivers, "units-2025-07", "districts-2024", …}, GeoJSON collections, in the colours of the rules, `colours()`, by day or by night.
 *
 * `show(generation)` draws the city of that generation, and around it what was not of the city then; `beside(generation)` the same
 * for the day that it is compared with, null where that has no other units. `territory(features, open)`: the outlines of all the
 * features, and the veil off the `open` ones among them. `crisp`: for paper, drawn at once and only as far as the sheet goes. `onDrawn()` when there is a ground.
 * `bring()` fetches `farLand`, the land beyond the neighbours, when it is first looked at.
 */
export function drawBasemap(map, base, colours, { bring = null, crisp = false, onDrawn = () => {} } = {}) {
  const shown = createGround(map, base, colours, { pane: GROUNDS.shown.base, crisp });
  const fog = L.layerGroup().addTo(map);
  const { west, south, east, north } = frameOf(polygonsOf(base.neighbours).flat(2));
  const frame = L.latLngBounds([south, west], [north, east]);
  const asked = { shown: null, other: null };
  let other = null;
  let coming = null;

  /** The land beyond the neighbours, once it is looked at; without it theirs fades out. True when it has just come. */
  async function reach() {
    if (!bring || base.farLand || coming || frame.contains(map.getBounds())) return false;
    coming = bring().then((land) => { base.farLand = land; return true; }, () => false).finally(() => { coming = null; });
    return coming;
  }

  async function show(generation) {
    asked.shown = generation;
    if (!await shown.draw(generation)) return;
    fog.clearLayers();
    if (!base.farLand) fadeOut(frame, colours().sea).addTo(fog);
    onDrawn();
    look();
  }

  function beside(generation) {
    asked.other = generation;
    if (generation) (other ??= createGround(map, base, colours, { pane: GROUNDS.other.base, crisp: false })).draw(generation);
    else other?.clear();
  }

  async function look() {
    if (!asked.shown || !await reach()) return;
    show(asked.shown);
    if (asked.other) beside(asked.other);
  }
  map.on("moveend", look);

  return { show, beside, territory: createTerritory(map, colours) };
}

/** Land, rivers and the outlines of one generation, in a pane of their own. */
function createGround(map, base, colours, { pane, crisp }) {
  const renderer = crisp ? L.svg({ pane, padding: 0.02 }) : plate({ pane });
  const shared = { renderer, interactive: false, smoothFactor: 0.7 };
  const stage = L.layerGroup().addTo(map);
  const near = L.layerGroup();
  const once = new Map();
  /** The areas of a collection, measured in portions that show nothing themselves. */
  const measures = (collection) => {
    once.set(collection, []);
    return portions(collection).map((polygons) => () => {
      const portion = L.polygon(wound(polygons), { ...shared, stroke: false });
      once.get(collection).push(portion);
      return portion;
    });
  };
  /** All areas of a collection as one figure instead of a hundred, once they are measured. */
  const make = (collection, style) => new AsMeasured(once.get(collection), { ...shared, fillRule: "nonzero", ...style });
  const land = (fill) => ({ fillColor: fill, fillOpacity: 1, color: fill, weight: 0.8, opacity: 1 });
  let turn = 0;

  function clear() {
    turn += 1;
    stage.clearLayers();
    near.clearLayers();
  }

  /** True once it stands; false where something else was asked for meanwhile. */
  async function draw(generation) {
    const first = !crisp && !turn;
    clear();
    const mine = turn;
    once.clear(); // outlines come after names
    const isNow = generation === TODAY;
    const now = colours();
    const coast = (weight) => ({ fill: false, color: now.coast, weight, opacity: 0.7, lineJoin: "round" });
    const unitLine = { fill: false, color: now.unit_line, weight: 0.8 };
    const districtLine = { fill: false, color: now.district_line, weight: 1.1, opacity: 0.85, dashArray: "7 3 1.5 3" };
    const around = { features: [...base.neighbours.features, ...(base.farLand?.features ?? [])] };
    const grounds = [[around, now.neighbour, 1.6], ...(isNow ? [] : [[base[TODAY], now.neighbour, 1.6]]), [base[generation], now.land, 2.6]];
    const pieces = [
      ...grounds.flatMap(([collection, fill, weight]) => [...measures(collection),
        () => make(collection, coast(weight)), // of this stroke, the half outside the land stays: shore and border of the city
        () => make(collection, land(fill))]),
      () => L.geoJSON(base.rivers, { ...shared, style: { color: now.river, weight: 2.4, opacity: 1, lineCap: "round" } }),
      () => make(base[generation], isNow ? unitLine : districtLine),
    ];
    for (const piece of pieces) {
      piece().addTo(stage);
      if (first) await breathe();
      if (mine !== turn) return false;
    }
    const fine = base[FINE[generation]];
    if (fine) for (const piece of [...measures(fine), () => make(fine, unitLine)]) piece().addTo(near);
    byZoom();
    return true;
  }

  function byZoom() {
    const wanted = map.getZoom() >= UNIT_LINES_FROM;
    if (wanted === map.hasLayer(near)) return;
    if (wanted) near.addTo(map);
    else near.remove();
  }
  renderer.on("update", byZoom);
  return { draw, clear };
}

/** Areas drawn as they were measured by others, which are on the map before them: shore, land and borders are the same outlines three times. */
const AsMeasured = L.Polygon.extend({
  _setLatLngs(measured) {
    this._measured = measured;
  },
  _project() {},
  _update() {
    this._renderer._setPath(this, this._measured.map((one) => one.getElement().getAttribute("d")).join(""));
  },
});

const polygonsOf = ({ features }) => features.filter(({ geometry }) => geometry)
  .flatMap(({ geometry: { type, coordinates } }) => (type === "Polygon" ? [coordinates] : coordinates));

/** The polygons of a collection, in portions that are each measured in a breath. */
function portions(collection) {
  const all = [];
  let room = 0;
  for (const polygon of polygonsOf(collection)) {
    if (room <= 0) [room] = [AT_ONCE, all.push([])];
    all.at(-1).push(polygon);
    room -= polygon.reduce((sum, ring) => sum + ring.length, 0);
  }
  return all;
}

/** Outlines go round one way and holes the other, so that land over land stays land. */
const wound = (polygons) => polygons.map((rings) => rings.map((ring, i) => {
  const points = ring.map(([lon, lat]) => L.latLng(lat, lon));
  return shoelace(ring) > 0 === (i > 0) ? points.reverse() : points;
}));

/** Until the land beyond has come, the neighbours' fades into the ground where it ends, lest the edge look like a shore. */
function fadeOut(bounds, ground) {
  const edges = { north: [0, 1, 0, 0], south: [0, 0, 0, 1], west: [1, 0, 0, 0], east: [0, 0, 1, 0] };
  const strips = { north: [0, 0, 100, 12], south: [0, 88, 100, 12], west: [0, 0, 8, 100], east: [92, 0, 8, 100] };
  const drawing = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("defs", {}, Object.entries(edges).map(([side, [x1, y1, x2, y2]]) =>
      svg("linearGradient", { id: `fog-${side}`, x1, y1, x2, y2 },
        svg("stop", { offset: 0, "stop-color": ground, "stop-opacity": 0 }), svg("stop", { offset: 1, "stop-color": ground })))),
    Object.entries(strips).map(([side, [x, y, width, height]]) => svg("rect", { x, y, width, height, fill: `url(#fog-${side})` })));
  return L.svgOverlay(drawing, bounds.pad(0.004), { pane: "fog", interactive: false });
}

/** The chosen territory stands out: the rest of the world is veiled. */
function createTerritory(map, colours) {
  const renderer = L.svg({ pane: "mask", padding: 0.6 });
  let layers = [];

  return function territory(features, open) {
    for (const layer of layers) layer.remove();
    layers = [];
    if (!features.length) return null;
    const outlines = L.geoJSON(features, { renderer, interactive: false,
      style: { fill: false, color: colours().accent, weight: 2, opacity: 0.9, lineJoin: "round" } });
    const holes = open.flatMap(({ geometry: { type, coordinates } }) =>
      (type === "Polygon" ? [coordinates] : coordinates).map(([ring]) => ring.map(([lon, lat]) => [lat, lon])));
    const veil = L.polygon([WORLD, ...holes], { renderer, interactive: false, stroke: false, fillColor: colours().sea, fillOpacity: 0.6 });
    layers = [veil.addTo(map), outlines.addTo(map)];
    return outlines.getBounds();
  };
}
