/** What changed between two days, project by project: the status before, the status after, and on whose word. */

import { el, glyph, sprite } from "./dom.js";
import { dateWords } from "./edtf.js";
import { lang, number, own, t } from "./i18n.js";

/** `onChoose(id)`, `onClose()`, `onRetry()`, `onDays()` for two other days (on a phone the list lies over their fields). */
export function createChanges(root, catalog, { onChoose, onClose, onRetry, onDays }) {
  const body = root.querySelector(".panel-body");
  root.querySelector(".panel-close").addEventListener("click", onClose);
  const words = (day) => dateWords(day, lang());

  const label = (state) => own(state, "status").toLocaleLowerCase(lang()) || catalog.statusLabel(state.status);
  const pace = ({ condition }) => (catalog.conditionSymbol(condition) ? catalog.conditionLabel(condition).toLocaleLowerCase(lang()) : "");

  /** "làm thủ tục thành lập → đang thi công (12/2025)". */
  function step({ before, after }) {
    const same = before.status === after.status;
    const [was, is] = same ? [pace(before) || t("noPace"), pace(after) || t("noPace")] : [[label(before), pace(before)], [label(after), pace(after)]].map((pair) => pair.filter(Boolean).join(", "));
    const date = words(after.valid_from);
    return el("span", { class: "change-step" }, same && `${label(after)}: `, was, el("span", { class: "change-arrow", "aria-hidden": "true" }, " → "),
      el("span", { class: "visually-hidden" }, ` ${t("became")} `), el("strong", {}, is), date && ` (${date})`);
  }

  function row(change) {
    const { id, before, after } = change;
    const doubt = after.basis === "inferred";
    return el("li", {}, el("button", { type: "button", class: "change", "data-id": id, onclick: () => onChoose(id) },
      el("span", { class: "change-signs", "aria-hidden": "true" }, sprite(catalog.ruleOf(before.status).symbol), glyph("arrow"), sprite(catalog.ruleOf(after.status).symbol)),
      el("span", { class: "row-text" }, el("span", { class: "row-name" }, own(change, "name") || id), step(change),
        doubt && el("span", { class: "tag warn" }, t("unverified")))));
  }

  function grouped(changes) {
    const layers = [...new Set(changes.map(({ layer }) => layer))].sort((a, b) => catalog.layerOrder(a) - catalog.layerOrder(b));
    return layers.map((layer) => {
      const members = changes.filter((change) => change.layer === layer);
      return el("section", {}, el("div", { class: "group" }, sprite(catalog.layerSymbol(layer), "layer-icon"), el("h3", {}, catalog.layerTitle(layer)),
        el("span", { class: "group-count" }, number(members.length))), el("ul", {}, members.map(row)));
    });
  }

  const head = ({ from, to, numberMatched: n }) => el("header", { class: "changes-head" },
    el("h2", { class: "panel-name", tabindex: "-1" }, t("changesTitle")),
    el("p", { class: "changes-days" }, t("changesBetween", { from: words(from), to: words(to) }),
      el("button", { type: "button", class: "link changes-other", onclick: onDays }, t("otherDays"))),
    n > 0 && el("p", { class: "quiet" }, t("changesCount", { n: number(n) })));

  const said = (kind, title, text, ...way) => el("div", { class: `state state-${kind}` }, glyph(kind === "error" ? "broken" : "empty", "state-glyph"),
    el("h3", {}, title), el("p", {}, text), el("div", { class: "state-way" }, way));

  return {
    /** Show the answer of `/api/changes`. */
    draw(answer) {
      root.hidden = false;
      body.replaceChildren(head(answer), ...(answer.changes.length ? grouped(answer.changes) : [said("empty", t("changesNone"), t("changesNoneText"))]),
        answer.changes.length < answer.numberMatched ? el("p", { class: "quiet changes-more" }, t("changesMore", { n: number(answer.changes.length), all: number(answer.numberMatched) })) : "");
      body.scrollTop = 0;
    },

    fail(reason) {
      root.hidden = false;
      body.replaceChildren(said("error", t("changesFailed"), reason, el("button", { type: "button", class: "button", onclick: onRetry }, t("retry"))));
    },

    close() { root.hidden = true; },
    focus: (id) => body.querySelector(`[data-id="${CSS.escape(id ?? "")}"]`)?.focus(),
    get isOpen() { return !root.hidden; },
  };
}
