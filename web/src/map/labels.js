/** Names on the map: each whole, none over another, more of them the nearer one comes. */

import { el } from "../dom.js";
import { lang, t } from "../i18n.js";
import { breathe, oncePerFrame } from "../pace.js";
import { anchor, frameOf, inRing, mainRing, placeLabels } from "../place.js";
import * as L from "./leaflet.js";
import { GROUNDS } from "./map.js";

const FONT = '"Be Vietnam Pro", sans-serif';
/** How each kind of name is set: [from zoom, to zoom, size px, weight, letter spacing em]. */
const KINDS = {
  archipelago: [0, 30, 13, 600, 0.01],
  sea: [6, 12.5, 14, 500, 0.06],
  province: [8.5, 12, 12.5, 600, 0.08],
  district: [9.25, 30, 12, 600, 0.02],
  commune: [11.5, 30, 11, 500, 0],
  unit: [10, 30, 11.5, 500, 0],
  river: [11, 30, 11, 500, 0.02],
};
const WATER = [["gulf", 107.35, 20.42], ["eastSea", 112.6, 13.1]];
/** Named on every view that shows them, whatever else stands there. */
const ALWAYS = "archipelago";
/** Where in the view a name is tried whose own place is out of it, from the middle outwards. */
const SHARES = [0.5, 0.3, 0.7, 0.12, 0.88];
/** What was a province of its own until it joined the city. */
const JOINED = ["haiDuong", 106.33, 20.93];
const TODAY = "units-2025-07";

/**
 * `base` as for the base map, with `archipelagos`; `openPart()`: where the map is not covered; `partOf(side)`: what of that
 * belongs to one of two days; `furniture()`: boxes that lie on it; `standing()`: boxes of the signs; `begun`: nothing is named before it has come.
 */
