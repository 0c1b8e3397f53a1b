/** What a row of the list says beside its name and its place: status, condition, what is due. */

import { dateWords } from "./edtf.js";
import { lang, t } from "./i18n.js";

const DUE = { late: "dueLate", open: "dueOpen", unknown: "dueUnknown", done: "dueDone", done_late: "dueDoneLate" };

/** "Đang thi công · chậm tiến độ · hạn 2025: quá hạn". */
export function rowWords({ status, condition, due, verdict }, catalog) {
  const outlined = catalog.conditionSymbol(condition) && catalog.conditionLabel(condition);
  const told = due && t(DUE[verdict] ?? DUE.unknown, { day: dateWords(due, lang()) });
  return [catalog.statusLabel(status), outlined, told].filter(Boolean).join(" · ");
}
