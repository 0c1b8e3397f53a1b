/** Where a name can stand: inside its area, clear of the others, whole within the view. Pure geometry, no map. */

/** The largest ring of a Polygon or MultiPolygon, by its area in degrees; lon/lat pairs. */
export function mainRing({ type, coordinates }) {
  const outer = type === "Polygon" ? [coordinates[0]] : coordinates.map((polygon) => polygon[0]);
  return outer.reduce((best, ring) => (Math.abs(shoelace(ring)) > Math.abs(shoelace(best)) ? ring : best));
}

/** The area of a ring in its own units, positive where it goes round against the clock. */
export function shoelace(ring) {
  let sum = 0;
  for (let i = 0, before = ring.at(-1); i < ring.length; before = ring[i], i += 1) sum += before[0] * ring[i][1] - ring[i][0] * before[1];
  return sum / 2;
}

/** Does a point lie inside a ring? */
export function inRing(ring, lon, lat) {
  let inside = false;
  for (let i = 1; i < ring.length; i += 1) {
    const from = ring[i - 1];
    const to = ring[i];
    if (from[1] > lat !== to[1] > lat && from[0] + ((lat - from[1]) / (to[1] - from[1])) * (to[0] - from[0]) > lon) inside = !inside;
  }
  return inside;
}

/** {west, south, east, north} of a ring. */
export function frameOf(ring) {
  const frame = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const point of ring) {
    frame.west = Math.min(frame.west, point[0]);
    frame.east = Math.max(frame.east, point[0]);
    frame.south = Math.min(frame.south, point[1]);
    frame.north = Math.max(frame.north, point[1]);
  }
  return frame;
}

/** A point well inside a ring and the width free around it: the middle of the widest chord near the middle height. */
export function anchor(ring, rows = 9) {
  const { south, north } = frameOf(ring);
  let best = { lon: ring[0][0], lat: ring[0][1], score: -1, width: 0 };
  for (let i = 1; i <= rows; i += 1) {
    const lat = south + ((north - south) * i) / (rows + 1);
    const central = 1 - Math.abs(i / (rows + 1) - 0.5);
    for (const [west, east] of chords(ring, lat)) {
      const score = (east - west) * central;
      if (score > best.score) best = { lon: (west + east) / 2, lat, score, width: east - west };
    }
  }
  return best;
}

function chords(ring, lat) {
  const crossings = [];
  for (let i = 1; i < ring.length; i += 1) {
    const from = ring[i - 1];
    const to = ring[i];
    if (from[1] > lat !== to[1] > lat) crossings.push(from[0] + ((lat - from[1]) / (to[1] - from[1])) * (to[0] - from[0]));
  }
  crossings.sort((a, b) => a - b);
  return crossings.flatMap((x, i) => (i % 2 ? [] : [[x, crossings[i + 1]]])).filter(([, east]) => east !== undefined);
}

/** How far a label may move from its middle to keep clear of signs: shares of its own width and height, nearest first. */
const SHIFTS = [0, -0.4, 0.4, -0.8, 0.8].flatMap((dx) => [0, -1.2, 1.2, -2.2, 2.2, -3.2, 3.2].map((dy) => [dx, dy]))
  .sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
const CELL_PX = 64;
/** More of them than any view has, one above the other. */
const ROWS = 1e5;

/**
 * The labels that can stand, each with its `shift` {x, y}: earlier ones first, each box whole inside `view`, clear of
 * those already placed, of what is `taken` and of the `obstacles` (boxes).
 *
 * A label is {x, y, width, height, room?, within?, must?}: its middle and size in pixels, the width of its area, which it may
 * pass by a quarter, and whether a point in pixels is of its area; one that `must` stand may lie over an obstacle. Boxes are {left, top, right, bottom}.
 */
export function placeLabels(labels, view, { taken = [], obstacles = [], gap = 3 } = {}) {
  const names = shelf(taken);
  const signs = shelf(obstacles);
  const placed = [];
  /** What costs most is asked last. */
  function firstFree(label, isClear) {
    for (const shift of SHIFTS) {
      const box = boxAt(label, shift, gap);
      if (whole(box) && !names.touches(box) && isClear(box) && stays(label, box.shift)) return box;
    }
    return null;
  }
  const whole = (box) => box.left >= view.left && box.right <= view.right && box.top >= view.top && box.bottom <= view.bottom;
  for (const label of labels) {
    if (label.width > (label.room ?? Infinity) * 1.25) continue;
    const best = firstFree(label, (box) => !signs.touches(box)) ?? (label.must && firstFree(label, () => true));
    if (!best) continue;
    names.add(best);
    placed.push({ ...label, shift: best.shift });
  }
  return placed;
}

/** Boxes by the cells that they lie in, so that many signs cost no more than those nearby. */
function shelf(boxes) {
  const cells = new Map();
  const keys = ({ left, top, right, bottom }) => {
    const found = [];
    for (let x = Math.floor(left / CELL_PX); x <= right / CELL_PX; x += 1) {
      for (let y = Math.floor(top / CELL_PX); y <= bottom / CELL_PX; y += 1) found.push(x * ROWS + y);
    }
    return found;
  };
  const add = (box) => {
    for (const key of keys(box)) cells.has(key) ? cells.get(key).push(box) : cells.set(key, [box]);
  };
  boxes.forEach(add);
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return { add, touches: (box) => keys(box).some((key) => cells.get(key)?.some((other) => meet(box, other))) };
}

/** A name may leave the middle of its area, never the area: it would name its neighbour. */
const stays = ({ x, y, within }, shift) => !within || within(x + shift.x, y + shift.y);

function boxAt({ x, y, width, height }, [dx, dy], gap) {
  const shift = { x: dx * width, y: dy * height };
  const [left, top] = [x + shift.x - width / 2 - gap, y + shift.y - height / 2 - gap];
  return { shift, left, top, right: left + width + 2 * gap, bottom: top + height + 2 * gap };
}
