/** What lies under the signs of tiles and no tile's edge may cut: the dashed circle of a true area, the hatch of a commune. */

import { areaFill, hatchedUnits, quiet } from "../style.js";
import * as L from "./leaflet.js";
import { plate } from "./plate.js";
import { createHatches } from "./shapes.js";

const MOST_CIRCLES = 300;

/** `communes` are outlines by id; `onHatch(features)` asks for those that lack, and tells whether there is a new one. */
export function createTileGround(map, catalog, { communes, panes, onHatch }) {
  const areas = L.layerGroup().addTo(map);
  const renderer = plate({ pane: panes.areas });
  const hatches = createHatches(map, catalog, communes, { renderer: plate({ pane: panes.hatch }), pane: panes.hatch });
  let [circles, hatched] = [new Map(), ""];

  function drawCircles(seen, near) {
    const next = new Map(seen.filter(({ properties }) => properties.area_ha > 0).slice(0, MOST_CIRCLES).map((spot) => [`${spot.properties.id}:${near}`, spot]));
    for (const [key, one] of circles) if (!next.has(key)) one.remove();
    circles = new Map([...next].map(([key, { x, y, properties: { status, area_ha: hectares } }]) => {
      const { area } = catalog.ruleOf(status);
      return [key, circles.get(key) ?? L.circle(map.unproject([x, y], map.getZoom()), { renderer, pane: panes.areas, interactive: false,
        radius: Math.sqrt((hectares * 10_000) / Math.PI), ...quiet({ ...area, fillOpacity: area.fillOpacity * areaFill(hectares) }, near) }).addTo(areas)];
    }));
  }

  /** Anew only where something else is to be hatched, for most moves of the map change nothing. */
  async function drawHatches(every, near) {
    const held = every.filter(({ properties }) => properties.unit_ids);
    const asked = JSON.stringify([near, held.map((one) => [hatchedUnits(one), one.status])]);
    if (asked === hatched) return;
    hatched = asked;
    const draw = () => hatches.draw(held, (rule) => quiet(rule, near));
    draw();
    if (await onHatch(held) && asked === hatched) draw();
  }

  return {
    /** Circles of what is `seen`, at x and y in pixels of this zoom; hatches of all that is at hand, for a commune reaches into sight before its sign does. */
    draw(every, seen, near) {
      drawCircles(seen, near);
      drawHatches(every, near);
    },
    clear() {
      areas.clearLayers();
      hatches.clear();
      [circles, hatched] = [new Map(), ""];
    },
  };
}
