/** In the place of `src/api.js` in a copy of the map: the same questions, answered by what the copy carries, or by what lies beside it. */

import { ApiError } from "../src/api.js";
import { createAnswers } from "./answers.js";
import { edition } from "./carried.js";
import { suggest } from "./find.js";
import { createMany } from "./many.js";
import { givesParts } from "./ranged.js";
import { rowsOf } from "./rows.js";
import { openTiles } from "./tiles.js";

export { ApiError };

const FEW = 1_000;
const carries = await edition();
const many = carries.many ? await createMany(carries) : null;
const answers = many ? null : createAnswers(carries);
const tiled = carries.tiles && (many || carries.features.length > FEW) && await givesParts(carries.tiles) ? openTiles(carries.tiles) : null;

/** So many are drawn one by one: all of them where they are at hand and no tiles are. */
export const MOST_DRAWN = many ? 0 : tiled ? FEW : Infinity;
/** Whether this is a copy that lacks what its server does not give: parts of a file. */
export const lacksParts = Boolean(many && !tiled);

function known(answer) {
  if (answer === undefined) throw new ApiError(404, null);
  return answer;
}

async function unserved() {
  throw new ApiError(0, null);
}

let [question, keep] = ["", null];
/** What to draw of each feature of a tile, found once for all tiles under these filters. */
function keeper(filters) {
  if (JSON.stringify(filters) === question) return keep;
  question = JSON.stringify(filters);
  keep = many ? many.keeper(filters) : Promise.resolve(new Map(answers.projects(filters).features.map((one) => [one.id, one.properties])))
    .then((shown) => ({ properties: p }) => shown.has(p.id) && p.layer ? { ...p, status: shown.get(p.id).status, condition: shown.get(p.id).condition } : null);
  return keep;
}

export const catalog = async () => carries.catalog;
export const sprite = async () => carries.sprite;
export const projects = async (filters, signal) => (many ?? answers).projects(filters, signal);
export const whole = async (ids, clocks, signal) => projects({ ...clocks, ids: ids.join(",") }, signal);
export const rows = async (params, signal) => (many ? many.rows(params, signal) : rowsOf(answers.projects(params).features, carries.catalog, params));
export const tile = tiled ? async (at, filters, signal) => tiled(at, await keeper(filters), signal) : unserved;
export const counts = async (filters) => (many ?? answers).counts(filters);
export const project = async (id, clocks, signal) => (many ? many.project(id, signal) : known(answers.project(id, clocks)));
export const history = async (id) => (many ? many.history(id) : known(answers.history(id)));
export const find = async ({ q }) => ({ q, suggestions: suggest(q, await named(q), carries.units) });
export const timeline = async (filters) => (many ? { days: [], documents: [], reorganisations: [] } : answers.timeline(filters));
export const changes = async (filters) => (many ? unserved() : answers.changes(filters));
export const countsByUnit = async (generation, filters) => (many ?? answers).countsByUnit(generation, filters);
export const orders = async (ids) => ({ deadlines: (carries.deadlines ?? []).filter(({ feature }) => ids.includes(feature)) });
export const units = async (collection) => known(carries.units[collection]);
export const basemap = async (name) => known(carries.basemap[name]);
export const outlines = async (collection, ids = []) => {
  const { decimals, outlines: every } = known(carries.outlines[collection]);
  return { decimals, outlines: ids.length ? Object.fromEntries(ids.filter((id) => id in every).map((id) => [id, every[id]])) : every };
};
/** What a server alone can give; nothing on a copy asks for it. */
export const near = unserved;
export const share = unserved;

const named = async (q) => (many ? (await many.rows({ q, window: 8 })).rows.map(({ id, ...properties }) => ({ id, properties })) : answers.projects({ q }).features);
