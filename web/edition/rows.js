/** The rows of the list out of what a copy carries: as `/api/rows` gives them, without landmarks and due dates, which only a server tells. */

const order = new Intl.Collator("vi", { numeric: true, sensitivity: "variant" });

/** Of these features the window that is asked for. `catalog` gives layers and statuses in their order. */
export function rowsOf(features, catalog, { group = "none", sort = "", offset = 0, around = "", window = 100 }) {
  const layers = catalog.layers.map(({ id }) => id);
  const statuses = [...catalog.statuses].sort((a, b) => (a.id === "unknown") - (b.id === "unknown") || a.order - b.order).map(({ id }) => id);
  const keys = {
    layer: ({ layer }) => layer, status: ({ status }) => status, due: () => "none",
    district: ({ units_2025_07: units = [] }) => (units.length > 1 ? "several" : units[0] ?? "none"),
  };
  const place = { layer: (key) => layers.indexOf(key), status: (key) => statuses.indexOf(key) };
  const by = (name) => (a, b) => {
    const [one, other] = [a, b].map(({ properties }) => keys[name](properties));
    const last = (key) => ["several", "none"].indexOf(key);
    return place[name] ? place[name](one) - place[name](other) : last(one) - last(other) || order.compare(one, other);
  };
  const falling = sort.startsWith("-") ? -1 : 1;
  const name = sort.replace("-", "") || "name";
  const inGroup = (a, b) => (keys[name] ? falling * by(name)(a, b) : 0) || (name === "name" ? falling : 1) * order.compare(a.properties.name_vi ?? "", b.properties.name_vi ?? "") || order.compare(a.id, b.id);
  const every = [...features].sort((a, b) => (keys[group] ? by(group)(a, b) : 0) || inGroup(a, b));
  const groups = [];
  if (keys[group]) {
    every.forEach(({ properties }, first) => {
      const key = keys[group](properties);
      if (groups.at(-1)?.key === key) groups.at(-1).numberMatched += 1;
      else groups.push({ key, first, numberMatched: 1, ...(group === "district" && !["several", "none"].includes(key) && { full_name: key }) });
    });
  }
  const found = every.findIndex(({ id }) => id === around);
  const from = !around ? Number(offset) : found < 0 ? every.length : Math.max(0, found - Math.floor(window / 2));
  return { rows: every.slice(from, from + Number(window)).map(row), numberMatched: every.length, offset: from, groups };
}

function boundsOf({ coordinates }) {
  const flat = coordinates.flat(Infinity);
  const [xs, ys] = [0, 1].map((at) => flat.filter((_, i) => i % 2 === at));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function row({ id, geometry, properties: p }) {
  const held = p.units_2025_07?.length ? p.units_2025_07 : p.districts_2024 ?? [];
  const names = held.slice(0, 2).join(", ") + (held.length > 2 ? ` +${held.length - 2}` : "");
  const told = (nowhere) => [names, !geometry && nowhere].filter(Boolean).join(", ");
  const bbox = geometry && boundsOf(geometry);
  return { id, layer: p.layer, name_vi: p.name_vi, name_en: p.name_en, status: p.status, condition: p.condition, due: null, last_told: p.last_told,
    place_vi: told("chưa rõ vị trí"), place_en: told("location not known"), bbox, point: bbox && [(bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2] };
}
