/** Administrative units as the reader picks them: every generation with its time, found with or without accents. */

import { today } from "./days.js";
import { fold } from "./fold.js";
import { t } from "./i18n.js";

/** Today's first, then what was before it; the old communes, which are many, last. */
export const COLLECTIONS = ["units-2025-07", "districts-2025-01", "districts-2024", "communes-2024"];

/** The property of a project that names its units of a collection. */
export const FIELD_OF = { "units-2025-07": "units_2025_07", "districts-2025-01": "districts_2025_01",
  "districts-2024": "districts_2024", "communes-2024": "communes_2024" };
const PERIODS = ["2024", "2025-01", "2025-07"];
const period = (generation) => (PERIODS.includes(generation) ? t(`period-${generation}`) : "");

/** How much of the ground the frame around a unit takes, in square degrees: enough to tell which of two is larger. */
export function extent({ geometry }) {
  const all = geometry.coordinates.flat(Infinity);
  const side = (from) => all.filter((_, i) => i % 2 === from).reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
  return [0, 1].map(side).reduce((area, [low, high]) => area * (high - low), 1);
}

/**
 * `collections` = {collection: GeoJSON}; those that come later are added. What comes back offers options, finds a unit by
 * what stands in a URL, and knows which units there were on a day.
 */
export function readUnits(collections) {
  const lastDay = (name) => collections[name].features.reduce((last, { properties: { valid_to: to } }) => (to && to > last ? to : last), "");
  const known = new Map(COLLECTIONS.map((name) => [name, collections[name]?.features ?? []]));
  const every = [...known.values()].flat();
  const byId = new Map(every.map((unit) => [unit.id, unit]));

  const sorted = new Map();
  /** By name, once somebody looks; one comparer for all, where `localeCompare` makes its own each time. */
  function inOrder(name) {
    if (sorted.has(name)) return sorted.get(name);
    const { compare } = new Intl.Collator("vi");
    return sorted.set(name, [...known.get(name)].sort((a, b) => compare(a.properties.name, b.properties.name))).get(name);
  }

  const options = (name) => inOrder(name).map(({ id, properties: { code, name: short, full_name: full, parent } }) =>
    ({ id, label: full, hint: byId.get(parent)?.properties.name, find: fold(`${short} ${full} ${code ?? ""}`) }));

  /** The main generations, the earliest first, each with its last day; the next begins on the day after. */
  const ages = COLLECTIONS.filter((name) => name !== "communes-2024" && collections[name]?.features.length)
    .map((name) => ({ name, to: lastDay(name) || null })).sort((a, b) => ((a.to ?? "9") < (b.to ?? "9") ? -1 : 1));
  const nameOn = (day) => (ages.find(({ to }) => !to || day <= to) ?? ages.at(-1))?.name ?? COLLECTIONS[0];

  return {
    /** The generations, those of the day shown first. */
    groups: (day = today()) => {
      const first = nameOn(day);
      return [...COLLECTIONS].sort((a, b) => (b === first) - (a === first)).filter((name) => known.get(name).length)
        .map((name) => ({ title: name === first && day !== today() ? `${t(name)} · ${t("dayShown")}` : t(name), options: options(name) }));
    },

    /** The collection of the units that there were on a day. */
    on: nameOn,

    /** The unit of that id; undefined when unknown here. */
    get: (id) => byId.get(id),

    /** Communes come after the others, since few projects need them. */
    add(name, collection) {
      collections[name] = collection;
      known.set(name, collection.features);
      sorted.delete(name);
      every.push(...collection.features);
      for (const unit of collection.features) byId.set(unit.id, unit);
    },

    /** The units that a value of `district=` names: an id, `code@generation`, or a folded name, which means the
     *  districts so called, of every generation, else a unit of today; [] when unknown here. */
    find(value) {
      const exact = byId.get(value);
      if (exact) return [exact];
      const [words, generation] = value.split("@");
      const name = fold(words);
      const named = every.filter(({ properties: p }) => (!generation || p.generation === generation)
        && (fold(p.full_name) === name || fold(p.name) === name || (generation && p.code === words)));
      const districts = named.filter(({ properties: p }) => p.level === "district");
      return districts.length ? districts : named;
    },

    /** What the button of the picker says: {words, when}, a name and the time in which it is meant. */
    words(values) {
      if (!values.length) return { words: t("allDistricts"), when: "" };
      const [, none] = values.length === 1 ? /^chua-xac-dinh@(.+)$/.exec(values[0]) ?? [] : [];
      if (none) return { words: t("unassigned"), when: period(known.get(none)?.[0]?.properties.generation ?? none) };
      if (values.length > 1) {
        const named = values.map((value) => this.find(value)[0]?.properties);
        const of = [...new Set(named.map((unit) => unit?.generation))];
        return { words: named.map((unit, i) => unit?.name ?? values[i]).join(", "), when: of.length === 1 && of[0] ? period(of[0]) : "" };
      }
      const found = this.find(values[0]).map(({ properties }) => properties);
      if (!found.length) return { words: values[0], when: "" };
      const [names, generations] = ["full_name", "generation"].map((key) => [...new Set(found.map((unit) => unit[key]))]);
      return { words: names.length > 1 ? found[0].name : names[0],
        when: generations.length > 1 ? t("generations", { n: generations.length }) : period(generations[0]) };
    },

    /** "Xã Tân Dân, Huyện An Lão · đến 31/12/2024": a candidate that the server offers. */
    full: ({ full_name: name, parent_name: parent, generation }) =>
      [[name, parent].filter(Boolean).join(", "), period(generation)].filter(Boolean).join(" · "),

    /** The properties of a project that name its units, the first that it has being the one to show: those of the time
     *  of a chosen unit, else those of the day shown. */
    fields([value], day = today()) {
      const unit = value && this.find(value)[0]?.properties;
      const chosen = unit && COLLECTIONS.find((name) => known.get(name).some(({ properties }) => properties === unit));
      return [chosen, nameOn(day), "units-2025-07", "districts-2024"].filter(Boolean).map((name) => FIELD_OF[name]);
    },
  };
}
