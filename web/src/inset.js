/** Hoàng Sa and Trường Sa stand on every view, in a small map of the East Sea. */

import { el, svg } from "./dom.js";
import { lang, t } from "./i18n.js";

const FRAME = { west: 104.6, east: 119.8, south: 5, north: 22.2 };
const SCALE = 8.4;
const CITY = [106.68, 20.84];

/** `archipelagos`: the collection of the base map, points or areas with name_vi and name_en. */
export function drawInset(root, archipelagos) {
  const x = (lon) => (lon - FRAME.west) * SCALE;
  const y = (lat) => (FRAME.north - lat) * SCALE;
  const width = x(FRAME.east);
  const height = y(FRAME.south);

  function archipelago({ geometry, properties }) {
    const [lon, lat] = middle(geometry);
    const words = (lang() === "en" && properties.name_en) || properties.name_vi;
    const short = words.replace(/\s*\(.*$/, "").replace(/^Quần đảo /, "QĐ. ");
    const isles = [[-0.6, 0.3], [-0.2, -0.15], [0.25, 0.25], [0.6, -0.2], [0.05, 0.55], [-0.35, -0.55]];
    return svg("g", {}, svg("title", {}, words),
      isles.map(([dx, dy]) => svg("circle", { cx: x(lon + dx), cy: y(lat + dy), r: 1.1, class: "inset-isle" })),
      svg("text", { x: x(lon), y: y(lat) + 16, "text-anchor": "middle", class: "inset-name" }, short),
      svg("text", { x: x(lon), y: y(lat) + 25, "text-anchor": "middle", class: "inset-of" }, "(Việt Nam)"));
  }

  root.setAttribute("aria-label", t("insetLabel"));
  root.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("insetLabel") },
    svg("circle", { cx: x(CITY[0]), cy: y(CITY[1]), r: 2.2, class: "inset-city" }),
    svg("text", { x: x(CITY[0]) + 5, y: y(CITY[1]) + 3, class: "inset-name inset-here" }, t("insetCity")),
    svg("text", { x: x(109.6), y: y(12.2), "text-anchor": "middle", class: "inset-sea" }, t("eastSea")),
    archipelagos.features.map(archipelago)));
  root.hidden = false;
}

function middle({ type, coordinates }) {
  if (type === "Point") return coordinates;
  const all = coordinates.flat(Infinity);
  const mean = (from) => all.filter((_, i) => i % 2 === from).reduce((sum, v) => sum + v, 0) / (all.length / 2);
  return [mean(0), mean(1)];
}

/** The words at the foot of the map: what the outlines are, and whose. */
export function drawCredits(root, online) {
  const osm = () => el("a", { href: "https://www.openstreetmap.org/copyright", target: "_blank", rel: "noopener noreferrer" }, "© OpenStreetMap");
  root.replaceChildren(el("strong", {}, t("outlines")), el("span", { class: "credits-more", title: t("outlineSource") }, t("outlineSource")),
    online ? osm() : "");
}
