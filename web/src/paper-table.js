/** The numbered table of the projects on paper: as many sheets as it takes, each with its head, its rows whole. */

import { el, sprite } from "./dom.js";
import { dateWords } from "./edtf.js";
import { lang, number, own, t } from "./i18n.js";

/** How much of a sheet rows may fill: where it is shown smaller, each line is rounded up. */
const FILLED = 0.985;
const COLUMNS = ["paperNo", "paperName", "layer", "status", "paperSource", "district"];

/**
 * Sheets for these parts [{title, features}], numbered on from 1: `frame(content)` makes a sheet around a table, and puts it in
 * the page, so that rows can be measured. `unitsOf(properties)` names the units of a project, `notes(feature)` gives what stands
 * beneath its {name, status}.
 */
export function layTable(parts, { catalog, unitsOf, notes, frame }) {
  const rows = rowsOf(parts, catalog, unitsOf, notes);
  if (!rows.length) return;
  let { body, room } = begin(frame);
  body.append(...rows);
  const heights = rows.map((row) => row.getBoundingClientRect().height);
  let used = 0;
  rows.forEach((row, i) => {
    const follows = row.classList.contains("part") ? heights[i + 1] ?? 0 : 0; // a heading never stands alone at the foot
    if (used > 0 && used + heights[i] + follows > room) {
      ({ body } = begin(frame));
      used = 0;
    }
    used += heights[i];
    body.append(row);
  });
}

/** The same in one piece, which the browser itself parts among sheets. */
export function wholeTable(parts, { catalog, unitsOf }) {
  const { table, body } = empty(COLUMNS.map((key) => (key === "paperSource" ? "paperBasis" : key)));
  body.append(...rowsOf(parts, catalog, unitsOf, () => ({})));
  return table;
}

function empty(columns = COLUMNS) {
  const body = el("tbody");
  const table = el("table", { class: "paper-table" },
    el("colgroup", {}, columns.map((key) => el("col", { class: `col-${key}` }))),
    el("thead", {}, el("tr", {}, columns.map((key) => el("th", { scope: "col" }, t(key))))), body);
  return { table, body };
}

function begin(frame) {
  const { table, body } = empty();
  const room = el("div", { class: "sheet-rows" }, table);
  frame(room);
  return { body, room: FILLED * (room.getBoundingClientRect().bottom - body.getBoundingClientRect().top) };
}

function rowsOf(parts, catalog, unitsOf, notes) {
  let n = 0;
  return parts.filter(({ features }) => features.length).flatMap(({ title, features }) => [
    ...(title ? [el("tr", { class: "part" }, el("th", { colspan: COLUMNS.length, scope: "rowgroup" }, `${title} · ${number(features.length)}`))] : []),
    ...features.map((feature) => row(feature.properties, n += 1, catalog, unitsOf, notes(feature))),
  ]);
}

function row(p, n, catalog, unitsOf, { name: noted, status: was }) {
  const condition = catalog.conditionSymbol(p.condition) && catalog.conditionLabel(p.condition);
  const told = [catalog.basisLabel(p.basis), dateWords(p.valid_from, lang())].filter(Boolean).join(", ");
  const marks = [p.basis === "inferred" && t("unverified"), p.status_uncertain && t("uncertain"), p.status_disputed && t("disputed")].filter(Boolean).join(", ");
  return el("tr", {},
    el("th", { scope: "row", class: "numeral-cell" }, String(n)),
    el("td", { class: "name-cell", lang: lang() === "en" && !p.name_en ? "vi" : false }, own(p, "name"), noted && el("em", { lang: lang() }, noted)),
    el("td", {}, catalog.layerTitle(p.layer)),
    el("td", { class: "status-cell" }, sprite(catalog.ruleOf(p.status).symbol), el("span", {}, catalog.statusLabel(p.status), condition && el("em", {}, condition), was && el("em", {}, was))),
    el("td", { class: "source-cell" }, el("b", {}, [told, marks].filter(Boolean).join(" · ")), p.basis !== "inferred" && p.status_source && el("span", { lang: "vi" }, p.status_source)),
    el("td", { lang: "vi" }, unitsOf(p) || "—"));
}

/** By sector, then by name. */
export const order = ({ properties: a }, { properties: b }, catalog) =>
  catalog.layerOrder(a.layer) - catalog.layerOrder(b.layer) || a.name_vi.localeCompare(b.name_vi, "vi");
