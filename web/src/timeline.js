/** How a project got where it is: its statuses, each with date, basis and source, and the orders that name it. */

import { clausePage } from "./addresses.js";
import { el, inWords, outLink, sprite, svg } from "./dom.js";
import { dateWords, firstDay, precision } from "./edtf.js";
import { lang, own, t, told } from "./i18n.js";

/** Statuses as the server orders them, the latest first; `history` is the answer of `…/history`; what came after `day` is marked. */
export function timeline({ facts = [] }, catalog, day = null) {
  if (!facts.length) return el("p", { class: "quiet" }, t("historyNone"));
  const now = facts.find(({ status, effective }) => status && effective);
  return el("ol", { class: "timeline" }, facts.map((fact) => step(fact, catalog, fact === now, Boolean(day) && isAfter(fact, day))));
}

const isAfter = ({ valid_from: date }, day) => firstDay(date) > day;

/** The history as far as it goes on a day. */
export const until = (history, day) => ({ ...history, facts: (history.facts ?? []).filter((fact) => !isAfter(fact, day)) });

function step(fact, catalog, isNow, isLater) {
  const { status, condition } = fact;
  const words = [status && catalog.statusLabel(status), condition && catalog.conditionLabel(condition)].filter(Boolean);
  const symbol = status ? catalog.ruleOf(status).symbol
    : catalog.conditionSymbol(condition) ? catalog.conditionSymbol(condition) : catalog.ruleOf(null).symbol;
  return el("li", { class: "step", "data-now": isNow, "data-later": isLater },
    sprite(symbol, "step-symbol"),
    el("p", { class: "step-head" },
      el("strong", {}, words.join(" · ")),
      isNow && el("span", { class: "tag now" }, t("effective")),
      isLater && el("span", { class: "tag" }, t("notYet")),
      fact.effective === false && el("span", { class: "tag" }, t("idle"))),
    el("p", { class: "step-date" }, el("time", {}, dateWords(fact.valid_from, lang()) || "—"),
      fact.date_inferred && el("span", { class: "tag" }, t("dateInferred")),
      basis(fact.basis, catalog),
      fact.uncertain && el("span", { class: "tag warn" }, t("uncertain"))),
    fact.secondary_status && el("p", { class: "step-source" }, `${t("also")}: ${catalog.statusLabel(fact.secondary_status)}`),
    fact.text_vi && el("p", { class: "step-text", lang: "vi" }, fact.text_vi),
    (fact.source || fact.clause_label) && el("p", { class: "step-source" }, source(fact)));
}

/**
 * How long a status has been on record: the first and the latest word of the unbroken run of facts that hold it.
 *
 * The date of a status is that of its latest evidence; it says since when only together with the evidence before it.
 */
export function sinceWhen({ status, valid_from: known }, { facts = [] }) {
  const told = facts.filter((fact) => fact.status && fact.effective);
  const end = told.findIndex((fact) => fact.status !== status);
  const dates = told.slice(0, end < 0 ? told.length : end).map(({ valid_from: date }) => date).filter(Boolean);
  const [first, last] = [dates.at(-1) ?? known, dates[0] ?? known];
  if (!last) return "";
  if (first !== last) return t("onRecord", { first: dateWords(first, lang()), last: dateWords(last, lang()) });
  const words = dateWords(last, lang());
  const kind = precision(last);
  return t("toldOn", { date: kind ? t(kind, { date: words }) : words });
}

/** The basis as a tag with its definition; what is only inferred is marked as unverified. */
export function basis(id, catalog) {
  if (!id) return null;
  const doubt = id === "inferred";
  return el("span", { class: doubt ? "tag warn" : "tag", title: catalog.basisDefinition(id) },
    doubt ? `${catalog.basisLabel(id)} · ${t("unverified")}` : catalog.basisLabel(id));
}

/** A clause by its name in the reader's language; null for a row without one. */
const clauseLabel = (row) => (lang() === "en" && row.clause_label_en) || row.clause_label || null;

/** Clauses by their names, as the history tells them; a code that it does not name is left out. */
export function clauseNames(codes, { facts = [], mandates: orders = [] }) {
  const names = new Map([...facts, ...orders].map((row) => [row.clause, clauseLabel(row)]));
  return (codes ?? []).map((code) => names.get(code)).filter(Boolean);
}

/** Where a fact comes from: a clause of a directive, or a source with its address. */
export function source(fact) {
  const { source: words, source_url: url } = fact;
  const clause = clauseLabel(fact);
  return url ? outLink(url, clause || words) : el("span", {}, clause || words);
}

const plain = (text) => (text ?? "").normalize("NFC").toLowerCase().replace(/\s+/g, " ");
const contains = (quote, name) => plain(quote).includes(plain(name));

/** The orders of directives, with their own words. */
export function mandates({ orders = [] }, catalog) {
  if (!orders.length) return [];
  return [el("p", { class: "quiet" }, t("mandatesNote")), el("ul", { class: "orders" }, orders.map((order) =>
    el("li", { class: "order" },
      el("p", { class: "order-head" }, el("strong", {}, el("a", { href: clausePage(order.document, order.clause) }, clauseLabel(order) || order.document)),
        order.role && el("span", { class: "tag" }, catalog.roleLabel(order.role))),
      order.quote_vi && el("blockquote", { lang: "vi" }, `“${order.quote_vi}”`),
      order.named_as && !contains(order.quote_vi, order.named_as) && el("p", { class: "order-more" },
        t("namedAs", { name: "" }), el("span", { lang: "vi" }, order.named_as)),
      order.text_vi && el("p", { class: "order-more", lang: "vi" }, order.text_vi),
      (order.ordered_stage || order.due) && el("p", { class: "order-more" },
        order.ordered_stage && `${t("ordered")}: ${catalog.statusLabel(order.ordered_stage)}`,
        order.ordered_stage && order.due && " · ",
        order.due && `${t("due")}: ${dateWords(order.due, lang())}`),
      (order.ordered_stage || order.due) && order.judgement && el("p", { class: `order-verdict verdict-${order.judgement.verdict}` },
        svg("svg", { class: "verdict-sign", "aria-hidden": "true" }, svg("use", { href: `/assets/icons/verdicts.svg#${order.judgement.verdict}` })),
        el("strong", {}, own(order.judgement, "verdict")), " ", el("span", { class: "quiet" }, own(order.judgement, "reason"))),
      inWords("p", told(order, "note"), { class: "order-more" }))))];
}
