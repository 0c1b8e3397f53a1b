/** The line of time: how much changed when, directives and reorganisations marked by name, and the day that is shown. */

import { el, svg } from "./dom.js";
import { dateWords } from "./edtf.js";
import { lang, number, own, t } from "./i18n.js";
import { oncePerFrame } from "./pace.js";
import { dayAt, neighbour, ordinal, scaleOf, stops, today } from "./days.js";

const LABEL_GAP = 14;
const YEAR_ROOM = 44;
const BEFORE_ROOM = 60;
const YEAR = 365;
const percent = (share) => `${(share * 100).toFixed(3)}%`;

/** `root` becomes a slider; `onPick(day)` is called with each stop that the reader moves to. */
export function createTrack(root, onPick) {
  let [timeline, day, compare] = [{}, today(), null];
  let room = 600;
  let [all, scale] = [[today()], scaleOf({}, today())];
  const [bars, marks, names, years] = ["track-bars", "track-marks", "track-names", "track-years"].map((name) =>
    (name === "track-bars" ? svg : el)(name === "track-bars" ? "svg" : "div", { class: name, "aria-hidden": "true" }));
  const [done, thumb, other, tip] = ["track-done", "track-thumb", "track-other", "track-tip"].map((name) => el("span", { class: name, "aria-hidden": "true" }));
  const line = el("div", { class: "track-line" }, bars, done, marks, other, thumb, tip);
  tip.hidden = true;
  root.replaceChildren(names, line, years);

  const words = (when) => dateWords(when, lang());
  const markedOn = (when) => marked().filter(({ date }) => date === when);
  const marked = () => [
    ...(timeline.reorganisations ?? []).map((one) => ({ kind: "units", date: one.date, name: own(one, "label") })),
    ...(timeline.documents ?? []).filter(({ date }) => /^\d{4}-\d\d-\d\d$/.test(date)).map((one) => ({ kind: "document", date: one.date, name: own(one, "label") })),
  ];

  /** "30/06/2023: 4 thay đổi trạng thái; Chỉ thị 02/CT-UBND". */
  function told(when) {
    const facts = (timeline.days ?? []).filter(({ from }) => from === when).reduce((sum, one) => sum + one.facts, 0);
    const more = [facts && t("factsOn", { n: number(facts) }), ...markedOn(when).map(({ name }) => name)].filter(Boolean);
    return `${when === today() ? `${t("today")}, ` : ""}${words(when)}${more.length ? `: ${more.join("; ")}` : ""}`;
  }

  function drawBars() {
    const months = new Map();
    for (const { from, facts } of timeline.days ?? []) {
      if (!from) continue;
      const month = from.slice(0, 7);
      months.set(month, (months.get(month) ?? 0) + facts);
    }
    const most = Math.max(1, ...months.values());
    bars.replaceChildren(...[...months].map(([month, facts]) => {
      const height = 18 + 82 * Math.sqrt(facts / most);
      const x = scale.at(`${month}-15` < today() ? `${month}-15` : today());
      return svg("rect", { x: percent(x - 0.002), y: `${100 - height}%`, width: "0.4%", height: `${height}%`, rx: 1, "data-month": month });
    }));
  }

  function drawYears() {
    const [from, to] = [Number(scale.from.slice(0, 4)), Number(today().slice(0, 4))];
    const every = Math.max(1, Math.ceil((YEAR_ROOM * (to - from + 1)) / (room * (1 - scale.lead))));
    const shown = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((year) => (to - year) % every === 0);
    years.replaceChildren(...shown.map((year) => at(el("span", {}, String(year)), scale.at(`${year}-01-01`))),
      ...(scale.lead * room > BEFORE_ROOM ? [at(el("span", { class: "track-before" }, `< ${from}`), 0)] : []));
  }

  /** Marks where something happened to the city; names of those that fit whole, reorganisations first. */
  function drawMarks() {
    marks.replaceChildren(...marked().map(({ kind, date }) => at(el("span", { class: `track-mark track-${kind}` }), scale.at(date))));
    const labels = marked().map(({ kind, date, name }) => at(el("span", { class: `track-name track-name-${kind}`, lang: lang() }, name), scale.at(date)));
    names.replaceChildren(...labels);
    const widths = labels.map((label) => label.offsetWidth); // all at once: each look after a change would lay the page out again
    const held = [];
    for (const [i, { date }] of marked().entries()) {
      const left = scale.at(date) * room - 4;
      const box = [left, left + widths[i] + LABEL_GAP];
      if (box[1] > room + LABEL_GAP || held.some(([a, b]) => box[0] < b && a < box[1])) labels[i].remove();
      else held.push(box);
    }
  }

  function at(node, share) {
    node.style.left = percent(share);
    return node;
  }

  function drawDay() {
    const share = scale.at(day);
    at(thumb, share);
    at(other, compare ? scale.at(compare) : 0);
    other.hidden = !compare;
    const [low, high] = compare ? [scale.at(compare), share].sort((a, b) => a - b) : [0, share];
    at(done, low).style.width = percent(high - low);
    for (const bar of bars.children) bar.toggleAttribute("data-ahead", `${bar.dataset.month}-01` > day);
    root.setAttribute("aria-valuemin", ordinal(all[0]));
    root.setAttribute("aria-valuemax", ordinal(all.at(-1)));
    root.setAttribute("aria-valuenow", Math.min(ordinal(day), ordinal(all.at(-1))));
    root.setAttribute("aria-valuetext", told(day));
  }

  const nearest = (clientX) => {
    const box = line.getBoundingClientRect();
    const share = (clientX - box.left) / box.width;
    return all.reduce((best, stop) => (Math.abs(scale.at(stop) - share) < Math.abs(scale.at(best) - share) ? stop : best));
  };

  function hint(when) {
    tip.hidden = !when;
    if (!when) return;
    tip.textContent = told(when);
    const [width, room, x] = [tip.offsetWidth, line.clientWidth, scale.at(when) * line.clientWidth];
    tip.style.left = `${Math.max(0, Math.min(room - width, x - width / 2))}px`;
  }

  root.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-1], ArrowDown: [-1], ArrowRight: [1], ArrowUp: [1], PageDown: [-1, YEAR], PageUp: [1, YEAR] };
    const ends = { Home: all[0], End: all.at(-1) };
    const to = ends[event.key] ?? (steps[event.key] && (neighbour(all, day, ...steps[event.key]) ?? (steps[event.key][0] > 0 ? all.at(-1) : all[0])));
    if (!to || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (to !== day) onPick(to);
  });
  root.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    line.setPointerCapture(event.pointerId);
    root.focus({ preventScroll: true });
    onPick(nearest(event.clientX));
  });
  root.addEventListener("pointermove", (event) => {
    const when = nearest(event.clientX);
    hint(when);
    if (line.hasPointerCapture(event.pointerId) && when !== day) onPick(when);
  });
  for (const end of ["pointerleave", "pointerup", "pointercancel"]) root.addEventListener(end, () => hint(null));
  /** Their names are measured, which is nothing once the page is laid out. */
  const marksCome = oncePerFrame(drawMarks);
  new ResizeObserver(([{ contentRect: { width } }]) => {
    room = width || room;
    drawYears();
    drawMarks();
  }).observe(line);

  return {
    /** The stops there are, the last being today. */
    get stops() { return all; },
    /** The first stop of the busy years. */
    get start() { return all.find((stop) => stop >= scale.from) ?? all[0]; },
    marked,
    markedOn,

    /** These are the days on which something changed. */
    draw(next) {
      timeline = next;
      [all, scale] = [stops(next, today()), scaleOf(next, today())];
      drawBars();
      drawYears();
      marksCome();
      drawDay();
    },

    /** This day is shown, beside the one that it is compared with. */
    show(shownDay, otherDay) {
      [day, compare] = [shownDay, otherDay];
      drawDay();
    },

    /** A stop in the neighbourhood of the day shown; null at the end. */
    step: (direction, apart = 1) => neighbour(all, dayAt(Math.min(ordinal(day), ordinal(today()) + 1)), direction, apart),
  };
}
