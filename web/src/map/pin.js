/** The marker of a place that was asked for by its coordinates. */

import { glyph } from "../dom.js";
import * as L from "./leaflet.js";

const SIZE = 36;

/** `map` as `createMap` makes it. */
export function createPin({ leaflet: map }) {
  let marker = null;
  return {
    set([lon, lat]) {
      this.clear();
      const icon = L.divIcon({ className: "pin", iconSize: [SIZE, SIZE], iconAnchor: [SIZE / 2, SIZE - 2], html: glyph("pin") });
      marker = L.marker([lat, lon], { icon, interactive: false, keyboard: false, zIndexOffset: 3000 }).addTo(map);
    },
    clear() { marker?.remove(); marker = null; },
  };
}