export function createLabels(map, base, { openPart, partOf = openPart, furniture, standing, begun = null }) {
  const layer = L.layerGroup().addTo(map);
  let sides = [];
  /** What stands, by name and place. */
  let drawn = new Map();
  let brush = null;
  const ofArea = (kind, words) => (feature) => {
    const ring = mainRing(feature.geometry);
    const { lon, lat, width } = anchor(ring);
    const { west, south, east, north: top } = frameOf(ring);
    return { kind, lon, lat, span: width, words: () => words(feature.properties), bounds: L.latLngBounds([south, west], [top, east]), within: (x, y) => {
      const { lng, lat: at } = map.containerPointToLatLng([x, y]);
      return lng >= west && lng <= east && at >= south && at <= top && inRing(ring, lng, at);
    } };
  };

  /** Where the name of an area stands: at its own middle, else at the place nearest the middle of the view that is of it. */
  function spotOf({ lat, lon, bounds, within }, view) {
    const { x, y } = map.latLngToContainerPoint([lat, lon]);
    if (x >= view.left && x <= view.right && y >= view.top && y <= view.bottom) return { x, y };
    if (!bounds || !map.getBounds().intersects(bounds)) return null;
    const places = SHARES.flatMap((across) => SHARES.map((down) => ({ x: view.left + across * (view.right - view.left), y: view.top + down * (view.bottom - view.top) })));
    return places.find((place) => within(place.x, place.y)) ?? null;
  }

  const middle = ({ geometry: { type, coordinates } }) => {
    const line = type === "MultiLineString" ? coordinates[0] : coordinates;
    return line[Math.floor(line.length / 2)];
  };
  const usable = (collection) => collection.features.filter((feature) => feature.geometry);
  const named = (p) => (lang() === "en" && p.name_en) || p.name_vi || p.full_name || p.name;

  const areas = (collection, kind, words) => [kind, () => usable(collection).map(ofArea(kind, words))];
  /** What has names, in the order in which names are placed: [kind, () => names]. Areas are measured when one first comes near enough to read theirs. */
  const groups = (generation) => [
    ["archipelago", () => usable(base.archipelagos).map((feature) => {
      const { lat, lng } = L.geoJSON(feature).getBounds().getCenter();
      return { kind: "archipelago", lon: lng, lat, words: () => named(feature.properties) };
    })],
    ["sea", () => WATER.map(([key, lon, lat]) => ({ kind: "sea", lon, lat, words: () => t(key) }))],
    [generation === TODAY ? "unit" : "district", () => usable(base[generation]).map(ofArea(generation === TODAY ? "unit" : "district", (p) => p.name)).sort((a, b) => b.span - a.span)],
    areas(base.neighbours, "province", (p) => named(p)),
    ["province", () => (generation === TODAY ? [] : [{ kind: "province", lon: JOINED[1], lat: JOINED[2], words: () => t(JOINED[0]) }])],
    ...(generation === "districts-2024" && base["communes-2024"] ? [areas(base["communes-2024"], "commune", (p) => p.name)] : []),
    ["river", () => usable(base.rivers).map((feature) => {
      const [lon, lat] = middle(feature);
      return { kind: "river", lon, lat, words: () => named(feature.properties) };
    })],
  ].map(([kind, measure]) => {
    let names = null;
    return { kind, names: () => (names ??= measure()) };
  });

  const widths = new Map();
  function size({ kind, words }) {
    const [, , px, weight, spacing] = KINDS[kind];
    const text = words();
    const key = `${kind} ${text}`;
    if (!widths.has(key)) {
      brush ??= document.createElement("canvas").getContext("2d");
      brush.font = `${weight} ${px}px ${FONT}`;
      widths.set(key, brush.measureText(text).width * (1 + spacing) + px * spacing * text.length);
    }
    return { text, width: widths.get(key), height: px * 1.3 };
  }

  const near = (shown) => shown.filter(({ kind }) => map.getZoom() >= KINDS[kind][0] && map.getZoom() <= KINDS[kind][1]);

  function drawNow() {
    const placed = sides.flatMap(([side, shown]) => placedIn(shown, GROUNDS[side].labels, sides.length > 1 ? partOf(side) : openPart()));
    const before = drawn;
    drawn = new Map();
    for (const { kind, text, x, y, shift, pane } of placed) { // after all is measured; a name that stands where it stood is left alone
      const at = map.containerPointToLatLng([x, y]);
      const point = map.latLngToLayerPoint(at).add([shift.x, shift.y]).round();
      const key = [map.getZoom(), pane, kind, text, point.x, point.y].join("/");
      const held = before.get(key);
      before.delete(key);
      drawn.set(key, held ?? L.marker(at, { pane, interactive: false, keyboard: false,
        icon: L.divIcon({ className: `place place-${kind}`, iconSize: [0, 0], iconAnchor: [-shift.x, -shift.y], html: el("span", { lang: "vi" }, text) }) }).addTo(layer));
    }
    for (const gone of before.values()) layer.removeLayer(gone);
  }

  function placedIn(shown, pane, view) {
    const zoom = map.getZoom();
    const candidates = near(shown).flatMap(({ names }) => names()).flatMap((name) => {
      const spot = spotOf(name, view);
      if (!spot) return [];
      const room = name.span ? (name.span / 360) * 256 * 2 ** zoom : undefined;
      return [{ ...name, ...size(name), ...spot, room, must: name.kind === ALWAYS }];
    });
    return placeLabels(candidates, view, { taken: furniture(), obstacles: standing() }).map((name) => ({ ...name, pane }));
  }

  let held = Boolean(begun);
  const draw = oncePerFrame(async () => {
    if (held) return;
    for (const { names } of sides.flatMap(([, shown]) => near(shown))) {
      names();
      await breathe();
    }
    drawNow();
  });
  begun?.then(() => {
    held = false;
    draw();
  });
  map.on("moveend resize", draw);
  oncePerFrame(() => document.fonts?.ready.then(() => { // to ask for it lays the page out: not before the picture has
    widths.clear();
    draw();
  }))();
  return {
    /** With the next picture, however often it is asked for; `drawNow` at once. */
    draw,
    drawNow,
    /** Name the units of this generation, and those of the other day, where they are others, on its side. */
    show(generation, beside = null) {
      sides = [["shown", groups(generation)], ...(beside ? [["other", groups(beside)]] : [])];
      draw();
    },
  };
}
