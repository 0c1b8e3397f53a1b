/** The tiles of a release: one archive, of which a tile is a part; drawn as those of the server are. */

import { PMTiles } from "/vendor/pmtiles/dist/esm/index.js";
import { boxOf, UNITS } from "../src/map/tile-shapes.js";
import { readTile } from "../src/mvt.js";

/** `keep(feature)` gives the properties with which a feature is drawn, or null for one that is not. */
export function openTiles(address) {
  const archive = new PMTiles(new URL(address, location.href).href);
  const header = archive.getHeader();

  return async function tile({ x, y, z }, keep, signal) {
    const { minZoom, maxZoom } = await header;
    if (z < minZoom) return [];
    const deeper = Math.max(0, z - maxZoom);
    const found = await archive.getZxy(z - deeper, x >> deeper, y >> deeper, signal);
    if (!found) return [];
    const whole = (await readTile(found.data, signal)).map((feature) => ({ ...feature, properties: keep(feature) })).filter(({ properties }) => properties);
    return deeper ? whole.map((feature) => nearer(feature, x, y, deeper)).filter(inSight) : whole;
  };
}

/** Beyond the deepest tile there is, a part of that one, so many times as large. */
function nearer(feature, x, y, deeper) {
  const times = 2 ** deeper;
  const from = [(x % times) * UNITS, (y % times) * UNITS];
  return { ...feature, rings: feature.rings.map((ring) => ring.map((value, i) => value * times - from[i % 2])) };
}

const EDGE = 512;
const inSight = ({ rings }) => {
  const [west, north, east, south] = boxOf(rings);
  return east > -EDGE && west < UNITS + EDGE && south > -EDGE && north < UNITS + EDGE;
};
