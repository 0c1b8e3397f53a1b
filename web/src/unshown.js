/** What an address of the map says that paper and a frame do not show: told in words, lest it be missed. */

import { today } from "./days.js";
import { dateWords } from "./edtf.js";
import { lang, number, t } from "./i18n.js";

/** `shown` (state.js) → "So sánh với 30/06/2023; 3 dự án đang chọn: chỉ có trên bản đồ đầy đủ."; "" where nothing is missing. */
export function unshown({ compare, shade, select }) {
  const what = [compare && t("unshownCompare", { day: compare === today() ? t("today").toLowerCase() : dateWords(compare, lang()) }), shade && t("unshownShade"),
    select.length > 0 && t(select.length === 1 ? "unshownSelect1" : "unshownSelect", { n: number(select.length) })].filter(Boolean).join("; ");
  return what && t("unshown", { what: what[0].toUpperCase() + what.slice(1) });
}
