/** Presses add up: what is asked for while the map zooms, by buttons, keys or the wheel, comes after it, all of it at once. */

import * as L from "./leaflet.js";

const { setView, setZoom, setZoomAround, _tryAnimatedZoom: begin } = L.Map.prototype;

L.Map.addInitHook(function hear() {
  this.on("zoomend", () => { this._zooms = false; });
  this.on("moveend", () => {
    const next = this._next;
    if (!next || this._isZooming()) return;
    this._next = null;
    next();
  });
});

L.Map.include({
  /** Leaflet itself knows it one picture later. */
  _isZooming() { return this._zooms || this._animatingZoom; },

  _tryAnimatedZoom(...asked) { return (this._zooms = begin.apply(this, asked)); },

  setView(center, zoom, options) {
    if (!this._isZooming()) return setView.call(this, center, zoom, options);
    this._next = () => setView.call(this, center, zoom, options);
    return this;
  },

  setZoom(zoom, options) {
    return this._isZooming() ? this.setZoomAround(this.getSize().divideBy(2), zoom, options) : setZoom.call(this, zoom, options);
  },

  setZoomAround(at, zoom, options) {
    if (!this._isZooming()) return setZoomAround.call(this, at, zoom, options);
    const by = zoom - this._zoom + (this._next?.by ?? 0);
    this._next = Object.assign(() => setZoomAround.call(this, at, this._limitZoom(this._zoom + by), options), { by });
    return this;
  },
});
