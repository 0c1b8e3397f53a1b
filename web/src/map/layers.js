/** The projects on the map: signs, lines, true areas and hatched communes; what is near is gathered, what is chosen stands free. */

import { discBox, fan, gather } from "../cluster.js";
import { today } from "../days.js";
import { breathe } from "../pace.js";
import { bodyFrom, disc, sign, signBox, smallSign, tally } from "../sign.js";
import { areaRadius, hatchedUnits, isOld } from "../style.js";
import { groupWords, hint, inReadingOrder, insideOf, named } from "./hints.js";
import { createShapes } from "./shapes.js";
import * as L from "./leaflet.js";

const NEAR = 40;
const APART_FROM = 17;

const SMALL_NEAR = 26;
/** The width of a group of n, in pixels. */
const widthOf = (n) => Math.round(Math.min(52, 26 + Math.sqrt(n) * 3));

/** Where the sign of a feature stands: its point, the middle of its line, the middle of its area; [lon, lat]. */
export function standingPoint({ type, coordinates }) {
  if (type === "Point") return coordinates;
  if (type === "LineString") {
    const half = (coordinates.length - 1) / 2;
    const [[x1, y1], [x2, y2]] = [coordinates[Math.floor(half)], coordinates[Math.ceil(half)]];
    return [(x1 + x2) / 2, (y1 + y2) / 2];
  }
  const { lng, lat } = L.geoJSON({ type, coordinates }).getBounds().getCenter();
  return [lng, lat];
}

/** `onChoose(id)`, `onHover(id | null)`, `onArrange()` when signs moved; `communes` are outlines by id, for hatching.
 *  `day()` is the day on which they are shown. `panes` are where the parts are drawn: those of the day shown, or of the one beside it. */
