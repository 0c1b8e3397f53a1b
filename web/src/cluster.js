/** Points that would cover each other on the screen, gathered; pure arithmetic in pixels. */

/**
 * `points` [{x, y, …}] → groups [{x, y, members, box}], first those nearer than `radius`, then those whose drawings would touch.
 *
 * `boxOf(members)` is the room that the drawing of a group takes, {left, top, right, bottom} from its place: that of one
 * on a needle lies above it. Greedy over a grid, in the order given, so the same view always gathers alike; about linear
 * in the points.
 */
export function gather(points, radius, boxOf) {
  const alone = points.map((point) => ({ x: point.x, y: point.y, members: [point] }));
  let groups = merge(alone, radius, (a, b) => distance(a, b) < radius);
  for (let before = Infinity; groups.length < before;) {
    before = groups.length;
    for (const group of groups) group.box = boxOf(group.members);
    const reach = groups.reduce((most, { box }) => Math.max(most, -box.left, -box.top, box.right, box.bottom), 1);
    groups = merge(groups, 2 * reach, touch);
  }
  return groups;
}

/** One round: each group joins the nearest earlier one that it `meets`, within a `cell`, which moves to the middle of its members. */
function merge(groups, cell, meets) {
  const cells = new Map();
  const kept = [];
  for (const group of groups) {
    const [cx, cy] = [Math.floor(group.x / cell), Math.floor(group.y / cell)];
    const near = nearest(group, around(cells, cx, cy), meets);
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

function nearest(group, others, meets) {
  let best = null;
  let least = Infinity;
  for (const other of others) {
    const apart = distance(other, group);
    if (apart < least && meets(other, group)) [best, least] = [other, apart];
  }
  return best;
}

const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
const touch = (a, b) => a.x + a.box.left < b.x + b.box.right && b.x + b.box.left < a.x + a.box.right
  && a.y + a.box.top < b.y + b.box.bottom && b.y + b.box.top < a.y + a.box.bottom;

/** The room of a disc, of which the corners are empty. */
export function discBox(side) {
  const half = 0.45 * side;
  return { left: -half, top: -half, right: half, bottom: half };
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
