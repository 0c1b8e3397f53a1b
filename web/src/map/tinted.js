/** Units tinted by how many projects are in each, with the number on the unit where it has room. */

import { el } from "../dom.js";
import { number, t } from "../i18n.js";
import { anchor, mainRing } from "../place.js";
import { classOf, TINTS, tintOf } from "../shade.js";
import * as L from "./leaflet.js";
import { SIDES } from "./map.js";

const LEAST_ROOM_PX = 22;
const [LETTER_PX, MARGIN_PX] = [7.5, 10];

/** `onPick(unit id)` when a unit is pressed. */
export function createTinted(map, onPick) {
  const renderer = L.svg({ pane: "tint", padding: 0.4 });
  const areas = L.layerGroup().addTo(map);
  const figures = L.layerGroup().addTo(map);
  let placed = [];

  function drawFigures() {
    figures.clearLayers();
    const scale = (256 * 2 ** map.getZoom()) / 360;
    for (const { at, span, n, name, light, fill } of placed) {
      if (!n || span * scale < LEAST_ROOM_PX) continue;
      const named = span * scale > name.length * LETTER_PX + MARGIN_PX;
      const figure = el("span", { class: light ? "is-light" : "" }, number(n), named && el("small", { lang: "vi" }, name));
      figure.style.webkitTextStrokeColor = fill;
      L.marker(at, { pane: "figures", interactive: false, keyboard: false,
        icon: L.divIcon({ className: "figure", iconSize: [0, 0], html: figure }) }).addTo(figures);
    }
  }
  map.on("zoomend", drawFigures);

  function showSigns(shown) {
    for (const name of Object.values(SIDES).flatMap(Object.values)) map.getPane(name)?.style.setProperty("display", shown ? "" : "none"); // paper has the panes of one day
  }

  return {
    /** Tint `units` (features) by `counts` (id → number), in the classes that begin at `from`; the signs step aside. */
    draw(units, counts, from) {
      areas.clearLayers();
      showSigns(false);
      placed = units.filter(({ geometry }) => geometry).map((unit) => {
        const n = counts.get(unit.id) ?? 0;
        const fillColor = tintOf(classOf(n, from), from);
        L.geoJSON(unit, { renderer, pane: "tint", style: { fillColor, fillOpacity: 0.92, color: "var(--paper)", weight: 1, opacity: 1 } })
          .bindTooltip(() => el("div", { class: "hint" }, el("strong", {}, unit.properties.full_name), el("span", {}, t("countProjects", { n: number(n) }))),
            { sticky: true, direction: "top", className: "tip" })
          .on("click", () => onPick(unit.id)).addTo(areas);
        const { lon, lat, width } = anchor(mainRing(unit.geometry));
        return { at: [lat, lon], span: width, n, name: unit.properties.name, fill: fillColor, light: fillColor === TINTS.at(-1) };
      });
      drawFigures();
    },

    clear() {
      areas.clearLayers();
      figures.clearLayers();
      placed = [];
      showSigns(true);
    },
  };
}
