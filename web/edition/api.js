/** In the place of `src/api.js` in a copy of the map: the same questions, answered by what the copy carries. */

import { ApiError } from "../src/api.js";
import { createAnswers } from "./answers.js";
import { edition } from "./carried.js";
import { suggest } from "./find.js";
import { rowsOf } from "./rows.js";

export { ApiError };

const carries = await edition();
const answers = createAnswers(carries);

function known(answer) {
  if (answer === undefined) throw new ApiError(404, null);
  return answer;
}

async function unserved() {
  throw new ApiError(0, null);
}

export const catalog = async () => carries.catalog;
export const sprite = async () => carries.sprite;
export const projects = async (filters) => answers.projects(filters);
export const whole = async (ids, clocks) => answers.projects({ ...clocks, ids: ids.join(",") });
export const rows = async (params) => rowsOf(answers.projects(params).features, carries.catalog, params);
export const counts = async (filters) => answers.counts(filters);
export const project = async (id, clocks) => known(answers.project(id, clocks));
export const history = async (id) => known(answers.history(id));
export const find = async ({ q }) => ({ q, suggestions: suggest(q, answers.projects({ q }).features, carries.units) });
export const timeline = async (filters) => answers.timeline(filters);
export const changes = async (filters) => answers.changes(filters);
export const countsByUnit = async (generation, filters) => answers.countsByUnit(generation, filters);
export const orders = async (ids) => ({ deadlines: carries.deadlines.filter(({ feature }) => ids.includes(feature)) });
export const units = async (collection) => known(carries.units[collection]);
export const basemap = async (name) => known(carries.basemap[name]);
export const outlines = async (collection, ids = []) => {
  const { decimals, outlines: every } = known(carries.outlines[collection]);
  return { decimals, outlines: ids.length ? Object.fromEntries(ids.filter((id) => id in every).map((id) => [id, every[id]])) : every };
};
/** What a server alone can give; nothing on a copy asks for it. */
export const tile = unserved;
export const near = unserved;
export const share = unserved;
