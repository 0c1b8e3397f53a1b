/** What lies under the signs: lines, areas, the dashed circle of a true area, the hatch of a commune. */

import { areaFill, areaRadius, hatchedUnits, quiet as quietly } from "../style.js";
import { breathe } from "../pace.js";
import * as L from "./leaflet.js";
import { plate } from "./plate.js";

/** Each commune once, however many projects stand in it: in their colour, or in none where they differ. */
export function createHatches(map, catalog, communes, { renderer, pane }) {
  const drawn = L.layerGroup().addTo(map);
  return {
    draw(features, style) {
      const holders = new Map();
      for (const feature of features) {
        for (const id of hatchedUnits(feature)) if (communes.has(id)) holders.set(id, [...(holders.get(id) ?? []), feature]);
      }
      drawn.clearLayers();
      for (const [id, held] of holders) {
        const rules = held.map(({ properties }) => catalog.ruleOf(properties.status));
        const { commune } = rules.every(({ group }) => group === rules[0].group) ? rules[0] : catalog.ruleOf(null);
        L.geoJSON(communes.get(id), { renderer, pane, interactive: false, style: style(commune) }).addTo(drawn);
      }
    },
    clear: () => drawn.clearLayers(),
  };
}

/** `draw(features)` shows them quietly, `emphasise(features)` strongly, above the others; each part in its own of the `panes`. */
export function createShapes(map, catalog, communes, { panes, onChoose, onHover }) {
  const renderers = Object.fromEntries(["hatch", "areas", "lines"].map((part) => [part, plate({ pane: panes[part] })]));
  const hatches = createHatches(map, catalog, communes, { renderer: renderers.hatch, pane: panes.hatch });
  let quiet = L.layerGroup().addTo(map);
  const loud = L.layerGroup().addTo(map);

  function heard(layer, { id }) {
    return layer.on("click", (event) => onChoose(id, event.originalEvent)).on("mouseover", () => onHover(id)).on("mouseout", () => onHover(null));
  }

  /** The commune in which a project lies, when no more is known: hatched in the colour of its status. */
  function hatched(feature) {
    const outlines = hatchedUnits(feature).map((id) => communes.get(id)).filter(Boolean);
    if (!outlines.length) return [];
    const rule = catalog.ruleOf(feature.properties.status).commune;
    return [L.geoJSON(outlines, { renderer: renderers.hatch, pane: panes.hatch, interactive: false, style: weighed(rule, true) })];
  }

  /** The dashed circle of the true area around the label point: how large, not where its edges run. */
  function circled(feature, strong) {
    const radius = areaRadius(feature);
    if (!radius) return [];
    const [lon, lat] = feature.geometry.coordinates;
    const rule = catalog.ruleOf(feature.properties.status).area;
    const fillOpacity = rule.fillOpacity * areaFill(feature.properties.area_ha);
    return [L.circle([lat, lon], { renderer: renderers.areas, pane: panes.areas, interactive: false, radius,
      ...weighed(strong ? rule : { ...rule, fillOpacity }, strong) })];
  }

  function lined(feature, strong) {
    const { geometry, properties } = feature;
    if (geometry.type.endsWith("Point")) return [];
    const { line, polygon } = catalog.ruleOf(properties.status);
    const isLine = geometry.type.endsWith("LineString");
    const weight = catalog.lineWeight(properties.layer) ?? line.weight;
    const base = { renderer: renderers.lines, pane: panes.lines, bubblingMouseEvents: false };
    const casing = isLine && L.geoJSON(geometry, { ...base, interactive: false,
      style: { color: catalog.basemap().paper, weight: weight + (strong ? 6 : 3), opacity: 0.9, fill: false } });
    const style = isLine ? { ...line, weight: strong ? weight + 1.5 : weight } : weighed(polygon, strong);
    return [casing, heard(L.geoJSON(geometry, { ...base, style }), feature)].filter(Boolean);
  }

  /** A rule as it stands where it is pointed at; fainter everywhere else. */
  function weighed(rule, strong) {
    if (strong) return { ...rule, weight: rule.weight + 1, opacity: 1, fillOpacity: Math.min(1, rule.fillOpacity * 1.3) };
    return quietly(rule, map.getZoom() >= catalog.marker.full_from_zoom);
  }

  const placed = (feature, strong) => (feature.geometry ? [...circled(feature, strong), ...lined(feature, strong)] : []);

  let shown = [];
  let near = null;

  let turn = 0;

  /** One after the other, so that the caller may breathe between them; those of before go when all are there. */
  function* drawing() {
    const before = quiet;
    near = map.getZoom() >= catalog.marker.full_from_zoom;
    quiet = L.layerGroup().addTo(map);
    drawHatches();
    try {
      for (const feature of shown) {
        for (const part of placed(feature, false)) part.addTo(quiet);
        yield;
      }
    } finally {
      before.remove();
    }
  }

  const drawHatches = () => hatches.draw(shown, (rule) => weighed(rule, false));

  function drawAll() {
    turn += 1;
    return [...drawing()];
  }
  map.on("zoomend", () => near !== (map.getZoom() >= catalog.marker.full_from_zoom) && drawAll());

  return {
    draw(features) {
      shown = features;
      drawAll();
    },
    async drawInPieces(features) {
      shown = features;
      const mine = turn += 1;
      for (const _ of drawing()) {
        await breathe();
        if (mine !== turn) return;
      }
    },
    /** Outlines of communes came. */
    hatch: drawHatches,
    emphasise(features) {
      loud.clearLayers();
      for (const part of features.flatMap((feature) => [...hatched(feature), ...placed(feature, true)])) part.addTo(loud);
    },
  };
}
