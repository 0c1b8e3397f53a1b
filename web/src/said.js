/** Filters and days in words, as paper says them. */

import { today } from "./days.js";
import { dateWords } from "./edtf.js";
import { lang, t } from "./i18n.js";

/** "Địa bàn: Huyện Cát Hải (đến 31/12/2024) · Trạng thái: Đề xuất"; "" where nothing is filtered out. */
export function filterWords(shown, catalog, units) {
  const area = units.words(shown.district);
  const several = (key, ids, label) => ids.length && `${t(key)}: ${ids.map(label).join(", ")}`;
  return [
    shown.district.length && `${t("district")}: ${area.words}${area.when ? ` (${area.when})` : ""}`,
    several("layer", shown.layer, catalog.layerTitle), several("status", shown.status, catalog.statusLabel), several("condition", shown.condition, catalog.conditionLabel),
    shown.q.trim() && t("paperSearch", { q: shown.q.trim() }), shown.ids.length && t("chosenIds", { n: shown.ids.length })].filter(Boolean).join(" · ");
}

/** "Tình trạng ngày 30/06/2024 · theo dữ liệu ghi nhận đến … · in ngày …". */
export const dayWords = (clocks) => [t("paperDay", { day: dateWords(clocks.day, lang()) }), clocks.asOf && t("paperAsOf", { day: dateWords(clocks.asOf, lang()) }),
  t("paperPrinted", { day: dateWords(today(), lang()) })].filter(Boolean).join(" · ");
