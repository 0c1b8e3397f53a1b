/** Leaflet, from the one address at which we serve it: its minified file, a third of the one made of modules, leaves its name outside of them. */
import "/vendor/leaflet/dist/leaflet.js";

export const {
  bind, Bounds, bounds, Browser, Canvas, canvas, Circle, circle, CircleMarker, circleMarker, Class, Control, control, CRS,
  DivIcon, divIcon, DivOverlay, DomEvent, DomUtil, Draggable, Evented, extend, FeatureGroup, featureGroup, GeoJSON, geoJSON,
  geoJson, GridLayer, gridLayer, Handler, Icon, icon, ImageOverlay, imageOverlay, LatLng, latLng, LatLngBounds, latLngBounds,
  Layer, LayerGroup, layerGroup, LineUtil, Map, map, Marker, marker, Mixin, Path, Point, point, Polygon, polygon, Polyline,
  polyline, PolyUtil, Popup, popup, PosAnimation, Projection, Rectangle, rectangle, Renderer, setOptions, stamp, SVG, svg,
  SVGOverlay, svgOverlay, TileLayer, tileLayer, Tooltip, tooltip, Transformation, transformation, Util, version, VideoOverlay,
  videoOverlay
} = globalThis.L;
