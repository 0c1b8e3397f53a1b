/** What the map, the map in a frame and the map on paper are drawn with: rules, signs, the ground, the units. */

import * as api from "./api.js";
import { adoptSprite } from "./dom.js";
import { lang } from "./i18n.js";
import { createOutlines } from "./outlines.js";
import { breathe } from "./pace.js";
import { readCatalog } from "./style.js";
import { readUnits } from "./units.js";

/** Asked for once; the outlines of other units than today's, and the names of communes, come when they are needed. */
export async function begin() {
  const ages = ["units-2025-07", "districts-2025-01", "districts-2024"];
  const base = {};
  const outlines = createOutlines(base);
  const names = Promise.all(ages.map(api.units)).then((units) => ages.forEach((name, i) => { base[name] = units[i]; }));
  const [raw, sheet, neighbours, rivers, archipelagos] = await Promise.all([api.catalog(), api.sprite(),
    ...["neighbour-land", "rivers", "archipelagos"].map(api.basemap), outlines.need("units-2025-07", names)]);
  await breathe();
  adoptSprite(sheet);
  await breathe();
  Object.assign(base, { neighbours, rivers, archipelagos });
  return { catalog: readCatalog(raw, lang, () => document.documentElement.dataset.theme === "dark"), base, units: readUnits(base), outlines };
}
