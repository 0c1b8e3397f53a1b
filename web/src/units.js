/** Administrative units as the reader picks them: three generations, found with or without accents. */

import { fold } from "./fold.js";
import { t } from "./i18n.js";

/** In the order in which the picker offers them. */
export const COLLECTIONS = ["districts-2024", "units-2025-07", "districts-2025-01"];

const FIELDS = { 2024: "districts_2024", "2025-01": "districts_2025_01", "2025-07": "units_2025_07" };
const GENERATION = /^\d{4}(-\d\d)?(?=-)/;

const period = (generation) => (generation in FIELDS ? t(`period-${generation}`) : "");

/** How much of the ground the frame around a unit takes, in square degrees: enough to tell which of two is larger. */
export function extent({ geometry }) {
  const all = geometry.coordinates.flat(Infinity);
  const side = (from) => all.filter((_, i) => i % 2 === from).reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
  return [0, 1].map(side).reduce((area, [low, high]) => area * (high - low), 1);
}

/** `collections` = {collection: GeoJSON}. What comes back offers options, and finds a unit by what stands in a URL. */
export function readUnits(collections) {
  const sorted = new Map(COLLECTIONS.map((name) => [name, [...(collections[name]?.features ?? [])]
    .sort((a, b) => a.properties.name.localeCompare(b.properties.name, "vi"))]));
  const every = [...sorted.values()].flat();
  const byId = new Map(every.map((unit) => [unit.id, unit]));

  const options = (name) => sorted.get(name).map(({ id, properties: { code, name: short, full_name: full } }) =>
    ({ id, label: full, find: fold(`${short} ${full} ${code ?? ""}`) }));

  return {
    groups: () => COLLECTIONS.map((name) => ({ title: t(name), options: options(name) })),

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
      if (values.length > 1) return { words: t("manyDistricts", { n: values.length }), when: "" };
      const found = this.find(values[0]).map(({ properties }) => properties);
      if (!found.length) return { words: values[0], when: "" };
      const [names, generations] = ["full_name", "generation"].map((key) => [...new Set(found.map((unit) => unit[key]))]);
      return { words: names.length > 1 ? found[0].name : names[0],
        when: generations.length > 1 ? t("generations", { n: generations.length }) : period(generations[0]) };
    },

    /** "Xã Tân Dân, Huyện An Lão · đến 31/12/2024": a candidate that the server offers. */
    full: ({ full_name: name, parent_name: parent, generation }) =>
      [[name, parent].filter(Boolean).join(", "), period(generation)].filter(Boolean).join(" · "),

    /** The properties of a project that name its units, the first that it has being the one to show. */
    fields(values) {
      const [value] = values;
      const generation = value && (this.find(value)[0]?.properties.generation ?? GENERATION.exec(value)?.[0]);
      const commune = /^2024-(xa|phuong|thi-tran)-/.test(value ?? "");
      return [commune ? "communes_2024" : FIELDS[generation], "units_2025_07", "districts_2024"].filter(Boolean);
    },
  };
}
