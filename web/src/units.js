/** Administrative units as the reader picks them: three generations, found with or without accents. */

import { fold } from "./fold.js";
import { t } from "./i18n.js";

/** In the order in which the picker offers them. */
export const COLLECTIONS = ["districts-2024", "units-2025-07", "districts-2025-01"];

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

    /** The units that a value of `district=` names: an id, `code@generation`, or a folded name; [] when unknown here. */
    find(value) {
      const exact = byId.get(value);
      if (exact) return [exact];
      const [code, generation] = value.split("@");
      const dated = generation ? every.filter(({ properties: p }) => p.code === code && p.generation === generation) : [];
      if (dated.length) return dated;
      const name = fold(value);
      const named = every.filter(({ properties: p }) => fold(p.full_name) === name || fold(p.name) === name);
      return named.slice(0, 1);
    },

    /** What the button of the picker says. */
    words(values) {
      if (!values.length) return t("allDistricts");
      if (values.length > 1) return t("manyDistricts", { n: values.length });
      return this.find(values[0])[0]?.properties.full_name ?? values[0];
    },
  };
}
