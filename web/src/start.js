/** The first module of the page: when the browser has shown what the server wrote, it asks for the program and its first data, all at once. */

import { placeGround } from "./first-ground.js";
import { tellTimeHeight } from "./time-height.js";

/** A tab behind others shows nothing, and yet it should be ready when the reader comes to it. */
const LONGEST_MS = 400;
/** What is asked for whatever is shown, as `api.js` asks for it: `begin.js` and `answer.js` find it under way. */
const UNITS = ["units-2025-07", "districts-2025-01", "districts-2024"]
  .map((name) => `/api/collections/${name}/items?limit=1000&skipGeometry=true&properties=code,name,full_name,level,generation,valid_to,parent`);
const FIRST = ["/api/outlines/units-2025-07", "/basemap/neighbour-land.geojson", "/api/catalog", "/api/counts", ...UNITS, "/api/styles/sprite.svg", "/basemap/rivers.geojson", "/basemap/archipelagos.geojson"];

const ask = (attributes) => document.head.append(Object.assign(document.createElement("link"), attributes));

placeGround();
await new Promise((go) => {
  requestAnimationFrame(() => setTimeout(go));
  setTimeout(go, LONGEST_MS);
});
tellTimeHeight();
for (const href of document.querySelector("script[data-parts]")?.dataset.parts.split(" ") ?? []) ask({ rel: "modulepreload", href });
for (const href of FIRST) ask({ rel: "preload", as: "fetch", crossOrigin: "anonymous", href });
await import("./map/map.js"); // the half of the program that is Leaflet, read in a piece of its own
await import("./main.js");