export function createLayers(map, catalog, communes, { panes, day = today, onChoose, onHover, onArrange }) {
  const shapes = createShapes(map, catalog, communes, { panes, onChoose, onHover });
  let signs = L.layerGroup().addTo(map);
  const spread = L.layerGroup().addTo(map);
  const top = L.layerGroup().addTo(map);
  const rings = L.layerGroup().addTo(map);
  const ringed = { current: [], selected: [] };
  /** id → where the sign that stands for it is drawn: its own, or that of its group. */
  let stands = new Map();
  /** The same as it was before a group was fanned out, and who of it is. */
  let groups = new Map();
  const unfolded = [];
  /** Signs that are out of sight: {at, make()}. */
  let waiting = [];
  let turn = 0;
  let features = new Map();
  let chosen = null;
  let lit = null;

  const point = (feature) => {
    const [lon, lat] = standingPoint(feature.geometry);
    return L.latLng(lat, lon);
  };

  function marker(feature, { at = point(feature), className = "", zIndexOffset = 0 } = {}) {
    const { id, properties } = feature;
    const far = !className && map.getZoom() < catalog.marker.full_from_zoom;
    const { drawing, size, anchor } = far ? smallSign(properties, catalog) : sign(properties, catalog, { old: isOld(properties, day(), catalog.age) });
    const icon = L.divIcon({ className: `mark ${className}`, iconSize: size, iconAnchor: anchor, tooltipAnchor: [0, 4 - anchor[1]],
      html: drawing });
    return L.marker(at, { icon, pane: panes.signs, keyboard: false, zIndexOffset, riseOnHover: true })
      .bindTooltip(() => hint(properties, catalog), { direction: "top", className: "tip" })
      .on("click", (event) => onChoose(id, event.originalEvent)).on("mouseover", () => onHover(id)).on("mouseout", () => onHover(null));
  }

  function group({ x, y, members }, zoom) {
    const at = map.unproject([x, y], zoom);
    const side = widthOf(members.length);
    const held = tally(members.map(({ feature }) => feature.properties.status), catalog);
    const icon = L.divIcon({ className: "cluster", iconSize: [side, side], html: disc(held, catalog, side) });
    return L.marker(at, { icon, pane: panes.signs, keyboard: false, zIndexOffset: 100 })
      .bindTooltip(() => insideOf(members.length, held, catalog), { direction: "top", className: "tip" })
      .on("add", ({ target }) => named(target.getElement(), groupWords(members.length, held, catalog)))
      .on("click", ({ target }) => { target.closeTooltip(); openGroup(at, members, zoom); });
  }

  /** Nearer, if that parts them; else they are fanned out around their place, each on its thread. */
  function openGroup(at, members, zoom) {
    const bounds = L.latLngBounds(members.map((m) => point(m.feature)));
    const target = Math.min(map.getBoundsZoom(bounds.pad(0.3)), APART_FROM);
    const apart = map.project(bounds.getNorthEast(), target).distanceTo(map.project(bounds.getSouthWest(), target)) > NEAR;
    if (apart && target > zoom + 0.2) {
      map.fitBounds(bounds.pad(0.3), { maxZoom: APART_FROM, animate: !window.matchMedia("(prefers-reduced-motion: reduce)").matches });
      return;
    }
    fold();
    const middle = map.latLngToLayerPoint(at);
    fan(members.length).forEach((offset, i) => {
      const end = map.layerPointToLatLng(middle.add([offset.x, offset.y]));
      stands.set(members[i].feature.id, full(members[i].feature, end));
      L.polyline([at, end], { pane: panes.fan, weight: 1.2, color: "var(--ink)", opacity: 0.5, interactive: false }).addTo(spread);
      marker(members[i].feature, { at: end, className: "mark-fan", zIndexOffset: 2000 }).addTo(spread);
      unfolded.push(members[i].feature.id);
    });
    drawRings();
    onArrange();
  }

  /** What was fanned out goes back to its group. */
  function fold() {
    for (const id of unfolded.splice(0)) stands.set(id, groups.get(id));
    spread.clearLayers();
  }

  /** Gather the signs anew and draw them one by one, so that the caller may breathe between them; those of before go when all are there. */
  function* arranging() {
    const [zoom, before] = [map.getZoom(), signs];
    signs = L.layerGroup().addTo(map);
    spread.clearLayers();
    unfolded.length = 0;
    const points = [...features.values()].filter((f) => f.geometry && f.id !== chosen?.id)
      .map((feature) => ({ feature, ...map.project(point(feature), zoom) }));
    const small = zoom < catalog.marker.full_from_zoom;
    stands = new Map();
    waiting = [];
    const boxOf = (members) => (members.length > 1 ? discBox(widthOf(members.length)) : signBox(members[0].feature.properties, catalog, small));
    for (const cluster of gather(points, small ? SMALL_NEAR : NEAR, boxOf)) {
      const [at, n] = [map.unproject([cluster.x, cluster.y], zoom), cluster.members.length];
      const spot = n === 1 && !small ? full(cluster.members[0].feature, at) : { at, n, width: n > 1 ? widthOf(n) : catalog.marker.small_px };
      for (const { feature } of cluster.members) stands.set(feature.id, { ...spot, open: n > 1 && (() => openGroup(at, cluster.members, zoom)) });
      waiting.push({ at, make: () => (n === 1 ? marker(cluster.members[0].feature) : group(cluster, zoom)) });
    }
    groups = new Map(stands);
    try {
      for (const { make } of comeInSight()) {
        yield;
        make().addTo(signs);
      }
    } finally {
      before.remove();
    }
    drawTop();
    drawRings();
    onArrange();
  }

  function arrange() {
    turn += 1;
    return [...arranging()];
  }

  /** The signs in sight and around; the others are drawn when the view comes to them. */
  function comeInSight() {
    const around = map.getBounds().pad(0.5);
    const [now, later] = [[], []];
    for (const one of waiting) (around.contains(one.at) ? now : later).push(one);
    waiting = later;
    return now;
  }

  /** Where a feature stands with its full sign. */
  const full = (feature, at = point(feature)) => ({ at, n: 1, width: catalog.marker.width, body: bodyFrom(feature.properties, catalog) });

  /** Where a feature is to be seen: {at, n members of its group, width of the sign, from where its `body` stands}; null without a place, or when it is not shown. */
  const standOf = (id) => stands.get(id) ?? (chosen?.id === id && chosen.geometry ? full(chosen) : null);

  function drawRings() {
    rings.clearLayers();
    for (const [kind, ids] of Object.entries(ringed)) {
      for (const spot of new Map(ids.map(standOf).filter(Boolean).map((one) => [String(one.at), one])).values()) {
        const side = spot.width + (kind === "current" ? 14 : 8);
        const [right, down] = spot.body ?? [0, 0];
        L.marker(spot.at, { pane: panes.fan, interactive: false, keyboard: false,
          icon: L.divIcon({ className: `halo-ring halo-ring-${kind}`, iconSize: [side, side], iconAnchor: [side / 2 - right, side / 2 - down], html: "" }) }).addTo(rings);
      }
    }
  }

  /** The boxes of all signs and groups in pixels of the map, for names to keep clear of. */
  const standing = () => [signs, spread, top].flatMap((shown) => shown.getLayers()).filter((layer) => layer.options.icon).map((layer) => {
    const { x, y } = map.latLngToContainerPoint(layer.getLatLng());
    const { iconSize: [width, height], iconAnchor = [width / 2, height / 2] } = layer.options.icon.options;
    const [left, top] = [x - iconAnchor[0], y - iconAnchor[1]];
    return { left, top, right: left + width, bottom: top + height };
  });

  /** The chosen project and the one that is being pointed at stand above all others, at their true place. */
  function drawTop() {
    top.clearLayers();
    map.getContainer().classList.toggle("has-chosen", Boolean(chosen?.geometry));
    const pointed = lit === chosen?.id ? null : features.get(lit);
    for (const [feature, className] of [[chosen, "mark-chosen"], [pointed, "mark-lit"]]) {
      if (feature?.geometry) marker(feature, { className, zIndexOffset: 3000 }).addTo(top);
    }
    shapes.emphasise([chosen, pointed].filter(Boolean));
  }

  map.on("zoomend", () => (features.size || chosen) && arrange());
  map.on("moveend", () => { for (const { make } of comeInSight()) make().addTo(signs); });
  map.on("click", fold);

  return {
    /** Show these features and no others, in pieces. */
    async draw(next) {
      features = new Map(next.map((feature) => [feature.id, feature]));
      const mine = turn += 1;
      await shapes.drawInPieces(next);
      if (mine !== turn) return;
      for (const _ of arranging()) {
        await breathe();
        if (mine !== turn) return;
      }
    },
    /** Outlines of communes came: the signs stay, and all that needs none. */
    hatch() {
      shapes.hatch();
      drawTop();
    },
    choose(feature) {
      chosen = feature;
      arrange();
    },
    light(id) {
      if (lit === id) return;
      lit = id;
      drawTop();
    },
    /** All of a feature that can be seen: its point, its line, or the circle of its area. Null without a place. */
    boundsOf(feature) {
      if (!feature.geometry) return null;
      const radius = areaRadius(feature);
      if (radius) return point(feature).toBounds(radius * 2.4);
      const hatched = hatchedUnits(feature).filter((id) => communes.has(id)).map((id) => communes.get(id));
      return hatched.length ? L.geoJSON(hatched).getBounds() : L.geoJSON(feature.geometry).getBounds();
    },
    /** What is in sight, as one reads: {feature, x, y, n}; x and y in pixels of the map, n > 1 in a group. `open` is the part to look at. */
    visible(open) {
      return inReadingOrder([...features.values()].flatMap((feature) => {
        const spot = standOf(feature.id);
        if (!spot) return [];
        const { x, y } = map.latLngToContainerPoint(spot.at);
        return [{ feature, x, y, n: spot.n }];
      }), open);
    },
    /** What a press on its sign does: its group opens (true), or it is chosen. */
    press(id) {
      const { open } = standOf(id) ?? {};
      if (open) open();
      else onChoose(id);
      return Boolean(open);
    },
    /** A ring around these features (an id, several, or null), "current" or "selected", which stays while the map moves. */
    ring(ids, kind) {
      ringed[kind] = [ids ?? []].flat();
      drawRings();
    },
    point,
    standing,
  };
}
