/** The figures under the signs: drawn beyond the edges of the view, and anew after the picture in which the map has moved. */

import { oncePerFrame } from "../pace.js";
import * as L from "./leaflet.js";

/** So much of the view lies drawn beyond each of its edges, or the figures are drawn anew when the map rests. */
const LEAST_BEYOND = 0.2;

const Plate = L.SVG.extend({
  getEvents() {
    const { moveend, ...events } = L.SVG.prototype.getEvents.call(this);
    return { ...events, moveend: oncePerFrame(() => this._map && !this._reaches() && moveend.call(this)) };
  },

  _reaches() {
    const size = this._map.getSize();
    const corner = (share) => this._map.containerPointToLayerPoint(size.multiplyBy(share));
    return this._zoom === this._map.getZoom() && this._bounds.contains(L.bounds(corner(-LEAST_BEYOND), corner(1 + LEAST_BEYOND)));
  },
});

/** Most pans need nothing of it, and what a zoom needs is done after the picture that shows it. */
export const plate = (options) => new Plate({ padding: 0.5, ...options });
