/** Outlines of units, fetched when they are first drawn: names are light and come at once, outlines are most of a map's weight. */

import * as api from "./api.js";

/** More than so many are all of them: an address has an end. */
const MOST = 120;

/** [x, y, dx, dy, …] in steps of 10^-decimals degrees → [[lon, lat], …]. */
function ring(steps, scale) {
  const points = [];
  for (let i = 0, x = 0, y = 0; i < steps.length; i += 2) points.push([(x += steps[i]) / scale, (y += steps[i + 1]) / scale]);
  return points;
}

/** The server's short form → GeoJSON geometries by id. */
function unpack({ decimals, outlines }) {
  const scale = 10 ** decimals;
  return new Map(Object.entries(outlines).map(([id, polygons]) =>
    [id, { type: "MultiPolygon", coordinates: polygons.map((rings) => rings.map((steps) => ring(steps, scale))) }]));
}

/** The collection that holds a unit. */
export const collectionOf = ({ properties: { level, generation } }) =>
  `${level === "district" ? "districts" : generation === "2025-07" ? "units" : "communes"}-${generation}`;

/** `collections` = {name: GeoJSON}, whose features get their geometry here. */
export function createOutlines(collections) {
  const whole = new Map();
  const come = new Set();
  const single = new Map();

  async function fetchWhole(name, named) {
    const [answer] = await Promise.all([api.outlines(name), named]);
    const found = unpack(answer);
    for (const unit of collections[name]?.features ?? []) unit.geometry = found.get(unit.id) ?? null;
    come.add(name);
  }

  return {
    has: (name) => come.has(name),

    /** All outlines of a generation; once they are there, its features, which are there when `named` has come, have them.
     *  What failed is asked for again. */
    need(name, named = null) {
      if (!whole.has(name)) whole.set(name, fetchWhole(name, named).catch((error) => { whole.delete(name); throw error; }));
      return whole.get(name);
    },

    /** These communes of 2024 as features by id, in which projects lie of which no more is known: `into`, a Map. True if there is a new one. */
    async hatches(ids, into) {
      const wanted = [...new Set(ids)].filter((id) => !single.has(id)).sort();
      for (const id of wanted) single.set(id, null);
      if (!wanted.length) return false;
      try {
        for (const [id, geometry] of unpack(await api.outlines("communes-2024", wanted.length < MOST ? wanted : []))) into.set(id, { type: "Feature", id, geometry, properties: {} });
      } catch (error) {
        for (const id of wanted) single.delete(id);
        throw error;
      }
      return true;
    },
  };
}
