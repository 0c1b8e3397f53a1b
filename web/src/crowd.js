/** Very many points gathered on a fixed grid: arithmetic in pixels, linear in the points, the same wherever the view stands. */

/**
 * `spots` [{x, y, n, status, …}] in pixels of the world → groups [{key, x, y, n, tally: Map status → n, only}], one a cell, those whose discs
 * would touch joined. `only`: the spot, where it stands alone for one. `side(n)`: the width of the disc of n.
 */
export function crowded(spots, cell, side) {
  const cells = new Map();
  for (const spot of spots) {
    const key = `${Math.floor(spot.x / cell)}:${Math.floor(spot.y / cell)}`;
    let held = cells.get(key);
    if (!held) cells.set(key, held = { key, x: 0, y: 0, n: 0, tally: new Map(), only: null });
    add(held, spot, spot.n);
    held.tally.set(spot.status, (held.tally.get(spot.status) ?? 0) + spot.n);
    held.only = held.n === 1 ? spot : null;
  }
  return apart([...cells.values()].sort((a, b) => b.n - a.n || (a.key < b.key ? -1 : 1)), cell, side);
}

function add(held, { x, y }, n) {
  held.x = (held.x * held.n + x * n) / (held.n + n);
  held.y = (held.y * held.n + y * n) / (held.n + n);
  held.n += n;
}

/** The larger stays, the smaller joins it where their discs would touch; what joins does not move it, so that nothing comes to touch anew. */
function apart(groups, cell, side) {
  const kept = new Map();
  const at = (one) => [Math.floor(one.x / cell), Math.floor(one.y / cell)];
  for (const one of groups) {
    const [cx, cy] = at(one);
    const near = [];
    for (let x = cx - 2; x <= cx + 2; x += 1) for (let y = cy - 2; y <= cy + 2; y += 1) near.push(...kept.get(`${x}:${y}`) ?? []);
    const other = near.find((held) => Math.hypot(held.x - one.x, held.y - one.y) < (side(held.n + one.n) + side(one.n)) / 2);
    if (!other) {
      const key = `${cx}:${cy}`;
      kept.set(key, [...kept.get(key) ?? [], one]);
      continue;
    }
    other.n += one.n;
    other.only = null;
    for (const [status, n] of one.tally) other.tally.set(status, (other.tally.get(status) ?? 0) + n);
  }
  return [...kept.values()].flat();
}
