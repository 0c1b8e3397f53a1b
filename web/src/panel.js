/** One project: what it is, where it stands, since when, and on whose word. */

import { projectPage } from "./addresses.js";
import { el, glyph, inWords, outLink, sprite } from "./dom.js";
import { inVietnamese, lang, number, own, t, told, unitWords } from "./i18n.js";
import { dateWords } from "./edtf.js";
import { standingSign } from "./sign.js";
import { areaRadius, isOld } from "./style.js";
import { basis, clauseNames, mandates, sinceWhen, source, timeline, until } from "./timeline.js";

const UNITS = ["districts_2024", "communes_2024", "units_2025_07", "districts_2025_01"];
/** Shown in a place of their own, or the machine's business. */
const ELSEWHERE = new Set([...UNITS, "name_vi", "name_en", "alt_names", "layer", "kind", "status", "status_vi", "status_en", "condition",
  "basis", "valid_from", "status_source", "status_source_url", "status_clause", "status_text_vi", "status_uncertain",
  "secondary_status", "location_accuracy", "location_source", "location_source_en", "geometry_type", "unit_ids", "version", "updated_at", "decisions",
  "public_sources", "notes", "notes_en", "area_source", "named_in_directives", "references", "extent_bbox", "extent_source", "extent_source_en", "label_point",
  "references_note", "references_note_en", "condition_valid_from", "condition_source", "status_disputed", "last_told"]);
const FIRST = ["area_ha", "length_km", "investment_billion_vnd", "investor"];

