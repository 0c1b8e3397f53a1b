/** Numbers by unit, wired: asked for under the filters and the day that hold, shown as tints on the map and as a list. */

import * as api from "./api.js";
import { t } from "./i18n.js";
import { errorWords } from "./notices.js";
import { breaks } from "./shade.js";
import { filtersOf } from "./state.js";
import { COLLECTIONS } from "./units.js";

/** `card` and `tinted` show them; `base` holds the units by collection, all of them once `complete(name)` has come; `onWanted(on)`. */
export function createNumbers({ state, clocks, card, tinted, base, complete, onWanted }) {
  let current = new AbortController();

  return async function draw() {
    const name = COLLECTIONS.find((one) => one === state.shown.shade);
    current.abort();
    current = new AbortController();
    onWanted(Boolean(name));
    if (!name) {
      card.close();
      tinted.clear();
      return;
    }
    card.wait(name);
    try {
      const filters = { ...filtersOf(state.shown), ...clocks().asked };
      const [counts] = await Promise.all([api.countsByUnit(name, filters, current.signal), complete(name)]);
      const from = breaks(counts.units.map(({ numberMatched }) => numberMatched));
      card.draw(name, counts, from);
      tinted.draw(base[name].features, new Map(counts.units.map(({ id, numberMatched }) => [id, numberMatched])), from);
    } catch (error) {
      if (error.name !== "AbortError") card.fail(error instanceof api.ApiError ? errorWords(error) : t("shadeFailed"));
    }
  };
}
