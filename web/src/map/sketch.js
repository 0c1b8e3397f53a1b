/** What a tool draws on the map: a line or an area with its corners, or the region that is being chosen. */

import { el } from "../dom.js";
import * as L from "./leaflet.js";

const PANE = "sketch";

/** One sketch; `openPart()`: where the map is not covered. */
export function createSketch(map, openPart) {
  if (!map.getPane(PANE)) map.createPane(PANE).style.zIndex = 620;
  const renderer = L.svg({ pane: PANE, padding: 0.4 });
  const layer = L.layerGroup().addTo(map);
  const cross = el("div", { class: "crosshair", "aria-hidden": "true" });
  map.getContainer().after(cross);

  /** The middle of what can be seen of the map, in pixels of it. */
  const middle = () => {
    const { left, top, right, bottom } = openPart();
    return L.point((left + right) / 2, (top + bottom) / 2);
  };

  function aim() {
    const { x, y } = middle();
    cross.style.left = `${x}px`;
    cross.style.top = `${y}px`;
  }
  map.on("moveend resize", aim);
  aim();

  const common = { renderer, pane: PANE, interactive: false };

  return {
    aim,
    /** The place under the cross. */
    centre: () => map.containerPointToLatLng(middle()),

    /** `lines`: arrays of places; `closed`: they are one ring; `corners` are numbered; `labels`: {at, words}. */
    draw({ lines = [], closed = false, corners = [], labels = [] }) {
      layer.clearLayers();
      const path = lines.flat();
      if (closed && path.length > 2) L.polygon(path, { ...common, className: "sketch sketch-area" }).addTo(layer);
      else if (path.length > 1) {
        L.polyline(path, { ...common, className: "sketch-casing" }).addTo(layer);
        L.polyline(path, { ...common, className: "sketch" }).addTo(layer);
      }
      corners.forEach((at, i) => L.marker(at, { pane: PANE, interactive: false, keyboard: false, icon: L.divIcon({ className: "sketch-corner", iconSize: [20, 20], html: el("span", {}, String(i + 1)) }) }).addTo(layer));
      for (const { at, words } of labels) L.marker(at, { pane: PANE, interactive: false, keyboard: false, icon: L.divIcon({ className: "near-label", iconSize: [0, 0], html: el("span", {}, words) }) }).addTo(layer);
    },

    /** A circle, as it lies on the ground. */
    circle(at, metres) {
      layer.clearLayers();
      L.circle(at, { ...common, radius: metres, className: "sketch sketch-area" }).addTo(layer);
    },

    remove() {
      layer.remove();
      cross.remove();
      map.off("moveend resize", aim);
    },
  };
}
