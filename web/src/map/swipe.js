/** Two days on one map: a line between them, moved by pointer, by key or by the names of the days at its head. */

import { el, glyph } from "../dom.js";
import { t } from "../i18n.js";
import { GROUNDS, SIDES } from "./map.js";

const STEP = 0.05;
const MARGIN_PX = 22;

/** `openPart()`: where the map is not covered; `onRest()`: the line came to rest elsewhere. The earlier day stands on the left, whichever of the two it is. */
export function createSwipe(root, map, openPart, onRest) {
  let days = null;
  let parted = false;
  let share = 0.5;
  const [left, right] = ["left", "right"].map((side) =>
    el("button", { type: "button", class: `swipe-day swipe-${side}`, onclick: () => { move(isAll(side) ? 0.5 : side === "left" ? 1 : 0); onRest(); } }));
  const knob = el("div", { class: "swipe-knob", role: "slider", tabindex: "0", "aria-orientation": "horizontal", "aria-valuemin": "0", "aria-valuemax": "100",
    "data-t-label": "swipe", "aria-label": t("swipe") }, glyph("swipe"));
  const line = el("div", { class: "swipe", hidden: true }, el("span", { class: "swipe-line" }), left, right, knob);
  root.after(line);

  const isAll = (side) => (side === "left" ? share === 1 : share === 0);

  function move(to) {
    share = Math.max(0, Math.min(1, to));
    draw();
  }

  /** Where the line stands, in the map's pixels; all the way where one day is shown whole. */
  function cutAt() {
    const { left, right } = openPart();
    return share === 0 ? left : share === 1 ? right : left + MARGIN_PX + share * (right - left - 2 * MARGIN_PX);
  }

  /** Cut each side's panes at the line; they lie in the map's own pixels, which pan with it. */
  function draw() {
    if (!days) return;
    const open = openPart();
    const [from, to] = [open.left + MARGIN_PX, open.right - MARGIN_PX];
    const at = from + share * (to - from);
    const cut = cutAt();
    line.style.left = `${at}px`;
    line.style.height = `${open.bottom}px`;
    line.dataset.edge = share < 0.15 ? "left" : share > 0.85 ? "right" : "";
    knob.setAttribute("aria-valuenow", Math.round(share * 100));
    knob.setAttribute("aria-valuetext", t("swipeAt", { share: Math.round(share * 100), left: days[0].words, right: days[1].words }));
    left.setAttribute("aria-pressed", String(isAll("left")));
    right.setAttribute("aria-pressed", String(isAll("right")));
    const { x: width, y: height } = map.getSize();
    const corner = map.containerPointToLayerPoint([0, 0]);
    const [x, west, east] = [corner.x + cut, corner.x - width, corner.x + 2 * width];
    const [north, south] = [corner.y - height, corner.y + 2 * height];
    clip(days[0], west, x, north, south);
    clip(days[1], x, east, north, south);
  }

  function clip({ panes, ground }, west, east, north, south) {
    const path = `polygon(${west}px ${north}px, ${east}px ${north}px, ${east}px ${south}px, ${west}px ${south}px)`;
    for (const name of Object.values(panes)) map.getPane(name).style.clipPath = path;
    for (const name of Object.values(ground)) map.getPane(name).style.clipPath = parted ? path : "";
  }

  knob.addEventListener("pointerdown", (event) => { knob.setPointerCapture(event.pointerId); event.preventDefault(); knob.focus({ preventScroll: true }); });
  knob.addEventListener("pointermove", (event) => {
    if (!knob.hasPointerCapture(event.pointerId)) return;
    const open = openPart();
    move((event.clientX - open.left - MARGIN_PX) / (open.right - open.left - 2 * MARGIN_PX));
  });
  knob.addEventListener("pointerup", onRest);
  knob.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: share - STEP, ArrowDown: share - STEP, ArrowRight: share + STEP, ArrowUp: share + STEP, Home: 0, End: 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(Number(to.toFixed(4)));
    onRest();
  });
  map.on("move zoomend resize viewreset", draw);

  return {
    /** Show two days: `shown` and `other` = {day, words}; null puts the whole map back to the day shown. `grounds`: each has units of its own. */
    draw(shown, other, grounds = false) {
      const begins = !days;
      parted = Boolean(other) && grounds;
      days = other ? [{ ...shown, panes: SIDES.shown, ground: GROUNDS.shown }, { ...other, panes: SIDES.other, ground: GROUNDS.other }]
        .sort((a, b) => (a.day < b.day ? -1 : 1)) : null;
      line.hidden = !days;
      if (!days) {
        for (const name of Object.values({ ...SIDES.shown, ...GROUNDS.shown })) map.getPane(name).style.clipPath = "";
        return;
      }
      if (begins) share = 0.5;
      left.textContent = days[0].words;
      right.textContent = days[1].words;
      draw();
      if (parted) onRest();
    },
    redraw: draw,
    /** The part of the map in which the ground of a side, "shown" or "other", lies open. */
    part(side) {
      const open = openPart();
      if (!parted) return open;
      return days[0].ground === GROUNDS[side] ? { ...open, right: cutAt() } : { ...open, left: cutAt() };
    },
  };
}
