/** Lengths and areas on the ellipsoid, and places in VN-2000; fetched when a tool first needs them. */

import * as geographic from "/vendor/geographiclib-geodesic/geographiclib-geodesic.min.js";
import * as projections from "/vendor/proj4/dist/proj4.js";

/** Both are scripts, not modules: a browser gets them as globals, a bundle (the copy of the map) as exports. */
const geodesic = geographic.default ?? globalThis.geodesic;
const proj4 = projections.default ?? globalThis.proj4;
const earth = geodesic.Geodesic.WGS84;
/** EPSG:9210 with the datum shift of `geo/crs.py`; a test holds it against PROJ. */
const VN2000 = "+proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
  + "+towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278 +units=m +no_defs";
const grid = proj4("WGS84", VN2000);
/** Where a line is drawn straight, it leaves the shortest way by less than a pixel of the whole city. */
const STEP_M = 20_000;
const LIMITS = { west: 102, east: 118, south: 6, north: 24 };

/** Metres between two places {lat, lng}. */
export const distance = (a, b) => earth.Inverse(a.lat, a.lng, b.lat, b.lng).s12;

/** {area: m², perimeter: m} of the ring through these places. */
export function ringMeasure(places) {
  const ring = earth.Polygon(false);
  for (const { lat, lng } of places) ring.AddPoint(lat, lng);
  const { area, perimeter } = ring.Compute(false, true);
  return { area: Math.abs(area), perimeter };
}

/** Places on the shortest way from one to the other, both included. */
export function way(a, b) {
  const line = earth.InverseLine(a.lat, a.lng, b.lat, b.lng);
  const n = Math.max(1, Math.ceil(line.s13 / STEP_M));
  return Array.from({ length: n + 1 }, (_, i) => {
    const { lat2, lon2 } = line.Position((line.s13 * i) / n);
    return { lat: lat2, lng: lon2 };
  });
}

/** {east, north} in metres of VN-2000, meridian 105°45'. */
export function vn2000({ lat, lng }) {
  const [east, north] = grid.forward([lng, lat]);
  return { east, north };
}

const inside = ({ lat, lng }) => lng >= LIMITS.west && lng <= LIMITS.east && lat >= LIMITS.south && lat <= LIMITS.north;

/** "2.304.512,34", "20,865", "20.865" → a number; NaN for anything else. */
function decimal(text) {
  if (/^\d{1,3}(\.\d{3})+(,\d+)?$/.test(text) && text.length > 7) return Number(text.replaceAll(".", "").replace(",", "."));
  return /^-?\d+([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : NaN;
}

function sexagesimal(text) {
  const parts = [...text.matchAll(/(\d+)\s*°\s*(?:(\d+)\s*['’′]\s*)?(?:(\d+(?:[.,]\d+)?)\s*(?:["”″]|''))?/g)];
  return parts.length === 2 ? parts.map(([, degrees, minutes = "0", seconds = "0"]) => Number(degrees) + Number(minutes) / 60 + Number(seconds.replace(",", ".")) / 3600) : null;
}

/**
 * A typed place → {lat, lng}; null for what is none in the country. Degrees with a comma or a point, latitude or longitude first; degrees,
 * minutes and seconds; or metres of VN-2000, north or east first.
 */
export function parsePlace(text) {
  const plain = text.trim();
  const pair = sexagesimal(plain) ?? (/^[^\s;]+,[^\s;]+$/.test(plain) && plain.split(",").length === 2 ? plain.split(",") : plain.split(/\s*;\s*|,\s+|\s+/)).map((part) => (typeof part === "number" ? part : decimal(part)));
  if (pair.length !== 2 || !pair.every(Number.isFinite)) return null;
  const [low, high] = [...pair].sort((a, b) => a - b);
  if (low > 1000) {
    const [lng, lat] = grid.inverse([low, high]);
    return inside({ lat, lng }) ? { lat, lng } : null;
  }
  return inside({ lat: low, lng: high }) ? { lat: low, lng: high } : null;
}
