/** What a vector tile holds: its lines and areas on a canvas by the rules of the map, found again under the pointer, and where each feature stands. */

import { quiet } from "../style.js";

/** Units of a tile's side. */
export const UNITS = 4096;
const CASING_PX = 3;
const NEAR_PX = 6;

/** Draw these features; `scale` pixels of the canvas a unit, `ratio` a pixel of the page, `near` as on the map. */
export function paint(brush, features, { scale, ratio, near, catalog }) {
  const alike = new Map();
  const add = (key, rule, trace, casing = false) => {
    const one = alike.get(key) ?? alike.set(key, { rule, casing, path: new Path2D() }).get(key);
    trace(one.path);
  };
  for (const { type, rings, properties } of features) {
    if (type === 1) continue;
    const { line, polygon } = catalog.ruleOf(properties.status);
    if (type === 2) {
      const weight = catalog.lineWeight(properties.layer) ?? line.weight;
      add(`2:${properties.status}:${weight}`, { ...line, weight }, (path) => trace(path, rings, scale), true);
    } else add(`3:${properties.status}`, quiet(polygon, near), (path) => trace(path, rings, scale));
  }
  for (const { rule, path, casing } of [...alike].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)) {
    if (casing) stroke(brush, path, { color: catalog.basemap().paper, weight: rule.weight + CASING_PX, opacity: 0.9 }, ratio);
    else if (rule.fillColor) {
      brush.globalAlpha = rule.fillOpacity ?? 0;
      brush.fillStyle = rule.fillColor;
      brush.fill(path, "evenodd");
    }
    stroke(brush, path, rule, ratio);
  }
}

function trace(path, rings, scale) {
  for (const ring of rings) {
    path.moveTo(ring[0] * scale, ring[1] * scale);
    for (let i = 2; i < ring.length; i += 2) path.lineTo(ring[i] * scale, ring[i + 1] * scale);
  }
}

function stroke(brush, path, { color, weight, opacity = 1, dashArray = "" }, ratio) {
  brush.setLineDash((dashArray || "").split(/[ ,]+/).filter(Boolean).map((length) => length * ratio));
  [brush.lineWidth, brush.strokeStyle, brush.globalAlpha, brush.lineCap, brush.lineJoin] = [weight * ratio, color, opacity, "round", "round"];
  brush.stroke(path);
}

/** West, north, east, south of all rings, in units of the tile. */
export function boxOf(rings) {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      west = Math.min(west, ring[i]); east = Math.max(east, ring[i]);
      north = Math.min(north, ring[i + 1]); south = Math.max(south, ring[i + 1]);
    }
  }
  return [west, north, east, south];
}

/** Where a feature stands, as shares of the world; null for what stands for several and counts in another tile, the one that holds its middle. */
export function spotOf({ properties, box: [west, north, east, south] }, { x: column, y: row, z }) {
  const [x, y] = [(west + east) / 2, (north + south) / 2];
  if (!properties.id && !(x >= 0 && x < UNITS && y >= 0 && y < UNITS)) return null;
  const [world, left, top] = [UNITS * 2 ** z, column * UNITS, row * UNITS];
  return { box: [(left + west) / world, (top + north) / world, (left + east) / world, (top + south) / world], n: properties.count ?? 1,
    status: properties.status, properties };
}

/** What the tiles of this depth hold, each feature once, at the middle of all its pieces; null while there is none of them. */
export function spotsOf(tiles, depth) {
  const here = [...tiles.values()].filter((one) => one.depth === depth).flatMap(({ spots }) => spots);
  const whole = new Map();
  for (const spot of here) {
    const key = spot.properties.id ?? spot;
    const [a, b] = [whole.get(key)?.box ?? spot.box, spot.box];
    whole.set(key, { ...spot, box: [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])] });
  }
  return here.length ? [...whole.values()].map((spot) => ({ ...spot, x: (spot.box[0] + spot.box[2]) / 2, y: (spot.box[1] + spot.box[3]) / 2 })) : null;
}

/** The line or the smallest area at a place of a tile, in its units, of which a pixel has `unit`; null where there is none. */
export function shapeAt(shapes, x, y, unit) {
  const reach = NEAR_PX * unit;
  const held = shapes.filter(({ box: [west, north, east, south], type, rings }) => x >= west - reach && x <= east + reach && y >= north - reach && y <= south + reach
    && (type === 2 ? rings.some((ring) => along(ring, x, y) <= reach) : within(rings, x, y)));
  const wide = ({ type, box: [west, north, east, south] }) => (type === 2 ? 0 : (east - west) * (south - north));
  return held.sort((a, b) => wide(a) - wide(b))[0] ?? null;
}

function within(rings, x, y) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0; i < ring.length - 2; i += 2) {
      const [x1, y1, x2, y2] = [ring[i], ring[i + 1], ring[i + 2], ring[i + 3]];
      if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
    }
  }
  return inside;
}

/** How far a place is from a line. */
function along(line, x, y) {
  let least = Infinity;
  for (let i = 0; i < line.length - 2; i += 2) {
    const [dx, dy] = [line[i + 2] - line[i], line[i + 3] - line[i + 1]];
    const share = Math.max(0, Math.min(1, ((x - line[i]) * dx + (y - line[i + 1]) * dy) / (dx * dx + dy * dy || 1)));
    least = Math.min(least, Math.hypot(x - line[i] - share * dx, y - line[i + 1] - share * dy));
  }
  return least;
}
