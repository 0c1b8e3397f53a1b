/** What the map, the map in a frame and the map on paper are drawn with: rules, signs, the ground, the units. */

import * as api from "./api.js";
import { adoptSprite } from "./dom.js";
import { lang } from "./i18n.js";
import { readCatalog } from "./style.js";
import { readUnits } from "./units.js";

/** Asked for once; the outlines of communes come after (`readCommunes`), since few projects need them. */
export async function begin() {
  const ages = ["units-2025-07", "districts-2025-01", "districts-2024"];
  const [raw, sheet, neighbours, rivers, archipelagos, ...units] = await Promise.all([
    api.catalog(), api.sprite(), ...["neighbour-land", "rivers", "archipelagos"].map(api.basemap), ...ages.map(api.units)]);
  adoptSprite(sheet);
  const collections = Object.fromEntries(ages.map((name, i) => [name, units[i]]));
  return { catalog: readCatalog(raw, lang, () => document.documentElement.dataset.theme === "dark"), base: { ...collections, neighbours, rivers, archipelagos }, units: readUnits(collections) };
}
