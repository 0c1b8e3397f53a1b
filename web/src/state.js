/** What is shown: filters, days, the chosen project, the language and the map's view, all of it in the URL. */

export const LISTS = ["layer", "district", "status", "condition", "ids"];
/** The two clocks, the day to compare with, the generation of units that the map is tinted by, and a place that is marked: as the URL names them. */
const SINGLE = { datetime: "datetime", asOf: "as-of", compare: "compare", shade: "shade", point: "point", group: "group", sort: "sort" };
/** So many projects at most are selected: their ids stand in the URL. */
export const MOST_SELECTED = 100;
const LANGUAGES = ["vi", "en"];

/** The query of a URL → what is shown. A repeated or unknown parameter is left aside; the server judges the values. */
export function parse(search) {
  const params = new URLSearchParams(search);
  const values = (name) => (params.get(name) ?? "").split(",").map((v) => v.trim()).filter(Boolean);
  const lists = LISTS.map((name) => [name, values(name)]);
  return {
    ...Object.fromEntries(lists),
    ...Object.fromEntries(Object.entries(SINGLE).map(([name, told]) => [name, (params.get(told) ?? "").trim()])),
    q: params.get("q") ?? "",
    id: params.get("id") || null,
    select: [...new Set(values("select"))].slice(0, MOST_SELECTED),
    near: values("near").length === 2 ? values("near").join(",") : "",
    lang: LANGUAGES.includes(params.get("lang")) ? params.get("lang") : LANGUAGES[0],
  };
}

/** What is shown → the query of its URL, commas and all, short enough to be read aloud. */
export function format(shown) {
  const parts = LISTS.filter((name) => shown[name].length)
    .map((name) => `${name}=${shown[name].map(encodeURIComponent).join(",")}`);
  if (shown.q) parts.push(`q=${encodeURIComponent(shown.q)}`);
  for (const [name, told] of Object.entries(SINGLE)) {
    if (shown[name]) parts.push(`${told}=${encodeURIComponent(shown[name]).replaceAll("%2F", "/").replaceAll("%3A", ":")}`);
  }
  if (shown.lang !== LANGUAGES[0]) parts.push(`lang=${shown.lang}`);
  if (shown.id) parts.push(`id=${encodeURIComponent(shown.id)}`);
  if (shown.select.length) parts.push(`select=${shown.select.map(encodeURIComponent).join(",")}`);
  if (shown.near) parts.push(`near=${encodeURIComponent(shown.near).replaceAll("%2C", ",")}`);
  return parts.length ? `?${parts.join("&")}` : "";
}

/** "#map=11/20.84/106.68" → {zoom, lat, lon}; null where the hash says nothing usable. */
function parseView(hash) {
  const [, zoom, lat, lon] = /^#map=([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(hash) ?? [];
  const view = { zoom: Number(zoom), lat: Number(lat), lon: Number(lon) };
  return zoom && Object.values(view).every(Number.isFinite) ? view : null;
}

/** The filters alone, as the API takes them. */
export function filtersOf(shown) {
  return { ...Object.fromEntries(LISTS.map((name) => [name, shown[name].join(",")])), q: shown.q.trim() };
}

/** Is anything filtered out? */
export const isFiltered = (shown) => Object.values(filtersOf(shown)).some(Boolean);

/** The state of this page, mirrored in the address bar; back, forward and reload work. */
export function createState() {
  let shown = parse(location.search);
  const listeners = [];

  function announce(next) {
    const changed = Object.keys(next).filter((key) => JSON.stringify(next[key]) !== JSON.stringify(shown[key]));
    shown = next;
    for (const listener of listeners) listener(shown, new Set(changed));
  }

  window.addEventListener("popstate", () => announce(parse(location.search)));

  return {
    get shown() { return shown; },
    get view() { return parseView(location.hash); },
    onChange(listener) { listeners.push(listener); },

    /** Show something else. `replace`: no step of its own in the history, for letters being typed. */
    set(patch, { replace = false } = {}) {
      const next = { ...shown, ...patch };
      const url = `${location.pathname}${format(next)}${location.hash}`;
      if (format(next) !== format(shown)) history[replace ? "replaceState" : "pushState"](null, "", url);
      announce(next);
    },

    /** The map came to rest elsewhere: written down, without a step in the history. */
    setView({ zoom, lat, lon }) {
      const hash = `#map=${Number(zoom.toFixed(2))}/${lat.toFixed(4)}/${lon.toFixed(4)}`;
      if (hash !== location.hash) history.replaceState(null, "", `${location.pathname}${location.search}${hash}`);
    },
  };
}
