/** The map itself: its frame, its controls, its view in step with the URL, and what part of it lies open to the eye. */

import { el, glyph } from "../dom.js";
import { CITY, marginOf, openPartOf, SNAP } from "../first-ground.js";
import { t, translate } from "../i18n.js";
import { oncePerFrame, picture } from "../pace.js";
import * as L from "./leaflet.js";
import "./zooming.js";

/** To the south far enough that Trường Sa can be drawn up above the bar of time. */
const LIMITS = [[2, 98], [25, 122]];
const OSM = "https://tile.openstreetmap.org/{z}/{x}/{y}.png";
export const PANES = { base: 200, fog: 205, online: 210, tint: 245, mask: 250, hatch: 300, areas: 310, lines: 320, labels: 350, figures: 352, fan: 590 };
/** Where the projects of the day shown are drawn, and those of the day that it is compared with. */
export const SIDES = {
  shown: { hatch: "hatch", areas: "areas", lines: "lines", fan: "fan", signs: "markerPane" },
  other: { hatch: "hatch-other", areas: "areas-other", lines: "lines-other", fan: "fan-other", signs: "signs-other" },
};
/** The ground under each, and its names, where the two days had other units. */
export const GROUNDS = { shown: { base: "base", labels: "labels" }, other: { base: "base-other", labels: "labels-other" } };
/** Figures say nothing to a screen reader: the signs and the list do. */
const FIGURES = /^(base|fog|online|mask|hatch|areas|lines)/;
const BESIDE = { "base-other": 201, "labels-other": 351, "hatch-other": 301, "areas-other": 311, "lines-other": 321, "fan-other": 591, "signs-other": 601 };

const { _setPos: moved, _initInteraction: heard } = L.Marker.prototype;
/** A marker stands by left and top: transforms would be parts of the picture each, by the hundred, that the browser sorts anew for every one. */
L.Marker.include({
  _setPos(at) {
    moved.call(this, at);
    Object.assign(this._icon.style, { transform: "", left: `${at.x}px`, top: `${at.y}px` });
  },

  /** Under a name of our own: Leaflet's sheet styles all that bear its name anew whenever a hand begins or ends to drag. */
  _initInteraction() {
    heard.call(this);
    if (this.options.interactive) this._icon.classList.replace("leaflet-interactive", "is-live");
  },
});

const { _openTooltip: open, closeTooltip: close } = L.Layer.prototype;
/** What a sign says comes after the picture in which the pointer reached it: to place it, the page is laid out. */
L.Layer.include({
  _openTooltip(event) {
    this._pointed = true;
    picture().then(() => this._pointed && open.call(this, event));
  },

  closeTooltip() {
    this._pointed = false;
    return close.call(this);
  },
});

/** `covers()` gives the elements that lie over the map; `onRest(view)` is called when the map comes to rest, `onShade()` when
 *  the numbers by unit are asked for or sent away. */
