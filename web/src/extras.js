/** What an address of the map says beyond filters and days, for paper: the day compared with, numbers by unit, the selection. */

import * as api from "./api.js";
import { today } from "./days.js";
import { dateWords } from "./edtf.js";
import { lang, number, own, t } from "./i18n.js";
import { breaks } from "./shade.js";
import { COLLECTIONS } from "./units.js";

/** As many as the server tells at once: every project that fits on paper, whichever way its filters are judged. */
const MOST_CHANGES = 10_000;
const dayName = (day) => (day === today() ? t("today").toLowerCase() : dateWords(day, lang()));

/**
 * Asked for under these filters: {before, changes, shade, selected, words}. `before` says by id how a project that changed stood on the other day, `shade` is {name, counts, units, from}, `selected`
 * holds the ids; each is empty, or null, where the address does not ask for it.
 */
export async function askExtras(shown, clocks, filters) {
  const other = clocks.wrong.compare ? null : clocks.compare;
  const name = COLLECTIONS.find((one) => one === shown.shade) ?? null;
  const [changes, counted] = await Promise.all([
    other && api.changes({ ...filters, datetime: [clocks.day, other].sort().join("/") }, undefined, MOST_CHANGES), name && api.countsByUnit(name, filters)]);
  const there = other < clocks.day ? "before" : "after";
  const words = (change) => `${dayName(other)}: ${own(change[there], "status").toLocaleLowerCase(lang())}`;
  return {
    other,
    before: new Map((changes?.changes ?? []).map((change) => [change.id, words(change)])),
    shade: name && { name, units: counted.units, counts: new Map(counted.units.map(({ id, numberMatched }) => [id, numberMatched])), from: breaks(counted.units.map(({ numberMatched }) => numberMatched)) },
    selected: new Set(shown.select),
    words: [other && `${t("paperCompared", { day: dayName(other) })}: ${t("changesCount", { n: number(changes.numberMatched) })}`,
      name && `${t("shadeTitle")}: ${t(name)}`, shown.select.length && t("selected", { n: number(shown.select.length) })].filter(Boolean).join(" · "),
  };
}

/** How the marks of these stand in the legend: [kind, words]. */
export const ringWords = ({ other, before, selected }) => [before.size && ["changed", t("paperChanged", { day: dayName(other) })], selected.size && ["selected", t("paperSelected")]].filter(Boolean);
