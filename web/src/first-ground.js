/** The picture of the land that the server wrote into the page: put where the map will be drawn, so that the map takes its place without a jump. */

/** Old Hải Phòng with its islands: what "the whole city" shows first; [south, west], [north, east]. The inset stands on the open sea of its corner. */
export const CITY = [[20.52, 106.40], [21.02, 107.12]];
export const SNAP = 0.25;
const [LEAST_ZOOM, MOST_ZOOM] = [5, 18];
/** The picture counts in pixels of this zoom (`layers/first_ground.py`). */
const PICTURE_ZOOM = 10;
/** What changes where the map begins, or what its ground is. */
const ELSEWHERE = ["district", "datetime", "compare", "point", "near"];

const world = (zoom) => 256 * 2 ** zoom;
const across = (lon, zoom) => ((lon + 180) / 360) * world(zoom);
const down = (lat, zoom) => (0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * world(zoom);

/** The room between what is shown and the edges of its part of the map. */
export const marginOf = (width) => (width < 600 ? 14 : 32);

/** The part of a map that these elements leave open: {left, top, right, bottom} in its own pixels. */
export function openPartOf(root, covers) {
  const frame = root.getBoundingClientRect();
  const open = { left: 0, top: 0, right: frame.width, bottom: frame.height };
  for (const cover of covers) {
    const box = cover.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    if (cover.dataset.side === "foot" || box.width > frame.width * 0.8) open.bottom = Math.min(open.bottom, box.top - frame.top);
    else if (box.left < frame.width / 2) open.left = Math.max(open.left, box.right - frame.left);
    else open.right = Math.min(open.right, box.left - frame.left);
  }
  if (open.bottom < 160) open.bottom = frame.height;
  return open;
}

/** Where the map will begin: {zoom, x, y}, its top left corner in pixels of the world. */
function beginning(root) {
  const [{ clientWidth: width, clientHeight: height }, margin] = [root, marginOf(root.clientWidth)];
  const [, ...told] = /^#map=([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(location.hash) ?? [];
  if (told.length) {
    const [zoom, lat, lon] = told.map(Number);
    return { zoom, x: across(lon, zoom) - width / 2, y: down(lat, zoom) - height / 2 };
  }
  const open = openPartOf(root, [...document.querySelectorAll("#finder, #time")]);
  const [[south, west], [north, east]] = CITY;
  const [wide, high] = [open.right - open.left - 2 * margin, open.bottom - open.top - 2 * margin];
  const exact = Math.log2(Math.min(wide / (across(east, 0) - across(west, 0)), high / (down(south, 0) - down(north, 0))));
  const zoom = Math.max(LEAST_ZOOM, Math.min(MOST_ZOOM, Math.floor(Math.round(exact / (SNAP / 100)) / 100) * SNAP));
  const middle = (from, to) => (from + to) / 2;
  return { zoom, x: middle(across(west, zoom), across(east, zoom)) - middle(open.left, open.right),
    y: middle(down(south, zoom), down(north, zoom)) - middle(open.top, open.bottom) };
}

/** Show the picture where it shows what the map will show, in the colours of this moment. */
export function placeGround() {
  const picture = document.querySelector(".first-ground");
  const asked = new URLSearchParams(location.search);
  const night = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  if (!picture || ELSEWHERE.some((name) => asked.get(name)) || document.documentElement.dataset.theme !== night) return;
  const { zoom, x, y } = beginning(document.querySelector("#map"));
  const scale = 2 ** (zoom - PICTURE_ZOOM);
  const [left, top, width, height] = picture.dataset.box.split(" ").map(Number);
  Object.assign(picture.style, { left: `${left * scale - x}px`, top: `${top * scale - y}px`, width: `${width * scale}px`, height: `${height * scale}px` });
  picture.hidden = false;
}

/** The map is drawn. */
export const leaveGround = () => document.querySelector(".first-ground")?.remove();