export function createMap(root, { view, covers, onRest, onOnline, onShade }) {
  L.Browser.ie3d = true; // signs moved in the plane: by translate3d each would be a layer of its own in the compositor, hundreds of them a picture
  const map = L.map(root, { markerZoomAnimation: false, fadeAnimation: false, zoomControl: false, attributionControl: false, zoomSnap: SNAP, zoomDelta: 1, wheelPxPerZoomLevel: 90,
    minZoom: 5, maxZoom: 18, maxBounds: LIMITS, maxBoundsViscosity: 0.8, renderer: L.svg({ padding: 0.4 }) });
  for (const [name, z] of Object.entries({ ...PANES, ...BESIDE })) map.createPane(name).style.zIndex = z;
  for (const name of Object.keys(map.getPanes()).filter((one) => FIGURES.test(one))) map.getPane(name).ariaHidden = "true";
  for (const { labels } of Object.values(GROUNDS)) map.getPane(labels).style.pointerEvents = "none";
  root.addEventListener("keydown", (event) => event.key === "Escape" && root.blur());

  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const motion = { animate: !calm };

  /** The part of the map that nothing covers: {left, top, right, bottom} in its own pixels. */
  const openPart = () => openPartOf(root, covers());

  /** What lies on the map without covering a side of it: boxes in its pixels. */
  function furniture() {
    const frame = root.getBoundingClientRect();
    return [...document.querySelectorAll(".map-group, .inset, .credits > *, .embed-legend")].map((piece) => piece.getBoundingClientRect())
      .filter(({ width }) => width).map(({ left, top, right, bottom }) =>
        ({ left: left - frame.left, top: top - frame.top, right: right - frame.left, bottom: bottom - frame.top }));
  }

  /** The open part without the side on which the inset stands: across or down, whichever leaves more room. */
  function clearPart() {
    const open = openPart();
    const frame = root.getBoundingClientRect();
    const box = document.querySelector(".inset")?.getBoundingClientRect();
    if (!box?.width || box.top - frame.top > open.bottom) return open;
    const beside = box.left > frame.width / 2 ? { right: Math.min(open.right, box.left - frame.left) }
      : { left: Math.max(open.left, box.right - frame.left) };
    const above = box.top > frame.height / 2 ? { bottom: Math.min(open.bottom, box.top - frame.top) }
      : { top: Math.max(open.top, box.bottom - frame.top) };
    const room = ({ left, top, right, bottom }) => (right - left) * (bottom - top);
    return [beside, above].map((cut) => ({ ...open, ...cut })).sort((a, b) => room(b) - room(a))[0];
  }

  function padding({ left, top, right, bottom }) {
    const size = map.getSize();
    const margin = marginOf(size.x);
    return { paddingTopLeft: [left + margin, top + margin], paddingBottomRight: [size.x - right + margin, size.y - bottom + margin] };
  }

  const fit = (bounds, options = {}) => map.fitBounds(bounds, { ...padding(clearPart()), ...motion, maxZoom: 14, ...options });

  if (view) map.setView([view.lat, view.lon], view.zoom);
  else map.fitBounds(CITY, { ...padding(openPart()), animate: false });
  map.on("moveend", oncePerFrame(() => {
    const { lat, lng } = map.getCenter();
    onRest({ zoom: map.getZoom(), lat, lon: lng });
  }));

  const home = () => fit(CITY, padding(openPart()));
  const controls = createControls(root, map, { home, onOnline, onShade });
  const sayAway = oncePerFrame(() => controls.sayAway(!L.latLngBounds(CITY).intersects(openBounds())));
  map.on("moveend", sayAway);
  sayAway();

  function openBounds() {
    const { left, top, right, bottom } = openPart();
    return L.latLngBounds([[left, top], [right, bottom]].map((at) => map.containerPointToLatLng(at)));
  }

  return {
    leaflet: map,
    openPart,
    furniture,
    fit,
    home,
    online: controls.online,
    /** Say on its button whether the numbers by unit are shown. */
    sayShade: controls.shade.press,
    addTool: controls.addTool,
    translate: () => translate(controls.root),

    /** The ground in the part that nothing covers: [west, south, east, north]. */
    openGround() {
      const open = openBounds();
      return [open.getWest(), open.getSouth(), open.getEast(), open.getNorth()];
    },

    /** Go to what the URL says; the whole city where it says nothing. */
    goTo(target) {
      if (target) map.setView([target.lat, target.lon], target.zoom, { animate: false });
      else map.fitBounds(CITY, { ...padding(openPart()), animate: false });
    },

    /** Bring a place into the open part, beside the buttons at its right, without changing the scale unless `zoom` asks for more. */
    reveal([lon, lat], zoom = null) {
      const { left, top, right, bottom } = openPart();
      const buttons = controls.root.offsetWidth; // and not where they are: when a panel opens, they are on their way
      const open = L.bounds([left + 40, top + 40], [right - buttons - 40, bottom - 40]);
      const at = map.latLngToContainerPoint([lat, lon]);
      const near = zoom === null || map.getZoom() >= zoom;
      if (near && open.contains(at)) return;
      const scale = near ? map.getZoom() : zoom;
      const offset = L.point((left + right) / 2, (top + bottom) / 2).subtract(map.getSize().divideBy(2));
      map.setView(map.unproject(map.project([lat, lon], scale).subtract(offset), scale), scale, motion);
    },
  };
}

