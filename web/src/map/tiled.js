/** More projects than a page can hold, drawn out of our vector tiles: shapes on canvases, signs and groups like those of few. */

import { tile } from "../api.js";
import { crowded } from "../crowd.js";
import { el } from "../dom.js";
import { lang, number, t } from "../i18n.js";
import { readTile } from "../mvt.js";
import { donut, smallSign } from "../sign.js";
import * as L from "./leaflet.js";

const SIDE = 512;
const UNITS = 4096;
const CELL = 56;
const CLOSEST = 17;
const MOST_LISTED = 40;
const widthOf = (n) => Math.round(Math.min(54, 26 + Math.log2(n) * 2.4));

/** `onChoose(id, event)`, `onHover(id | null)`, `onArrange()` when signs moved; `panes` as for the projects of few. */
export function createTiled(map, catalog, { panes, onChoose, onHover, onArrange }) {
  const signs = L.layerGroup().addTo(map);
  let [layer, asked, standing, drawn] = [null, "", [], new Map()];
  /** Of each tile that is loaded, the spots whose middle it holds: x and y as shares of the world. */
  let spots = new Map();

  const Tiles = L.GridLayer.extend({
    createTile(at, done) {
      const canvas = L.DomUtil.create("canvas", "leaflet-tile");
      const ratio = Math.min(2, devicePixelRatio || 1);
      canvas.width = canvas.height = SIDE * ratio;
      const [controller, key, mine] = [new AbortController(), this._tileCoordsToKey(at), spots];
      canvas.stop = () => controller.abort();
      tile({ ...at, z: at.z - 1 }, this.options.filters, controller.signal).then((buffer) => {
        const features = buffer ? readTile(buffer) : [];
        paint(canvas.getContext("2d"), features, (SIDE * ratio) / UNITS, ratio);
        mine.set(key, features.map((feature) => spotOf(feature, at)).filter(Boolean));
        done(null, canvas);
        if (mine === spots) later();
      }).catch((error) => done(error, canvas));
      return canvas;
    },
  });

  /** The box of a feature, as shares of the world. What stands for several counts in the tile that holds its middle, and in no other. */
  function spotOf({ properties, rings }, { x: column, y: row, z }) {
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i += 2) {
        west = Math.min(west, ring[i]); east = Math.max(east, ring[i]);
        north = Math.min(north, ring[i + 1]); south = Math.max(south, ring[i + 1]);
      }
    }
    const [x, y] = [(west + east) / 2, (north + south) / 2];
    if (!properties.id && !(x >= 0 && x < UNITS && y >= 0 && y < UNITS)) return null;
    const world = UNITS * 2 ** (z - 1); // tiles are twice as wide as Leaflet counts them
    const [left, top] = [column * UNITS, row * UNITS];
    return { box: [(left + west) / world, (top + north) / world, (left + east) / world, (top + south) / world], n: properties.count ?? 1,
      status: properties.status, properties };
  }

  /** Lines and areas, all of one status at once, by the rules that draw them for few. */
  function paint(brush, features, scale, ratio) {
    const near = map.getZoom() >= catalog.marker.full_from_zoom;
    const parts = new Map();
    for (const { type, rings, properties } of features) {
      if (type === 1) continue;
      const key = `${type}:${properties.status}`;
      const path = parts.get(key) ?? parts.set(key, new Path2D()).get(key);
      for (const ring of rings) {
        path.moveTo(ring[0] * scale, ring[1] * scale);
        for (let i = 2; i < ring.length; i += 2) path.lineTo(ring[i] * scale, ring[i + 1] * scale);
      }
    }
    for (const [key, path] of parts) {
      const [type, status] = key.split(":");
      const { line, polygon } = catalog.ruleOf(status);
      const rule = type === "2" ? line : polygon;
      brush.setLineDash((rule.dashArray ?? "").split(/[ ,]+/).filter(Boolean).map((length) => length * ratio));
      brush.lineWidth = rule.weight * ratio * (near ? 1 : 0.6);
      brush.strokeStyle = rule.color;
      brush.fillStyle = rule.fillColor ?? "transparent";
      brush.globalAlpha = (rule.fillOpacity ?? 0) * (near ? 0.8 : 0.5);
      if (type === "3") brush.fill(path, "evenodd");
      brush.globalAlpha = near ? 0.9 : 0.6;
      brush.stroke(path);
    }
  }

  /** What the tiles of this depth hold, each feature once, at the middle of all its pieces; null while there is none of them. */
  function held(depth) {
    const here = [...spots].filter(([key]) => Number(key.split(":")[2]) === depth).flatMap(([, found]) => found);
    const whole = new Map();
    for (const spot of here) {
      const key = spot.properties.id ?? spot;
      const [a, b] = [whole.get(key)?.box ?? spot.box, spot.box];
      whole.set(key, { ...spot, box: [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])] });
    }
    return here.length ? [...whole.values()].map((spot) => ({ ...spot, x: (spot.box[0] + spot.box[2]) / 2, y: (spot.box[1] + spot.box[3]) / 2 })) : null;
  }

  let waiting = 0;
  const later = () => { waiting ||= requestAnimationFrame(() => { waiting = 0; arrange(); }); };

  function arrange() {
    if (!layer) return;
    const zoom = map.getZoom();
    const world = 256 * 2 ** zoom;
    const { min, max } = map.getPixelBounds();
    const seen = [];
    const every = held(Math.round(zoom));
    if (!every) return;
    for (const spot of every) {
      const [x, y] = [spot.x * world, spot.y * world];
      if (x > min.x - CELL && x < max.x + CELL && y > min.y - CELL && y < max.y + CELL) seen.push({ ...spot, x, y });
    }
    const small = catalog.marker.small_px + 8;
    const groups = crowded(seen, CELL, (n) => (n > 1 ? widthOf(n) : small));
    const next = new Map();
    for (const group of groups) {
      const key = `${zoom}/${Math.round(group.x)}/${Math.round(group.y)}/${group.n}`;
      next.set(key, drawn.get(key) ?? marker(group, zoom));
    }
    for (const [key, old] of drawn) if (!next.has(key)) old.remove();
    for (const [key, one] of next) if (!drawn.has(key)) one.addTo(signs);
    drawn = next;
    standing = groups.map(({ x, y, n }) => ({ at: map.unproject([x, y], zoom), width: n > 1 ? widthOf(n) : small }));
    onArrange();
  }

  function marker({ x, y, n, tally, only }, zoom) {
    const at = map.unproject([x, y], zoom);
    const { id, name_vi: name } = only?.properties ?? {};
    const ordered = catalog.statuses.map(({ id: status }) => [status, tally.get(status) ?? 0]).filter(([, count]) => count);
    const { drawing, size } = id ? smallSign(only.properties, catalog) : { drawing: donut(ordered, catalog), size: [widthOf(n), widthOf(n)] };
    const icon = L.divIcon({ className: id ? "mark" : "cluster", iconSize: size, html: drawing });
    const words = () => (id ? [name || catalog.layerTitle(only.properties.layer), catalog.statusLabel(only.status)]
      : [t("cluster", { n: number(n) }), ordered.map(([status, count]) => `${catalog.statusLabel(status)}: ${number(count)}`).join(" · ")]);
    return L.marker(at, { icon, pane: panes.signs, keyboard: false })
      .bindTooltip(() => el("div", { class: "hint" }, words().map((text, i) => el(i ? "span" : "strong", {}, text))), { direction: "top", className: "tip" })
      .on("click", ({ originalEvent }) => (id ? onChoose(id, originalEvent) : open(at, zoom)))
      .on("mouseover", () => id && onHover(id)).on("mouseout", () => id && onHover(null));
  }

  /** Nearer; where it goes no nearer, those that stand here by their names. */
  function open(at, zoom) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (zoom < CLOSEST) return map.setView(at, Math.min(CLOSEST, zoom + 2), { animate: !calm });
    const { x, y } = map.project(at, zoom);
    const world = 256 * 2 ** zoom;
    const members = (held(Math.round(zoom)) ?? []).filter((spot) => spot.properties.id && Math.hypot(spot.x * world - x, spot.y * world - y) < CELL);
    const unique = [...new Map(members.map((spot) => [spot.properties.id, spot.properties])).values()].slice(0, MOST_LISTED);
    const collator = new Intl.Collator(lang(), { numeric: true });
    const buttons = unique.sort((a, b) => collator.compare(a.name_vi ?? "", b.name_vi ?? ""))
      .map(({ id, name_vi: name }) => el("li", {}, el("button", { type: "button", class: "link", onclick: (event) => onChoose(id, event) }, name ?? id)));
    return L.popup({ className: "crowd-popup", maxHeight: 260 }).setLatLng(at).setContent(el("ul", {}, buttons)).openOn(map);
  }

  map.on("moveend zoomend", later);

  return {
    /** Show what these filters let through; null takes everything away. What was there stays until the new comes. */
    draw(filters) {
      const question = filters && JSON.stringify(filters);
      if (question === asked && layer) return;
      asked = question;
      const old = layer;
      layer = null;
      spots = new Map();
      if (!filters) {
        old?.remove();
        signs.clearLayers();
        [standing, drawn] = [[], new Map()];
        return;
      }
      layer = new Tiles({ pane: panes.areas, tileSize: SIDE, minZoom: 1, maxZoom: 22, keepBuffer: 1, updateWhenZooming: false, filters });
      layer.on("tileunload", ({ tile: canvas, coords }) => { canvas.stop?.(); spots.delete(`${coords.x}:${coords.y}:${coords.z}`); });
      layer.on("load", () => old?.remove());
      layer.addTo(map);
    },
    standing: () => standing,
  };
}
