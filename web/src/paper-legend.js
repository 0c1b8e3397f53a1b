/** The legend on paper: the signs that stand on this map, by the rules that drew them, and the way back to the living map. */

import { el, sprite } from "./dom.js";
import { number, t } from "./i18n.js";
import { donut, swatch } from "./sign.js";
import { hatchedUnits, areaRadius } from "./style.js";

const tally = (features, name) => features.reduce((sum, { properties: p }) => sum.set(p[name], (sum.get(p[name]) ?? 0) + 1), new Map());
const talliesOf = (features) => Object.fromEntries(["status", "condition", "layer"].map((name) => [name, tally(features, name)]));

/**
 * `shown`: the projects on the map, `tallies` how many of them by status, condition and layer; `full`: whether signs carry the icon of their sector; `group`: what
 * several close together mean; `rings`: [kind, words] of what is ringed.
 */
export function drawPaperLegend(root, { catalog, shown, tallies = talliesOf(shown), rings = [], full, link, group: groupWords = t("paperGroup") }) {
  const { status: statuses, condition: conditions, layer: layers } = tallies;
  const line = (drawing, words, n) => el("li", {}, drawing, el("span", {}, words), n && el("b", {}, number(n)));
  const group = (name, title, lines) => lines.length && el("section", { class: `key-${name}` }, el("h3", {}, title), el("ul", {}, lines));
  const { area, commune } = catalog.ruleOf(catalog.otherwise);
  const known = catalog.statuses.map(({ id }) => id).filter((id) => statuses.has(id));
  root.replaceChildren(...[
    group("status", t("status"), known.map((id) => line(sprite(catalog.ruleOf(id).symbol), catalog.statusLabel(id), statuses.get(id)))),
    group("condition", t("condition"), catalog.conditions.filter((id) => conditions.has(id)).map((id) => line(sprite(catalog.conditionSymbol(id)), catalog.conditionLabel(id), conditions.get(id)))),
    full && group("layer", t("layer"), catalog.layers.filter(({ id }) => layers.has(id)).map(({ id }) => line(sprite(`icon-${id}`, "layer-icon"), catalog.layerTitle(id), layers.get(id)))),
    group("drawn", t("drawn"), [
      ...rings.map(([kind, words]) => line(el("span", { class: `key-ring paper-ring-${kind}` }), words)),
      line(donut([["under_construction", 1], ["operational", 2]], catalog), groupWords),
      shown.some(areaRadius) && line(swatch("circle", { cx: 20, cy: 20, r: 17 }, area), t("drawnArea")),
      shown.some((feature) => hatchedUnits(feature).length) && line(swatch("rect", { x: 3, y: 6, width: 34, height: 28 }, commune), t("drawnCommune")),
    ].filter(Boolean)),
    link,
  ].filter(Boolean));
}
