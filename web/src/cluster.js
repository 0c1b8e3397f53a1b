/** Points that would cover each other on the screen, gathered; pure arithmetic in pixels. */

/**
 * `points` [{x, y, …}] → groups [{x, y, members}]: no two groups nearer than `radius` where it can be helped.
 *
 * Greedy over a grid of `radius` cells, in the order given, so the same view always gathers alike; linear in the points.
 */
export function gather(points, radius) {
  const cells = new Map();
  const groups = [];
  for (const point of points) {
    const [cx, cy] = [Math.floor(point.x / radius), Math.floor(point.y / radius)];
    const near = nearest(point, around(cells, cx, cy), radius);
    if (near) {
      near.members.push(point);
      continue;
    }
    const group = { x: point.x, y: point.y, members: [point] };
    groups.push(group);
    const key = `${cx}:${cy}`;
    cells.set(key, [...(cells.get(key) ?? []), group]);
  }
  for (const group of groups) {
    group.x = group.members.reduce((sum, { x }) => sum + x, 0) / group.members.length;
    group.y = group.members.reduce((sum, { y }) => sum + y, 0) / group.members.length;
  }
  return groups;
}

function* around(cells, cx, cy) {
  for (let x = cx - 1; x <= cx + 1; x += 1) for (let y = cy - 1; y <= cy + 1; y += 1) yield* cells.get(`${x}:${y}`) ?? [];
}

function nearest(point, groups, radius) {
  let best = null;
  let least = radius;
  for (const group of groups) {
    const distance = Math.hypot(group.x - point.x, group.y - point.y);
    if (distance < least) [best, least] = [group, distance];
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
