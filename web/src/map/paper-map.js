/** The map on paper: no control on it, every sign with its number, at a scale that a ruler can check. */

import { gather } from "../cluster.js";
import { el } from "../dom.js";
import { order } from "../paper-table.js";
import { donut, sign, smallSign, tally } from "../sign.js";
import { drawBasemap } from "./basemap.js";
import { createLabels } from "./labels.js";
import { standingPoint } from "./layers.js";
import * as L from "./leaflet.js";
import { PANES, SIDES } from "./map.js";
import { createShapes } from "./shapes.js";
import { createTinted } from "./tinted.js";

/** A CSS pixel on paper, in metres: 1/96 inch. */
const PX_M = 0.0254 / 96;
/** Metres of ground to a pixel at the equator, where the whole world is one tile. */
const WORLD_M = 2 * Math.PI * 6_378_137 / 256;
const NEAR = { small: 18, full: 26 };
/** The width of a digit of a number; how near to the edge a sign may stand. */
const DIGIT_PX = 5.6;
const EDGE_PX = 15;

/** `onRest()` after the map was moved by hand; `furniture()`: boxes on the map, in its pixels, of which names keep clear. */
export function createPaperMap(root, { base, catalog, communes, furniture, onRest }) {
  const map = L.map(root, { zoomControl: false, attributionControl: false, zoomSnap: 0, minZoom: 5, maxZoom: 19, scrollWheelZoom: false, doubleClickZoom: false, boxZoom: false,
    touchZoom: false, dragging: window.matchMedia("(pointer: fine)").matches, inertia: false, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, trackResize: false,
    renderer: L.svg({ padding: 0.02 }) });
  map.fitWorld();
  for (const [name, z] of Object.entries(PANES)) map.createPane(name).style.zIndex = z;
  const ground = drawBasemap(map, base, catalog.basemap, { crisp: true });
  const shapes = createShapes(map, catalog, communes, { panes: SIDES.shown, onChoose: () => {}, onHover: () => {} });
  const signs = L.layerGroup().addTo(map);
  const openPart = () => ({ left: 0, top: 0, right: map.getSize().x, bottom: map.getSize().y });
  const labels = createLabels(map, base, { openPart, furniture, standing });
  const tinted = createTinted(map, () => {});
  let boxes = [];
  function standing() {
    const { x, y } = map.getPixelBounds().min;
    return boxes.map(({ left, top, right, bottom }) => ({ left: left - x, top: top - y, right: right - x, bottom: bottom - y }));
  }
  map.on("dragend", onRest);
  root.addEventListener("keydown", (event) => event.key.startsWith("Arrow") && map.once("moveend", onRest));

  const isSmall = () => map.getZoom() < catalog.marker.full_from_zoom;

  /** Whether its sign can stand whole on the map: not beneath what lies on it, nor over its edge. */
  function inFrame({ geometry }) {
    if (!geometry) return false;
    const { x, y } = map.latLngToContainerPoint(spot(geometry));
    const { x: right, y: bottom } = map.getSize();
    const edge = isSmall() ? EDGE_PX : 2 * EDGE_PX;
    return x > edge && y > edge && x < right - edge && y < bottom - edge
      && !furniture().some((box) => within({ x, y }, { left: box.left - edge, top: box.top - edge, right: box.right + edge, bottom: box.bottom + edge }));
  }

  /** Which stand together, in the order in which a page is read; no two signs with their numbers lie over each other. */
  function groups(features) {
    const zoom = map.getZoom();
    const points = features.filter(inFrame).map((feature) => ({ feature, ...map.project(spot(feature.geometry), zoom) }));
    const digits = digitsOf(points);
    const line = isSmall() ? 30 : 50;
    return gather(points, isSmall() ? NEAR.small : NEAR.full, (members) => boxOf(members, digits))
      .sort((a, b) => Math.round(a.y / line) - Math.round(b.y / line) || a.x - b.x);
  }

  /** The room that a group takes from its place, its number included. */
  function boxOf(members, digits) {
    if (members.length > 1) {
      const [half, wide] = [discOf(members.length) / 2, Math.max(discOf(members.length) / 2, digits + 7)];
      return { left: -wide, right: wide, top: -half, bottom: half + 8 };
    }
    const { size: [width, height], anchor: [toLeft, toTop] } = (isSmall() ? smallSign : sign)(members[0].feature.properties, catalog);
    return { left: -toLeft, right: width + digits - toLeft, top: -toTop - 6, bottom: height - toTop };
  }

  /** `rings`: {kind: ids}, for a ring around the sign, or the group, of each of these. */
  function drawn({ x, y, members }, first, rings) {
    const at = map.unproject([x, y], map.getZoom());
    const ringed = Object.keys(rings).filter((kind) => members.some(({ feature }) => rings[kind].has(feature.id))).map((kind) => el("span", { class: `paper-ring paper-ring-${kind}` }));
    if (members.length === 1) {
      const { drawing, size, anchor } = (isSmall() ? smallSign : sign)(members[0].feature.properties, catalog);
      return marker(at, size, anchor, [...ringed, drawing, el("span", { class: "numeral" }, String(first))]);
    }
    const side = discOf(members.length);
    const ring = donut(tally(members.map(({ feature }) => feature.properties.status), catalog), catalog);
    return marker(at, [side, side], [side / 2, side / 2], [...ringed, ring, el("span", { class: "numeral numeral-range" }, `${first}–${first + members.length - 1}`)]);
  }

  function marker(at, size, anchor, parts) {
    const icon = L.divIcon({ className: "mark numbered", iconSize: size, iconAnchor: anchor, html: el("div", {}, parts) });
    return L.marker(at, { icon, interactive: false, keyboard: false });
  }

  return {
    ground,
    showUnits(generation) {
      ground.show(generation);
      labels.show(generation);
    },
    /** Show [west, south, east, north] as large as the paper allows, or its middle at one to `scale`. */
    frame([west, south, east, north], scale = null) {
      map.invalidateSize({ animate: false, pan: false });
      const bounds = L.latLngBounds([[south, west], [north, east]]);
      if (scale) map.setView(bounds.getCenter(), zoomAt(bounds.getCenter().lat, scale), { animate: false });
      else map.fitBounds(bounds, { animate: false });
    },
    /** Nearer or farther by this factor. */
    zoomBy(factor) {
      map.setZoom(map.getZoom() + Math.log2(factor), { animate: false });
    },
    get bounds() {
      const bounds = map.getBounds();
      return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    },
    /** One to how many, in the middle of the map. */
    get scale() {
      return WORLD_M * Math.cos((map.getCenter().lat * Math.PI) / 180) / 2 ** map.getZoom() / PX_M;
    },
    /** Whether signs are drawn in full, with the icon of their sector. */
    get isFull() {
      return !isSmall();
    },
    /** How many of these signs a box in pixels would cover. */
    covered: (features, box) => features.filter(({ geometry }) => geometry && within(map.latLngToContainerPoint(spot(geometry)), box)).length,
    /** Tint these units by their numbers; the signs step aside. */
    tint: (units, counts, from) => tinted.draw(units, counts, from),
    /** Draw these and number those in the frame, with `rings` around some; what comes back is they, in the order of their numbers. */
    draw(features, rings = {}) {
      shapes.draw(features);
      signs.clearLayers();
      const ordered = [];
      const held = groups(features);
      boxes = held.map(({ x, y, box }) => ({ left: x + box.left, top: y + box.top, right: x + box.right, bottom: y + box.bottom }));
      for (const group of held) {
        group.members.sort((a, b) => order(a.feature, b.feature, catalog));
        drawn(group, ordered.length + 1, rings).addTo(signs);
        ordered.push(...group.members.map(({ feature }) => feature));
      }
      labels.drawNow();
      return ordered;
    },
  };
}

/** The width of the longest number of so many. */
const digitsOf = (all) => String(all.length).length * DIGIT_PX;

const within = ({ x, y }, { left, top, right, bottom }) => x > left && x < right && y > top && y < bottom;

const discOf = (n) => Math.round(Math.min(44, 24 + Math.sqrt(n) * 2.4));
const zoomAt = (lat, scale) => Math.log2(WORLD_M * Math.cos((lat * Math.PI) / 180) / (scale * PX_M));

function spot(geometry) {
  const [lon, lat] = standingPoint(geometry);
  return L.latLng(lat, lon);
}
