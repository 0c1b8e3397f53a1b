/** One rule set, delivered by the server, draws the map and explains it in the legend. */

/**
 * The catalog, ready for looking things up: codes → labels, statuses in order, the drawing rule of each code.
 *
 * `raw` is the answer of `/api/catalog`; `lang()` says the reader's language at the moment of asking, `isDark()` whether the
 * map is the dark one. The rules are
 * `layers/style.py`'s: nothing is drawn that they do not name, and an unknown code is drawn as they say (`otherwise`).
 */
export function readCatalog(raw, lang, isDark = () => false) {
  const byId = (rows = []) => new Map(rows.map((row) => [row.id, row]));
  const layers = byId([...raw.layers].sort((a, b) => a.order - b.order));
  const statuses = byId([...raw.statuses].reverse()); // a code of two life cycles ("unknown") is the first one's
  const [conditions, bases, accuracies, roles] = [raw.conditions, raw.bases, raw.accuracies, raw.roles].map(byId);
  const rules = raw.symbols;
  const words = (pair, fallback) => pair?.[lang()] || pair?.vi || fallback;
  const label = (rows) => (id) => words(rows.get(id)?.label, id ?? "");
  const definition = (rows) => (id) => words(rows.get(id)?.definition, "");
  const shade = () => (isDark() ? rules.dark : rules);
  const ruleOf = (status) => shade().statuses[status] ?? shade().statuses[rules.otherwise];

  return {
    layers: [...layers.values()],
    statuses: raw.statuses.filter((status) => statuses.get(status.id) === status),
    conditions: raw.conditions.filter(({ id }) => rules.conditions[id]?.symbol).map(({ id }) => id),
    accuracies: raw.accuracies.filter(({ id }) => rules.accuracies[id]).map(({ id }) => id),
    otherwise: rules.otherwise,
    rules,
    /** Whose word the projects are, and under which licence. */
    credit: raw.credit,
    marker: rules.marker,
    basemap: () => shade().basemap,
    ruleOf,
    colour: (status) => ruleOf(status).polygon.fillColor,
    conditionSymbol: (id) => rules.conditions[id]?.symbol ?? null,
    accuracyRule: (id) => rules.accuracies[id] ?? null,
    /** The clock on a sign: {symbol, months, x, y, size}. */
    age: rules.age,
    layerSymbol: (id) => rules.layers[id]?.symbol ?? null,
    lineWeight: (id) => rules.layers[id]?.weight ?? null,
    layerTitle: (id) => words(layers.get(id)?.title, id),
    layerOrder: (id) => layers.get(id)?.order ?? layers.size,
    statusLabel: label(statuses), statusDefinition: definition(statuses),
    conditionLabel: label(conditions), conditionDefinition: definition(conditions),
    basisLabel: label(bases), basisDefinition: definition(bases),
    accuracyLabel: label(accuracies), accuracyDefinition: definition(accuracies),
    roleLabel: label(roles),
    fieldTitle: (name) => words(raw.fields?.[name]?.title, name),
    fieldUnit: (name) => raw.fields?.[name]?.unit ?? "",
    hasField: (name) => Boolean(raw.fields?.[name]),
  };
}

/** How a rule stands on the map where nobody points: fainter, and the more so from afar, for the signs speak first. */
export function quiet(rule, near) {
  const share = near ? 0.7 : 0.4;
  return { ...rule, weight: rule.weight * 0.7, opacity: rule.opacity * share, fillOpacity: rule.fillOpacity * share };
}

/** Larger areas than this are tinted the fainter: a zone of 20 000 ha would dye half the city. */
const LARGE_HA = 150;
export const areaFill = (hectares) => Math.min(0.6, LARGE_HA / hectares);

/** Radius in metres of the circle that covers `area_ha` on the ground; null where there is no area to show. */
export function areaRadius({ geometry, properties }) {
  if (geometry?.type !== "Point" || !(properties.area_ha > 0)) return null;
  return Math.sqrt((properties.area_ha * 10_000) / Math.PI);
}

/** The communes in which a project lies when no more than its commune is known; a tile tells its units with commas. */
export function hatchedUnits({ properties }) {
  if (properties.location_accuracy !== "commune") return [];
  const held = properties.unit_ids ?? [];
  return (Array.isArray(held) ? held : held.split(",")).filter((id) => /^2024-(xa|phuong|thi-tran)-/.test(id));
}

/** The last day that a printed date may mean, as a number: "2023-05" is 20230531; null where none is known. */
function lastDay(told) {
  const [, year, month = "12", of = "31"] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec((told ?? "").split("/").at(-1)) ?? [];
  return year ? Number(year + month + of) : null;
}

/** Was the newest word on a status told more than `months` before that day? By its date, or by the number that a tile tells; false where none is known. */
export function isOld({ last_told: told, last_told_day: number = lastDay(told) }, day, { months }) {
  return number !== null && Boolean(day) && number + (months / 12) * 10_000 < Number(day.replaceAll("-", ""));
}
