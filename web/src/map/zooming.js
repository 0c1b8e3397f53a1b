/** Presses add up: what is asked for while the map zooms, by buttons, keys or the wheel, comes after it, all of it at once. */

import * as L from "./leaflet.js";

const { setView, setZoom, setZoomAround, _tryAnimatedZoom: begin } = L.Map.prototype;

L.Map.addInitHook(function hear() {
  /** What waits: a place to go to, and zooms that begin from there. */
  this._waiting = [];
  this.on("zoomend", () => { this._zooms = false; });
  this.on("moveend", () => !this._isZooming() && this._waiting.shift()?.());
});

L.Map.include({
  /** Leaflet itself knows it one picture later. */
  _isZooming() { return this._zooms || this._animatingZoom; },

  _tryAnimatedZoom(...asked) { return (this._zooms = begin.apply(this, asked)); },

  setView(center, zoom, options) {
    if (!this._isZooming()) return setView.call(this, center, zoom, options);
    this._waiting = [() => setView.call(this, center, zoom, options)];
    return this;
  },

  setZoom(zoom, options) {
    return this._isZooming() ? this.setZoomAround(this.getSize().divideBy(2), zoom, options) : setZoom.call(this, zoom, options);
  },

  setZoomAround(at, zoom, options) {
    if (!this._isZooming()) return setZoomAround.call(this, at, zoom, options);
    const before = this._waiting.at(-1)?.by;
    if (before !== undefined) this._waiting.pop();
    const by = zoom - this._zoom + (before ?? 0);
    this._waiting.push(Object.assign(() => setZoomAround.call(this, at, this._limitZoom(this._zoom + by), options), { by }));
    return this;
  },
});
