/** What the map is drawn from: every project as long as they are few, and the tiles of the server where a page could not hold them. */

import * as api from "./api.js";

/** The counts without any filter, asked for once: a city of few never waits for a number before it asks for its projects. */
const whole = Promise.resolve().then(() => api.counts({}));
const city = whole.then(({ numberMatched }) => numberMatched, () => 0);
/** The first view mostly shows the whole city: then those are its counts. */
let unused = whole;

/** {features, crowd, listed, counts}: the projects under these filters, `crowd` where they are too many to be told; rows and numbers in any case. */
export async function answer(filters, signal, { rows, fields = [] }) {
  const isWhole = Object.values(filters).every((value) => !value);
  const [listed, counts] = [rows(filters, signal), unused && isWhole ? unused : api.counts(filters, signal)];
  unused = null;
  const few = await city <= api.MOST_DRAWN;
  if (!few && (await listed).numberMatched > api.MOST_DRAWN) return { features: [], crowd: true, listed: await listed, counts: await counts };
  const [{ features }, ...others] = await Promise.all([api.projects(filters, signal, fields), listed, counts]);
  return { features, crowd: false, listed: others[0], counts: others[1] };
}

/** Draws the crowds of the day shown and of the one beside it; its code comes when there is the first. */
export function createCrowds(sides, make) {
  const [drawn, stands] = [new Map(), new Map()];
  return {
    /** `filters` by side; null for none. */
    async draw(wanted) {
      for (const side of sides) {
        if (!wanted[side] && !drawn.has(side)) continue;
        if (!drawn.has(side)) drawn.set(side, import("./map/tiled.js").then((module) => make(module.createTiled, side)));
        (await drawn.get(side)).draw(wanted[side] ?? null);
        stands.set(side, await drawn.get(side));
      }
    },
    /** The map of the day shown, while tiles draw it; else null. */
    get shown() { return stands.get("shown")?.isShown ? stands.get("shown") : null; },
    standing: () => [...stands.values()].flatMap((one) => one.standing()),
  };
}
