/** The legend, which is the status filter: every symbol of the map, with what it means and how many there are. */

import { el, glyph, sprite } from "./dom.js";
import { lang, number, t } from "./i18n.js";
import { picture } from "./pace.js";
import { sample, swatch } from "./sign.js";

/** So much of the list stays in sight beneath an open legend, its head and two rows, or it begins closed. */
const LIST_PX = 230;

/** `onToggle(name, code)` is called when a status or a condition is switched on or off. */
export function createLegend(root, catalog, onToggle) {
  const bar = root.querySelector(".legend-bar");
  const [body, chosenWords] = [".legend-body", ".legend-chosen"].map((part) => root.querySelector(part));

  let chips = [];
  let written = "";

  function chip(name, { id, drawing, label, definition }) {
    const figure = document.createTextNode("");
    const button = el("button", { type: "button", class: "chip", "data-code": id, title: definition, onclick: press },
      drawing, el("span", { class: "chip-label" }, label), " ",
      el("span", { class: "chip-count" }, figure, el("span", { class: "visually-hidden" }, ` ${t("ofProjects")}`)));
    chips.push({ name, id, button, figure });
    return el("li", {}, button);

    /** It is seen to be pressed at once; what follows from it comes after that picture. */
    function press() {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      picture().then(() => onToggle(name, id));
    }
  }

  function say({ name, id, button, figure }, n, chosen) {
    const on = chosen.includes(id);
    figure.data = number(n);
    button.setAttribute("aria-pressed", String(on));
    button.toggleAttribute("data-empty", n === 0);
    button.toggleAttribute("data-off", chosen.length > 0 && !on);
  }

  function statusRow(status) {
    return { id: status.id, drawing: sprite(catalog.ruleOf(status.id).symbol),
      label: catalog.statusLabel(status.id), definition: catalog.statusDefinition(status.id) };
  }

  function group(title, rows) {
    return rows.length ? [...(title ? [el("h3", { class: "legend-group" }, title)] : []), el("ul", { class: "chips" }, rows)] : [];
  }

  /** How the map draws what is sure and what is not; folded, and as open as the reader left it. */
  function howDrawn() {
    const { area, commune } = catalog.ruleOf(catalog.otherwise);
    const row = (drawing, words, more) => el("li", { class: "drawn", title: more }, drawing, el("span", {}, words));
    const open = body.querySelector(".legend-drawn")?.open;
    return el("details", { class: "legend-drawn", open },
      el("summary", {}, el("span", {}, t("drawn")), glyph("chevron", "chevron")),
      el("h3", { class: "legend-group" }, t("place")),
      el("ul", { class: "chips" },
        catalog.accuracies.map((id) => row(sample({ location_accuracy: id }, catalog), catalog.accuracyLabel(id), catalog.accuracyDefinition(id))),
        row(swatch("rect", { x: 3, y: 6, width: 34, height: 28 }, commune), t("drawnCommune")),
        row(swatch("circle", { cx: 20, cy: 20, r: 17 }, area), t("drawnArea"))),
      el("h3", { class: "legend-group" }, t("age")),
      el("ul", { class: "chips" }, row(sample({ old: true }, catalog), t("oldNews"), t("oldNewsMore"))),
      el("h3", { class: "legend-group" }, t("condition")),
      el("ul", { class: "chips" }, catalog.conditions.map((id) =>
        row(sample({ condition: id }, catalog), catalog.conditionLabel(id), catalog.conditionDefinition(id)))));
  }

  let begun = false;
  /** Once, before the reader has touched it. */
  function giveRoom() {
    if (begun) return;
    begun = true;
    root.open &&= root.parentElement.clientHeight - root.offsetHeight >= LIST_PX;
  }

  /** The chips for these codes; those that stand already stay, with whatever has the focus. */
  function write(statuses, conditions) {
    const wanted = [lang(), document.documentElement.dataset.theme, ...statuses.map(({ id }) => id), ...conditions].join();
    if (wanted === written) return;
    [written, chips] = [wanted, []];
    const rows = (lifecycle) => statuses.filter((status) => status.lifecycle === lifecycle).map((status) => chip("status", statusRow(status)));
    const others = [...new Set(catalog.statuses.map(({ lifecycle }) => lifecycle))].filter((one) => one !== "project");
    body.replaceChildren(...group(null, rows("project")),
      ...others.flatMap((lifecycle) => group(t("communeStages"), rows(lifecycle))),
      ...group(t("condition"), conditions.map((id) => chip("condition",
        { id, drawing: sample({ condition: id }, catalog), label: catalog.conditionLabel(id), definition: catalog.conditionDefinition(id) }))), howDrawn());
  }

  const words = (shown) => [...shown.status.map(catalog.statusLabel), ...shown.condition.map(catalog.conditionLabel)].join(", ");

  /** The share of each status, as one thin line: the shape of the city's work at a glance. */
  function drawBar(statuses, counts) {
    const parts = statuses.map(({ id }) => [id, counts.status[id] ?? 0]).filter(([, n]) => n > 0);
    bar.replaceChildren(...parts.map(([id, n]) => {
      const part = el("span");
      part.style.flexGrow = n;
      part.style.backgroundColor = catalog.colour(id);
      return part;
    }));
  }

  return {
    /** The chosen statuses and conditions by name; "" where none is. */
    words,

    /** Redraw for these counts (`/api/counts`) and this choice. A status of a life cycle that is absent here is left out. */
    draw(counts, shown) {
      const n = (id) => counts.status[id] ?? 0;
      const statuses = catalog.statuses.filter(({ id, lifecycle }) => lifecycle === "project" || n(id) > 0 || shown.status.includes(id));
      const conditions = Object.keys(counts.condition ?? {}).filter((id) => catalog.conditionSymbol(id));
      write(statuses, conditions);
      for (const one of chips) say(one, counts[one.name][one.id] ?? 0, shown[one.name]);
      drawBar(catalog.statuses, counts);
      chosenWords.textContent = words(shown);
      giveRoom();
    },
  };
}
