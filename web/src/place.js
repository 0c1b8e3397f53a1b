/** Where a name can stand: inside its area, clear of the others, whole within the view. Pure geometry, no map. */

/** The largest ring of a Polygon or MultiPolygon, by its area in degrees; lon/lat pairs. */
export function mainRing({ type, coordinates }) {
  const outer = type === "Polygon" ? [coordinates[0]] : coordinates.map((polygon) => polygon[0]);
  return outer.reduce((best, ring) => (Math.abs(shoelace(ring)) > Math.abs(shoelace(best)) ? ring : best));
}

function shoelace(ring) {
  return ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length];
    return sum + x * nextY - nextX * y;
  }, 0) / 2;
}

/** A point well inside a ring and the width free around it: the middle of the widest chord near the middle height. */
export function anchor(ring, rows = 9) {
  const ys = ring.map(([, y]) => y);
  const [south, north] = [Math.min(...ys), Math.max(...ys)];
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
  for (let i = 0; i < ring.length - 1; i += 1) {
    const [[x1, y1], [x2, y2]] = [ring[i], ring[i + 1]];
    if (y1 > lat !== y2 > lat) crossings.push(x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1));
  }
  crossings.sort((a, b) => a - b);
  return crossings.flatMap((x, i) => (i % 2 ? [] : [[x, crossings[i + 1]]])).filter(([, east]) => east !== undefined);
}

/** How far a label may move up or down from its middle to keep clear of signs, in its own heights. */
const SHIFTS = [0, -1.3, 1.3, -2.4, 2.4];

/**
 * The labels that can stand, each with its `shift` in y: earlier ones first, each box whole inside `view`, clear of those
 * already placed and of the `obstacles` (boxes).
 *
 * A label is {x, y, width, height, room?, must?}: its middle and size in pixels, and the width of its area, which it may
 * pass by a quarter; one that `must` stand rather covers an obstacle than be left out. Boxes are {left, top, right, bottom}.
 */
export function placeLabels(labels, view, obstacles = [], gap = 4) {
  const boxes = [];
  const placed = [];
  const whole = (box) => box.left >= view.left && box.right <= view.right && box.top >= view.top && box.bottom <= view.bottom;
  const clear = (box, others) => !others.some((other) => overlap(box, other));
  for (const label of labels) {
    const { x, y, width, height, room = Infinity, must = false } = label;
    if (width > room * 1.25) continue;
    const free = SHIFTS.map((share) => {
      const shift = share * height;
      return { shift, left: x - width / 2 - gap, right: x + width / 2 + gap, top: y + shift - height / 2 - gap, bottom: y + shift + height / 2 + gap };
    }).filter((box) => whole(box) && clear(box, boxes));
    const box = free.find((candidate) => clear(candidate, obstacles)) ?? (must ? free[0] : undefined);
    if (!box) continue;
    boxes.push(box);
    placed.push({ ...label, shift: box.shift });
  }
  return placed;
}

const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
