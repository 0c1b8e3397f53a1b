/** Dates as printed: the precision that the source gave, in the reader's words (EDTF level 1). */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "2023-02-15" → "15/02/2023" or "15 Feb 2023"; "2023-02" → "02/2023"; "2023~" → "khoảng 2023"; "" for nothing. */
export function dateWords(edtf, lang) {
  if (!edtf) return "";
  if (edtf.includes("/")) {
    const [from, to] = edtf.split("/").map((part) => (part === ".." ? "…" : dateWords(part, lang)));
    return `${from} – ${to || "…"}`;
  }
  const [, year, month, day, doubt] = /^(-?\d{1,6}[\dX]*)(?:-(\d\d))?(?:-(\d\d))?([~?%]?)$/.exec(edtf) ?? [];
  if (!year) return edtf;
  return around(doubt, plain(year, month, day, lang), lang);
}

/** The first day that a date may mean: "2023-06" → "2023-06-01", a span's first; "" where it has no beginning. */
export function firstDay(edtf) {
  const [, year, month = "01", day = "01"] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec(edtf ?? "") ?? [];
  return year ? `${year}-${month}-${day}` : "";
}

/** How much a date tells: "day", "month" or "year"; null where it is a span, or not sure. */
export function precision(edtf) {
  const [, month, day] = /^\d{4}(-\d\d)?(-\d\d)?$/.exec(edtf) ?? [null, "", null];
  return month === "" ? null : day ? "day" : month ? "month" : "year";
}

function plain(year, month, day, lang) {
  if (!month) return year;
  if (lang === "vi") return day ? `${day}/${month}/${year}` : `${month}/${year}`;
  const name = MONTHS[Number(month) - 1] ?? month;
  return day ? `${Number(day)} ${name} ${year}` : `${name} ${year}`;
}

function around(doubt, words, lang) {
  const about = { vi: "khoảng ", en: "about " }[lang];
  return `${doubt === "~" || doubt === "%" ? about : ""}${words}${doubt === "?" || doubt === "%" ? " (?)" : ""}`;
}
