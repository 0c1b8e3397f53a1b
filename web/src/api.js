/** The only door to the server: every request of the map is made here. */

const PAGE = 1000;

/** An answer that is not the one asked for: `problem` is the server's own account (RFC 9457), where it gave one. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

async function get(path, params = {}, signal = undefined, read = (answer) => answer.json()) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== "")).toString();
  let answer;
  try {
    answer = await fetch(query ? `${path}?${query}` : path, { signal, headers: { accept: "application/json, */*" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, null);
  }
  if (!answer.ok) throw new ApiError(answer.status, await answer.json().catch(() => null));
  return read(answer);
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
export const projects = (filters, signal) => all("/api/collections/projects/items", filters, signal);
export const counts = (filters, signal) => get("/api/counts", filters, signal);
export const project = (id, clocks, signal) => get(item(id), clocks, signal);
export const history = (id, signal) => get(`${item(id)}/history`, {}, signal);
export const timeline = (filters, signal) => get("/api/timeline", filters, signal);
export const changes = (filters, signal) => get("/api/changes", { ...filters, limit: PAGE }, signal);
export const countsByUnit = (generation, filters, signal) => get("/api/counts/units", { generation, ...filters }, signal);
export const units = (collection) => get(`/api/collections/${collection}/items`, { limit: PAGE });
export const basemap = (name) => get(`/basemap/${name}.geojson`);
/** `query`: the address of the map from its question mark on, with `map=` for the view. */
export const share = (query) => get(`/api/share${query}`);
