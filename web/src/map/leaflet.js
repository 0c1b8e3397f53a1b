/** Leaflet, from the one address at which we serve it. */
export * from "/vendor/leaflet/dist/leaflet-src.esm.js";
