/** Projects beside one another, one column each: a table in a dialog that can be sorted, printed and copied. */

import * as api from "./api.js";
import { el, glyph, outLink, sprite, svg } from "./dom.js";
import { dateWords, firstDay } from "./edtf.js";
import { lang, number, own, t, unitWords } from "./i18n.js";

const AREAS = ["units_2025_07", "districts_2024"];

/** Open the table of these features; a column that is taken out leaves the selection too. */
export async function openComparison(features, { catalog, state, clocks }) {
  let shown = [...features];
  let sorting = null;
  let onlyDifferent = false;
  const ordersOf = new Map();
  const title = el("h2", { class: "comparison-title", id: "comparison-title", tabindex: "-1", autofocus: true });
  const table = el("div", { class: "comparison-scroll", tabindex: "0", role: "region", "aria-labelledby": "comparison-title" });
  const said = el("span", { class: "comparison-said quiet", role: "status" });
  const different = el("input", { type: "checkbox", onchange: () => { onlyDifferent = different.checked; draw(); } });
  const button = (symbol, words, act) => el("button", { type: "button", class: "action", onclick: act }, glyph(symbol), el("span", {}, words));
  const dialog = el("dialog", { class: "comparison", "aria-labelledby": "comparison-title", onclose: gone, onkeydown: (event) => event.stopPropagation() },
    el("header", { class: "comparison-head" }, el("div", {}, title, el("p", { class: "quiet" }, t("compareOn", { day: dateWords(clocks().day, lang()) }))),
      el("div", { class: "comparison-ways" }, el("label", { class: "near-check" }, different, t("compareDifferent")),
        button("link", t("compareCopy"), copy), button("file", "CSV", save), button("page", t("comparePrint"), () => window.print()), said),
      el("button", { type: "button", class: "icon-button comparison-close", "aria-label": t("close"), title: t("close"), onclick: () => dialog.close() }, glyph("cross"))),
    table);

  /** The browser gives the focus back to where it came from, unless that can no longer be used: columns taken out leave the selection too. */
  function gone() {
    dialog.remove();
    document.body.classList.remove("is-comparing");
    if (document.activeElement === document.body) (document.querySelector(".selection:not([hidden]) .action:not(:disabled)") ?? document.querySelector("#map")).focus();
  }

  const none = { text: "—", node: () => el("span", { class: "quiet" }, t("notTold")) };
  const unordered = { ...none, node: () => el("span", { class: "quiet" }, t("compareNoOrder")) };
  const plain = (text, order = text) => (text ? { text, order, node: () => text } : none);
  const measured = (name) => ({ properties: p }) => (typeof p[name] === "number"
    ? plain(`${number(p[name])} ${unitWords(catalog.fieldUnit(name))}`.trim(), p[name]) : none);
  const marked = (symbol, text, order, more) => ({ text, order, node: () => el("span", { class: "comparison-sign" }, symbol && sprite(symbol), el("span", {}, text, more)) });

  /** The fields in their order; each gives {text, order, node()} of a feature. */
  const fields = [
    { key: "layer", title: t("layer"), of: ({ properties: p }) => marked(catalog.layerSymbol(p.layer), catalog.layerTitle(p.layer), catalog.layerOrder(p.layer)) },
    { key: "status", title: t("status"), of: ({ properties: p }) => marked(catalog.ruleOf(p.status).symbol, catalog.statusLabel(p.status), catalog.statuses.findIndex(({ id }) => id === p.status)) },
    { key: "since", title: t("compareSince"), of: ({ properties: p }) => (p.valid_from ? plain(dateWords(p.valid_from, lang()), firstDay(p.valid_from)) : none) },
    { key: "basis", title: t("basis"), of: basis },
    { key: "condition", title: t("compareCondition"), of: ({ properties: p }) => plain(p.condition && catalog.conditionLabel(p.condition)) },
    { key: "place", title: t("comparePlace"), of: place },
    { key: "area_ha", title: catalog.fieldTitle("area_ha"), of: measured("area_ha") },
    { key: "length_km", title: catalog.fieldTitle("length_km"), of: measured("length_km"), optional: true },
    { key: "investment_billion_vnd", title: catalog.fieldTitle("investment_billion_vnd"), of: measured("investment_billion_vnd") },
    { key: "investor", title: catalog.fieldTitle("investor"), of: ({ properties: p }) => plain(p.investor && String(p.investor)), optional: true },
    { key: "orders", title: t("compareOrders"), of: orders },
    { key: "accuracy", title: t("compareAccuracy"), of: ({ geometry, properties: p }) => plain(geometry ? catalog.accuracyLabel(p.location_accuracy) : t("unlocated")) },
  ];

  function basis({ properties: p }) {
    if (!p.basis) return none;
    const label = p.basis === "inferred" ? `${catalog.basisLabel(p.basis)} · ${t("unverified")}` : catalog.basisLabel(p.basis);
    return { text: [label, p.status_source].filter(Boolean).join(": "), order: label,
      node: () => el("span", {}, el("span", { class: p.basis === "inferred" ? "tag warn" : "tag" }, label), p.status_source && el("span", { class: "comparison-source" }, outLink(p.status_source_url, p.status_source))) };
  }

  function place({ properties: p }) {
    const names = AREAS.map((name) => [t(name), (p[name] ?? []).join(", ")]).filter(([, told]) => told);
    return names.length ? { text: names.map(([when, told]) => `${told} (${when})`).join("; "), order: names[0][1],
      node: () => names.map(([when, told]) => el("span", { class: "comparison-part" }, el("span", { lang: "vi" }, told), el("small", { class: "quiet" }, when))) } : none;
  }

  function orders({ id }) {
    const due = ordersOf.get(id) ?? [];
    if (!due.length) return unordered;
    const words = ({ due: day, judgement, ...one }) => `${own(one, "ordered")} · ${t("due").toLocaleLowerCase(lang())} ${dateWords(day, lang())}: ${own(judgement, "verdict").toLocaleLowerCase(lang())}`;
    return { text: due.map(words).join("; "), order: firstDay(due[0].due),
      node: () => due.map((one) => el("span", { class: `comparison-part verdict-${one.judgement.verdict}` },
        svg("svg", { class: "verdict-sign", "aria-hidden": "true" }, svg("use", { href: `/assets/icons/verdicts.svg#${one.judgement.verdict}` })), words(one))) };
  }

  const differs = (cells) => new Set(cells.map(({ text }) => text)).size > 1;

  function rows() {
    return fields.map((field) => ({ field, cells: shown.map(field.of) }))
      .filter(({ field, cells }) => !field.optional || cells.some((cell) => "order" in cell))
      .filter(({ cells }) => !onlyDifferent || differs(cells));
  }

  /** Columns in the order of a field; what nobody tells comes last, whichever way. Again: the other way. */
  function sort(field) {
    const falling = sorting?.key === field.key && !sorting.falling;
    sorting = { key: field.key, falling };
    const collator = new Intl.Collator(lang(), { numeric: true });
    const cells = new Map(shown.map((feature) => [feature, field.of(feature)]));
    const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b)));
    shown = [...shown].sort((one, other) => {
      const [a, b] = [cells.get(one), cells.get(other)];
      if (!("order" in a) || !("order" in b)) return ("order" in b) - ("order" in a);
      return compare(a.order, b.order) * (falling ? -1 : 1);
    });
    draw();
    table.querySelector(`[data-field="${field.key}"]`)?.focus();
  }

  function take(feature) {
    const at = shown.indexOf(feature);
    shown = shown.filter((one) => one !== feature);
    state.set({ select: state.shown.select.filter((id) => id !== feature.id) }, { replace: true });
    if (!shown.length) return dialog.close();
    draw();
    return (table.querySelectorAll(".comparison-take")[Math.min(at, shown.length - 1)] ?? title).focus();
  }

  const named = { key: "name", of: ({ properties: p }) => plain(own(p, "name")) };

  function header(field, words, marks = false) {
    const way = sorting?.key === field.key ? (sorting.falling ? "descending" : "ascending") : null;
    return el("button", { type: "button", class: "comparison-sort", "data-field": field.key, title: t("compareSort"), onclick: () => sort(field) }, el("span", {}, words, marks && el("span", { class: "comparison-mark" }, " ", el("span", { "aria-hidden": "true" }, "≠"), el("span", { class: "visually-hidden" }, t("compareDiffers")))),
      glyph(way === "descending" ? "sort-down" : "sort-up", way ? "is-on" : ""), way && el("span", { class: "visually-hidden" }, t(way)));
  }

  function draw() {
    title.textContent = t("compareTitle", { n: number(shown.length) });
    const head = el("tr", {}, el("th", { scope: "col", class: "comparison-field" }, header(named, t("compareProject"))),
      shown.map((feature) => el("th", { scope: "col" }, el("div", { class: "comparison-project" },
        el("button", { type: "button", class: "comparison-name", title: t("zoomTo"), onclick: () => { dialog.close(); state.set({ id: feature.id }); } }, own(feature.properties, "name")),
        el("button", { type: "button", class: "icon-button comparison-take", "aria-label": t("compareTake", { name: own(feature.properties, "name") }), title: t("compareTakeShort"), onclick: () => take(feature) }, glyph("cross"))))));
    const body = rows().map(({ field, cells }) => {
      const marks = shown.length > 1 && differs(cells);
      return el("tr", { class: marks ? "is-different" : "" }, el("th", { scope: "row", class: "comparison-field" }, header(field, field.title, marks)),
        cells.map((cell) => el("td", {}, cell.node())));
    });
    table.replaceChildren(body.length ? el("table", { class: "comparison-table" }, el("thead", {}, head), el("tbody", {}, body)) : el("p", { class: "state" }, t("compareSame")));
    said.textContent = "";
  }

  const grid = () => [[t("compareProject"), ...shown.map(({ properties: p }) => own(p, "name"))], ...rows().map(({ field, cells }) => [field.title, ...cells.map(({ text }) => text)])];

  async function copy() {
    try {
      await navigator.clipboard.writeText(grid().map((row) => row.map((text) => text.replace(/\s+/g, " ")).join("\t")).join("\n"));
      said.textContent = t("compareCopied");
    } catch {
      said.textContent = t("copyFailed");
    }
  }

  /** A value as a cell of CSV: quoted, and nothing that a spreadsheet would take for a formula. */
  const quoted = (text) => `"${(/^[=+\-@\t\r]/.test(text) && text !== "—" ? `'${text}` : text).replaceAll('"', '""')}"`;

  function save() {
    const file = new Blob([`\ufeff${grid().map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`], { type: "text/csv" });
    const link = el("a", { href: URL.createObjectURL(file), download: t("compareFile") });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  document.body.append(dialog);
  document.body.classList.add("is-comparing");
  draw();
  dialog.showModal();
  try {
    const { deadlines } = await api.orders(shown.map(({ id }) => id), clocks().asked);
    for (const one of deadlines) ordersOf.set(one.feature, [...(ordersOf.get(one.feature) ?? []), one]);
    if (dialog.open) draw();
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    said.textContent = t("compareNoOrders");
  }
}
