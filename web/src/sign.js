/** The sign of a project: the shape of its status, the icon of its layer, and how sure its place is, in one small drawing. */

import { el, sprite, svg } from "./dom.js";
import { t } from "./i18n.js";
import { isOld } from "./style.js";

/** Between two parts of a ring, as a share of it. */
const GAP = 0.011;
/** How much wider a small sign is with the outline of a condition. */
const OUTLINED = 1.7;

const use = (symbol, x, y, width, height = width) => svg("use", { href: `#${symbol}`, x, y, width, height });

/**
 * The full sign, composed as the rules say: foot of the accuracy, body of the status, outline of the condition, icon of
 * the layer. {drawing, size, anchor}: an SVG, its size and the point of it that stands on the place, in pixels.
 *
 * A needle stands under a surveyed or mapped place, a dotted or dashed ring around one that is not: never a confident
 * pin for a guess.
 */
export function sign({ layer, status, condition, location_accuracy: accuracy }, catalog, { old = false } = {}) {
  const { width, height, body } = catalog.marker;
  const { body: shape, icon } = catalog.ruleOf(status);
  const [foot, outline, layerSymbol] = [catalog.accuracyRule(accuracy), catalog.conditionSymbol(condition), catalog.layerSymbol(layer)];
  const drawing = frame("sign", width, height,
    foot && use(foot.symbol, 0, 0, width, height),
    use(shape, body.x, body.y, body.size),
    outline && use(outline, 0, 0, width),
    layerSymbol && fillWith(use(layerSymbol, icon.x, icon.y, icon.size), icon.color),
    old && use(catalog.age.symbol, catalog.age.x, catalog.age.y, catalog.age.size));
  return { drawing, size: [width, height], anchor: foot?.anchor ?? [width / 2, width / 2] };
}

/** The sign of where a project stands, beside words: status, outline of the condition, and the clock of an old status on the `day`. */
export function standingSign(properties, catalog, day, className = "row-symbol") {
  const outline = catalog.conditionSymbol(properties.condition);
  const old = isOld(properties, day, catalog.age);
  return el("span", { class: className, title: old && t("oldNews") }, sprite(catalog.ruleOf(properties.status).symbol), outline && sprite(outline, "ring"),
    old && sprite(catalog.age.symbol, "clock"));
}

/** The small sign, for far views: status and condition alone. */
export function smallSign({ status, condition }, catalog) {
  const side = catalog.marker.small_px;
  const outline = catalog.conditionSymbol(condition);
  const full = outline ? side * OUTLINED : side;
  const margin = (full - side) / 2;
  const drawing = frame("sign", full, full, use(catalog.ruleOf(status).symbol, margin, margin, side), outline && use(outline, 0, 0, full));
  return { drawing, size: [full, full], anchor: [full / 2, full / 2] };
}

/** From the place of a full sign to the middle of its body: [right, down] in pixels. */
export function bodyFrom({ location_accuracy: accuracy }, catalog) {
  const { width, body: { x, y, size } } = catalog.marker;
  const [across, down] = catalog.accuracyRule(accuracy)?.anchor ?? [width / 2, width / 2];
  return [x + size / 2 - across, y + size / 2 - down];
}

/** The room that a sign takes, {left, top, right, bottom} from its place, of which the needle is a part; `far`: that of the small one. */
export function signBox({ condition, location_accuracy: accuracy }, catalog, far) {
  if (far) {
    const half = (catalog.marker.small_px * (catalog.conditionSymbol(condition) ? OUTLINED : 1)) / 2;
    return { left: -half, top: -half, right: half, bottom: half };
  }
  const half = catalog.marker.body.size / 2;
  const [right, down] = bodyFrom({ location_accuracy: accuracy }, catalog);
  return { left: right - half, top: down - half, right: right + half, bottom: Math.max(down + half, 0) };
}

function frame(className, width, height, ...parts) {
  return svg("svg", { class: className, viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true", focusable: "false" }, parts);
}

function fillWith(node, colour) {
  node.setAttribute("color", colour);
  return node;
}

/** What stands around a sign, shown around a neutral one: the foot of an accuracy, or the outline of a condition. */
export function sample({ condition, location_accuracy: accuracy, old }, catalog) {
  const { width, height, body } = catalog.marker;
  const [foot, outline] = [catalog.accuracyRule(accuracy), catalog.conditionSymbol(condition)];
  const box = outline ? [-4, -4, width + 8, width + 8] : [0, 0, width, height];
  return svg("svg", { class: "sprite sample", viewBox: box.join(" "), "aria-hidden": "true", focusable: "false" },
    foot && use(foot.symbol, 0, 0, width, height), use(catalog.ruleOf(catalog.otherwise).body, body.x, body.y, body.size),
    outline && use(outline, 0, 0, width), old && use(catalog.age.symbol, catalog.age.x, catalog.age.y, catalog.age.size));
}

/** A flat shape, drawn as the map draws it: `rule` holds the stroke and the fill. */
export function swatch(tag, shape, { color, weight, dashArray, fillColor, fillOpacity }) {
  return svg("svg", { class: "sprite sample", viewBox: "0 0 40 40", "aria-hidden": "true", focusable: "false" },
    svg(tag, { ...shape, stroke: color, "stroke-width": weight, "stroke-dasharray": dashArray, fill: fillColor, "fill-opacity": fillOpacity }));
}

/** How many of each status, in the order of their life: [[status, n], …]. */
export function tally(statuses, catalog) {
  const counts = new Map();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  const order = catalog.statuses.map(({ id }) => id);
  return [...counts].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
}

/** A group of projects: how many, ringed by the colours of their statuses in their share, of which `parts` is the tally. */
export function donut(parts, catalog) {
  const total = parts.reduce((sum, [, n]) => sum + n, 0);
  const around = 2 * Math.PI * 17;
  let start = 0;
  return svg("svg", { class: "donut", viewBox: "0 0 44 44", "aria-hidden": "true", focusable: "false" },
    svg("circle", { cx: 22, cy: 22, r: 21, class: "donut-plate" }),
    svg("circle", { cx: 22, cy: 22, r: 17, class: "donut-edge" }),
    parts.map(([status, n]) => {
      const length = (n / total) * around;
      const gap = parts.length > 1 ? Math.min(1.2, length / 3) : 0;
      const arc = svg("circle", { cx: 22, cy: 22, r: 17, fill: "none", "stroke-width": 5, stroke: catalog.colour(status),
        "stroke-dasharray": `${length - gap} ${around}`, "stroke-dashoffset": -start, transform: "rotate(-90 22 22)" });
      start += length;
      return arc;
    }),
    svg("text", { x: 22, y: 22, "text-anchor": "middle", "dominant-baseline": "central", class: "donut-count" }, String(total)));
}

/** A group as the map draws it, `side` pixels wide: one thing to paint, where arcs would be a thousand that the browser sorts for every picture. Ring and plate are the style sheet's. */
export function disc(parts, catalog, side) {
  const total = parts.reduce((sum, [, n]) => sum + n, 0);
  let end = 0;
  const stops = parts.map(([status, n]) => {
    const share = n / total;
    end += share;
    const gap = parts.length > 1 ? Math.min(GAP, share / 3) : 0;
    return `${catalog.colour(status)} 0 ${(end - gap).toFixed(4)}turn, var(--ring-edge) 0 ${end.toFixed(4)}turn`;
  });
  const node = el("div", { class: "donut" }, el("span", { class: "donut-count" }, String(total)));
  node.style.setProperty("--parts", stops.join());
  node.style.fontSize = `${(13 * side) / 44}px`;
  return node;
}