/** Zoom, the whole city, the switch for the online background (off until the reader asks), light or dark; then the tools of the other parts. */
function createControls(root, map, { home, onOnline, onShade }) {
  const tiles = L.tileLayer(OSM, { pane: "online", maxZoom: 19, referrerPolicy: "strict-origin-when-cross-origin" });
  const groups = Object.fromEntries(["zoom", "view", "tools"].map((name) => [name, el("div", { class: `map-group map-group-${name}` })]));
  const controls = el("div", { class: "map-controls" }, Object.values(groups));
  root.after(controls);
  let failed = false;
  tiles.on("tileerror", () => {
    if (!failed && map.hasLayer(tiles)) { failed = true; online(false); onOnline(false, true); }
  });

  /**
   * A button at the edge of the map. `id` names it (its class, and its glyph of ui.svg unless `icon` does), `label` is a key of
   * messages.js; with `pressed` (true or false) it is a switch. Gives {button, press(on)}: what says how the switch stands.
   */
  function addTool({ id, icon = id, label, pressed, onPress, group = "tools" }) {
    const button = el("button", { type: "button", class: `map-button ${id}`, title: t(label), "aria-label": t(label), "data-t-label": label,
      onclick: onPress }, glyph(icon));
    const press = (on) => button.setAttribute("aria-pressed", String(on));
    if (pressed !== undefined) press(pressed);
    groups[group].append(button);
    return { button, press };
  }

  addTool({ id: "plus", label: "zoomIn", group: "zoom", onPress: () => picture().then(() => map.zoomIn()) });
  addTool({ id: "minus", label: "zoomOut", group: "zoom", onPress: () => picture().then(() => map.zoomOut()) });
  const whole = addTool({ id: "home", label: "home", group: "view", onPress: () => picture().then(home) }).button;
  const back = el("button", { type: "button", class: "map-back", hidden: true, "data-t": "cityAway", onclick: () => { whole.focus(); whole.click(); } }, t("cityAway"));
  controls.append(back);
  const more = addTool({ id: "more", label: "mapTools", group: "view" }).button; // shown on a phone alone, where the others stand behind it
  const unfold = (on) => {
    controls.classList.toggle("is-open", on);
    more.setAttribute("aria-expanded", String(on));
  };
  unfold(false);
  controls.addEventListener("click", ({ target }) => unfold(more.contains(target) && !controls.classList.contains("is-open")));
  const shade = addTool({ id: "shade", label: "shade", group: "view", pressed: false, onPress: onShade });
  const toggle = addTool({ id: "online", label: "online", group: "view", pressed: false, onPress: () => online(!map.hasLayer(tiles)) });
  const theme = addTool({ id: "theme", label: "theme", group: "view", pressed: document.documentElement.dataset.theme === "dark" });
  theme.button.dataset.themeSwitch = ""; // theme.js hears it

  function online(on) {
    if (on) { failed = false; tiles.addTo(map); } else tiles.remove();
    root.classList.toggle("is-online", on);
    toggle.press(on);
    onOnline(on, false);
  }

  /** Where the city is out of sight, the way back to it stands in words beside its button. */
  function sayAway(away) {
    back.hidden = !away;
    back.style.top = `${whole.offsetTop}px`;
  }

  return { root: controls, online, shade, addTool, sayAway };
}
