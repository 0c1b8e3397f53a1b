/** How a project got where it is: its statuses, each with date, basis and source, and the orders that name it. */

import { el, inWords, outLink, sprite } from "./dom.js";
import { dateWords } from "./edtf.js";
import { lang, t, told } from "./i18n.js";

/** Statuses as the server orders them, the latest first; `history` is the answer of `…/history`. */
export function timeline({ facts = [] }, catalog) {
  if (!facts.length) return el("p", { class: "quiet" }, t("historyNone"));
  const now = facts.find(({ status, effective }) => status && effective);
  return el("ol", { class: "timeline" }, facts.map((fact) => step(fact, catalog, fact === now)));
}

function step(fact, catalog, isNow) {
  const { status, condition } = fact;
  const words = [status && catalog.statusLabel(status), condition && catalog.conditionLabel(condition)].filter(Boolean);
  const symbol = status ? catalog.ruleOf(status).symbol
    : catalog.conditionSymbol(condition) ? catalog.conditionSymbol(condition) : catalog.ruleOf(null).symbol;
  return el("li", { class: "step", "data-now": isNow },
    sprite(symbol, "step-symbol"),
    el("p", { class: "step-head" },
      el("strong", {}, words.join(" · ")),
      isNow && el("span", { class: "tag now" }, t("effective")),
      fact.effective === false && el("span", { class: "tag" }, t("idle"))),
    el("p", { class: "step-date" }, el("time", {}, dateWords(fact.valid_from, lang()) || "—"),
      fact.date_inferred && el("span", { class: "tag" }, t("dateInferred")),
      basis(fact.basis, catalog),
      fact.uncertain && el("span", { class: "tag warn" }, t("uncertain"))),
    fact.secondary_status && el("p", { class: "step-source" }, `${t("also")}: ${catalog.statusLabel(fact.secondary_status)}`),
    fact.text_vi && el("p", { class: "step-text", lang: "vi" }, fact.text_vi),
    (fact.source || fact.clause_label) && el("p", { class: "step-source" }, source(fact)));
}

/** The basis as a tag with its definition; what is only inferred is marked as unverified. */
export function basis(id, catalog) {
  if (!id) return null;
  const doubt = id === "inferred";
  return el("span", { class: doubt ? "tag warn" : "tag", title: catalog.basisDefinition(id) },
    doubt ? `${catalog.basisLabel(id)} · ${t("unverified")}` : catalog.basisLabel(id));
}

/** Where a fact comes from: a clause of a directive, or a source with its address. */
export function source({ source: words, source_url: url, clause_label: clause }) {
  return url ? outLink(url, clause || words) : el("span", {}, clause || words);
}

/** The orders of directives, with their own words. */
export function mandates({ mandates: orders = [] }, catalog) {
  if (!orders.length) return [];
  return [el("p", { class: "quiet" }, t("mandatesNote")), el("ul", { class: "orders" }, orders.map((order) =>
    el("li", { class: "order" },
      el("p", { class: "order-head" }, el("strong", {}, order.clause_label || order.document || order.clause),
        order.role && el("span", { class: "tag" }, catalog.roleLabel(order.role))),
      order.quote_vi && el("blockquote", { lang: "vi" }, `“${order.quote_vi}”`),
      order.text_vi && el("p", { class: "order-more", lang: "vi" }, order.text_vi),
      (order.ordered_stage || order.due) && el("p", { class: "order-more" },
        order.ordered_stage && `${t("ordered")}: ${catalog.statusLabel(order.ordered_stage)}`,
        order.ordered_stage && order.due && " · ",
        order.due && `${t("due")}: ${dateWords(order.due, lang())}`),
      inWords("p", told(order, "note"), { class: "order-more" }))))];
}
