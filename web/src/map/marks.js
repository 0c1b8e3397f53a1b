/** Marks over the signs: the projects that are selected, and what lies near one of them, with the distance as a ring. */

import { el, glyph } from "../dom.js";
import { number, own, t } from "../i18n.js";
import { sign, smallSign } from "../sign.js";
import * as L from "./leaflet.js";

/** Many stand close together here, so small ones give way to full ones nearer than on the map as a whole. */
const FULL_FROM = 13.5;
const PANE = "marks";
const BAND = "near-band";
/** Metres of a pixel at zoom 0 on the equator. */
const PIXEL_M = 156_543.034;

/** `point(feature)`: where its sign stands; `onChoose(id, event)`. */
export function createMarks(map, catalog, { point, onChoose }) {
  map.createPane(PANE).style.zIndex = 605;
  map.createPane(BAND).style.zIndex = 308;
  const renderer = L.svg({ pane: BAND, padding: 0.4 });
  const selected = L.layerGroup().addTo(map);
  const ring = L.layerGroup().addTo(map);
  const hits = L.layerGroup().addTo(map);
  let band = null;
  let gathered = [];
  let around = [];

  function marker(at, { id, ...properties }, className, ...more) {
    const far = map.getZoom() < FULL_FROM;
    const { drawing, size, anchor } = (far ? smallSign : sign)(properties, catalog);
    const icon = L.divIcon({ className: `mark ${className}${far ? " is-small" : ""}`, iconSize: size, iconAnchor: anchor, tooltipAnchor: [0, 4 - anchor[1]], html: el("div", {}, drawing, more) });
    return L.marker(at, { icon, pane: PANE, keyboard: false, riseOnHover: true })
      .bindTooltip(() => el("div", { class: "hint" }, el("strong", {}, own(properties, "name")), el("span", {}, `${catalog.statusLabel(properties.status)} · ${catalog.layerTitle(properties.layer)}`)),
        { direction: "top", className: "tip" })
      .on("click", (event) => onChoose(id, event.originalEvent));
  }

  /** The way around a line or an area: as wide as the distance, at this scale. */
  function widen() {
    if (!band) return;
    const { metres, lat, layer } = band;
    const pixel = (PIXEL_M * Math.cos((lat * Math.PI) / 180)) / 2 ** map.getZoom();
    layer.setStyle({ weight: Math.max(2, (2 * metres) / pixel) });
  }
  const drawSelected = () => {
    selected.clearLayers();
    for (const feature of gathered) marker(point(feature), { id: feature.id, ...feature.properties }, "mark-selected", el("span", { class: "mark-tick" }, glyph("check"))).addTo(selected);
  };
  const drawHits = () => {
    hits.clearLayers();
    for (const row of around) marker([row.nearest[1], row.nearest[0]], row, row.together === "yes" ? "mark-near" : "mark-near is-other").addTo(hits);
  };
  map.on("zoomend", () => {
    widen();
    drawSelected();
    drawHits();
  });

  return {
    /** These projects are selected; each stands free, with a tick. */
    select(features) {
      gathered = features.filter(({ geometry }) => geometry);
      drawSelected();
    },

    /** So many metres around a feature, and the `rows` of the server that lie there; gives the bounds of all that. */
    near(feature, metres, rows) {
      ring.clearLayers();
      band = null;
      const at = point(feature);
      const bounds = at.toBounds(2 * metres);
      const common = { renderer, pane: BAND, interactive: false };
      if (feature.geometry.type === "Point") {
        if (metres) L.circle(at, { ...common, radius: metres, className: "near-ring" }).addTo(ring);
      } else {
        const layer = L.geoJSON(feature.geometry, { ...common, style: { className: "near-band", lineCap: "round", lineJoin: "round" } }).addTo(ring);
        bounds.extend(layer.getBounds().pad(0.05));
        band = { metres, lat: at.lat, layer };
        widen();
      }
      if (metres) {
        const text = el("span", {}, t("nearKm", { km: number(metres / 1000) }));
        L.marker([bounds.getNorth(), at.lng], { pane: PANE, interactive: false, keyboard: false, icon: L.divIcon({ className: "near-label", iconSize: [0, 0], html: text }) }).addTo(ring);
      }
      around = rows;
      drawHits();
      map.getContainer().classList.add("is-near");
      return bounds;
    },

    clearNear() {
      ring.clearLayers();
      band = null;
      around = [];
      drawHits();
      map.getContainer().classList.remove("is-near");
    },
  };
}
