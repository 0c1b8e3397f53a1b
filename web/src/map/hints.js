/** What a sign says when it is pointed at: a project by name, a group by what it holds. The same from projects one by one and from tiles. */

import { el, sprite } from "../dom.js";
import { number, own, t } from "../i18n.js";

/** A project: its name, its status, its layer. */
export const hint = (properties, catalog) => el("div", { class: "hint" }, el("strong", {}, own(properties, "name") || catalog.layerTitle(properties.layer)),
  el("span", {}, `${catalog.statusLabel(properties.status)} · ${catalog.layerTitle(properties.layer)}`));

/** What a group holds: how many, and how many of each status under its sign; `held`: [[status, n], …]. */
export const insideOf = (n, held, catalog) => el("div", { class: "hint" }, el("strong", {}, t("cluster", { n: number(n) })),
  el("ul", { class: "hint-tally" }, held.map(([status, m]) =>
    el("li", {}, sprite(catalog.ruleOf(status).symbol), el("span", {}, catalog.statusLabel(status)), el("b", {}, number(m))))));

/** The same in one sentence, for whoever does not see it. */
export const groupWords = (n, held, catalog) => `${t("cluster", { n: number(n) })}: ${held.map(([status, m]) => `${number(m)} ${catalog.statusLabel(status)}`).join(", ")}`;

/** A drawing with a name. */
export function named(node, words) {
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", words);
}

/** Signs whose heights differ by less stand in one line, as one reads. */
const LINE_PX = 48;

/** What is in sight of {x, y, …} in the `open` part, as one reads. */
export const inReadingOrder = (some, open) => some.filter(({ x, y }) => x >= open.left && x <= open.right && y >= open.top && y <= open.bottom)
  .sort((a, b) => Math.floor(a.y / LINE_PX) - Math.floor(b.y / LINE_PX) || a.x - b.x || a.y - b.y);
