/** The only door to the server: every request of the map is made here. */

import { lang } from "./i18n.js";
import { sayAge } from "./offline.js";

/** So many projects are drawn one by one, out of one answer; more come as tiles, which cost the page what is in sight. */
export const MOST_DRAWN = 1_000;
const PAGE = 1000;
/** What list, legend and map show of a project; the rest is asked for when it is opened. */
const SHOWN = "name_vi,layer,status,condition,basis,status_uncertain,last_told,location_accuracy,area_ha,unit_ids,valid_from";
/** What the map asks of a unit. */
const OF_UNIT = "code,name,full_name,level,generation,valid_to,parent";

/** An answer that is not the one asked for: `problem` is the server's own account (RFC 9457), where it gave one. `status` 0: none came; 200: it cannot be read. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

async function get(path, params = {}, signal = undefined, read = (answer) => answer.json()) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== "")).toString().replaceAll("%2C", ",");
  let answer;
  try {
    answer = await fetch(query ? `${path}?${query}` : path, { signal, headers: { accept: "application/json, */*" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, null);
  }
  sayAge(answer);
  if (!answer.ok) throw new ApiError(answer.status, await answer.json().catch(() => null));
  return read(answer).catch((error) => { throw error.name === "AbortError" ? error : new ApiError(answer.status, null); });
}

/** All pages of a collection: {features, numberMatched}. The server's `next` link is followed on our own host only. */
async function all(path, params, signal) {
  const first = await get(path, { ...params, limit: PAGE }, signal);
  const features = [...first.features];
  for (let page = first, next; (next = page.links?.find(({ rel }) => rel === "next")?.href); ) {
    const url = new URL(next, location.href);
    page = await get(url.pathname + url.search, {}, signal);
    features.push(...page.features);
  }
  return { features, numberMatched: first.numberMatched };
}

const item = (id) => `/api/collections/projects/items/${encodeURIComponent(id)}`;

export const catalog = () => get("/api/catalog");
export const sprite = () => get("/api/styles/sprite.svg", {}, undefined, (answer) => answer.text());
/** `fields`: the properties wanted beside those that are always shown. */
export const projects = (filters, signal, fields = []) => all("/api/collections/projects/items", { ...filters, properties: [SHOWN, ...(lang() === "en" ? ["name_en"] : []), ...fields].join(",") }, signal);
/** These projects with all that is told of them. */
export const whole = (ids, clocks, signal) => all("/api/collections/projects/items", { ids: ids.join(","), ...clocks }, signal);
/** Rows of the list: {rows, numberMatched, groups, offset}; `params` beside the filters are group, sort, offset or around, window. */
export const rows = (params, signal) => get("/api/rows", params, signal);
/** The features of a vector tile, as `readTile` gives them; none where nothing lies in it. What reads them comes with the first tile. */
export const tile = ({ x, y, z }, filters, signal) => get(`/api/collections/projects/tiles/WebMercatorQuad/${z}/${y}/${x}`, filters, signal,
  async (answer) => (answer.status === 204 ? [] : (await import("./mvt.js")).readTile(await answer.arrayBuffer(), signal)));
export const counts = (filters, signal) => get("/api/counts", filters, signal);
export const project = (id, clocks, signal) => get(item(id), clocks, signal);
export const history = (id, clocks, signal) => get(`${item(id)}/history`, clocks, signal);
export const near = (id, within, clocks, signal) => get(`${item(id)}/near`, { ...clocks, within, limit: 200 }, signal);
export const orders = (ids, clocks, signal) => get("/api/deadlines", { ids: ids.join(","), ...clocks }, signal);
export const find = (asked, signal) => get("/api/find", asked, signal);
export const timeline = (filters, signal) => get("/api/timeline", filters, signal);
export const changes = (filters, signal, most = PAGE) => get("/api/changes", { ...filters, limit: most }, signal);
export const countsByUnit = (generation, filters, signal) => get("/api/counts/units", { generation, ...filters }, signal);
/** The units of a generation without their outlines, which `outlines` gives: [x, y, dx, dy, …] per ring. */
export const units = (collection) => get(`/api/collections/${collection}/items`, { limit: PAGE, skipGeometry: true, properties: OF_UNIT });
export const outlines = (collection, ids = []) => get(`/api/outlines/${collection}`, { ids: ids.join(",") });
export const basemap = (name) => get(`/basemap/${name}.geojson`);
/** `query`: the address of the map from its question mark on, with `map=` for the view. */
export const share = (query) => get(`/api/share${query}`);
