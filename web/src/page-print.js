/** Ctrl+P on the map: what the screen shows becomes a sheet with its title, map, legend, table and sources. `/in` has true scales, numbers and sources of each row. */

import { el } from "./dom.js";
import { dateWords } from "./edtf.js";
import { lang, number, t } from "./i18n.js";
import { drawPaperLegend } from "./paper-legend.js";
import { order, wholeTable } from "./paper-table.js";
import { dayWords, filterWords } from "./said.js";
import { FIELD_OF } from "./units.js";

const $ = (selector) => document.querySelector(selector);
const page = document.documentElement;

/** `shows()` gives what the page shows: {shown, clocks, features, counts, crowded, zoom}; `map` as createMap makes it. Heard from now on, at once as printing demands. */
export function preparePrint({ catalog, units, map, shows }) {
  let restore = [];

  /** The part of the map that lies open on the screen, in its pixels: print.css lays it across the sheet. */
  function frame() {
    const { left, top, right, bottom } = map.openPart();
    const { clientWidth: w, clientHeight: h } = $("#map");
    const box = { "map-w": w, "map-h": h, "shot-x": left, "shot-y": top, "shot-w": right - left, "shot-h": bottom - top };
    for (const [name, value] of Object.entries(box)) page.style.setProperty(`--${name}`, Math.round(value));
    return () => Object.keys(box).forEach((name) => page.style.removeProperty(`--${name}`));
  }

  /** Paper is light: figures that were drawn in the colours of the night get those of the day. */
  function daylight() {
    if (page.dataset.theme !== "dark") return () => {};
    const byDay = new Map(pairs(catalog.rules.dark, catalog.rules));
    const turned = [...document.querySelectorAll("#map path")].flatMap((path) => ["fill", "stroke"].map((name) => [path, name, path.getAttribute(name)]))
      .filter(([, , colour]) => byDay.has(colour));
    for (const [path, name, colour] of turned) path.setAttribute(name, byDay.get(colour));
    return () => turned.forEach(([path, name, colour]) => path.setAttribute(name, colour));
  }

  function lay() {
    const { shown, clocks, features, counts, crowded, zoom } = shows();
    const head = el("header", { class: "printed printed-head" }, el("div", {}, el("h1", {}, t("title")), el("p", {}, filterWords(shown, catalog, units) || t("paperEvery"))),
      el("p", {}, dayWords(clocks), clocks.compare && ` · ${t("comparedWith")} ${dateWords(clocks.compare, lang())}`));
    const chosen = (id, list) => !list.length || list.includes(id);
    const tallies = crowded && Object.fromEntries(["status", "condition", "layer"].map((name) =>
      [name, new Map(Object.entries(counts[name] ?? {}).filter(([id, n]) => n > 0 && chosen(id, shown[name])))]));
    const legend = el("aside", { class: "printed-legend" });
    const shades = $("#shade .shade-legend")?.cloneNode(true);
    if (shades) legend.append(el("section", {}, el("h3", {}, t("shadeTitle")), shades));
    else drawPaperLegend(legend, { catalog, shown: features, ...(tallies ? { tallies } : {}), full: zoom >= catalog.marker.full_from_zoom, group: t("paperCluster") });
    const fields = units.fields(shown.district, clocks.day).map((field) => Object.keys(FIELD_OF).find((name) => FIELD_OF[name] === field));
    const unitsOf = ({ unit_ids: ids = [] }) => {
      const found = ids.map(units.get).filter(Boolean).map(({ properties: p }) => p);
      return fields.map((name) => found.filter(({ generation }) => name?.endsWith(generation)).map((p) => p.full_name)).find((names) => names.length)?.join(", ");
    };
    const sorted = [...features].sort((a, b) => order(a, b, catalog));
    const parts = catalog.layers.map(({ id }) => ({ title: catalog.layerTitle(id), features: sorted.filter(({ properties: p }) => p.layer === id) }));
    const body = el("section", { class: "printed" }, legend,
      crowded ? el("p", {}, t("paperMany", { n: number(counts.numberMatched), most: number(2000) })) : wholeTable(parts, { catalog, unitsOf }),
      el("footer", {}, el("p", {}, el("strong", {}, `${t("outlines")}.`), ` ${t("outlineSource")}.`),
        catalog.credit?.attribution && el("p", {}, `${t("projectIndex")}: `, el("span", { lang: "vi" }, catalog.credit.attribution), `. ${t("licence")}: ${catalog.credit.licence}.`),
        el("p", {}, location.protocol === "file:" ? "" : location.href, $(".map-button.print") ? ` · ${t("paperBetter")}` : "")));
    document.body.prepend(head);
    document.body.append(body);
    return () => [head, body].forEach((one) => one.remove());
  }

  const after = () => { for (const undo of restore.splice(0)) undo(); };
  addEventListener("beforeprint", () => { after(); restore = [frame(), daylight(), lay()]; });
  addEventListener("afterprint", after);
}

/** The colours of `night` with those of `day` in the same places. */
const pairs = (night, day) => Object.entries(night).flatMap(([name, value]) =>
  (value && typeof value === "object" ? pairs(value, day[name] ?? {}) : typeof value === "string" && typeof day[name] === "string" ? [[value, day[name]]] : []));
