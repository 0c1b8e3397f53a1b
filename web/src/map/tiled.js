/** More projects than a page can hold, drawn out of our vector tiles: shapes on canvases, signs and groups like those of few. */

import { rows, tile } from "../api.js";
import { crowded } from "../crowd.js";
import { el } from "../dom.js";
import { lang, number, own, t } from "../i18n.js";
import { breathe, oncePerFrame } from "../pace.js";
import { disc, sign, smallSign } from "../sign.js";
import { isOld } from "../style.js";
import { groupWords, hint, inReadingOrder, insideOf, named } from "./hints.js";
import * as L from "./leaflet.js";
import { createTileGround } from "./tile-ground.js";
import { boxOf, paint, shapeAt, spotOf, spotsOf, UNITS } from "./tile-shapes.js";

const SIDE = 512;
const CELL = 56;
const CLOSEST = 17;
const MOST_LISTED = 40;
const widthOf = (n) => Math.round(Math.min(54, 26 + Math.log2(n) * 2.4));

/** `onChoose(id, event)`, `onHover(id | null)`, `onArrange()` when signs moved; `communes`, `day()` and `panes` as for the projects of few.
 *  `onHatch(features)` asks for the outlines of their communes, and tells whether there is a new one. */
export function createTiled(map, catalog, { communes, panes, day, onChoose, onHover, onArrange, onHatch }) {
  const [signs, over] = [L.layerGroup().addTo(map), L.layerGroup().addTo(map)];
  const ground = createTileGround(map, catalog, { communes, panes, onHatch });
  let [asked, clock, drawn, pointed] = ["", {}, new Map(), null];
  /** The layer that is seen, and the one that takes its place when all of its tiles have come. */
  let [layer, next] = [null, null];
  /** Of each tile of the layer that is seen, what it holds: the spots whose middle it has, and its lines and areas. */
  let tiles = new Map();
  /** What stops each tile that is on its way. */
  const coming = new Set();
  /** Names that no tile tells: of crowded ones, and in another language. */
  const told = new Map();
  const rings = {};
  const tip = L.tooltip({ className: "tip", direction: "top", offset: [0, -6] });

  const Tiles = L.GridLayer.extend({
    getEvents() { // the map is seen to have moved before other tiles are asked for
      const { move, moveend, ...events } = L.GridLayer.prototype.getEvents.call(this);
      const after = (act) => oncePerFrame(() => this._map && act.call(this));
      return { ...events, moveend: after(moveend), ...(move && { move: after(move) }) };
    },

    createTile(at, done) {
      const canvas = L.DomUtil.create("canvas", "leaflet-tile");
      const ratio = Math.min(2, devicePixelRatio || 1);
      canvas.width = canvas.height = SIDE * ratio;
      const [controller, key, mine] = [new AbortController(), this._tileCoordsToKey(at), this.options.held];
      canvas.stop = () => { controller.abort(); coming.delete(controller); };
      coming.add(controller);
      const own = { ...at, z: at.z - 1 }; // tiles are twice as wide as Leaflet counts them
      tile(own, this.options.filters, controller.signal).then(async (features) => {
        await breathe();
        draw(canvas, features, { scale: (SIDE * ratio) / UNITS, ratio, near: isNear(), catalog });
        await breathe();
        controller.signal.throwIfAborted();
        coming.delete(controller);
        for (const feature of features) feature.box = boxOf(feature.rings);
        mine.set(key, { depth: at.z, spots: features.map((feature) => spotOf(feature, own)).filter(Boolean),
          shapes: features.filter(({ type, properties }) => type !== 1 && properties.id) });
        done(null, canvas);
        if (mine === tiles) later();
      }).catch((error) => done(error, canvas));
      return canvas;
    },
  });

  /** What is drawn never changes: the canvas holds it as a picture, for one that could still be drawn on is looked through for every picture of the page. */
  function draw(canvas, features, how) {
    if (!features.some(({ type }) => type !== 1)) return;
    const sheet = globalThis.OffscreenCanvas ? new OffscreenCanvas(canvas.width, canvas.height) : canvas;
    paint(sheet.getContext("2d"), features, how);
    if (sheet !== canvas) canvas.getContext("bitmaprenderer").transferFromImageBitmap(sheet.transferToImageBitmap());
  }

  const isNear = () => map.getZoom() >= catalog.marker.full_from_zoom;
  const depthOf = (zoom) => Math.round(zoom);

  const later = oncePerFrame(arrange);

  /** In pieces; who comes to it anew, or takes all away, ends the one under way. */
  async function arrange() {
    if (!layer) return;
    const zoom = map.getZoom();
    const world = 256 * 2 ** zoom;
    const { min, max } = map.getPixelBounds();
    const every = spotsOf(tiles, depthOf(zoom));
    if (!every) return;
    const seen = every.map((spot) => ({ ...spot, x: spot.x * world, y: spot.y * world }))
      .filter(({ x, y }) => x > min.x - CELL && x < max.x + CELL && y > min.y - CELL && y < max.y + CELL);
    const small = (isNear() ? catalog.marker.width : catalog.marker.small_px) + 8;
    const standing = new Map();
    for (const group of crowded(seen, CELL, (n) => (n > 1 ? widthOf(n) : small))) {
      const key = [zoom, document.documentElement.dataset.theme, Math.round(group.x), Math.round(group.y), ...[...group.tally].sort(), ...looks(group.only)].join("/");
      const at = map.unproject([group.x, group.y], zoom);
      standing.set(key, drawn.get(key) ?? { ...group, key, at, zoom, id: group.only?.properties.id, width: group.n > 1 ? widthOf(group.n) : small });
    }
    for (const [key, { mark }] of drawn) if (!standing.has(key) && mark) signs.removeLayer(mark);
    drawn = standing;
    for (const one of standing.values()) {
      one.mark ??= marker(one).addTo(signs);
      await breathe();
      if (drawn !== standing) return;
    }
    ground.draw(every, seen, isNear());
    drawOver();
    onArrange();
  }

  const isSilent = (properties) => isOld(properties, day(), catalog.age);
  /** What a sign that stands alone shows beside its status: another day may show another. */
  const looks = (spot) => (spot ? [spot.properties.id, spot.properties.condition, spot.properties.location_accuracy, isSilent(spot.properties)] : []);

  function clear() {
    for (const group of [signs, over]) group.clearLayers();
    ground.clear();
    drawn = new Map();
  }

  /** This layer takes the place of the one that is seen. */
  function show(mine) {
    layer?.remove();
    [layer, next, tiles] = [mine, null, mine.options.held];
    mine.getContainer().style.visibility = "";
    ground.clear(); // its colours are those of day or night
    later();
  }

  const tallyOf = ({ tally }) => catalog.statuses.map(({ id: status }) => [status, tally.get(status) ?? 0]).filter(([, count]) => count);

  function marker(one) {
    const { at, n, id, only, width } = one;
    const ordered = tallyOf(one);
    const { drawing, size, anchor } = id ? (isNear() ? sign : smallSign)(only.properties, catalog, { old: isSilent(only.properties) }) : { drawing: disc(ordered, catalog, width), size: [width, width], anchor: [width / 2, width / 2] };
    const icon = L.divIcon({ className: id ? "mark" : "cluster", iconSize: size, iconAnchor: anchor, tooltipAnchor: [0, id ? 4 - anchor[1] : 0], html: drawing });
    return L.marker(at, { icon, pane: panes.signs, keyboard: false, riseOnHover: true })
      .bindTooltip(() => (id ? hinted(only.properties) : insideOf(n, ordered, catalog)), { direction: "top", className: "tip" })
      .on("add", ({ target }) => !id && named(target.getElement(), groupWords(n, ordered, catalog)))
      .on("click", ({ target, originalEvent }) => { target.closeTooltip(); if (id) onChoose(id, originalEvent); else open(at, one.zoom); })
      .on("mouseover", () => id && onHover(id)).on("mouseout", () => id && onHover(null));
  }

  /** All that a row tells of a project; what the tile tells, where it tells the name. */
  async function whole(properties) {
    const { id } = properties;
    if (properties.name_vi && lang() === "vi") return properties;
    if (!told.has(id)) told.set(id, rows({ ...clock, ids: id, window: 1 }).then((found) => ({ ...properties, ...found.rows[0] }), () => { told.delete(id); return properties; }));
    return told.get(id);
  }

  function hinted(properties) {
    const node = hint(properties, catalog);
    whole(properties).then((all) => node.replaceChildren(...hint(all, catalog).childNodes));
    return node;
  }

  /** Nearer; where it goes no nearer, those that stand here by their names. */
  async function open(at, zoom) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (zoom < CLOSEST) return map.setView(at, Math.min(CLOSEST, zoom + 2), { animate: !calm });
    const { x, y } = map.project(at, zoom);
    const world = 256 * 2 ** zoom;
    const members = (spotsOf(tiles, depthOf(zoom)) ?? []).filter((spot) => spot.properties.id && Math.hypot(spot.x * world - x, spot.y * world - y) < CELL);
    const unique = await Promise.all([...new Map(members.map((spot) => [spot.properties.id, spot.properties])).values()].slice(0, MOST_LISTED).map(whole));
    const collator = new Intl.Collator(lang(), { numeric: true });
    const buttons = unique.sort((a, b) => collator.compare(own(a, "name"), own(b, "name")))
      .map((one) => el("li", {}, el("button", { type: "button", class: "link", onclick: (event) => onChoose(one.id, event) }, own(one, "name") || one.id)));
    return L.popup({ className: "crowd-popup", maxHeight: 260 }).setLatLng(at).setContent(el("ul", {}, buttons)).openOn(map);
  }

  /** The line or area under the pointer. */
  function under({ latlng, originalEvent }) {
    if (!layer || originalEvent.target.closest?.(".leaflet-interactive, .is-live, .leaflet-popup")) return null;
    const depth = depthOf(map.getZoom());
    const { x, y } = map.project(latlng, depth).divideBy(SIDE);
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const here = tiles.get(`${column}:${row}:${depth}`);
    const unit = UNITS / (SIDE * 2 ** (map.getZoom() - depth));
    return here ? shapeAt(here.shapes, (x - column) * UNITS, (y - row) * UNITS, unit) : null;
  }

  function pointAt(found, latlng) {
    const id = found?.properties.id ?? null;
    if (id === pointed) return id && tip.setLatLng(latlng);
    pointed = id;
    map.getContainer().classList.toggle("is-on-shape", Boolean(id));
    onHover(id);
    return id ? tip.setLatLng(latlng).setContent(hinted(found.properties)).addTo(map) : tip.remove();
  }

  let moved = null;
  map.on("mousemove", (event) => {
    if (!layer || event.originalEvent.buttons) return;
    if (!moved) requestAnimationFrame(() => { const last = moved; moved = null; pointAt(under(last), last.latlng); });
    moved = event;
  });
  map.on("movestart mouseout", () => pointAt(null));
  map.on("click", (event) => {
    const found = under(event);
    if (found) onChoose(found.properties.id, event.originalEvent);
  });
  map.on("moveend zoomend", later);

  /** The sign or group in which a project, or a group by its key, is to be seen. */
  const standOf = (id) => drawn.get(id) ?? [...drawn.values()].find((one) => one.id === id);

  /** Rings around what was reached, and around what is pointed at elsewhere. */
  function drawOver() {
    over.clearLayers();
    for (const [kind, wanted] of Object.entries(rings)) {
      const { at, width } = (wanted.id && standOf(wanted.id)) ?? (wanted.point ? { at: [...wanted.point].reverse(), width: catalog.marker.small_px } : {});
      if (!at) continue;
      const side = width + (kind === "current" ? 14 : 8);
      L.marker(at, { pane: panes.fan, interactive: false, keyboard: false, icon: L.divIcon({ className: `halo-ring halo-ring-${kind}`, iconSize: [side, side], html: "" }) }).addTo(over);
    }
  }

  return {
    get isShown() { return Boolean(layer ?? next); },

    /** Show what these filters let through; null takes everything away. What was there stays until the new is there as a whole. */
    draw(filters) {
      const question = filters && JSON.stringify([filters, document.documentElement.dataset.theme]);
      if (question === asked) return;
      asked = question;
      next?.remove();
      next = null;
      for (const one of coming) one.abort(); // nobody waits for the answers to a question before
      coming.clear();
      told.clear();
      pointAt(null);
      if (!filters) {
        layer?.remove();
        [layer, tiles] = [null, new Map()];
        clear();
        return;
      }
      clock = Object.fromEntries(["datetime", "as-of"].filter((name) => filters[name]).map((name) => [name, filters[name]]));
      const mine = new Tiles({ pane: panes.areas, tileSize: SIDE, minZoom: 1, maxZoom: 22, keepBuffer: 1, updateWhenZooming: false, filters, held: new Map() });
      mine.on("tileunload", ({ tile: canvas, coords }) => { canvas.stop?.(); mine.options.held.delete(`${coords.x}:${coords.y}:${coords.z}`); });
      mine.on("load", () => {
        if (mine === next) show(mine);
        if (mine !== layer || [...tiles.values()].some(({ spots }) => spots.length)) return;
        clear(); // the filters leave nothing here
        onArrange();
      });
      next = mine;
      mine.addTo(map);
      if (layer) mine.getContainer().style.visibility = "hidden";
      else show(mine); // where nothing stands, each tile is seen as it comes
    },

    /** The boxes of all signs and groups in pixels of the map, for names to keep clear of. */
    standing: () => [...drawn.values()].map(({ at, width }) => {
      const { x, y } = map.latLngToContainerPoint(at);
      return { left: x - width / 2, top: y - width / 2, right: x + width / 2, bottom: y + width / 2 };
    }),

    /** What is in sight, as one reads: {feature, x, y, n}, a group as one, with the `words` for it. */
    visible: (part) => inReadingOrder([...drawn.values()].map((one) => {
      const { x, y } = map.latLngToContainerPoint(one.at);
      return { feature: { id: one.id ?? one.key, properties: one.only?.properties ?? {} }, x, y, n: one.n,
        words: one.id ? () => whole(one.only.properties) : groupWords(one.n, tallyOf(one), catalog) };
    }), part),

    /** What a press on a sign does: its group opens (true), or it is chosen. */
    press(id) {
      const one = standOf(id);
      if (one && !one.id) open(one.at, one.zoom);
      else onChoose(id);
      return Boolean(one && !one.id);
    },

    /** A ring around what was reached by key. */
    ring(id, kind) {
      rings[kind] = { id };
      drawOver();
    },

    /** A ring around what is pointed at elsewhere, at its sign or at this point [lon, lat]. */
    light(id, point) {
      rings.lit = { id, point: id && point };
      drawOver();
    },
  };
}
