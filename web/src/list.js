/** The list of projects, in step with the map: what one shows, the other lights. */

import { el, glyph, sprite } from "./dom.js";
import { inVietnamese, lang, number, own, t } from "./i18n.js";
import { standingSign } from "./sign.js";

const AT_ONCE = 120;

/** Features by layer in the catalog's order, each group by name as a Vietnamese dictionary sorts. */
export function grouped(features, catalog, language) {
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const groups = new Map();
  for (const feature of features) {
    const { layer } = feature.properties;
    groups.set(layer, [...(groups.get(layer) ?? []), feature]);
  }
  return [...groups].sort(([a], [b]) => catalog.layerOrder(a) - catalog.layerOrder(b))
    .map(([layer, members]) => ({
      layer,
      features: members.sort((a, b) => collator.compare(own(a.properties, "name"), own(b.properties, "name"))),
    }));
}

/** `onChoose(id)`, `onHover(id | null)`: what the reader does with a row. */
export function createList(root, catalog, { onChoose, onHover }) {
  let pending = [];
  let fields = [];
  let day = null;
  let watcher = null;

  function row({ id, geometry, properties }) {
    const outlined = catalog.conditionSymbol(properties.condition);
    return el("li", {},
      el("button", {
        type: "button", class: "row", "data-id": id, onclick: (event) => onChoose(id, event),
        onpointerenter: (event) => event.pointerType === "mouse" && onHover(id), onpointerleave: () => onHover(null),
        onfocus: (event) => event.target.matches(":focus-visible") && onHover(id), onblur: () => onHover(null),
      },
      standingSign(properties, catalog, day),
      el("span", { class: "row-text" },
        el("span", { class: "row-name" }, own(properties, "name") || id),
        el("span", { class: "row-more" }, catalog.statusLabel(properties.status),
          outlined && ` · ${catalog.conditionLabel(properties.condition)}`,
          places(properties),
          !geometry && el("span", { class: "row-nowhere" }, ` · ${t("unlocated")}`))),
      !geometry && el("span", { class: "row-mark", title: t("unlocated") }, glyph("nowhere"))));
  }

  /** " · Phường Hải An, Phường Đông Hải +2": enough to tell two projects of like name apart. */
  function places(properties) {
    const names = fields.map((field) => properties[field]).find((held) => held?.length);
    return names ? inVietnamese(` · ${names.slice(0, 2).join(", ")}${names.length > 2 ? ` +${names.length - 2}` : ""}`) : null;
  }

  function* pieces(features) {
    for (const { layer, features: members } of grouped(features, catalog, lang())) {
      yield el("li", { class: "group" }, sprite(catalog.layerSymbol(layer), "layer-icon"),
        el("h3", {}, catalog.layerTitle(layer)), el("span", { class: "group-count" }, number(members.length)));
      for (const feature of members) yield row(feature);
    }
  }

  function more() {
    root.append(...pending.splice(0, AT_ONCE));
    mark();
    if (!pending.length) return watcher?.disconnect();
    watcher.disconnect();
    watcher.observe(root.lastElementChild);
  }

  let chosen = null;
  function mark() {
    for (const old of root.querySelectorAll("[aria-current]")) old.removeAttribute("aria-current");
    rowOf(chosen)?.setAttribute("aria-current", "true");
  }

  function inSight(row) {
    if (!row) return true;
    const [box, frame] = [row, root.parentElement].map((node) => node.getBoundingClientRect());
    return box.top > frame.top + 40 && box.bottom < frame.bottom;
  }

  const rowOf = (id) => (id ? root.querySelector(`[data-id="${CSS.escape(id)}"]`) : null);

  return {
    /** Show these features, with the units that the first of the `unitFields` holds; the rows beyond the first screens are made when the reader gets there. */
    draw(features, unitFields, shownDay) {
      [fields, day] = [unitFields, shownDay];
      watcher?.disconnect();
      watcher = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && more());
      pending = [...pieces(features)];
      root.replaceChildren();
      more();
    },

    /** Mark the project that is open; bring its row into sight if asked to and it is not there. */
    choose(id, { reveal = false } = {}) {
      chosen = id;
      while (id && reveal && pending.length && !rowOf(id)) more();
      mark();
      if (reveal && !inSight(rowOf(id))) rowOf(id)?.scrollIntoView({ block: "center" });
    },

    /** Light the row whose shape the pointer is on; null puts all lights out. */
    light(id) {
      for (const lit of root.querySelectorAll(".lit")) lit.classList.remove("lit");
      rowOf(id)?.classList.add("lit");
    },
  };
}