/** `onClose()`, `onShow(id)`, `onRetry()`: what the reader asks for; `extras(feature)`: what planning adds to a project. */
export function createPanel(root, catalog, { onClose, onShow, onRetry, extras }) {
  const body = root.querySelector(".panel-body");
  root.querySelector(".panel-close").addEventListener("click", onClose);
  document.addEventListener("keydown", (event) => event.key === "Escape" && !root.hidden && !event.defaultPrevented && onClose());

  function section(title, ...children) {
    return children.flat().some(Boolean) ? el("section", { class: "panel-section" }, el("h3", {}, title), ...children) : null;
  }

  function head({ properties }, where) {
    const other = lang() === "vi" ? properties.name_en : properties.name_vi;
    return el("header", { class: "panel-head" },
      el("p", { class: "panel-layer" }, sprite(catalog.layerSymbol(properties.layer), "layer-icon"), catalog.layerTitle(properties.layer)),
      el("h2", { class: "panel-name", tabindex: "-1" }, own(properties, "name")),
      other && other !== own(properties, "name") && el("p", { class: "panel-other", lang: lang() === "vi" ? "en" : "vi" }, other),
      properties.alt_names?.length ? el("p", { class: "panel-other" }, `${t("altNames")}: ${properties.alt_names.join("; ")}`) : null,
      where && el("p", { class: "panel-place" }, inVietnamese(own(where, "place"))));
  }

  /** The status of the day shown; beneath it that of the day compared with, and of today where another day is shown. */
  function standing({ properties: p }, whole, { clocks, now, other }) {
    const history = now ? until(whole, clocks.day) : whole;
    const when = sinceWhen(p, history);
    const fact = history.facts.find(({ status, valid_from: told }) => status === p.status && told === p.valid_from);
    const outlined = catalog.conditionSymbol(p.condition);
    return el("div", { class: "standing" },
      standingSign(p, catalog, clocks.day, "standing-symbol"),
      el("div", {},
        now && el("p", { class: "standing-day" }, t("standingOn", { day: dateWords(clocks.day, lang()) })),
        el("p", { class: "standing-head" }, el("strong", {}, catalog.statusLabel(p.status)),
          when && el("span", {}, ` · ${when}`)),
        el("p", { class: "standing-more" }, basis(p.basis, catalog),
          outlined && el("span", { class: "tag warn", title: catalog.conditionDefinition(p.condition) }, catalog.conditionLabel(p.condition)),
          isOld(p, clocks.day, catalog.age) && el("span", { class: "tag", title: t("oldNewsMore") }, t("silent", { date: dateWords(p.last_told, lang()) })),
          p.status_uncertain && el("span", { class: "tag warn" }, t("uncertain")),
          p.status_disputed && el("span", { class: "tag warn" }, t("disputed"))),
        p.secondary_status && el("p", { class: "step-source" }, `${t("also")}: ${catalog.statusLabel(p.secondary_status)}`),
        p.status_source && el("p", { class: "step-source" }, source(fact ?? { source: p.status_source, source_url: p.status_source_url })),
        other && standingElse(p, dateWords(clocks.compare, lang()), other.properties),
        now && (now.gone ? el("p", { class: "standing-now" }, t("standingGone")) : standingElse(p, t("standingNow"), now.properties))));
  }

  function standingElse(then, when, { status, condition }) {
    const same = status === then.status && (condition ?? null) === (then.condition ?? null);
    const outlined = catalog.conditionSymbol(condition);
    return el("p", { class: "standing-now" }, `${when}: `, sprite(catalog.ruleOf(status).symbol), el("strong", {}, catalog.statusLabel(status)),
      outlined && ` · ${catalog.conditionLabel(condition)}`, same && ` (${t("standingSame")})`);
  }

  function actions({ id, geometry }, clocks, select) {
    const itsPage = projectPage(id, clocks.asked);
    const copy = el("button", { type: "button", class: "action", onclick: async () => {
      await navigator.clipboard?.writeText(location.href);
      copy.lastChild.textContent = t("copied");
    } }, glyph("link"), el("span", {}, t("copyLink")));
    return el("div", { class: "actions" },
      geometry && el("button", { type: "button", class: "action", onclick: () => onShow(id) }, glyph("target"), el("span", {}, t("zoomTo"))),
      itsPage && el("a", { class: "action", href: itsPage }, glyph("page"), el("span", {}, t("page"))),
      copy, select);
  }

  function place(feature) {
    const { geometry, properties } = feature;
    if (!geometry) return [el("p", { class: "note" }, glyph("nowhere"), el("span", {}, t("noPlace")))];
    const accuracy = properties.location_accuracy;
    const source = told(properties, "location_source");
    return [accuracy && el("p", {}, el("span", { class: accuracy === "mapped" || accuracy === "surveyed" ? "tag" : "tag warn" },
      catalog.accuracyLabel(accuracy)), " ", el("span", { class: "quiet" }, catalog.accuracyDefinition(accuracy))),
    source && el("p", { class: "quiet" }, `${t("placeSource")}: `, inWords("span", source)),
    areaRadius(feature) && el("p", { class: "quiet" }, t("dashedArea"))];
  }

  function units({ properties }) {
    const rows = UNITS.filter((name) => properties[name]?.length);
    return rows.length ? el("dl", { class: "facts stacked" }, rows.flatMap((name) =>
      [el("dt", {}, t(name)), el("dd", { lang: "vi" }, properties[name].join(", "))])) : null;
  }

  function facts({ properties }) {
    const names = Object.keys(properties).filter((name) => !ELSEWHERE.has(name) && catalog.hasField(name) && given(properties[name]));
    names.sort((a, b) => (FIRST.indexOf(a) + 1 || 99) - (FIRST.indexOf(b) + 1 || 99));
    return names.length ? el("dl", { class: "facts" }, names.flatMap((name) =>
      [el("dt", {}, catalog.fieldTitle(name)), el("dd", {}, value(properties[name], catalog.fieldUnit(name)))])) : null;
  }

  const given = (v) => v !== null && v !== undefined && v !== "" && !(Array.isArray(v) && !v.length);

  function value(v, unit) {
    if (typeof v === "number") return unit ? `${number(v)} ${unitWords(unit)}` : number(v);
    if (Array.isArray(v)) return v.join("; ");
    return typeof v === "boolean" ? (v ? "✓" : "—") : String(v);
  }

  /** "Title (publisher, date) <url>" → a link with that text. */
  const reference = (text) => {
    const [, words, url] = /^(.*?)\s*<(https?:[^>\s]+)>$/.exec(text) ?? [null, text, null];
    return el("li", {}, url ? outLink(url, words || url) : words);
  };
  const references = (texts, note) => texts?.length && el("ul", { class: "sources" }, texts.map(reference), inWords("li", note));

  function fold(title, child) {
    return child ? el("details", { class: "panel-section" }, el("summary", {}, title, glyph("chevron")), child) : null;
  }

  return {
    /** A project is on its way: its frame opens at once. */
    wait() {
      root.hidden = false;
      body.setAttribute("aria-busy", "true");
      body.replaceChildren(...[40, 85, 60, 100, 100, 70].map((width, i) => {
        const line = el("div", { class: i === 1 ? "bone tall" : "bone" });
        line.style.width = `${width}%`;
        return line;
      }));
    },

    /** Show a feature with its history, on the day of the `clocks`; `now` is the same feature today, where that is another day ({gone: true}: withdrawn since),
     *  `other` on the day that it is compared with. */
    show(feature, history, { clocks, now, other, where }) {
      const p = feature.properties;
      const extra = extras(feature);
      root.hidden = false;
      body.removeAttribute("aria-busy");
      body.replaceChildren(...[head(feature, where), standing(feature, history, { clocks, now, other }), actions(feature, clocks, extra.action),
        section(t("facts"), facts(feature)),
        section(t("history"), timeline(history, catalog, now ? clocks.day : null)),
        section(t("mandates"), ...mandates(history, catalog)),
        section(t("place"), ...place(feature), units(feature)),
        extra.near,
        fold(t("decisions"), references(p.decisions)),
        fold(t("sources"), references(p.public_sources)),
        fold(t("references"), references(clauseNames(p.references, history), told(p, "references_note"))),
        fold(t("notes"), inWords("p", told(p, "notes"), { class: "quiet" }))].filter(Boolean));
      body.scrollTop = 0;
    },

    /** What went wrong, and the way out. */
    fail(words, { again }) {
      root.hidden = false;
      body.removeAttribute("aria-busy");
      body.replaceChildren(el("div", { class: "state" }, glyph("broken", "state-glyph"), el("h3", {}, t("errorProject")),
        el("p", {}, words), el("div", { class: "state-way" },
          el("button", { type: "button", class: "button", onclick: again ? onRetry : onClose }, t(again ? "retry" : "close")))));
    },

    close() { root.hidden = true; },
    focus() { body.querySelector(".panel-name")?.focus({ preventScroll: true }); },
    get isOpen() { return !root.hidden; },
  };
}
