/** Places in a list that is longer than a page can hold: which are in sight, and where they stand. Knows no row. */

import { el } from "./dom.js";

const BEYOND = 8;

/**
 * `make(index, place, of)` gives the item of one place, in its group the `place`th of so many; `drop(item)` takes it away. `onMoved()` when
 * others are in sight. All items have one height, all heads of groups another; both are what the style sheet says.
 */
export function createScroll(root, { make, drop, onMoved }) {
  const [own, column] = [root.closest(".scroll") ?? root.parentElement, root.closest(".finder")];
  /** What scrolls: the place of the list, or in a low window (finder.css) the whole column. */
  let frame = own;
  let blocks = [];
  let [height, headHeight, covered, frameRequest] = [76, 38, 0, 0];
  let isMeasured = false;
  /** Which rows were in sight when the list was drawn last. */
  let sight = [0, -1];
  /** What is in the page: by index, its item and its block. */
  const items = new Map();

  /** Where the frame stands over the list: {from, to} in the list's own pixels. */
  function view() {
    const [box, { top }] = [frame.getBoundingClientRect(), root.getBoundingClientRect()];
    return { from: box.top + covered - top, to: box.bottom - top };
  }

  const topOf = (index) => {
    const block = blocks.findLast(({ first }) => first <= index) ?? blocks[0];
    return block.top + block.head + (index - block.first) * height;
  };

  function between({ from, to }) {
    let [first, last] = [Infinity, -1];
    for (const block of blocks) {
      if (block.top + block.size < from || block.top > to || !block.number) continue;
      const within = (y) => Math.max(0, Math.min(block.number - 1, Math.floor((y - block.top - block.head) / height)));
      first = Math.min(first, block.first + within(from));
      last = Math.max(last, block.first + within(to));
    }
    return [first === Infinity ? 0 : first, last];
  }

  /** Nothing is measured here, so that the page is laid out once, after all of it. */
  function draw(seen = view()) {
    frameRequest = 0;
    if (!blocks.length) return;
    const { from, to } = seen;
    const [first, last] = sight = between(seen);
    const held = document.activeElement?.closest?.("[data-index]");
    const [low, high] = [first - BEYOND, last + BEYOND];
    for (const [index, { item }] of items) {
      if ((index < low || index > high) && item !== held) { drop(item); items.delete(index); }
    }
    for (const block of blocks) {
      if (block.top > to + BEYOND * height || block.top + block.size < from - BEYOND * height) continue;
      for (let index = Math.max(block.first, low); index <= Math.min(block.first + block.number - 1, high); index += 1) {
        if (items.has(index)) continue;
        const item = make(index, index - block.first, block.number);
        items.set(index, { item, block });
        stand(index);
        // In the order of the list, which is the order in which a screen reader goes.
        const after = [...block.list.children].find((other) => Number(other.dataset.index) > index);
        block.list.insertBefore(item, after ?? null);
      }
    }
    onMoved();
  }

  function stand(index) {
    const { item, block } = items.get(index);
    item.style.top = `${(index - block.first) * height}px`;
  }

  /** Heights as the style sheet gives them, which differ on a phone and with the size of letters. */
  function measure() {
    frame = column && getComputedStyle(own).overflowY === "visible" ? column : own;
    covered = parseFloat(getComputedStyle(frame).scrollPaddingTop) || 0;
    const probe = el("li", { class: "list-group", "aria-hidden": "true" }, el("div", { class: "group" }, el("h3", {}, "Ậ")),
      el("ul", { class: "list-rows" }, el("li", { class: "row-place" })));
    root.append(probe);
    const place = probe.querySelector(".row-place").getBoundingClientRect().height;
    const head = probe.querySelector(".group").getBoundingClientRect().height;
    probe.remove();
    if (place) [height, headHeight, isMeasured] = [place, head, true];
  }

  function layOut() {
    let top = 0;
    for (const block of blocks) {
      Object.assign(block, { top, head: block.title ? headHeight : 0 });
      block.size = block.head + block.number * height;
      block.node.style.height = `${block.size}px`;
      block.list.style.height = `${block.number * height}px`;
      top += block.size;
    }
  }

  const later = () => { frameRequest ||= requestAnimationFrame(() => draw()); };
  const resized = new ResizeObserver(() => {
    const before = height;
    measure();
    if (before !== height) {
      layOut();
      for (const index of items.keys()) stand(index);
    }
    later();
  });
  for (const one of [own, column].filter(Boolean)) {
    one.addEventListener("scroll", later, { passive: true });
    resized.observe(one);
  }

  return {
    inSight: () => sight,
    top: () => frame.getBoundingClientRect().top + covered,
    page: () => Math.max(1, Math.floor((frame.clientHeight - headHeight) / height) - 1),

    /** Lay out anew: groups with their `first` row, their number and their `head`, if they have one. */
    draw(groups) {
      if (!isMeasured && groups.length) measure();
      const seen = view(); // before anything changes: the list begins where it began
      items.clear();
      blocks = groups.map(({ first, numberMatched, head, key }) => {
        const list = el("ul", { class: "list-rows" });
        const node = el("li", { class: "list-group", "data-key": key }, head, list);
        return { first, number: numberMatched, title: head, list, node };
      });
      layOut();
      root.replaceChildren(...blocks.map(({ node }) => node));
      draw(seen);
    },

    /** Whether a row is in sight as a whole, below the head that sticks above it. */
    isInSight(index) {
      if (!blocks.length) return false;
      const { from, to } = view();
      const top = topOf(index);
      return top >= from + headHeight && top + height <= to;
    },

    /** Bring a row into sight, near the edge where it is close, into the middle where it is far. */
    show(index) {
      const { from, to } = view();
      const top = topOf(index);
      const [above, below] = [top - (from + headHeight), top + height - to];
      const far = Math.min(Math.abs(above), Math.abs(below)) > (to - from);
      if (far) frame.scrollTop += top - (from + to) / 2 + height / 2;
      else if (above < 0) frame.scrollTop += above;
      else if (below > 0) frame.scrollTop += below;
      draw();
    },
  };
}
