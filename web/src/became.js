/** What became of a chosen unit that is no more: the units of today that it is in, each one press away. */

import { el } from "./dom.js";
import { dateWords } from "./edtf.js";
import { lang, number, t } from "./i18n.js";

const AT_ONCE = 3;

/** `ended`: the member `units` of an answer. `onPick(ids)` chooses units in place of the ended one. */
export function drawBecame(root, ended, onPick) {
  root.hidden = !ended.length;
  root.replaceChildren(...ended.map((unit) => line(unit, onPick)));
}

function line({ id, full_name: name, valid_to: last, successors }, onPick) {
  const button = ({ id: next, full_name: words, relation }) => el("li", {},
    el("button", { type: "button", class: "link", lang: "vi", onclick: () => onPick(id, [next]) }, words), relation === "part" && successors.length === 1 ? ` (${t("inPart")})` : "");
  const [first, more] = [successors.slice(0, AT_ONCE), successors.slice(AT_ONCE)];
  const list = el("ul", { class: "became-list" }, first.map(button));
  const rest = more.length ? el("button", { type: "button", class: "link", onclick: () => {
    list.append(...more.map(button));
    rest.remove();
    list.children[AT_ONCE].querySelector("button").focus();
  } }, t("becameMore", { n: number(more.length) })) : null;
  return el("div", { class: "became-unit" },
    el("p", {}, el("strong", { lang: "vi" }, name), ` ${t("becameUntil", { day: dateWords(last, lang()) })} `,
      t(successors.length ? "becameNow" : "becameUnknown")), list, rest);
}
