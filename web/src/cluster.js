/** Points that would cover each other on the screen, gathered; pure arithmetic in pixels. */

/**
 * `points` [{x, y, …}] → groups [{x, y, members}], first those nearer than `radius`, then those whose discs would touch.
 *
 * `side(n)` is the width of the disc of n members. Greedy over a grid, in the order given, so the same view always
 * gathers alike; about linear in the points.
 */
export function gather(points, radius, side) {
  const first = merge(points.map((point) => ({ x: point.x, y: point.y, members: [point] })), () => radius, radius);
  const widest = side(points.length);
  const reach = (a, b) => (side(a.members.length) + side(b.members.length)) / 2;
  let groups = first;
  for (let before = Infinity; groups.length < before;) {
    before = groups.length;
    groups = merge(groups, reach, widest);
  }
  return groups;
}

/** One round: each group joins the nearest earlier one within `reach(a, b)`, which moves to the middle of its members. */
function merge(groups, reach, cell) {
  const cells = new Map();
  const kept = [];
  for (const group of groups) {
    const [cx, cy] = [Math.floor(group.x / cell), Math.floor(group.y / cell)];
    const near = nearest(group, around(cells, cx, cy), reach);
    if (near) {
      near.members.push(...group.members);
      continue;
    }
    const copy = { ...group, members: [...group.members] };
    kept.push(copy);
    const key = `${cx}:${cy}`;
    cells.set(key, [...(cells.get(key) ?? []), copy]);
  }
  for (const group of kept) {
    group.x = group.members.reduce((sum, { x }) => sum + x, 0) / group.members.length;
    group.y = group.members.reduce((sum, { y }) => sum + y, 0) / group.members.length;
  }
  return kept;
}

function* around(cells, cx, cy) {
  for (let x = cx - 1; x <= cx + 1; x += 1) for (let y = cy - 1; y <= cy + 1; y += 1) yield* cells.get(`${x}:${y}`) ?? [];
}

function nearest(group, others, reach) {
  let best = null;
  let least = Infinity;
  for (const other of others) {
    const distance = Math.hypot(other.x - group.x, other.y - group.y);
    if (distance < least && distance < reach(other, group)) [best, least] = [other, distance];
  }
  return best;
}

/** Places for `n` things fanned out around a middle: a ring while few, a spiral when many. Offsets in pixels. */
export function fan(n, size = 34) {
  if (n <= 10) {
    const radius = Math.max(size * 1.1, (size * n) / (2 * Math.PI) + 8);
    return Array.from({ length: n }, (_, i) => polar((2 * Math.PI * i) / n - Math.PI / 2, radius));
  }
  let angle = 0;
  return Array.from({ length: n }, (_, i) => {
    const radius = size * 1.1 + i * 4.5;
    angle += size / radius;
    return polar(angle, radius);
  });
}

const polar = (angle, radius) => ({ x: radius * Math.cos(angle), y: radius * Math.sin(angle) });
